"""The dialog that goes back to something of the past: what there is to choose, live, and the plan for one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from tui.actions.base import Asked
from tui.errors import DeployError
from tui.model.plan import Plan, Remark, Weight
from tui.screens.confirm import Confirm
from widgets.live_table import Column, LiveTable, Row
from widgets.tone import printable

Other = Callable[[], Confirm]
"""Makes the dialog of another way back."""


class History(Confirm):
    """Up and down choose by number; the cursor begins on the newest that is known to have been ready."""

    DEFAULT_CSS = """
    History #dialog { height: 90%; max-height: 36; }
    History #head { height: 2; }
    History #way { height: auto; color: $text-muted; }
    History #body { height: 1fr; max-height: 100%; }
    History LiveTable { height: auto; max-height: 8; margin-bottom: 1; }
    History.-short #dialog { height: 100%; }
    History.-short LiveTable { max-height: 5; margin-bottom: 0; }
    History.-short #head { margin-bottom: 0; }
    History.-short #body { max-height: 100%; }
    History LiveTable > .live-table--cursor { background: $primary 28%; }
    History:nocolor LiveTable > .live-table--cursor { text-style: reverse; }
    """
    BINDINGS = [
        Binding("up", "choose(-1)", "The one above", show=False),
        Binding("down", "choose(1)", "The one below", show=False),
        Binding("ctrl+o", "other", "The other way back", show=False, priority=True),
    ]
    hint = "up down revision  ctrl+d diff  ctrl+y copy  esc"
    columns: Sequence[Column] = ()
    reads: tuple[str, ...] = ()  # kinds of which any change is news
    none_known = ""

    def __init__(
        self,
        asked: Asked,
        colour: str,
        changed: Callable[[], str],
        journal: str,
        *,
        now: Callable[[], float],
        way: tuple[str, ...] = (),
        other: Other | None = None,
    ) -> None:
        """`way` says in a line each what this way does and which other one there is."""
        self._asked = asked
        self._now = now
        self._seen: tuple[int, ...] = ()
        self._way = way
        self._other = other
        self.read()
        best = self.best()
        self._chosen = best if best is not None else self.numbers()[0]
        super().__init__(asked.environment, self._plan(), colour, changed, journal)
        self._table = LiveTable(self.columns, now=now, id="revisions")
        self._table.can_focus = False

    @abstractmethod
    def read(self) -> None:
        """Reads the past as it is now."""

    @abstractmethod
    def numbers(self) -> list[int]:
        """Of what there is to choose, the newest first; never empty."""

    @abstractmethod
    def best(self) -> int | None:
        """The one that the cursor begins on."""

    @abstractmethod
    def rows(self, chosen: int) -> list[Row]:
        """Their ids are the numbers."""

    @abstractmethod
    def plan_for(self, asked: Asked, chosen: int) -> Plan:
        """DeployError, in words, where it can't be gone back to."""

    @abstractmethod
    def fresh(self) -> Asked:
        """What was asked, about the target as it is now."""

    @property
    def target(self) -> str:
        return self._asked.targets[0].meta.name

    @property
    def chosen(self) -> int:
        """The number under the cursor."""
        return self._chosen

    def choices(self) -> ComposeResult:
        if self._way:
            yield Static(Content("\n".join(printable(line) for line in self._way)), id="way")
        yield self._table

    def on_mount(self) -> None:
        self._seen = self._asked.store.versions(self.reads)
        self._show()
        self._table.select(self._chosen)

    def check_seen(self) -> None:
        """At each tick: the past and the plan as they are now."""
        super().check_seen()
        seen = self._asked.store.versions(self.reads)
        if seen != self._seen:
            self._seen = seen
            self.read()
            self._show()
            self.plan_anew()
        self._table.tick()

    def action_choose(self, by: int) -> None:
        """Another one; what was typed for the one before does not count for it."""
        self._table.action_move(by)
        self._choose()

    def action_other(self) -> None:
        """The dialog of the other way back takes this one's place."""
        if self._other is not None:
            self.instead = self._other()
            self.dismiss(None)

    @on(LiveTable.Highlighted)
    def _choose(self) -> None:
        number = self._table.cursor
        if isinstance(number, int) and number != self._chosen:
            self._chosen = number
            self._show()
            for typed in self.query("#typed").results(Input):
                typed.value = ""
            self.plan_anew()

    def plan_anew(self) -> None:
        """Shows the plan where it is another one."""
        plan = self._plan()
        if plan != self.plan:
            self.show_plan(plan)

    def _show(self) -> None:
        self._table.set_rows(self.rows(self._chosen))

    def _plan(self) -> Plan:
        """For the chosen one; without steps where it can't be gone back to, and why."""
        asked = self.fresh()
        try:
            return self.plan_for(asked, self._chosen)
        except DeployError as error:
            remarks = [Remark(Weight.BAD, str(error))]
            if self.best() is None:
                remarks.append(Remark(Weight.LOOK, self.none_known))
            title = f"Roll {self.target} back"
            return Plan(
                "roll-back",
                asked.environment.name,
                title,
                (),
                remarks=tuple(remarks),
                verb="Roll back",
                grave=True,
            )
