"""The Trouble tab: all that is not well, worst first."""

from __future__ import annotations

from collections.abc import Callable

from tui.panes.base import TablePane, View
from tui.present import trouble as present
from tui.survey_paths import READS as PATHS
from widgets.live_table import Row


class TroublePane(TablePane):
    """Troubles of every kind; deeds work on their objects."""

    title = "Trouble"
    kinds = (
        *("Deployment", "StatefulSet", "DaemonSet", "Job", "Pod", "ReplicaSet", "Namespace", "Event"),
        *("CronJob", "SealedSecret"),
        *PATHS,
    )
    also = ("ComposeService", "Application")

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="trouble", now=now, markable=True)

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.session.store, view.survey, view.namespaces, self._now())

    def count(self, view: View) -> str:
        return f"!{len(found)}" if (found := present.of(view.survey, view.namespaces)) else ""
