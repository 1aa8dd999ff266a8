"""What is written into an Application by sync, refresh and terminate; every refusal at the write."""

from __future__ import annotations

from typing import Any

import pytest

from tui.errors import Refused
from tui.wire.sync_operation import (
    has_ticket,
    refresh_patch,
    refreshed,
    sync_patch,
    terminate_patch,
    terminating,
)

STARTED = "2026-11-24T12:00:00Z"
EPOCH = 1795521600.0


def thing(policy: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"metadata": {"name": "gateway", "resourceVersion": "7"}, "spec": {}}
    if policy is not None:
        made["spec"]["syncPolicy"] = policy
    return {**made, **changes}


def asked(**changes: Any) -> dict[str, Any]:
    return {"ticket": "t1", "who": "alice", "revision": "b" * 40, **changes}


def test_the_operation_is_what_argo_cd_would_write() -> None:
    options = ["CreateNamespace=true", "ApplyOutOfSyncOnly=true"]
    retry = {"limit": 2, "backoff": {"duration": "5s"}}
    made = sync_patch(thing({"syncOptions": options, "retry": retry}), asked(reason="CHG-1"))
    assert made == {
        "metadata": {"resourceVersion": "7"},
        "operation": {
            "initiatedBy": {"username": "alice (deploytui)"},
            "info": [{"name": "Reason", "value": "CHG-1"}, {"name": "deploytui", "value": "t1"}],
            "retry": retry,
            "sync": {
                "revision": "b" * 40,
                "prune": False,
                "dryRun": False,
                "syncStrategy": {"hook": {}},
                "syncOptions": options,
            },
        },
        "status": {"operationState": None},
    }


def test_without_policy_reason_and_commit_nothing_is_made_up() -> None:
    made = sync_patch(thing(), asked(revision=""))["operation"]
    assert made["info"] == [{"name": "deploytui", "value": "t1"}]
    assert made["sync"] == {"prune": False, "dryRun": False, "syncStrategy": {"hook": {}}}
    assert "retry" not in made


def test_options() -> None:
    resources = [("apps", "Deployment", "prod", "gateway")]
    made = sync_patch(
        thing(), asked(prune=True, apply_only=True, resources=resources, revisions=["a", "b"], revision="")
    )["operation"]["sync"]
    assert made == {
        "prune": True,
        "dryRun": False,
        "syncStrategy": {"apply": {}},
        "revisions": ["a", "b"],
        "resources": [{"group": "apps", "kind": "Deployment", "namespace": "prod", "name": "gateway"}],
    }


def test_two_operations_are_never_mixed() -> None:
    with pytest.raises(Refused, match="another operation of gateway began"):
        sync_patch(thing(operation={"sync": {}}), asked())


def test_our_own_is_known_again() -> None:
    operation = sync_patch(thing(), asked())["operation"]
    assert has_ticket(thing(operation=operation), "t1")
    assert has_ticket(thing(status={"operationState": {"operation": operation}}), "t1")
    assert not has_ticket(thing(operation=operation), "t2")
    assert not has_ticket(thing(), "t1")


def test_refresh() -> None:
    made = refresh_patch(True, EPOCH)["metadata"]["annotations"]
    assert made["argocd.argoproj.io/refresh"] == "hard"
    later = {"annotations": {k: v for k, v in made.items() if k.endswith("timestamp")}}
    assert refreshed({"metadata": later}, EPOCH)
    assert not refreshed({"metadata": later}, EPOCH + 1)


def running(phase: str = "Running") -> dict[str, Any]:
    return thing(operation={"sync": {}}, status={"operationState": {"phase": phase, "startedAt": STARTED}})


def test_terminate_is_bound_to_what_was_seen() -> None:
    assert terminate_patch(running(), EPOCH) == {
        "metadata": {"resourceVersion": "7"},
        "status": {"operationState": {"phase": "Terminating"}},
    }
    with pytest.raises(Refused, match="another operation"):
        terminate_patch(running(), EPOCH - 1)
    with pytest.raises(Refused, match="is over"):
        terminate_patch(thing(status={"operationState": {"phase": "Running"}}), EPOCH)
    assert terminating(running("Terminating"), EPOCH)
    assert not terminating(running(), EPOCH)
