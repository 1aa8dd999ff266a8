"""On a real Argo CD: automated sync held, an application rolled back, and given back exactly as it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.place import Place
from tui.actions.app_past import deployments
from tui.actions.argo_roll_back import ARGO_ROLL_BACK
from tui.actions.base import Asked, Deed
from tui.actions.hold import HOLD
from tui.carry import out
from tui.clock import SystemClock
from tui.journal import Journal
from tui.model.application import HELD, HELD_BY, Application
from tui.model.environment import Environment
from tui.model.past_deployment import commit
from tui.model.plan import Plan, Progress, Stage
from tui.model.rolled_back import rolled_back
from tui.store import Store
from tui.wire.kinds import KINDS

pytestmark = pytest.mark.cluster
NAME, NAMESPACE = "personal-staging", "staging-services"
STAGING = Environment("staging")
BLOCK = {"prune": True, "selfHeal": True, "allowEmpty": False}
_CLOCK = SystemClock()
_MERGE = {"content-type": "application/merge-patch+json"}


class Bench:
    """One application of the bench, read anew whenever it is looked at."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place = place
        self.store = Store()
        self.journal = Journal(folder)

    async def thing(self) -> dict[str, Any]:
        answer = await self.place.http.get(KINDS["Application"].url("argocd", NAME))
        if answer.status_code == 404:
            pytest.skip(f"no Argo CD with {NAME}")
        return dict(answer.json())

    async def patch(self, body: dict[str, Any]) -> None:
        url = KINDS["Application"].url("argocd", NAME)
        answer = await self.place.http.patch(url, content=json.dumps(body), headers=_MERGE)
        assert answer.status_code == 200, answer.text

    async def look(self) -> Application:
        for kind, namespace in (("Application", "argocd"), *((k, NAMESPACE) for k in _WATCHED)):
            answer = await self.place.http.get(KINDS[kind].url(namespace, ""))
            read = [KINDS[kind].read(json.dumps(each).encode()) for each in answer.json()["items"]]
            self.store.replace(kind, "", {one.meta.uid: one for one in read})
        found = self.store.get("Application", "argocd", NAME)
        assert isinstance(found, Application)
        return found

    async def until(self, holds: Callable[[Application], object], within: float = 120) -> Application:
        async with asyncio.timeout(within):
            while not holds(found := await self.look()):  # noqa: ASYNC110 - the cluster is waited for
                await asyncio.sleep(0.3)
        return found

    async def asked(self, choice: int | None = None) -> Asked:
        return Asked(self.store, STAGING, (await self.look(),), now=_CLOCK.now(), choice=choice)

    async def carried(self, deed: Deed, plan: Plan) -> Progress:
        """To its end, as the cockpit follows it."""
        since = _CLOCK.now()
        outcome = await out(
            plan,
            server=self.place.client.server,
            store=Store(),
            environment=STAGING,
            readonly=False,
            stale=lambda: False,
            journal=self.journal,
            clock=_CLOCK,
            who="ann",
        )
        assert outcome.stage is Stage.ACCEPTED, outcome.text
        async with asyncio.timeout(120):
            while True:
                await self.look()
                progress = deed.progress(self.store, plan, since, _CLOCK.now())
                if progress.stage.over:
                    return progress
                await asyncio.sleep(0.2)


_WATCHED = ("Deployment", "ReplicaSet", "Pod")


def settled(one: Application) -> bool:
    """Nothing runs, and it was compared."""
    idle = one.operation is None and (one.state is None or one.state.over)
    return idle and one.sync == "Synced" and not one.refreshing


@pytest.fixture
async def bench(cluster: Place, tmp_path: Path) -> AsyncIterator[Bench]:
    """The application, made automated for the time of the test."""
    made = Bench(cluster, tmp_path)
    was = (await made.thing())["spec"].get("syncPolicy") or {}
    one = await made.look()
    if len({commit(each) for each in one.history}) < 2:
        pytest.skip(f"{NAME} was deployed once only")
    await made.patch({"spec": {"syncPolicy": {"automated": BLOCK}}})
    await made.until(settled)
    yield made
    await made.patch(
        {
            "metadata": {"annotations": {HELD: None, HELD_BY: None}},
            "spec": {"syncPolicy": {"automated": was.get("automated")}},
        }
    )


async def test_back_and_forward_again(bench: Bench) -> None:
    was = await bench.thing()
    before, notes = was["spec"], was["metadata"].get("annotations")
    assert before["syncPolicy"]["automated"] == BLOCK
    now, *past = deployments(bench.store, await bench.look())
    other = next((each for each in past if each.images and each.images != now.images), None)
    if other is None:
        pytest.skip(f"{NAME} had one version only")
    plan = ARGO_ROLL_BACK.plan(await bench.asked(other.id))
    assert [step.deed for step in plan.steps] == ["hold", "argo-roll-back"]
    progress = await bench.carried(ARGO_ROLL_BACK, plan)
    assert progress.stage is Stage.DONE, progress.text
    assert "rolled back to" in progress.text

    one = await bench.until(lambda each: rolled_back(each) is not None and each.health == "Healthy")
    assert one.automated is None
    assert one.history[-1].username == "ann (deploytui)"
    assert one.state is not None
    assert [row.name for row in one.state.results if row.hook_type] == []
    held = await bench.thing()
    assert json.loads(held["metadata"]["annotations"][HELD]) == BLOCK
    assert held["metadata"]["annotations"][HELD_BY].startswith("ann 20")
    assert "automated" not in held["spec"]["syncPolicy"]
    assert json.loads(next(each.before for each in bench.journal.entries() if each.before)) == BLOCK

    # Argo CD compares once more and leaves it alone.
    await bench.patch({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}})
    one = await bench.until(lambda each: not each.refreshing)
    assert one.operation is None
    assert rolled_back(one) is not None

    progress = await bench.carried(HOLD, HOLD.plan(await bench.asked()))
    assert progress.stage is Stage.DONE, progress.text
    after = await bench.thing()
    assert after["spec"] == before
    assert after["metadata"].get("annotations") == notes
    one = await bench.until(settled)
    assert rolled_back(one) is None
    assert commit(one.history[-1]) == one.revision
