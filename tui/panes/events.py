"""The Events tab."""

from __future__ import annotations

from collections.abc import Callable

from tui.panes.base import TablePane, View
from tui.present import event as present
from widgets.live_table import Row


class EventsPane(TablePane):
    """Events, newest first."""

    title = "Events"
    kinds = ("Event",)
    own = frozenset({"Event"})

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="events", now=now, markable=True)

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.session.store, view.survey, view.namespaces, self._now())
