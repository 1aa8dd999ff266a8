"""The simulator's Deployments and pods, and what goes with its owner."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from tests.demo_world import Object, World, progress, revision, waiting, workload
from tui.demo.behaviours.common import condition
from tui.demo.behaviours.scripted import BEHAVIOUR


def test_a_rollout_completes_without_losing_a_serving_pod() -> None:
    world = World()
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    world.cluster.create(workload("Deployment", "web", "web:1.0.0", replicas=3, strategy=strategy))
    world.run(10)
    assert world.get("Deployment", "web")["status"]["readyReplicas"] == 3
    assert progress(world, "web") == "NewReplicaSetAvailable"
    world.image("Deployment", "web", "web:1.1.0")
    available: list[int] = []
    totals: list[int] = []

    def watch() -> None:
        status = world.get("Deployment", "web")["status"]
        available.append(status.get("availableReplicas", 0))
        totals.append(status.get("replicas", 0))

    world.run(30, watch=watch)
    status = world.get("Deployment", "web")["status"]
    assert (status["updatedReplicas"], status["replicas"], status["availableReplicas"]) == (3, 3, 3)
    assert min(available) == 3
    assert max(totals) == 4
    assert revision(world.get("Deployment", "web")) == "2"
    assert {pod["spec"]["containers"][0]["image"] for pod in world.pods("web")} == {"web:1.1.0"}


def test_recreate_takes_all_down_first() -> None:
    world = World()
    world.cluster.create(
        workload("Deployment", "web", "web:1.0.0", replicas=2, strategy={"type": "Recreate"})
    )
    world.run(10)
    world.image("Deployment", "web", "web:1.1.0")
    images: set[frozenset[str]] = set()

    def watch() -> None:
        images.add(frozenset(pod["spec"]["containers"][0]["image"] for pod in world.pods("web")))

    world.run(20, watch=watch)
    assert frozenset({"web:1.0.0", "web:1.1.0"}) not in images
    assert world.get("Deployment", "web")["status"]["readyReplicas"] == 2


def test_a_paused_deployment_does_not_roll_until_it_is_resumed() -> None:
    world = World()
    world.cluster.create(workload("Deployment", "web", "web:1.0.0", replicas=2))
    world.run(10)
    world.change("Deployment", "web", lambda draft: draft["spec"].update(paused=True))
    world.image("Deployment", "web", "web:1.1.0")
    world.run(10)
    assert {pod["spec"]["containers"][0]["image"] for pod in world.pods("web")} == {"web:1.0.0"}
    assert progress(world, "web") == "DeploymentPaused"
    world.change("Deployment", "web", lambda draft: draft["spec"].update(paused=False))
    world.run(20)
    assert {pod["spec"]["containers"][0]["image"] for pod in world.pods("web")} == {"web:1.1.0"}


def test_a_stuck_rollout_meets_its_deadline_and_an_undo_mends_it() -> None:
    world = World()
    world.cluster.create(
        workload("Deployment", "personal", "x/personal:1.9.1", replicas=2, progressDeadlineSeconds=60)
    )
    world.run(10)
    first = world.cluster.all("ReplicaSet")[0]
    world.image("Deployment", "personal", "x/personal:2.0.0")
    world.run(90)
    status = world.get("Deployment", "personal")["status"]
    assert progress(world, "personal") == "ProgressDeadlineExceeded"
    assert (status["readyReplicas"], status["updatedReplicas"], status["unavailableReplicas"]) == (2, 1, 1)
    assert revision(world.get("Deployment", "personal")) == "2"
    world.image("Deployment", "personal", "x/personal:1.9.1")
    world.run(10)
    assert progress(world, "personal") == "NewReplicaSetAvailable"
    assert revision(world.get("Deployment", "personal")) == "3"
    again = world.get("ReplicaSet", first["metadata"]["name"])
    assert revision(again) == "3"
    assert again["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"] == "1"
    assert all(waiting(pod) == "None" for pod in world.pods("personal"))


def test_a_crash_loop_counts_and_waits_twice_as_long_each_time() -> None:
    world = World()
    script = {"crash_after": 2, "exit_code": 3}
    world.cluster.create(workload("Deployment", "web", "web:1.0.0", script, replicas=1))
    starts: dict[str, float] = {}

    def watch() -> None:
        for pod in world.pods("web"):
            for entry in pod["status"].get("containerStatuses", ()):
                if "running" in entry["state"]:
                    starts.setdefault(entry["containerID"], world.now)

    world.run(120, watch=watch)
    times = list(starts.values())
    pauses = [round(after - before - 2) for before, after in pairwise(times)]
    assert pauses == [1, 10, 20, 40]
    entry = world.pods("web")[0]["status"]["containerStatuses"][0]
    assert entry["restartCount"] == 4
    assert entry["lastState"]["terminated"]["exitCode"] == 3
    assert entry["state"]["waiting"]["message"].startswith(
        "back-off 1m20s restarting failed container=app pod="
    )
    assert "BackOff" in world.reasons(world.pods("web")[0]["metadata"]["name"])


def test_a_bad_image_leaves_a_stack_trace() -> None:
    world = World()
    world.cluster.create(workload("Deployment", "web", "web:1.1.1-bad", replicas=1))
    world.run(5)
    text = world.text(world.pods("web")[0])
    assert json.loads(text[0])["msg"] == "starting"
    assert json.loads(text[1])["level"] == "fatal"
    assert "goroutine 1 [running]:" in text


@pytest.mark.parametrize(
    ("script", "more", "reason"),
    [
        ({"image_missing": True}, {}, "ImagePullBackOff"),
        ({}, {"envFrom": [{"secretRef": {"name": "none"}}]}, "CreateContainerConfigError"),
        ({"oom": True, "crash_after": 1}, {}, "CrashLoopBackOff"),
    ],
)
def test_what_keeps_a_container_from_running(script: Object, more: Object, reason: str) -> None:
    world = World()
    made = workload("Deployment", "web", "web:1.0.0", script, replicas=1)
    made["spec"]["template"]["spec"]["containers"][0].update(more)
    world.cluster.create(made)
    world.run(8)
    assert waiting(world.pods("web")[0]) == reason
    if script.get("oom"):
        last = world.pods("web")[0]["status"]["containerStatuses"][0]["lastState"]["terminated"]
        assert (last["reason"], last["exitCode"]) == ("OOMKilled", 137)


def test_a_secret_that_comes_later_lets_the_container_start() -> None:
    world = World()
    made = workload("Deployment", "web", "web:1.0.0", replicas=1)
    made["spec"]["template"]["spec"]["containers"][0]["envFrom"] = [{"secretRef": {"name": "late"}}]
    world.cluster.create(made)
    world.run(5)
    assert world.get("Deployment", "web")["status"].get("readyReplicas", 0) == 0
    world.cluster.create(
        {"kind": "Secret", "metadata": {"name": "late", "namespace": "services"}, "data": {}}
    )
    world.run(6)
    assert world.get("Deployment", "web")["status"]["readyReplicas"] == 1


def test_a_pod_that_no_node_fits_says_so() -> None:
    world = World()
    made = workload("Deployment", "web", "web:1.0.0", replicas=1)
    made["spec"]["template"]["spec"]["nodeSelector"] = {"accelerator": "present"}
    world.cluster.create(made)
    world.run(3)
    found = condition(world.pods("web")[0]["status"], "PodScheduled")
    assert found is not None
    assert found["reason"] == "Unschedulable"
    assert found["message"].startswith("0/1 nodes are available: 1 node(s) didn't match")


def test_a_fault_on_a_running_pod_comes_and_goes_with_its_annotation() -> None:
    world = World()
    world.cluster.create(workload("Deployment", "web", "web:1.0.0", replicas=1))
    world.run(5)
    name = world.pods("web")[0]["metadata"]["name"]
    fault = {BEHAVIOUR: json.dumps({"app": {"fail_ready": True}})}
    world.change("Pod", name, lambda draft: draft["metadata"].update(annotations=fault))
    world.run(15)
    assert world.get("Deployment", "web")["status"].get("readyReplicas", 0) == 0
    assert "Unhealthy" in world.reasons(name)
    world.change("Pod", name, lambda draft: draft["metadata"].update(annotations={}))
    world.run(2)
    assert world.get("Deployment", "web")["status"]["readyReplicas"] == 1


def test_pods_that_may_not_be_made_are_a_replica_failure() -> None:
    world = World()
    made = workload("Deployment", "web", "web:1.0.0", replicas=2)
    made["metadata"]["annotations"] = {"demo.deploytui/refuse-pods": "exceeded quota: pods"}
    world.cluster.create(made)
    world.run(3)
    found = condition(world.get("Deployment", "web")["status"], "ReplicaFailure")
    assert found is not None
    assert found["reason"] == "FailedCreate"
    assert "exceeded quota: pods" in found["message"]
    assert not world.pods("web")


def test_what_belonged_to_something_gone_goes_too() -> None:
    world = World()
    world.cluster.create(workload("Deployment", "web", "web:1", replicas=2))
    world.run(6)
    world.cluster.delete("Deployment", "services", "web")
    world.run(5)
    assert world.cluster.all("ReplicaSet", "services") == []
    assert world.pods("web") == []


def test_in_the_foreground_the_owner_goes_last() -> None:
    world = World()
    world.cluster.create(workload("Deployment", "web", "web:1", replicas=2))
    world.run(6)
    world.change(
        "Deployment", "web", lambda draft: draft["metadata"].update(finalizers=["foregroundDeletion"])
    )
    world.cluster.delete("Deployment", "services", "web")
    assert world.cluster.get("Deployment", "services", "web") is not None
    world.run(5)
    assert world.cluster.get("Deployment", "services", "web") is None
    assert world.pods("web") == []
