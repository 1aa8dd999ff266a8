"""The Workloads tab."""

from __future__ import annotations

from collections.abc import Callable

from tui.panes.base import TablePane, View
from tui.present import workload as present
from tui.survey import WORKLOADS
from widgets.live_table import Row


class WorkloadsPane(TablePane):
    """Deployments, StatefulSets and DaemonSets; services of Compose."""

    title = "Workloads"
    kinds = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "HorizontalPodAutoscaler")
    also = ("ComposeService",)
    own = frozenset(WORKLOADS)

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="workloads", now=now, markable=True)

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.session.store, view.survey, view.namespaces, self._now())
