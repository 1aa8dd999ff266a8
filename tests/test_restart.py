"""Restart: what it refuses, what its plan says, and how it is followed to its end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.demo_world import World
from tests.records_of import filled, put, refill, workload
from tui.actions import ACTIONS
from tui.actions.base import Asked, Deed
from tui.actions.restart import RESTART
from tui.model.environment import Environment
from tui.model.plan import Plan, Stage
from tui.model.workload import Workload
from tui.store import Link, LinkState, Right, Store

OPEN = Environment("production", context="prod")


@pytest.fixture
def world() -> World:
    return World("small")


@pytest.fixture
def store(world: World) -> Store:
    return filled(world)


@pytest.fixture
def auth(store: Store) -> Workload:
    return workload(store, "Deployment", "services", "auth")


def plan(store: Store, *targets: Workload, environment: Environment = OPEN) -> Plan:
    return RESTART.plan(Asked(store, environment, targets))


def why(store: Store, *targets: Workload, environment: Environment = OPEN) -> list[str]:
    return [refusal.text for refusal in RESTART.refuse(Asked(store, environment, targets))]


def test_no_pane_has_two_actions_on_a_key() -> None:
    taken = [(scope, key) for action in ACTIONS for key in action.keys for scope in action.scopes]
    assert len(taken) == len(set(taken))
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    deeds = {action.id for action in ACTIONS if isinstance(action, Deed)}
    assert {"restart", "roll-back", "delete-pod"} <= deeds


def test_one_step_with_the_identity_and_the_command(store: Store, auth: Workload) -> None:
    made = plan(store, auth)
    (step,) = made.steps
    assert (step.target.uid, step.target.words) == (auth.meta.uid, "services / Deployment auth")
    assert step.target.digest
    assert made.title == "Restart auth"
    assert made.command == "kubectl --context prod -n services rollout restart deployment/auth"
    assert not made.grave


def test_several_share_a_command_per_namespace(store: Store, auth: Workload) -> None:
    search = workload(store, "Deployment", "services", "search")
    postgres = workload(store, "StatefulSet", "data", "postgres")
    made = plan(store, auth, search, postgres)
    assert made.title == "Restart 3 workloads"
    assert made.command.splitlines() == [
        "kubectl --context prod -n services rollout restart deployment/auth deployment/search",
        "kubectl --context prod -n data rollout restart statefulset/postgres",
    ]


def test_paused_and_gone_ones_are_left_out_of_the_rest(store: Store, auth: Workload) -> None:
    search = put(store, replace(workload(store, "Deployment", "services", "search"), paused=True))
    gone = replace(auth, meta=replace(auth.meta, uid="another"))
    made = plan(store, search, gone, auth)
    assert [step.target.name for step in made.steps] == ["auth"]
    assert sorted(refusal.text for refusal in made.refused) == ["it is gone", "paused: resume it first"]


def test_a_missing_right_is_said_and_an_unknown_one_tried(store: Store, auth: Workload) -> None:
    assert why(store, auth) == []
    store.set_rights({("patch", "deployments.apps", "services"): Right(False)})
    assert why(store, auth) == ["You may not patch deployments in services"]
    store.set_rights({("patch", "deployments.apps", "services"): Right(True)})
    assert why(store, auth) == []


def test_read_only_stale_and_nothing(store: Store, auth: Workload) -> None:
    assert why(store, auth, environment=replace(OPEN, readonly=True)) == ["production is read-only"]
    assert why(store) == ["nothing is selected"]
    store.set_link("Deployment", "", Link(LinkState.STALE, 0.0))
    assert why(store, auth) == ["the link is stale: wait until it is live"]


def test_what_it_can_not_do_is_remarked(store: Store) -> None:
    postgres = workload(store, "StatefulSet", "data", "postgres")
    put(store, replace(postgres, strategy="OnDelete", partition=2))
    said = " ".join(
        remark.text for remark in plan(store, workload(store, "StatefulSet", "data", "postgres")).remarks
    )
    assert "no pod restarts until it is deleted" in said
    assert "partition 2" in said
    assert "one replica" in said


def test_it_is_followed_to_its_end(world: World, store: Store, auth: Workload) -> None:
    made = plan(store, auth)
    before = auth.revision
    seen = [RESTART.progress(store, made, world.now, world.now).stage]

    def change(draft: dict[str, object]) -> None:
        draft["spec"]["template"]["metadata"]["annotations"] = {"restarted": "now"}  # type: ignore[index]

    world.change("Deployment", "auth", change)
    since = world.now
    for _ in range(120):
        refill(store, world)
        progress = RESTART.progress(store, made, since, world.now)
        if progress.stage is not seen[-1]:
            seen.append(progress.stage)
        if progress.stage.over:
            break
        world.run(1.0)
    assert seen == [Stage.ACCEPTED, Stage.ROLLING, Stage.DONE]
    assert progress.text.startswith(f"done, revision {before + 1}, ")


def test_a_passed_deadline_and_a_deleted_object_are_failures(store: Store, auth: Workload) -> None:
    personal = workload(store, "Deployment", "services", "personal")
    made = plan(store, personal)
    put(store, replace(personal, spec=b'{"another": 1}'))
    progress = RESTART.progress(store, made, 0.0, 61.0)
    assert progress.stage is Stage.FAILED
    assert progress.text == "personal exceeded its progress deadline, 1 min 1 s"
    made = plan(store, auth)
    store.drop("Deployment")
    assert RESTART.progress(store, made, 0.0, 1.0).text == "auth was deleted, 1 s"
