"""The Jobs tab."""

from __future__ import annotations

from collections.abc import Callable

from tui.panes.base import TablePane, View
from tui.present import job as present
from widgets.live_table import Row


class JobsPane(TablePane):
    """Jobs and CronJobs."""

    title = "Jobs"
    kinds = ("Job", "CronJob", "Pod")
    own = frozenset({"Job", "CronJob"})

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="jobs", now=now, markable=True)

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.session.store, view.survey, view.namespaces, self._now())
