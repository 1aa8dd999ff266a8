"""Pane 3: migration Jobs with their database, attempts, goose's progress and the version reached."""

from __future__ import annotations

from collections.abc import Callable

from tui.panes.base import TablePane, View
from tui.present import waves as present
from widgets.live_table import Row


class WavesPane(TablePane):
    """Migration Jobs in the order of their phases and waves."""

    kinds = ("Job", "Pod")

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="waves", now=now)
        self.add_class("pane")
        self.border_title = "3 Migration waves"

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.session.store, view.survey, view.namespaces, self._now())
