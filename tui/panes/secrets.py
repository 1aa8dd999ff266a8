"""The Secrets tab: SealedSecrets, the Secrets that they make and those that workloads read; never a value."""

from __future__ import annotations

from collections.abc import Callable

from tui.model.cluster import Named
from tui.model.environment import Platform
from tui.model.key import Meta
from tui.panes.base import TablePane, View
from tui.present import secret as present
from tui.store import LinkState, Record
from tui.survey_secrets import CONSUMERS
from widgets.live_table import Row


class SecretsPane(TablePane):
    """Names and keys; keys are those of SealedSecrets and those that workloads ask for by name."""

    title = "Secrets"
    kinds = ("Secret", "SealedSecret")
    also = (*CONSUMERS, "Event")
    own = frozenset({"SealedSecret", "Secret"})

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="secrets", now=now, markable=True)

    def there(self, view: View) -> bool:
        """Not with Compose, nor where there are no SealedSecrets and Secrets can't be read either."""
        if view.session.environment.platform is Platform.COMPOSE:
            return False
        store = view.session.store
        seals, secrets = store.link("SealedSecret"), store.link("Secret")
        unread = secrets is not None and secrets.state in (LinkState.FORBIDDEN, LinkState.ABSENT)
        return not (unread and seals is not None and seals.state is LinkState.ABSENT)

    def rows(self, view: View) -> list[Row]:
        return present.rows(view.survey, view.namespaces)

    def record(self, view: View, uid: object) -> Record | None:
        """The SealedSecret or Secret; of one that is only wanted a name without an object."""
        found = super().record(view, uid)
        health = view.survey.secrets.healths.get(str(uid))
        if found is not None or health is None:
            return found
        return Named(Meta("Secret", health.lens.namespace, health.lens.name, health.lens.uid))
