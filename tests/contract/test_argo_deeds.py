"""On a real Argo CD: refresh, sync and terminate of one application, followed as the cockpit follows them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.place import Place
from tui.actions.base import Asked, Deed
from tui.actions.refresh import REFRESH
from tui.actions.sync import SYNC
from tui.actions.terminate import TERMINATE
from tui.carry import Outcome, out
from tui.clock import SystemClock
from tui.journal import Journal
from tui.model.application import Application
from tui.model.environment import Environment
from tui.model.plan import Plan, Progress, Stage
from tui.model.sync_plan import SyncOptions
from tui.store import Store
from tui.wire.kinds import KINDS

pytestmark = pytest.mark.cluster
NAME, NAMESPACE = "gateway-production", "prod-gateway"
PRODUCTION = Environment("production", branch="main")
_CLOCK = SystemClock()
_MERGE = {"content-type": "application/merge-patch+json"}
_WATCHED = (
    ("Application", "argocd"),
    ("AppProject", "argocd"),
    ("Deployment", NAMESPACE),
    ("Job", NAMESPACE),
)


class Bench:
    """One application of the bench, read anew whenever it is looked at."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place = place
        self.store = Store()
        self.journal = Journal(folder)

    async def look(self) -> Application:
        for kind, namespace in _WATCHED:
            answer = await self.place.http.get(KINDS[kind].url(namespace, ""))
            if answer.status_code == 404:
                pytest.skip("no Argo CD")
            read = [KINDS[kind].read(json.dumps(each).encode()) for each in answer.json()["items"]]
            self.store.replace(kind, "", {one.meta.uid: one for one in read})
        found = self.store.get("Application", "argocd", NAME)
        if not isinstance(found, Application):
            pytest.skip(f"no {NAME}")
        return found

    async def idle(self) -> None:
        async with asyncio.timeout(60):
            while True:
                one = await self.look()
                if one.operation is None and not one.refreshing and one.state is not None and one.state.over:
                    return
                await asyncio.sleep(0.3)

    async def patch(self, body: dict[str, Any]) -> None:
        url = KINDS["Application"].url("argocd", NAME)
        answer = await self.place.http.patch(url, content=json.dumps(body), headers=_MERGE)
        assert answer.status_code == 200, answer.text

    async def plan(self, deed: Deed, options: SyncOptions | None = None) -> Plan:
        one = await self.look()
        asked = Asked(self.store, PRODUCTION, (one,), now=_CLOCK.now(), sync=options or SyncOptions())
        return deed.plan(asked)

    async def out(self, plan: Plan) -> Outcome:
        return await out(
            plan,
            server=self.place.client.server,
            store=Store(),
            environment=PRODUCTION,
            readonly=False,
            stale=lambda: False,
            journal=self.journal,
            clock=_CLOCK,
            who="ann",
        )

    async def carried(self, deed: Deed, plan: Plan) -> list[Progress]:
        """Every word of its progress, to its end."""
        since = _CLOCK.now()
        outcome = await self.out(plan)
        assert outcome.stage is Stage.ACCEPTED, outcome.text
        told: list[Progress] = []
        async with asyncio.timeout(120):
            while not told or not told[-1].stage.over:
                await self.look()
                now = deed.progress(self.store, plan, since, _CLOCK.now())
                if not told or told[-1] != now:
                    told.append(now)
                await asyncio.sleep(0.1)
        return told


@pytest.fixture
async def bench(cluster: Place, tmp_path: Path) -> Bench:
    """With nothing running."""
    made = Bench(cluster, tmp_path)
    await made.idle()
    return made


async def test_refresh_then_sync_of_the_commit_that_was_compared(bench: Bench) -> None:
    told = await bench.carried(REFRESH, await bench.plan(REFRESH))
    assert told[-1].stage is Stage.DONE
    plan = await bench.plan(SYNC, SyncOptions(reason="contract", ticket="contract"))
    wanted = (await bench.look()).revision
    told = await bench.carried(SYNC, plan)
    assert told[-1].stage is Stage.DONE, told
    one = await bench.look()
    assert one.state is not None
    assert one.state.operation.username == "ann (deploytui)"
    assert ("Reason", "contract") in one.state.operation.info
    assert one.state.operation.revision == one.state.revision == wanted
    assert set(one.state.operation.sync_options) == {"CreateNamespace=true", "ApplyOutOfSyncOnly=true"}


async def test_two_operators_at_once(bench: Bench) -> None:
    first, second = await bench.plan(SYNC), await bench.plan(SYNC)
    outcomes = [await bench.out(first), await bench.out(second)]
    assert outcomes[0].stage is Stage.ACCEPTED
    # The operation of the first may be over already: then the second one is an ordinary sync.
    if outcomes[1].stage is Stage.FAILED:
        assert "changed while you looked" in outcomes[1].text or "began" in outcomes[1].text
    await bench.idle()


async def test_an_operation_of_another_is_terminated(bench: Bench) -> None:
    asked = {"initiatedBy": {"username": "other"}, "retry": {"limit": 3, "backoff": {"duration": "20s"}}}
    no_such_commit = {**asked, "sync": {"revision": "f" * 40}}  # it fails, and waits to be tried again
    await bench.patch({"operation": no_such_commit, "status": {"operationState": None}})
    async with asyncio.timeout(60):
        while True:
            one = await bench.look()
            if one.state is not None and one.state.phase == "Running":
                break
            if one.operation is None:
                pytest.skip("it was over before it could be terminated")
            await asyncio.sleep(0.05)
    told = await bench.carried(TERMINATE, await bench.plan(TERMINATE))
    assert told[-1].stage is Stage.DONE
    await bench.idle()


async def test_a_ghost_is_cleared_by_a_sync(bench: Bench) -> None:
    state = {
        "phase": "Running",
        "startedAt": "2026-01-01T00:00:00Z",
        "message": "a ghost",
        "operation": {"sync": {}},
    }
    await bench.patch({"status": {"operationState": {**state, "finishedAt": None, "syncResult": None}}})
    await asyncio.sleep(3)  # in which a controller that minded it would act
    one = await bench.look()
    assert (one.operation, one.state is not None and one.state.message) == (None, "a ghost")
    (refusal,) = TERMINATE.refuse(Asked(bench.store, PRODUCTION, (one,)))
    assert "a ghost" in refusal.text
    plan = await bench.plan(SYNC)
    assert any("this sync clears it" in remark.text for remark in plan.remarks)
    told = await bench.carried(SYNC, plan)
    assert told[-1].stage is Stage.DONE, told


async def test_a_chosen_commit_and_forward_again(bench: Bench) -> None:
    one = await bench.look()
    older = next((each.revision for each in reversed(one.history) if each.revision != one.revision), "")
    if not older:
        pytest.skip("one commit was deployed only")
    told = await bench.carried(SYNC, await bench.plan(SYNC, SyncOptions(revision=older, ticket="older")))
    assert told[-1].stage is Stage.DONE, told
    one = await bench.look()
    assert one.state is not None
    assert one.state.revision == older
    told = await bench.carried(SYNC, await bench.plan(SYNC, SyncOptions(ticket="forward")))
    assert told[-1].stage is Stage.DONE, told
