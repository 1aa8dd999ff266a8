"""Pane 2: the namespaces in the configured order, with their trouble and their pods."""

from __future__ import annotations

from collections.abc import Callable

from tui.panes.base import TablePane, View
from tui.present import namespace as present
from widgets.live_table import Row


class NamespacesPane(TablePane):
    """A row per namespace, and "all" first; its row id is the namespace in the cluster, "" for all."""

    kinds = ("Namespace", "Deployment", "StatefulSet", "DaemonSet", "Job", "Pod")

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="namespaces", now=now)
        self.add_class("pane")
        self.border_title = "2 Namespaces"

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.session.store, view.survey, view.session.environment, self._now())
