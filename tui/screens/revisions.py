"""The dialog that rolls one workload back: its revisions, live, and the plan for the one under the cursor."""

from __future__ import annotations

from dataclasses import replace

from tui.actions.base import Asked
from tui.actions.guard import digest
from tui.actions.roll_back import ROLL_BACK
from tui.model.plan import Plan
from tui.model.revision import Revision, best_target
from tui.present import revision as present
from tui.screens.history import History
from widgets.live_table import Row


class Revisions(History):
    """Of a Deployment its ReplicaSets, else its ControllerRevisions."""

    columns = present.COLUMNS
    reads = (
        *("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision", "Pod"),
        *("Secret", "ConfigMap", "HorizontalPodAutoscaler", "Job", "Application", "links"),
    )
    none_known = "no other revision is known to have been ready: choose one with up and down"
    _revisions: list[Revision]

    def read(self) -> None:
        self._revisions = ROLL_BACK.revisions(self.fresh())

    def numbers(self) -> list[int]:
        return [one.number for one in self._revisions]

    def best(self) -> int | None:
        found = best_target(self._revisions)
        return found.number if found is not None else None

    def rows(self, chosen: int) -> list[Row]:
        return [present.row(one, one.number == chosen) for one in self._revisions]

    def plan_for(self, asked: Asked, chosen: int) -> Plan:
        return ROLL_BACK.plan(replace(asked, choice=chosen))

    def fresh(self) -> Asked:
        """With what its controller said meanwhile, as long as nobody changed what was asked about."""
        (target,) = self._asked.targets
        record = self._asked.store.by_uid(target.meta.kind, target.meta.uid)
        if record is None or digest(record) != digest(target):
            record = target
        return replace(self._asked, targets=(record,), now=self._now())
