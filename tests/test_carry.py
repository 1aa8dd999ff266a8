"""The gate to every write, over HTTPS: what the wire is told, and what stops it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.demo_control import Demo, WorldControl
from tests.gate import OPEN, Gate, owned, restarting, rolling_back, target
from tests.records_of import workload
from tui.actions.base import Asked
from tui.actions.roll_back import ROLL_BACK
from tui.clock import SystemClock
from tui.errors import Conflict
from tui.journal import Journal
from tui.model.environment import Environment
from tui.model.plan import Stage
from tui.store import Link, LinkState, Store
from tui.wire import write
from tui.wire.access import Access, Tls, Token
from tui.wire.kinds import KINDS
from tui.wire.secret import Secret
from tui.wire.server import Server

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
PROTECTED = Environment("production", protected=True)


@pytest.fixture
def small(demo: Demo) -> Iterator[WorldControl]:
    """The small scene; its clock stands still, so nothing moves but by us."""
    made = demo.world("small", frozen=True)
    yield made
    made.drop()


@pytest.fixture
async def gate(small: WorldControl, tmp_path: Path) -> AsyncIterator[Gate]:
    access = Access(
        "production",
        small.url(),
        "default",
        "user",
        "cluster",
        Tls(ca_file=small.authority),
        auth=Token(Secret(small.token)),
    )
    server = Server(access, SystemClock(), environ={})
    yield Gate(small, server, Journal(tmp_path / "state"))
    await server.close()


async def test_a_restart_is_one_patch_bound_to_what_was_read(gate: Gate) -> None:
    auth = target(gate.world, "Deployment", "services", "auth")
    version = (gate.world.get("Deployment", "services", "auth") or {})["metadata"]["resourceVersion"]
    outcome = await gate.out(restarting(auth))
    assert (outcome.stage, outcome.text) == (Stage.ACCEPTED, "accepted")
    (patch,) = gate.patches
    assert patch["path"].endswith("/apis/apps/v1/namespaces/services/deployments/auth")
    assert RESTARTED_AT in gate.template("Deployment", "services", "auth")["metadata"]["annotations"]
    now = gate.world.get("Deployment", "services", "auth")
    assert now is not None
    assert now["metadata"]["resourceVersion"] != version


@pytest.mark.parametrize(
    ("kind", "namespace", "name"),
    [("StatefulSet", "data", "postgres"), ("DaemonSet", "observability", "log-agent")],
)
async def test_sets_restart_too(gate: Gate, kind: str, namespace: str, name: str) -> None:
    assert (await gate.out(restarting(target(gate.world, kind, namespace, name)))).stage is Stage.ACCEPTED
    assert RESTARTED_AT in gate.template(kind, namespace, name)["metadata"]["annotations"]


async def test_two_restarts_in_one_second_are_two(gate: Gate) -> None:
    first = await gate.out(restarting(target(gate.world, "Deployment", "services", "auth")))
    before = gate.template("Deployment", "services", "auth")
    second = await gate.out(restarting(target(gate.world, "Deployment", "services", "auth")))
    assert first.stage is second.stage is Stage.ACCEPTED
    assert gate.template("Deployment", "services", "auth") != before


async def test_the_journal_tells_what_was_asked_and_what_came(gate: Gate) -> None:
    auth = target(gate.world, "Deployment", "services", "auth")
    outcome = await gate.out(restarting(auth))
    asked, answered = gate.journal.entries()
    assert (asked.phase, answered.phase) == ("asked", "outcome")
    assert asked.id == answered.id == outcome.results[0].id
    assert (asked.who, asked.environment, asked.target) == ("ann", "production", auth)
    assert (asked.plan, asked.command) == ("Restart auth", "kubectl rollout restart")
    assert answered.outcome == "accepted: accepted"
    assert gate.journal.open_deeds() == [answered]


async def test_readonly_lets_nothing_through(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    for environment, readonly in ((OPEN, True), (replace(OPEN, readonly=True), False)):
        outcome = await gate.out(plan, environment, readonly=readonly)
        assert outcome.stage is Stage.FAILED
        assert outcome.text.startswith("read-only")
    assert gate.patches == []
    assert list(gate.journal.entries()) == []


async def test_a_stale_link_lets_nothing_through(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    outcome = await gate.out(plan, stale=lambda: True)
    assert "stale" in outcome.text
    store = Store()
    store.set_link("Deployment", "", Link(LinkState.STALE, 0.0))
    outcome = await gate.out(plan, store=store)
    assert "the link to Deployments is stale" in outcome.text
    assert gate.patches == []


async def test_another_environments_plan_is_refused(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    outcome = await gate.out(plan, Environment("staging"))
    assert outcome.text == "the plan is for production, not staging"
    assert gate.patches == []


async def test_what_changed_while_looking_is_not_written(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    gate.world.patch("Deployment", "services", "auth", {"spec": {"paused": True}})
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.FAILED
    assert "services / Deployment auth changed while you looked" in outcome.text
    assert gate.patches == []


async def test_replicas_and_status_do_not_count_as_a_change(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    gate.world.patch("Deployment", "services", "auth", {"spec": {"replicas": 7}})
    assert (await gate.out(plan)).stage is Stage.ACCEPTED


async def test_an_object_of_the_same_name_is_not_written(gate: Gate) -> None:
    seen = target(gate.world, "Deployment", "services", "auth")
    outcome = await gate.out(restarting(replace(seen, uid="another")))
    assert "was replaced while you looked" in outcome.text
    gate.world.delete("Deployment", "services", "auth", grace=0)
    outcome = await gate.out(restarting(seen))
    assert "was deleted while you looked" in outcome.text
    assert gate.patches == []


async def test_a_conflict_is_tried_again_from_a_fresh_object(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    gate.world.fault("status", "deployments/auth", method="PATCH", code=409, reason="Conflict", count=2)
    assert (await gate.out(plan)).stage is Stage.ACCEPTED
    assert len(gate.patches) == 3


async def test_conflicts_without_end_are_given_up(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    gate.world.fault("status", "deployments/auth", method="PATCH", code=409, reason="Conflict")
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.FAILED
    assert "tried 3 times" in outcome.text
    assert len(gate.patches) == 3


async def test_a_lost_write_is_not_sent_again(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    gate.world.fault("drop", "deployments/auth", method="PATCH")
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.UNKNOWN
    assert "the object does not have the change now" in outcome.text
    assert len(gate.patches) == 1
    (open_deed,) = gate.journal.open_deeds()
    assert open_deed.outcome.startswith("unknown: ")


async def test_a_lost_answer_of_a_write_that_landed_is_found(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    gate.world.fault("cut", "deployments/auth", method="PATCH", bytes=10)
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.ACCEPTED
    assert "its answer was lost" in outcome.text
    assert len(gate.patches) == 1


async def test_a_forbidden_write_fails_in_the_servers_words(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    gate.world.fault(
        "status", "deployments/auth", method="PATCH", code=403, reason="Forbidden", message="you may not"
    )
    outcome = await gate.out(plan)
    assert (outcome.stage, outcome.text) == (Stage.FAILED, "you may not")
    assert [entry.phase for entry in gate.journal.entries()] == ["asked", "end"]


async def test_steps_stop_at_the_first_failure(gate: Gate) -> None:
    names = ("auth", "personal", "search")
    plan = restarting(*(target(gate.world, "Deployment", "services", name) for name in names))
    gate.world.fault("status", "deployments/personal", method="PATCH", code=422, message="no")
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.FAILED
    assert outcome.text == "1 of 3 accepted, then personal: no"
    assert [result.stage for result in outcome.results] == [Stage.ACCEPTED, Stage.FAILED]
    assert len(gate.patches) == 2


async def test_a_protected_environment_takes_no_deed_without_a_journal(gate: Gate) -> None:
    plan = restarting(target(gate.world, "Deployment", "services", "auth"))
    gate.journal.path.parent.write_text("a file where the folder should be")
    outcome = await gate.out(plan, PROTECTED)
    assert outcome.stage is Stage.FAILED
    assert "the journal can't be used" in outcome.text
    assert gate.patches == []
    outcome = await gate.out(plan, OPEN)
    assert outcome.stage is Stage.ACCEPTED
    assert outcome.condition is not None


async def test_a_deployment_gets_the_template_and_annotations_of_then(gate: Gate) -> None:
    past = owned(gate.world, "ReplicaSet", "services", "auth")[0]
    before = gate.template("Deployment", "services", "auth")
    gate.world.patch("Deployment", "services", "auth", {"metadata": {"annotations": {"of-now": "x"}}})
    outcome = await gate.out(rolling_back(gate.world, "Deployment", "services", "auth", past))
    assert outcome.stage is Stage.ACCEPTED, outcome.text
    now = gate.world.get("Deployment", "services", "auth")
    assert now is not None
    image = past["spec"]["template"]["spec"]["containers"][0]["image"]
    assert now["spec"]["template"]["spec"]["containers"][0]["image"] == image
    assert now["spec"]["template"] != before
    assert "pod-template-hash" not in now["spec"]["template"]["metadata"]["labels"]
    assert "of-now" not in now["metadata"]["annotations"]


@pytest.mark.parametrize(
    ("kind", "namespace", "name"),
    [("StatefulSet", "data", "postgres"), ("DaemonSet", "observability", "log-agent")],
)
async def test_sets_get_the_data_of_their_controller_revision(
    gate: Gate, kind: str, namespace: str, name: str
) -> None:
    past = owned(gate.world, "ControllerRevision", namespace, name)[0]
    outcome = await gate.out(rolling_back(gate.world, kind, namespace, name, past))
    assert outcome.stage is Stage.ACCEPTED, outcome.text
    now = gate.template(kind, namespace, name)
    then = past["data"]["spec"]["template"]
    assert now["spec"]["containers"][0]["image"] == then["spec"]["containers"][0]["image"]
    assert "$patch" not in json.dumps(now)


async def test_a_replaced_revision_is_refused(gate: Gate) -> None:
    past = owned(gate.world, "ReplicaSet", "services", "auth")[0]
    plan = rolling_back(gate.world, "Deployment", "services", "auth", past)
    step = replace(plan.steps[0], arguments={**plan.steps[0].arguments, "revision_uid": "another"})
    outcome = await gate.out(replace(plan, steps=(step,)))
    assert "was replaced while you looked" in outcome.text
    assert gate.patches == []


async def test_a_failed_test_of_the_version_is_a_conflict(gate: Gate) -> None:
    past = owned(gate.world, "ReplicaSet", "services", "auth")[0]
    (step,) = rolling_back(gate.world, "Deployment", "services", "auth", past).steps
    fresh = await write.read(gate.server, "Deployment", "services", "auth")
    ready = await write.roll_back(gate.server, step, fresh, 0.0)
    gate.world.patch("Deployment", "services", "auth", {"metadata": {"annotations": {"x": "y"}}})
    with pytest.raises(Conflict):
        await write.send(gate.server, step.target, ready, fresh["metadata"]["resourceVersion"])


async def test_refused_content_of_the_same_version_is_no_conflict(gate: Gate) -> None:
    past = owned(gate.world, "ReplicaSet", "services", "auth")[0]
    plan = rolling_back(gate.world, "Deployment", "services", "auth", past)
    gate.world.fault("status", "deployments/auth", method="PATCH", code=422, message="no such field")
    outcome = await gate.out(plan)
    assert (outcome.stage, outcome.text) == (Stage.FAILED, "no such field")
    assert len(gate.patches) == 1


async def test_a_plan_made_of_records_is_carried_out(gate: Gate) -> None:
    """The record's digest and that of the object that is read again are of the same bytes."""
    store = Store()
    for kind in ("Deployment", "ReplicaSet"):
        found = [KINDS[kind].read(json.dumps(each).encode()) for each in gate.world.all(kind)]
        store.replace(kind, "", {record.meta.uid: record for record in found})
    personal = workload(store, "Deployment", "services", "personal")
    plan = ROLL_BACK.plan(Asked(store, OPEN, (personal,)))
    outcome = await gate.out(plan, store=store)
    assert outcome.stage is Stage.ACCEPTED, outcome.text
    image = gate.template("Deployment", "services", "personal")["spec"]["containers"][0]["image"]
    assert image == plan.changes[0].after
    assert outcome.results[0].before == "3"
