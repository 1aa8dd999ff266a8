"""Delete a pod: what it refuses and warns of, what is sent, and how it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cockpit import cockpit, settings_of
from tests.demo_control import Demo
from tests.demo_world import World
from tests.records import NOW, meta, pod, running
from tests.records_of import filled
from tests.test_cockpit import writes
from tui.actions.base import Asked
from tui.actions.delete_pod import DELETE_POD, MIRROR
from tui.model.environment import Environment
from tui.model.key import Condition, Owner
from tui.model.plan import Stage
from tui.model.pod import Pod
from tui.store import Change, Right, Store

OPEN = Environment("production", context="prod")
READY = (Condition("Ready", "True"),)
SET = Owner("ReplicaSet", "auth-1", "rs-1")


def one(name: str, *, owner: Owner | None = SET, created: float = NOW - 500, ready: bool = True) -> Pod:
    """A pod of the ReplicaSet auth-1."""
    made = pod(running(), conditions=READY if ready else ())
    return replace(made, meta=replace(meta("Pod", name), owner=owner, created=created))


def store_of(*pods: Pod) -> Store:
    store = Store()
    for each in pods:
        store.apply(Change("Pod", each.meta.uid, each))
    return store


def remarks(store: Store, *targets: Pod) -> str:
    return "\n".join(remark.text for remark in DELETE_POD.plan(Asked(store, OPEN, targets)).remarks)


def test_one_step_on_that_identity_with_kubectls_command() -> None:
    first, second = one("auth-1-a"), one("auth-1-b")
    made = DELETE_POD.plan(Asked(store_of(first, second), OPEN, (first,)))
    (step,) = made.steps
    assert step.target.uid == first.meta.uid
    assert made.command == f"kubectl --context prod -n {first.meta.namespace} delete pod auth-1-a"
    assert made.changes[0].after == "a new one, made by ReplicaSet auth-1"
    assert "nothing serves" not in remarks(store_of(first, second), first)


def test_the_dialog_warns_of_what_does_not_come_back() -> None:
    first = one("auth-1-a")
    assert "the only ready pod of ReplicaSet auth-1" in remarks(store_of(first), first)
    bare = one("bare", owner=None)
    assert "it will not come back" in remarks(store_of(bare), bare)
    static = replace(bare, meta=replace(bare.meta, annotations={MIRROR: "x"}))
    assert "static pod" in remarks(store_of(static), static)
    job = one("migrate-x", owner=Owner("Job", "migrate", "job-1"))
    assert "Job migrate counts it" in remarks(store_of(job), job)


def test_it_takes_one_pod_and_the_right_to_delete_it() -> None:
    first, second = one("a"), one("b")
    store = store_of(first, second)
    (refusal,) = DELETE_POD.refuse(Asked(store, OPEN, (first, second)))
    assert "one pod at a time" in refusal.text
    store.set_rights({("delete", "pods", first.meta.namespace): Right(False)})
    (refusal,) = DELETE_POD.refuse(Asked(store, OPEN, (first,)))
    assert refusal.text == f"You may not delete pods in {first.meta.namespace}"


def test_it_is_followed_until_the_new_pod_is_ready() -> None:
    first = one("auth-1-a")
    store = store_of(first)
    made = DELETE_POD.plan(Asked(store, OPEN, (first,)))
    assert DELETE_POD.progress(store, made, NOW, NOW + 1).stage is Stage.ACCEPTED
    going = replace(first, meta=replace(first.meta, deleted=NOW + 30))
    assert DELETE_POD.progress(store_of(going), made, NOW, NOW + 1).stage is Stage.ROLLING
    new = one("auth-1-c", created=NOW + 1, ready=False)
    progress = DELETE_POD.progress(store_of(new), made, NOW, NOW + 3)
    assert (progress.stage, progress.text) == (
        Stage.ROLLING,
        "auth-1-a is gone, auth-1-c is not ready",
    )
    assert DELETE_POD.progress(store_of(new), made, NOW, NOW + 999).stage is Stage.FAILED
    ready = one("auth-1-c", created=NOW + 1)
    progress = DELETE_POD.progress(store_of(ready), made, NOW, NOW + 3)
    assert (progress.stage, progress.text) == (Stage.DONE, "auth-1-a is gone, auth-1-c is ready")
    bare = one("bare", owner=None)
    made = DELETE_POD.plan(Asked(store_of(bare), OPEN, (bare,)))
    assert DELETE_POD.progress(Store(), made, NOW, NOW + 3).stage is Stage.DONE


@pytest.mark.parametrize("confirm", [True, False])
async def test_at_the_keys_only_the_confirmed_pod_goes(demo: Demo, tmp_path: Path, confirm: bool) -> None:
    world = demo.world("small")
    async with cockpit(settings_of(world, tmp_path, alone=True, environment="development")) as driver:
        await driver.sees("● live")
        await driver.press("right", "right", "slash", *"auth", "enter")
        await driver.sees("3 of ")
        await driver.press("ctrl+k")
        await driver.asked("Delete pod auth")
        if not confirm:
            await driver.press("enter")  # Cancel has the focus
            await driver.sees_no("Delete pod auth")
            assert writes(world) == []
            return
        await driver.press("tab", "enter")
        await driver.sees("is gone, auth")
        (written,) = writes(world)
        assert written.startswith("DELETE ")
        (sent,) = world.requests("DELETE")
        assert json.loads(sent["body"])["preconditions"]["uid"]
    world.drop()


def test_a_pod_of_the_demo_is_planned_as_it_is_seen() -> None:
    store = filled(World("small"))
    target = next(record for record in store.all("Pod") if record.meta.name.startswith("auth"))
    made = DELETE_POD.plan(Asked(store, OPEN, (target,)))
    assert made.title == f"Delete pod {target.meta.name}"
    assert made.steps[0].arguments["owner"]
