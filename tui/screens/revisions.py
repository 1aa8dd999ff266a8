"""The dialog that rolls one workload back: its revisions, live, and the plan for the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from tui.actions.base import Asked
from tui.actions.guard import digest
from tui.actions.roll_back import ROLL_BACK
from tui.errors import DeployError
from tui.model.plan import Plan, Remark, Weight
from tui.model.revision import best_target
from tui.present import revision as present
from tui.screens.confirm import Confirm
from widgets.live_table import LiveTable

READS = (
    *("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision", "Pod"),
    *("Secret", "ConfigMap", "HorizontalPodAutoscaler", "Job", "links"),
)


class Revisions(Confirm):
    """Up and down choose; the cursor begins on the newest revision that is known to have been ready."""

    DEFAULT_CSS = """
    Revisions #dialog { height: 90%; max-height: 36; }
    Revisions #head { height: 2; }
    Revisions #body { height: 1fr; max-height: 100%; }
    Revisions LiveTable { height: auto; max-height: 8; margin-bottom: 1; }
    Revisions.-short #dialog { height: 100%; }
    Revisions.-short LiveTable { max-height: 5; margin-bottom: 0; }
    Revisions.-short #head { margin-bottom: 0; }
    Revisions.-short #body { max-height: 100%; }
    Revisions LiveTable > .live-table--cursor { background: $primary 28%; }
    Revisions:nocolor LiveTable > .live-table--cursor { text-style: reverse; }
    """
    BINDINGS = [
        Binding("up", "choose(-1)", "The revision above", show=False),
        Binding("down", "choose(1)", "The revision below", show=False),
    ]
    hint = "up down revision  ctrl+d diff  ctrl+y copy  esc"

    def __init__(
        self,
        asked: Asked,
        colour: str,
        changed: Callable[[], str],
        journal: str,
        *,
        now: Callable[[], float],
    ) -> None:
        self._asked = asked
        self._now = now
        self._seen: tuple[int, ...] = ()
        self._revisions = ROLL_BACK.revisions(asked)
        best = best_target(self._revisions)
        self._chosen = best.number if best is not None else self._revisions[0].number
        super().__init__(asked.environment, self._plan(), colour, changed, journal)
        self._table = LiveTable(present.COLUMNS, now=now, id="revisions")
        self._table.can_focus = False

    @property
    def target(self) -> str:
        return self._asked.targets[0].meta.name

    def choices(self) -> ComposeResult:
        yield self._table

    def on_mount(self) -> None:
        self._seen = self._asked.store.versions(READS)
        self._show_revisions()
        self._table.select(self._chosen)

    def check_seen(self) -> None:
        """At each tick: the revisions and the plan as they are now."""
        super().check_seen()
        seen = self._asked.store.versions(READS)
        if seen != self._seen:
            self._seen = seen
            self._revisions = ROLL_BACK.revisions(self._fresh())
            self._show_revisions()
            self._plan_anew()
        self._table.tick()

    def action_choose(self, by: int) -> None:
        """Another revision; what was typed for the one before does not count for it."""
        self._table.action_move(by)
        self._choose()

    @on(LiveTable.Highlighted)
    def _choose(self) -> None:
        number = self._table.cursor
        if isinstance(number, int) and number != self._chosen:
            self._chosen = number
            self._show_revisions()
            for typed in self.query("#typed").results(Input):
                typed.value = ""
            self._plan_anew()

    def _show_revisions(self) -> None:
        self._table.set_rows([present.row(one, one.number == self._chosen) for one in self._revisions])

    def _plan_anew(self) -> None:
        plan = self._plan()
        if plan != self.plan:
            self.show_plan(plan)

    def _plan(self) -> Plan:
        """For the chosen revision; without steps where it can't be gone back to, and why."""
        asked = self._fresh()
        try:
            return ROLL_BACK.plan(replace(asked, choice=self._chosen))
        except DeployError as error:
            remarks = [Remark(Weight.BAD, str(error))]
            if best_target(self._revisions) is None:
                text = "no other revision is known to have been ready: choose one with up and down"
                remarks = [Remark(Weight.LOOK, text)]
            return Plan(
                ROLL_BACK.id,
                asked.environment.name,
                f"Roll {self.target} back",
                (),
                remarks=tuple(remarks),
                verb="Roll back",
                grave=True,
            )

    def _fresh(self) -> Asked:
        """With what its controller said meanwhile, as long as nobody changed what was asked about."""
        (target,) = self._asked.targets
        record = self._asked.store.by_uid(target.meta.kind, target.meta.uid)
        if record is None or digest(record) != digest(target):
            record = target
        return replace(self._asked, targets=(record,), now=self._now())
