"""What the wire is told of a sync, refresh and terminate, and what stops them; over HTTPS."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.argo_objects import OPTIONS, SOURCE
from tests.demo_control import Demo, WorldControl
from tests.gate import Gate
from tui.actions.base import Asked, Deed
from tui.actions.refresh import REFRESH_HARD
from tui.actions.sync import SYNC
from tui.actions.terminate import TERMINATE
from tui.clock import SystemClock
from tui.journal import Journal
from tui.model.application import Application
from tui.model.environment import Environment
from tui.model.plan import Plan, Stage
from tui.store import Change, Store
from tui.wire.access import Access, Tls, Token
from tui.wire.kinds import KINDS
from tui.wire.secret import Secret
from tui.wire.server import Server

COMMIT = "b" * 40
NAME = "personal-production"
PATH = f"/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{NAME}"
RUNNING = {"phase": "Running", "startedAt": "2026-11-24T12:00:00Z", "operation": {"sync": {}}}


@pytest.fixture
def world(demo: Demo) -> Iterator[WorldControl]:
    """One Application, and a clock that stands still: nothing moves but by us."""
    made = demo.world(frozen=True)
    made.put(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": NAME, "namespace": "argocd"},
            "spec": {
                "project": "platform",
                "source": {**SOURCE, "targetRevision": "main"},
                "destination": {"server": "https://kubernetes.default.svc", "namespace": "prod"},
                "syncPolicy": {"syncOptions": OPTIONS},
            },
            "status": {
                "sync": {"status": "OutOfSync", "revision": COMMIT},
                "operationState": {"phase": "Succeeded", "startedAt": "2026-11-24T11:00:00Z"},
            },
        }
    )
    yield made
    made.drop()


@pytest.fixture
async def gate(world: WorldControl, tmp_path: Path) -> AsyncIterator[Gate]:
    access = Access(
        "production",
        world.url(),
        "default",
        "user",
        "cluster",
        Tls(ca_file=world.authority),
        auth=Token(Secret(world.token)),
    )
    server = Server(access, SystemClock(), environ={})
    yield Gate(world, server, Journal(tmp_path / "state"))
    await server.close()


def there(world: WorldControl) -> dict[str, Any]:
    found = world.get("Application", "argocd", NAME)
    assert found is not None
    return found


def planned(world: WorldControl, deed: Deed = SYNC) -> Plan:
    record = KINDS["Application"].read(json.dumps(there(world)).encode())
    assert isinstance(record, Application)
    store = Store()
    store.apply(Change("Application", record.meta.uid, record))
    return deed.plan(Asked(store, Environment("production", branch="main"), (record,), now=1.0))


async def test_a_sync_is_one_merge_patch_bound_to_what_was_read(gate: Gate) -> None:
    plan = planned(gate.world)
    version = there(gate.world)["metadata"]["resourceVersion"]
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.ACCEPTED
    (patch,) = gate.patches
    assert patch["path"] == PATH
    headers = {name.lower(): value for name, value in dict(patch["headers"]).items()}
    assert headers["content-type"] == "application/merge-patch+json"
    body = json.loads(patch["body"]) if isinstance(patch["body"], str) else patch["body"]
    assert body["metadata"] == {"resourceVersion": version}
    assert body["status"] == {"operationState": None}
    assert body["operation"]["sync"] == {
        "revision": COMMIT,
        "prune": False,
        "dryRun": False,
        "syncStrategy": {"hook": {}},
        "syncOptions": OPTIONS,
    }
    assert body["operation"]["initiatedBy"] == {"username": "ann (deploytui)"}
    now = there(gate.world)
    assert now["operation"]["sync"]["revision"] == COMMIT
    assert "operationState" not in now["status"]


async def test_an_operation_that_began_meanwhile_is_left_alone(gate: Gate) -> None:
    plan = planned(gate.world)
    gate.world.patch("Application", "argocd", NAME, {"operation": {"sync": {"revision": "other"}}})
    gate.world.clear_requests()
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.FAILED
    assert "changed while you looked" in outcome.text
    assert gate.patches == []


async def test_a_changed_spec_is_not_synced(gate: Gate) -> None:
    plan = planned(gate.world)
    gate.world.patch("Application", "argocd", NAME, {"spec": {"source": {"targetRevision": "other"}}})
    assert "changed while you looked" in (await gate.out(plan)).text
    assert "operation" not in there(gate.world)


async def test_status_alone_is_no_change(gate: Gate) -> None:
    plan = planned(gate.world)
    gate.world.patch("Application", "argocd", NAME, {"status": {"reconciledAt": "2026-11-24T12:00:00Z"}})
    assert (await gate.out(plan)).stage is Stage.ACCEPTED


async def test_a_conflict_is_decided_anew(gate: Gate) -> None:
    plan = planned(gate.world)
    gate.world.fault("status", f"applications/{NAME}", method="PATCH", code=409, reason="Conflict", count=1)
    assert (await gate.out(plan)).stage is Stage.ACCEPTED
    assert len(gate.patches) == 2


async def test_a_lost_answer_is_looked_for_and_never_sent_again(gate: Gate) -> None:
    plan = planned(gate.world)
    gate.world.fault("cut", f"applications/{NAME}", method="PATCH", bytes=10)
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.ACCEPTED
    assert "its answer was lost" in outcome.text
    assert len(gate.patches) == 1


async def test_a_lost_write_stays_unknown(gate: Gate) -> None:
    plan = planned(gate.world)
    gate.world.fault("drop", f"applications/{NAME}", method="PATCH")
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.UNKNOWN
    assert len(gate.patches) == 1
    assert "operation" not in there(gate.world)


async def test_without_the_right_the_server_says_so(gate: Gate) -> None:
    plan = planned(gate.world)
    message = f'applications.argoproj.io "{NAME}" is forbidden'
    gate.world.fault("status", f"applications/{NAME}", method="PATCH", code=403, message=message)
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.FAILED
    assert NAME in outcome.text


async def test_two_operators_at_once_one_is_refused(gate: Gate) -> None:
    plan = planned(gate.world)
    first = await gate.out(plan)
    second = await gate.out(plan)
    assert (first.stage, second.stage) == (Stage.ACCEPTED, Stage.FAILED)
    assert len(gate.patches) == 1


async def test_a_refresh_leaves_a_running_operation_alone(gate: Gate) -> None:
    plan = planned(gate.world, REFRESH_HARD)
    gate.world.patch("Application", "argocd", NAME, {"operation": {"sync": {}}})
    assert (await gate.out(plan)).stage is Stage.ACCEPTED
    now = there(gate.world)
    assert now["metadata"]["annotations"]["argocd.argoproj.io/refresh"] == "hard"
    assert now["operation"] == {"sync": {}}


async def test_terminate_ends_what_was_seen_and_nothing_else(gate: Gate) -> None:
    asked = {"operation": {"sync": {}}, "status": {"operationState": RUNNING}}
    gate.world.patch("Application", "argocd", NAME, asked)
    plan = planned(gate.world, TERMINATE)
    assert (await gate.out(plan)).stage is Stage.ACCEPTED
    assert there(gate.world)["status"]["operationState"]["phase"] == "Terminating"

    other = {"status": {"operationState": {**RUNNING, "startedAt": "2026-11-24T12:05:00Z"}}}
    gate.world.patch("Application", "argocd", NAME, other)
    outcome = await gate.out(plan)
    assert outcome.stage is Stage.FAILED
    assert "another operation" in outcome.text
