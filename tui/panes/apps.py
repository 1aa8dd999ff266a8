"""The Apps tab: Applications of Argo CD."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from tui.model.environment import Platform, SyncMode
from tui.panes.base import TablePane, View
from tui.present import application as present
from tui.store import LinkState
from widgets.live_table import Row


class AppsPane(TablePane):
    """What Argo CD deploys into this environment; without Argo CD it says so where it is declared."""

    title = "Apps"
    kinds = ("Application",)
    also = ("AppProject", "Commit")
    own = frozenset({"Application"})

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="apps", now=now, markable=True)

    def there(self, view: View) -> bool:
        """Not with Compose, nor where there is no Argo CD and nobody says that there should be."""
        environment = view.session.environment
        if environment.platform is Platform.COMPOSE:
            return False
        link = view.session.store.link("Application")
        absent = link is None or link.state is LinkState.ABSENT
        return not absent or environment.sync is not SyncMode.NONE

    def count(self, view: View) -> str:
        """How many are out of sync."""
        out = view.survey.apps.out
        return f"{out} out" if out else ""

    def show(self, view: View) -> None:
        before = self._seen
        super().show(view)
        if self._seen is not before and (words := _nothing(view)):
            self.table.empty = Content(words)

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.survey, view.namespaces, self._now())


def _nothing(view: View) -> str:
    """Why there is none: no Argo CD, or none that is this environment's; "" while it is not known."""
    link, argo = view.session.store.link("Application"), view.session.environment.argo
    if link is not None and link.state is LinkState.ABSENT:
        where = f"the cluster of {argo.context or argo.kubeconfig}" if argo.elsewhere else "this cluster"
        return (
            f"Argo CD is not here: {where} knows no Applications\nargocd: {{context: ...}} names another one"
        )
    if link is None or not link.usable or view.survey.apps.all:
        return ""
    by = argo.selector or argo.destination or "this cluster and its namespaces"
    return f"no application in {argo.namespace} is this environment's\nthey are chosen by {by}: see argocd"
