"""Argo CD's scenarios on the simulator and on a real one: a watch sees the same states in the same order."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.argo_place import (
    HOME,
    ArgoPlace,
    State,
    Watched,
    history_of,
    over,
    phase_of,
    state_of,
    status_of,
)
from tests.contract.place import Place
from tests.demo_control import Demo

Object = dict[str, Any]

_SPEED = 6.0
BEGUN = State("Running", "begun", ())
RUNS = State("Running", "hook", ("Running",))
JOBS = "/apis/batch/v1/namespaces/{}/jobs/{}"


@pytest.fixture
async def simulated_argo(demo: Demo) -> AsyncIterator[ArgoPlace]:
    """A world with the bench's layout."""
    world = demo.world("argo", environments=["production"], speed=_SPEED)
    async with world.http() as http:
        yield ArgoPlace(http, world)
    world.drop()


@pytest.fixture
async def real_argo(cluster: Place) -> AsyncIterator[ArgoPlace]:
    """The bench's, whose scenarios are in the folder `DEPLOYTUI_TEST_ARGO`; skipped where there is none."""
    folder = os.environ.get("DEPLOYTUI_TEST_ARGO", "")
    if not folder:
        pytest.skip("DEPLOYTUI_TEST_ARGO names no folder with the bench's scenarios")
    answer = await cluster.http.get(f"{HOME}/applications/auth-production")
    if answer.status_code == 404:
        pytest.skip("the cluster has no Argo CD with an Application auth-production")
    place = ArgoPlace(cluster.http, command=str(Path(folder) / "scenario"))
    try:
        yield place
    finally:
        await place.mend()


@pytest.fixture(
    params=[
        pytest.param("simulated_argo", marks=pytest.mark.slow),
        pytest.param("real_argo", marks=pytest.mark.cluster),
    ]
)
def argo(request: pytest.FixtureRequest) -> ArgoPlace:
    """Either, so that the same assertions hold on both."""
    found: ArgoPlace = request.getfixturevalue(request.param)
    return found


def settled(sync: str, health: str, phase: str) -> Callable[[Object], bool]:
    """Nothing moves, and it is so."""
    return lambda obj: over(obj) and status_of(obj) == (sync, health, phase)


def asked_of(obj: Object) -> Object:
    """What the last operation was asked to sync."""
    state = (obj.get("status") or {}).get("operationState") or {}
    found: Object = (state.get("operation") or {}).get("sync") or {}
    return found


def says(message: str) -> Callable[[Object], bool]:
    """The operation's message is of that kind."""
    return lambda obj: state_of((obj.get("status") or {}).get("operationState") or {}).message == message


async def released(argo: ArgoPlace, seen: Watched, name: str) -> None:
    """Synced from its start to its end, with its migration."""
    before = history_of(seen.last)
    seen.mark()
    await argo.sync(name)
    await argo.until(seen, settled("Synced", "Healthy", "Succeeded"))
    assert seen.states() == [BEGUN, RUNS, State("Succeeded", "done", ("Succeeded",))]
    assert seen.words() == ["queued", "starting", "hook", ""]
    assert history_of(seen.last) == before + 1


async def test_a_sync_with_a_migration_and_a_rollback_without(argo: ArgoPlace) -> None:
    async with argo.watching("auth-production") as seen:
        await argo.play("pending", "auth", "production")
        old = await argo.until(seen, lambda obj: status_of(obj)[0] == "OutOfSync")
        await released(argo, seen, "auth-production")
        stale = {"metadata": {"resourceVersion": old["metadata"]["resourceVersion"]}, "operation": {}}
        refused = await argo.patch("applications/auth-production", stale)
        assert (refused.status_code, refused.json()["reason"]) == (409, "Conflict")
        assert "the object has been modified" in refused.json()["message"]
        before = history_of(seen.last)
        seen.mark()
        await argo.play("rollback", "auth", "production")
        await argo.until(seen, lambda obj: over(obj) and history_of(obj) == before + 1)
        rolled = await argo.until(seen, settled("OutOfSync", "Healthy", "Succeeded"))
        assert seen.states()[-1] == State("Succeeded", "done", ())
        assert seen.words()[-1] == "rolled back"
        history = rolled["status"]["history"]
        assert history[-1]["revision"] == history[-3]["revision"]


