"""Pane 2: the namespaces in the configured order, with their trouble and their pods."""

from __future__ import annotations

from collections.abc import Callable

from tui.panes.base import TablePane, View
from tui.present import namespace as present
from widgets.live_table import Row


class NamespacesPane(TablePane):
    """A row per namespace, and "all" first; its row id is the namespace in the cluster, "" for all.
    The marked ones are chosen together."""

    kinds = ("Namespace", "Deployment", "StatefulSet", "DaemonSet", "Job", "Pod")
    also = ("ComposeService",)
    scoped = False

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="namespaces", now=now, markable=True)
        self.add_class("pane")
        self.border_title = "2 Namespaces"

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.session.store, view.survey, view.session.environment, view.namespaces)

    @property
    def chosen(self) -> frozenset[str] | None:
        """The marked namespaces; None, all of them, where none is marked."""
        return frozenset(str(one) for one in self.table.marks if one) or None
