"""The Pods tab."""

from __future__ import annotations

from collections.abc import Callable

from tui.panes.base import TablePane, View
from tui.present import pod as present
from widgets.live_table import Row


class PodsPane(TablePane):
    """Pods, with kubectl's own STATUS."""

    title = "Pods"
    kinds = ("Pod",)
    also = ("PodUsage",)
    own = frozenset({"Pod"})

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="pods", now=now, markable=True)

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.session.store, view.survey, view.namespaces, self._now())