async def test_three_slow_waves(argo: ArgoPlace) -> None:
    async with argo.watching("identity-production") as seen:
        before = history_of(seen.last)
        await argo.play("slow-migration", "identity", "production")
        await argo.until(seen, lambda obj: history_of(obj) == before + 1 and over(obj))
        done = "Succeeded"
        assert seen.states()[-5:] == [
            BEGUN,
            RUNS,
            State("Running", "hook", (done, "Running")),
            State("Running", "hook", (done, done, "Running")),
            State(done, "done", (done, done, done)),
        ]
        assert seen.words()[-3:] == ["starting", "hook", ""]
        await argo.until(seen, settled("Synced", "Healthy", done))


def _kept(job: Object) -> bool:
    """Deleted by hand, and held by Argo CD's finalizer."""
    meta = job.get("metadata", {})
    held = meta.get("finalizers") == ["argocd.argoproj.io/hook-finalizer"]
    return held and "deletionTimestamp" in meta


async def test_a_hook_deleted_by_hand_is_waited_for_until_someone_terminates(argo: ArgoPlace) -> None:
    async with argo.watching("identity-production") as seen:
        await argo.play("stuck-hook", "identity", "production")
        path = JOBS.format("prod-services", "identity-migrate-identity")
        found = await argo.job(path, lambda job: _kept(job) and not job["status"].get("ready"))
        assert "Complete" not in {each["type"] for each in found["status"].get("conditions") or ()}
        assert state_of(seen.last["status"]["operationState"]) == RUNS
        seen.mark()
        await argo.terminate("identity-production")
        ended = await argo.until(seen, over)
        assert seen.states()[0].phase == "Terminating"
        assert seen.states()[-1] == State("Failed", "terminated", ("Failed",))
        assert seen.words()[-1] == "terminated"
        rows = ended["status"]["operationState"]["syncResult"]["resources"]
        assert rows[-1]["message"] == "Terminated"
        assert (await argo.http.get(path)).status_code == 404


async def test_a_migration_that_fails_behind_synced(argo: ArgoPlace) -> None:
    async with argo.watching("auth-production") as seen:
        before = history_of(seen.last)
        await argo.play("bad-migration", "auth", "production")
        failed = await argo.until(seen, settled("Synced", "Healthy", "Failed"))
        assert seen.states()[-3:] == [BEGUN, RUNS, State("Failed", "failed", ("Failed",))]
        assert seen.words()[-1] == "failed"
        (row,) = failed["status"]["operationState"]["syncResult"]["resources"]
        assert (row["status"], row["message"]) == ("Synced", "Job has reached the specified backoff limit")
        assert "conditions" not in failed["status"]
        assert history_of(failed) == before


async def test_an_image_that_does_not_exist(argo: ArgoPlace) -> None:
    async with argo.watching("auth-production") as seen:
        await argo.play("degraded", "auth", "production")
        found = await argo.until(seen, settled("Synced", "Degraded", "Succeeded"))
        assert found["status"]["health"]["message"] == "Caused by apps/Deployment:prod-services/auth"
        healths = [status_of(each)[1] for each in seen.events]
        assert healths.index("Progressing") < healths.index("Degraded")


