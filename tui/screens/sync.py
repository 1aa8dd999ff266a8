"""The dialog of a sync: its options, the plan for them live, and a reason that the operation keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from tui.actions.base import Asked
from tui.actions.guard import digest
from tui.actions.sync import SYNC, applications
from tui.errors import DeployError
from tui.model.commits import Push
from tui.model.plan import Remark, Weight
from tui.model.step import Board
from tui.model.sync_plan import SyncOptions, pinned
from tui.present import sync_options as present
from tui.screens.confirm import Confirm, required
from tui.store import Record
from widgets.live_table import LiveTable

if TYPE_CHECKING:
    from tui.sync_desk import SyncDesk


class SyncDialog(Confirm):
    """Up and down choose an option, left and right its value; what was typed counts for one plan only."""

    DEFAULT_CSS = """
    SyncDialog #dialog { height: 90%; max-height: 40; }
    SyncDialog #body { height: 1fr; max-height: 100%; }
    SyncDialog #head { height: auto; max-height: 6; }
    SyncDialog LiveTable { height: auto; max-height: 9; }
    SyncDialog #reason { height: 1; border: none; padding: 0 1; margin: 1 0; background: $boost; }
    SyncDialog.-short #dialog { height: 100%; }
    SyncDialog.-short #head { margin-bottom: 0; max-height: 2; }
    SyncDialog.-short LiveTable { max-height: 4; }
    SyncDialog.-short #reason { margin: 0; }
    SyncDialog.-short #body { max-height: 100%; }
    SyncDialog LiveTable > .live-table--cursor { background: $primary 28%; }
    SyncDialog:nocolor LiveTable > .live-table--cursor { text-style: reverse; }
    """
    BINDINGS = [
        Binding("up", "choose(-1)", "The option above", show=False, priority=True),
        Binding("down", "choose(1)", "The option below", show=False, priority=True),
        Binding("left", "turn(-1)", "Its value before", show=False, priority=True),
        Binding("right", "turn(1)", "Its next value", show=False, priority=True),
    ]
    hint = "arrows options  ctrl+d diff  ctrl+y copy  esc"

    def __init__(
        self,
        asked: Asked,
        colour: str,
        changed: Callable[[], str],
        journal: str,
        *,
        now: Callable[[], float],
        boards: Callable[[], Mapping[str, Board]] = dict,
        desk: SyncDesk | None = None,
    ) -> None:
        """Refused when no target is left. `boards` are those of now, by the application's uid."""
        self._desk = desk
        self._boards = boards
        ticket = f"{int(asked.now * 1000):x}"
        self._asked = replace(asked, sync=replace(asked.sync, ticket=ticket))
        self._now = now
        self._applications = applications(asked, ())
        self._second = 0
        plan = SYNC.plan(self._asked)
        self._grave = plan.grave  # decides how it is confirmed
        super().__init__(asked.environment, plan, colour, changed, journal)
        self._table = LiveTable(present.COLUMNS, now=now, id="options")
        self._table.can_focus = False

    @property
    def target(self) -> str:
        """Also while there is nothing to write."""
        return self._applications[0].meta.name

    def choices(self) -> ComposeResult:
        yield self._table
        yield Input(placeholder="reason, kept in the operation (tab)", id="reason")

    def on_mount(self) -> None:
        self._show_options()
        self._ask()

    def _ask(self) -> None:
        """The dialog is there at once; what takes longer comes into it."""
        if self._desk is not None:
            reading = {one.meta.uid: "it is being read" for one in self._applications}
            self._asked = replace(self._asked, differences={}, undiffed=reading)
            self.run_worker(self._read(self._desk), group="desk", exclusive=True)

    async def _read(self, desk: SyncDesk) -> None:
        found = await desk.look(self._applications, self._asked.sync.revision)
        self._asked = replace(
            self._asked,
            pushes={uid: one.push for uid, one in found.items() if one.push is not None},
            differences={uid: one.difference for uid, one in found.items() if one.difference is not None},
            undiffed={uid: one.unknown for uid, one in found.items() if one.unknown},
        )
        self._plan_anew()

    def check_seen(self) -> None:
        """Each second: the plan as it is now; its words count seconds."""
        super().check_seen()
        second = int(self._now())
        if second != self._second:
            self._second = second
            self._plan_anew()
        self._table.tick()

    def action_choose(self, by: int) -> None:
        """The option above or below."""
        self._table.action_move(by)

    def action_turn(self, by: int) -> None:
        """Another value of the option under the cursor; in the reason, a step of its cursor."""
        if isinstance(self.focused, Input) and self.focused.id == "reason":
            self.focused.cursor_position += by
            return
        options = present.stepped(self._applications, self._push, self._asked.sync, self._table.cursor, by)
        if options != self._asked.sync:
            anew = options.revision != self._asked.sync.revision
            self._take(options)
            if anew:
                self._ask()
            for typed in self.query("#typed").results(Input):
                typed.value = ""  # it was for another plan

    @on(Input.Changed, "#reason")
    def _reason(self, message: Input.Changed) -> None:
        self._take(replace(self._asked.sync, reason=message.value.strip()))

    @on(Input.Submitted, "#reason")
    def _reason_given(self) -> None:
        self.focus_next()

    @property
    def _push(self) -> Push | None:
        return self._asked.pushes.get(self._applications[0].meta.uid)

    def _take(self, options: SyncOptions) -> None:
        self._asked = replace(self._asked, sync=options)
        self._plan_anew()

    def _plan_anew(self) -> None:
        """With what Argo CD said meanwhile; without steps where it can't be synced any more, and why."""
        before = [pinned(one, self._asked.sync) for one in self._applications]
        self._asked = replace(self._asked, targets=self._fresh(), now=self._now(), boards=self._boards())
        self._applications = applications(self._asked, ())
        if [pinned(one, self._asked.sync) for one in self._applications] != before:
            self._ask()
            for typed in self.query("#typed").results(Input):
                typed.value = ""
        try:
            plan = SYNC.plan(self._asked)
        except DeployError as error:
            plan = replace(
                self.plan, steps=(), then=None, apart=(), remarks=(Remark(Weight.BAD, str(error)),)
            )
        if plan.grave and not self._grave and required(self._environment, plan) is not self._how:
            text = "migrations are known by now: esc and again, for the confirmation that they take"
            plan = replace(
                plan, steps=(), then=None, apart=(), remarks=(Remark(Weight.BAD, text), *plan.remarks)
            )
        if plan != self.plan:
            self.show_plan(plan)
        self._show_options()

    def _fresh(self) -> tuple[Record, ...]:
        """The targets as they are now, as long as nobody changed what was asked about."""
        found = []
        for target in self._asked.targets:
            record = self._asked.store.by_uid(target.meta.kind, target.meta.uid)
            found.append(record if record is not None and digest(record) == digest(target) else target)
        return tuple(found)

    def _show_options(self) -> None:
        if self._table.is_attached:
            self._table.set_rows(present.rows(self._applications, self._push, self._asked.sync))
