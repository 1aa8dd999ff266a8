"""What a sync's dialog asks beside the store: commits from the checkout, the difference of the manifests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from tui.clock import Clock
from tui.errors import DeployError, Refused
from tui.model.application import Application
from tui.model.commits import Commit, Push
from tui.sync_difference import difference
from tui.wire.argo_rest import ArgoRest
from tui.wire.checkout import Checkout
from tui.wire.git_log import commit, push
from tui.wire.kube import Client

_MOST = 8  # applications of a dialog that are asked about; what Argo CD says of each is known anyway


@dataclass(frozen=True, slots=True)
class Found:
    """Of one application. `unknown` says why there is no difference."""

    push: Push | None = None
    difference: tuple[str, str] | None = None
    unknown: str = ""


class SyncDesk:
    """Made once for an environment; asks only when a dialog is open. Raises nothing: a failure is words."""

    def __init__(
        self,
        client: Client,
        clock: Clock,
        *,
        checkout: Checkout | None = None,
        rest: ArgoRest | None = None,
        problem: str = "",
    ) -> None:
        """`problem` is why a server of Argo CD that is declared can't be asked."""
        self._client, self._clock = client, clock
        self._checkout, self._problem = checkout, problem
        self.rest = rest

    async def look(self, applications: Iterable[Application], revision: str = "") -> dict[str, Found]:
        """By uid; `revision` is a commit that was chosen instead of the compared one."""
        chosen = list(applications)
        found = await asyncio.gather(
            *(self._look(one, revision, index < _MOST) for index, one in enumerate(chosen))
        )
        return {one.meta.uid: each for one, each in zip(chosen, found, strict=True)}

    async def commit(self, one: Application, revision: str) -> Commit | None:
        """Who made a commit, from the checkout, else from Argo CD's server; raises DeployError."""
        found = await commit(self._checkout.root, self._clock, revision) if self._checkout else None
        if found is None and self.rest is not None:
            return await self.rest.commit(one, revision)
        return found

    async def _look(self, one: Application, revision: str, compared: bool) -> Found:
        if not compared:
            return Found(unknown=f"only the first {_MOST} are compared")
        pushed = await self._push(one)
        try:
            return Found(pushed, await self._difference(one, revision))
        except DeployError as error:
            return Found(pushed, None, str(error))

    async def _push(self, one: Application) -> Push | None:
        try:
            if self._checkout is not None:
                return await push(self._checkout.root, self._clock, one)
            if self.rest is not None and one.revision:
                return Push((await self.rest.commit(one, one.revision),))
        except DeployError as error:
            return Push(problem=str(error))
        return None

    async def _difference(self, one: Application, revision: str) -> tuple[str, str]:
        """Argo CD's own where it speaks of that commit, else live objects against manifests."""
        wanted = revision or one.revision
        complaint = self._problem
        if self.rest is not None and wanted == one.revision:
            try:
                return await self.rest.differences(one)
            except DeployError as error:
                complaint = str(error)
        for each in (self.rest, self._checkout):
            if each is None:
                continue
            try:
                return await difference(self._client, one, await each.documents(one, wanted))
            except DeployError as error:
                complaint = complaint or str(error)
        raise Refused(complaint or "no server of Argo CD and no checkout to ask")
