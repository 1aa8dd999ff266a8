"""The Pods tab."""

from __future__ import annotations

from collections.abc import Callable

from tui.panes.base import TablePane, View
from tui.present import pod as present
from tui.present.pod_rows import PodRows
from widgets.live_table import Row


class PodsPane(TablePane):
    """Pods, with kubectl's own STATUS."""

    title = "Pods"
    kinds = ("Pod",)
    also = ("PodUsage",)
    own = frozenset({"Pod"})

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="pods", now=now, markable=True)
        self._rows: PodRows | None = None

    def rows(self, view: View) -> list[Row]:
        kept = self._rows
        if kept is None or (kept.survey, kept.namespaces) != (view.survey, view.namespaces):
            kept = self._rows = PodRows(view.survey, view.namespaces)
        found = kept.look()
        if kept.behind:
            self._seen = ()  # there is more at the next tick
        return found