async def test_an_operation_in_a_window(argo: ArgoPlace) -> None:
    project = (await argo.http.get(f"{HOME}/appprojects/platform")).json()
    windows = project["spec"].get("syncWindows") or []
    closed = {"kind": "deny", "schedule": "* * * * *", "duration": "1h", "manualSync": False}
    mine = {**closed, "timeZone": "UTC", "applications": ["auth-production"]}
    await argo.patch("appprojects/platform", {"spec": {"syncWindows": [*windows, mine]}})
    argo.touched.add(("auth", "production"))
    try:
        async with argo.watching("auth-production") as seen:
            await argo.sync("auth-production")
            blocked = await argo.until(seen, says("blocked"))
            result = blocked["status"]["operationState"]["syncResult"]
            assert (result["revision"], result.keys()) == ("", {"revision", "source"})
            await argo.terminate("auth-production")
            ended = await argo.until(seen, lambda obj: over(obj) and phase_of(obj) == "Failed")
            assert ended["status"]["operationState"]["syncResult"]["revision"]
            assert seen.words()[-3:] == ["blocked", "terminating", "terminated"]
            seen.mark()
            await argo.sync("auth-production")
            await argo.until(seen, says("blocked"))
            await argo.patch("appprojects/platform", {"spec": {"syncWindows": windows}})
            await argo.until(seen, lambda obj: over(obj) and phase_of(obj) == "Succeeded")
            assert State("Running", "blocked", ()) in seen.states()
            assert seen.states()[-2:] == [RUNS, State("Succeeded", "done", ("Succeeded",))]
    finally:
        await argo.patch("appprojects/platform", {"spec": {"syncWindows": windows}})


async def test_an_undo_that_self_heal_takes_back(argo: ArgoPlace) -> None:
    async with argo.watching("auth-development") as seen:
        await argo.play("undo-reverted", "auth", "development")

        def healed(obj: Object) -> bool:
            asked = ((obj["status"].get("operationState") or {}).get("operation") or {}).get("sync") or {}
            return (
                over(obj) and "autoHealAttemptsCount" in asked and status_of(obj)[:2] == ("Synced", "Healthy")
            )

        found = await argo.until(seen, healed)
        state = found["status"]["operationState"]
        assert state["operation"]["initiatedBy"] == {"automated": True}
        assert [each["kind"] for each in state["syncResult"]["resources"]] == ["Deployment"]
        assert seen.words()[-1] == "healed"


async def test_an_automated_sync_that_fails_three_times(argo: ArgoPlace) -> None:
    async with argo.watching("auth-development") as seen:
        await argo.play("auto-failed", "auth", "development")
        found = await argo.until(seen, lambda obj: "conditions" in obj["status"] and over(obj))
        failed = State("Running", "waits", ("Failed",))
        expected = [BEGUN, RUNS, failed, State("Running", "again", ()), RUNS, failed]
        expected += [State("Running", "again", ()), RUNS, State("Failed", "failed", ("Failed",))]
        assert seen.states()[-len(expected) :] == expected
        assert seen.words()[-6:] == ["retry", "starting", "hook", "retry", "starting", "hook", "failed"][-6:]
        state, (condition,) = found["status"]["operationState"], found["status"]["conditions"]
        assert state["message"].endswith("(retried 2 times).")
        assert condition["type"] == "SyncError"
        revision = state["syncResult"]["revision"]
        assert condition["message"] == f"Failed last sync attempt to [{revision}]: {state['message']}"


async def test_a_first_sync_without_its_secret_and_a_selective_one(argo: ArgoPlace) -> None:
    async with argo.watching("auth-staging") as seen:
        await argo.play("secret-missing", "auth", "staging")
        await argo.until(seen, says("hook"))
        await argo.terminate("auth-staging")
        await argo.until(seen, over)
        assert seen.states()[-1] == State("Failed", "terminated", ("Failed",))
        seen.mark()
        before = history_of(seen.last)
        only = [{"group": "bitnami.com", "kind": "SealedSecret", "name": "auth-secrets"}]
        await argo.sync("auth-staging", resources=only)
        await argo.until(seen, lambda obj: over(obj) and "resources" in asked_of(obj))
        assert seen.states()[-2:] == [BEGUN, State("Succeeded", "done", ())]
        assert seen.words()[-1] == "partial"
        assert history_of(seen.last) == before


async def test_a_dry_run_overwrites_the_record(argo: ArgoPlace) -> None:
    async with argo.watching("auth-production") as seen:
        before = history_of(seen.last)
        await argo.sync("auth-production", dryRun=True)
        found = await argo.until(seen, lambda obj: over(obj) and "dryRun" in asked_of(obj))
        rows = found["status"]["operationState"]["syncResult"]["resources"]
        assert rows
        assert all(each["message"].endswith("(dry run)") for each in rows)
        assert seen.words()[-1] == "dry run"
        assert history_of(found) == before
