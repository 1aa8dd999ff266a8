"""The simulator's Argo CD: hooks of every phase, pruning, sync windows, and a controller that is away."""

from __future__ import annotations

import json

import pytest

from tests.demo_bench import FAILED, Bench, Object
from tui.demo.behaviours.argo import DOWN
from tui.demo.behaviours.argo_task import HOOK, POLICY
from tui.demo.behaviours.argo_window import blocked
from tui.demo.behaviours.common import seconds_of
from tui.demo.behaviours.scripted import BEHAVIOUR
from tui.demo.chart import Migration, goose, migration_job
from tui.demo.scenario import break_migration, set_image

YEAR_END = {"kind": "deny", "schedule": "0 3 30 12 *", "timeZone": "Europe/Paris"}
AT_NINE = "2026-12-30T09:00:00Z"


def with_hook(world: Bench, phase: str, policy: str, seconds: float = 1.0, bad: str = "") -> None:
    """Another version, and a hook of that phase beside what is there."""
    head = world.cluster.repository.head("main")
    assert head is not None
    path = world.application["spec"]["source"]["path"]
    hook = migration_job("auth", "prod-services", Migration("auth-smoke", 0, "smoke_db"))
    hook["metadata"]["annotations"] |= {HOOK: phase, POLICY: policy}
    hook["spec"]["backoffLimit"] = 0
    script = goose(["00001_smoke.sql"], 0, seconds, bad)
    hook["spec"]["template"]["metadata"]["annotations"] = {BEHAVIOUR: script}
    manifests = json.loads(json.dumps([*head.files[path], hook]))
    for each in manifests:
        set_image("1.1.0")(each)
    world.cluster.repository.push("main", {path: manifests}, at=world.now)
    world.it.refresh()
    world.run(1)
    world.it.sync("with a hook")()
    world.run(60, watch=world.look)


def test_a_post_sync_hook_waits_for_the_rollout_and_goes_when_it_is_done() -> None:
    world = Bench("auth")
    with_hook(world, "PostSync", "HookSucceeded")
    messages = [message for _, message, _ in world.told()]
    gate = messages.index("waiting for healthy state of apps/Deployment/auth")
    assert gate < messages.index("waiting for completion of hook batch/Job/auth-smoke")
    rows = {each["name"]: each for each in world.state["syncResult"]["resources"]}
    assert rows["auth"]["hookPhase"] == "Succeeded"
    assert (rows["auth-smoke"]["syncPhase"], rows["auth-smoke"]["hookPhase"]) == ("PostSync", "Succeeded")
    assert world.status() == ("Synced", "Healthy", "Succeeded", 2)
    assert world.cluster.get("Job", "prod-services", "auth-smoke") is None


@pytest.mark.parametrize(("policy", "left"), [("HookFailed", False), ("HookSucceeded", True)])
def test_a_hook_that_fails_goes_or_stays_as_its_policy_says(policy: str, left: bool) -> None:
    world = Bench("auth")
    with_hook(world, "PostSync", policy, bad="00001_smoke.sql")
    assert (world.state["phase"], world.state["message"], world.status()[3]) == ("Failed", FAILED, 1)
    assert (world.cluster.get("Job", "prod-services", "auth-smoke") is not None) is left


def test_a_sync_fail_hook_runs_after_a_failure_only() -> None:
    world = Bench("auth")
    with_hook(world, "SyncFail", "BeforeHookCreation")
    assert world.cluster.get("Job", "prod-services", "auth-smoke") is None
    assert world.state["phase"] == "Succeeded"
    world.it.push(break_migration(0), "a mistake")
    world.it.refresh()
    world.it.sync("bad")()
    world.run(60)
    phases = [(each["syncPhase"], each["hookPhase"]) for each in world.state["syncResult"]["resources"]]
    assert phases == [("PreSync", "Failed"), ("SyncFail", "Succeeded")]
    assert world.state["phase"] == "Failed"


@pytest.mark.parametrize("prune", [True, False])
def test_what_git_has_no_longer_is_pruned_when_it_is_asked_for(prune: bool) -> None:
    world = Bench("auth")
    head = world.cluster.repository.head("main")
    assert head is not None
    path = world.application["spec"]["source"]["path"]
    left = [each for each in head.files[path] if each["kind"] != "Service"]
    world.cluster.repository.push("main", {path: left}, at=world.now)
    world.it.refresh()
    world.run(1)
    (entry,) = [
        each for each in world.application["status"]["resources"] if each.get("status") == "OutOfSync"
    ]
    assert (entry["kind"], entry["requiresPruning"]) == ("Service", True)
    world.it.sync("prune", prune=prune)()
    world.run(30)
    assert world.state["syncResult"]["resources"][-1]["status"] == ("Pruned" if prune else "PruneSkipped")
    assert world.status()[0] == ("Synced" if prune else "OutOfSync")
    assert (world.cluster.get("Service", "prod-services", "auth") is None) is prune


def test_an_operation_stays_as_it_is_while_the_controller_is_away() -> None:
    world = Bench("auth")
    world.change(
        "Namespace", "argocd", lambda draft: draft["metadata"].update(annotations={DOWN: "true"}), ""
    )
    world.it.sync("nobody hears it")()
    world.run(30)
    assert world.application["operation"]
    assert "operationState" not in world.application["status"]
    world.change("Namespace", "argocd", lambda draft: draft["metadata"].update(annotations={}), "")
    world.run(30)
    assert world.status()[2] == "Succeeded"


@pytest.mark.parametrize(
    ("window", "at", "manual", "expected"),
    [
        (YEAR_END, "2026-12-30T02:30:00Z", True, True),
        (YEAR_END, "2026-12-30T03:00:00Z", True, False),
        ({"kind": "deny", "schedule": "0 3 30 12 *"}, "2026-12-30T02:59:00Z", True, False),
        ({"kind": "deny", "schedule": "* * * * *", "manualSync": True}, "2026-12-30T02:59:00Z", True, False),
        ({"kind": "deny", "schedule": "* * * * *", "manualSync": True}, "2026-12-30T02:59:00Z", False, True),
        ({"kind": "allow", "schedule": "0 8 * * *"}, "2026-12-30T08:59:00Z", False, False),
        ({"kind": "allow", "schedule": "0 8 * * *"}, "2026-12-30T09:00:00Z", False, True),
        ({"kind": "deny", "schedule": "* * * * *", "applications": ["*-staging"]}, AT_NINE, True, False),
    ],
)
def test_windows(window: Object, at: str, manual: bool, expected: bool) -> None:
    application = {
        "metadata": {"name": "auth-production"},
        "spec": {"destination": {"namespace": "services"}},
    }
    project = {"spec": {"syncWindows": [{"duration": "1h", "applications": ["auth-*"], **window}]}}
    assert blocked(project, application, seconds_of(at), manual=manual) is expected
