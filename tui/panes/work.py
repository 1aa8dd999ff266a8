"""Pane 4: one table per tab, trouble first, and the tabs with their counts in the frame."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher

from tui.panes.apps import AppsPane
from tui.panes.base import TablePane, View, gaps
from tui.panes.events import EventsPane
from tui.panes.jobs import JobsPane
from tui.panes.pods import PodsPane
from tui.panes.secrets import SecretsPane
from tui.panes.trouble import TroublePane
from tui.panes.workloads import WorkloadsPane
from widgets.tone import literal

TABS: tuple[type[TablePane], ...] = (
    TroublePane,
    WorkloadsPane,
    PodsPane,
    JobsPane,
    AppsPane,
    SecretsPane,
    EventsPane,
)


class WorkPane(Vertical):
    """The tabs of pane 4. `current` is the one on top; deeds act on its marked rows or its cursor."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(id="work", classes="pane")
        self.tabs = [make(now=now) for make in TABS]  # type: ignore[call-arg]
        self.current = self.tabs[0]
        self.there = self.tabs  # those that are shown
        self._framed: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial=self.current.id):
            yield from self.tabs

    def show(self, view: View) -> None:
        """Shows the tab on top and counts the others."""
        self.current.show(view)
        self.there = [tab for tab in self.tabs if tab is self.current or tab.there(view)]
        title = Content.assemble("4 ", *self._titles(view)).markup
        shown, total = self.current.table.shown, self.current.table.total
        count = f"{shown} of {total}" if shown != total else str(total)
        marks = len(self.current.table.marks)
        marked = f", {marks} marked" if marks else ""
        hidden = self.current.table.hidden_marks
        of = f", of {self.current.of.meta.name}" if self.current.of is not None else ""
        words = f"{count}{of}{marked}{f' ({hidden} hidden)' if hidden else ''}"
        missing = gaps(view, (*self.current.kinds, *self.current.also))
        self._frame(title, literal(f" {words}{f', {missing}' if missing else ''} "))

    def show_nothing(self, words: str) -> None:
        """Nothing is read in front: why, in every tab."""
        for tab in self.tabs:
            tab.show_nothing(words)
        self._frame("4 Nothing to show", "")

    def _frame(self, *words: str) -> None:
        """Title and subtitle; Textual would paint the whole pane at each assignment."""
        if words != self._framed:
            self._framed = words
            self.border_title, self.border_subtitle = words

    def _titles(self, view: View) -> list[str | Content | tuple[str, str]]:
        parts: list[str | Content | tuple[str, str]] = []
        for tab in self.there:
            count = tab.count(view)
            words = f"{tab.title} {count}" if count else tab.title
            style = "bold $primary" if tab is self.current else "$text-muted"
            parts += [(words, style), " ─ "]
        return parts[:-1]

    def step(self, by: int) -> None:
        """The tab before (-1) or after (1); at the ends it stays."""
        at = self.there.index(self.current) + by
        if 0 <= at < len(self.there):
            self.go(self.there[at])

    def go(self, tab: TablePane) -> None:
        """Puts a tab on top and gives it the focus."""
        self.current = tab
        if tab not in self.there:
            self.there = [one for one in self.tabs if one is tab or one in self.there]
        self.query_one(ContentSwitcher).current = tab.id
        tab.table.focus()

    def tab_of(self, kind: str) -> TablePane | None:
        """The tab where objects of that kind have their rows."""
        return next((tab for tab in self.tabs if kind in tab.own), None)

    def find(self, kind: type[TablePane]) -> TablePane:
        """The tab of that class."""
        return next(tab for tab in self.tabs if isinstance(tab, kind))
