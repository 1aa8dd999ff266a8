"""What a table's pane is: it reads one session's store and shows rows made by `present`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.session import Session
from tui.store import LinkState, Record
from tui.survey import Survey
from widgets.filter_bar import FilterBar
from widgets.live_table import Column, LiveTable, Row


@dataclass(frozen=True, slots=True)
class View:
    """What panes show: a session with its judgement, and the chosen namespaces (None: all)."""

    session: Session
    survey: Survey
    namespaces: frozenset[str] | None


class TablePane(Vertical):
    """A pane with one table. Subclasses say which kinds they read and make the rows."""

    kinds: tuple[str, ...] = ()
    """Kinds whose change makes it repaint, and whose links are its condition."""

    title: str = ""
    """Of its tab."""

    def __init__(
        self, columns: Sequence[Column], *, id: str, now: Callable[[], float], markable: bool = False
    ) -> None:
        super().__init__(id=id)
        self.table = LiveTable(columns, now=now, markable=markable, id=f"{id}-table")
        self.filter_bar = FilterBar(id=f"{id}-filter")
        self._now = now
        self._seen: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield self.table
        yield self.filter_bar

    def rows(self, view: View) -> list[Row]:
        """The rows of that view, worst first."""
        raise NotImplementedError

    def count(self, view: View) -> str:
        """What its tab says beside the title."""
        return ""

    def show(self, view: View) -> None:
        """Repaints when something that it reads differs."""
        store = view.session.store
        seen = (id(view.session), view.namespaces, int(self._now()), *store.versions((*self.kinds, "links")))
        if seen == self._seen:
            return
        if self._seen and self._seen[0] != seen[0]:
            self.table.forget()
        self._seen = seen
        self.table.set_rows(self.rows(view))
        self.table.stale = view.session.link.state in (LinkState.STALE, LinkState.UNREACHABLE)
        self.table.empty = Content(condition(view, self.kinds))

    def record(self, view: View, uid: object) -> Record | None:
        """The record behind a row of this pane."""
        for kind in self.kinds:
            found = view.session.store.by_uid(kind, str(uid))
            if found is not None:
                return found
        return None

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Hides while typing."""
        self.table.set_filter(message.filter)

    def on_filter_bar_cleared(self, message: FilterBar.Cleared) -> None:
        """Shows all again."""
        self.table.set_filter(message.filter)


def condition(view: View, kinds: tuple[str, ...]) -> str:
    """Why there is nothing to see: still connecting, forbidden, unreachable, or truly nothing."""
    if view.session.error is not None and view.session.link.state is LinkState.UNREACHABLE:
        error = view.session.error
        return f"{error.title}\n{error.hint}" if error.hint else error.title
    for kind in kinds:
        link = view.session.store.link(kind)
        if link is None or link.state is LinkState.CONNECTING:
            return "reading …" if link is None or not link.listed else f"reading … {link.listed}"
        if link.state in (LinkState.FORBIDDEN, LinkState.ABSENT) and link.error is not None:
            return str(link.error)
    return "nothing here"
