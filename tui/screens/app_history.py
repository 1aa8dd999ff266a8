"""The dialog of Argo CD's rollback: the deployments of an application, and the plan for one of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from textual import work

from tui.actions.app_past import deployments
from tui.actions.argo_roll_back import ARGO_ROLL_BACK
from tui.actions.base import Asked
from tui.model.application import Application, Deployed
from tui.model.past_deployment import PastDeployment, best, commit
from tui.model.plan import Plan
from tui.model.then import Then
from tui.present import app_history as present
from tui.screens.confirm import Confirm
from tui.screens.history import History
from widgets.live_table import Row

Fetch = Callable[[Application, Deployed], Awaitable[Then]]
"""Renders the commit of an entry and the present one; says in `problem` what could not be had."""


class AppHistory(History):
    """What Git holds of the chosen commit comes while it is looked at, and is kept."""

    columns = present.COLUMNS
    reads = (
        *("Application", "AppProject", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
        *("ControllerRevision", "Pod", "Job", "goose", "links"),
    )
    none_known = "no other deployment is known to have been ready: choose one with up and down"
    _past: list[PastDeployment]

    def __init__(
        self,
        asked: Asked,
        colour: str,
        changed: Callable[[], str],
        journal: str,
        *,
        now: Callable[[], float],
        way: tuple[str, ...] = (),
        other: Callable[[], Confirm] | None = None,
        fetch: Fetch | None = None,
    ) -> None:
        self._fetch = fetch
        self._then: dict[tuple[str, str], Then] = {}  # by the present commit and the chosen one
        super().__init__(asked, colour, changed, journal, now=now, way=way, other=other)

    def on_mount(self) -> None:
        super().on_mount()
        self._fetch_then()

    def read(self) -> None:
        asked = self.fresh()
        (one,) = asked.targets
        assert isinstance(one, Application)
        self._past = deployments(asked.store, one, asked.known_ready)

    def numbers(self) -> list[int]:
        return [one.id for one in self._past]

    def best(self) -> int | None:
        found = best(self._past)
        return found.id if found is not None else None

    def rows(self, chosen: int) -> list[Row]:
        return [present.row(one, one.id == chosen) for one in self._past]

    def plan_for(self, asked: Asked, chosen: int) -> Plan:
        return ARGO_ROLL_BACK.plan_to(replace(asked, choice=chosen), self._then.get(self._key()))

    def fresh(self) -> Asked:
        """The application as it is now: an operation that begins, or a new entry, changes the plan."""
        (target,) = self._asked.targets
        record = self._asked.store.by_uid(target.meta.kind, target.meta.uid) or target
        return replace(self._asked, targets=(record,), now=self._now())

    def plan_anew(self) -> None:
        super().plan_anew()
        self._fetch_then()

    @work(exclusive=True, group="then")
    async def _fetch_then(self) -> None:
        key, entry = self._key(), self._entry()
        (one,) = self.fresh().targets
        if self._fetch is None or entry is None or key in self._then or not isinstance(one, Application):
            return
        self._then[key] = await self._fetch(one, entry)
        if key == self._key():
            super().plan_anew()

    def _entry(self) -> Deployed | None:
        return next((each.entry for each in self._past if each.id == self.chosen), None)

    def _key(self) -> tuple[str, str]:
        (one,) = self.fresh().targets
        assert isinstance(one, Application)
        entry, current = self._entry(), one.deployed
        return commit(current) if current is not None else "", commit(entry) if entry is not None else ""
