"""The Apps tab: Applications of Argo CD."""

from __future__ import annotations

from collections.abc import Callable

from tui.model.environment import Platform, SyncMode
from tui.panes.base import TablePane, View
from tui.present import application as present
from tui.store import LinkState
from widgets.live_table import Row


class AppsPane(TablePane):
    """What Argo CD deploys into this environment; without Argo CD it says so where it is declared."""

    title = "Apps"
    kinds = ("Application",)
    also = ("AppProject",)
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

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.survey, view.namespaces, self._now())
