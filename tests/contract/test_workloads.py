"""Workloads that roll, stick and go back, as controllers say it, on the simulator and on a real cluster."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.place import Object, Place, shell, workload_spec
from tui.model.plan import Step, Target
from tui.wire import write
from tui.wire.write import Write

REVISION = "deployment.kubernetes.io/revision"
_SERVES = "sleep 3600"


def conditions_of(found: Object) -> dict[str, tuple[str, str]]:
    """Status and reason by type."""
    listed = found["status"].get("conditions", [])
    return {one["type"]: (one["status"], one.get("reason", "")) for one in listed}


def rolled_out(found: Object) -> bool:
    """Whether a Deployment's newest revision is all there is."""
    wanted, status = found["spec"]["replicas"], found["status"]
    return bool(
        status.get("observedGeneration") == found["metadata"]["generation"]
        and status.get("updatedReplicas")
        == status.get("replicas")
        == status.get("availableReplicas")
        == wanted
    )


async def deploy(place: Place, name: str, replicas: int = 1, **more: Any) -> Object:
    """A Deployment that has rolled out."""
    spec = workload_spec(name, shell("app", f"echo {name}; {_SERVES}"), replicas=replicas, **more)
    await place.create("Deployment", name, spec=spec)
    return await place.until("Deployment", name, rolled_out)


async def sets_of(place: Place, name: str) -> dict[str, Object]:
    """The ReplicaSets of a Deployment by their revision."""
    found = await place.all("ReplicaSet", f"app={name}")
    return {one["metadata"]["annotations"][REVISION]: one for one in found}


async def carried(place: Place, kind: str, name: str, made: Write) -> Object:
    """Sends a write of ours as the gate does; the object as it came back."""
    answer = await place.http.patch(
        place.path(kind, name), content=json.dumps(made.body), headers={"content-type": made.content_type}
    )
    assert answer.status_code == 200, answer.text
    assert made.landed(answer.json())
    return dict(answer.json())


def step_on(found: Object, **arguments: Any) -> Step:
    """A step of a plan on that object."""
    meta = found["metadata"]
    target = Target(found["kind"], meta["namespace"], meta["name"], meta["uid"], "")
    return Step("deed", target, "", arguments)


async def test_what_a_new_deployment_says(place: Place) -> None:
    found = await deploy(place, "web", 2)
    assert found["metadata"]["annotations"][REVISION] == "1"
    assert found["metadata"]["generation"] == found["status"]["observedGeneration"]
    counts = {name: value for name, value in found["status"].items() if isinstance(value, int)}
    names = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    assert counts == {**dict.fromkeys(names, 2), "observedGeneration": 1}
    assert conditions_of(found) == {
        "Available": ("True", "MinimumReplicasAvailable"),
        "Progressing": ("True", "NewReplicaSetAvailable"),
    }
    (only,) = (await sets_of(place, "web")).values()
    (progress,) = [one for one in found["status"]["conditions"] if one["type"] == "Progressing"]
    assert progress["message"] == f'ReplicaSet "{only["metadata"]["name"]}" has successfully progressed.'
    assert only["status"]["replicas"] == only["status"]["readyReplicas"] == 2
    hashed = only["metadata"]["labels"]["pod-template-hash"]
    assert only["metadata"]["name"] == f"web-{hashed}"
    assert only["spec"]["selector"]["matchLabels"] == {"app": "web", "pod-template-hash": hashed}
    assert only["metadata"]["annotations"] == {
        REVISION: "1",
        "deployment.kubernetes.io/desired-replicas": "2",
        "deployment.kubernetes.io/max-replicas": "3",
    }
    for pod in await place.all("Pod", "app=web"):
        assert pod["metadata"]["labels"] == {"app": "web", "pod-template-hash": hashed}
        assert pod["metadata"]["generateName"] == f"web-{hashed}-"
        (owner,) = pod["metadata"]["ownerReferences"]
        assert (owner["kind"], owner["name"], owner["controller"]) == (
            "ReplicaSet",
            only["metadata"]["name"],
            True,
        )
    defaults = found["spec"]
    assert defaults["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"},
    }
    assert (defaults["revisionHistoryLimit"], defaults["progressDeadlineSeconds"]) == (10, 600)


async def test_restart_then_undo(place: Place) -> None:
    server = place.client.server
    first = await deploy(place, "web")
    await carried(
        place, "Deployment", "web", await write.restart(server, step_on(first), first, 1_790_000_000)
    )
    second = await place.until(
        "Deployment",
        "web",
        lambda now: rolled_out(now) and now["metadata"]["annotations"][REVISION] == "2",
    )
    stamp = second["spec"]["template"]["metadata"]["annotations"][write.RESTARTED_AT]
    assert stamp == "2026-09-21T14:13:20Z"
    sets = await sets_of(place, "web")
    assert {number: one["spec"]["replicas"] for number, one in sets.items()} == {"1": 0, "2": 1}

    old = sets["1"]["metadata"]
    step = step_on(second, revision_name=old["name"], revision_uid=old["uid"])
    await carried(place, "Deployment", "web", await write.roll_back(server, step, second, 1_790_000_100))
    third = await place.until(
        "Deployment",
        "web",
        lambda now: rolled_out(now) and now["metadata"]["annotations"][REVISION] == "3",
    )
    assert write.RESTARTED_AT not in (third["spec"]["template"]["metadata"].get("annotations") or {})
    sets = await sets_of(place, "web")
    # The template is that of the first, so its ReplicaSet is taken again and gets the next number.
    assert {number: one["metadata"]["uid"] for number, one in sets.items()}["3"] == old["uid"]
    assert set(sets) == {"2", "3"}
    assert sets["3"]["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"] == "1"
    history = await place.kubectl("rollout history deployment/web")
    assert [line.split()[0] for line in history.splitlines()[2:] if line] == ["2", "3"]


async def test_a_stuck_rollout_and_its_way_back(place: Place) -> None:
    limits = {"maxSurge": 1, "maxUnavailable": 0}
    strategy = {"type": "RollingUpdate", "rollingUpdate": limits}
    await deploy(place, "web", 2, progressDeadlineSeconds=5, strategy=strategy)
    change = {
        "spec": {"template": {"spec": {"containers": [{"name": "app", "image": "deploytui/nothing:1"}]}}}
    }
    await place.patch("Deployment", "web", change, "strategic-merge")
    moving = await place.kubectl("rollout status deployment/web --watch=false")
    assert moving.startswith("Waiting for deployment ")
    stuck = await place.until(
        "Deployment",
        "web",
        lambda now: conditions_of(now).get("Progressing") == ("False", "ProgressDeadlineExceeded"),
    )
    counts = [
        stuck["status"].get(f"{name}eplicas", 0) for name in ("r", "updatedR", "readyR", "unavailableR")
    ]
    assert counts == [3, 1, 2, 1]
    assert conditions_of(stuck)["Available"] == ("True", "MinimumReplicasAvailable")
    sets = await sets_of(place, "web")
    (progress,) = [one for one in stuck["status"]["conditions"] if one["type"] == "Progressing"]
    assert progress["message"] == f'ReplicaSet "{sets["2"]["metadata"]["name"]}" has timed out progressing.'
    said = await place.kubectl("rollout status deployment/web")
    assert said == 'error: deployment "web" exceeded its progress deadline\n'
    assert await place.kubectl("rollout undo deployment/web") == "deployment.apps/web rolled back\n"
    back = await place.until("Deployment", "web", rolled_out)
    assert back["metadata"]["annotations"][REVISION] == "3"
    assert conditions_of(back)["Progressing"] == ("True", "NewReplicaSetAvailable")
    said = await place.kubectl("rollout status deployment/web")
    assert said.endswith('deployment "web" successfully rolled out\n')


async def test_paused_and_scaled(place: Place) -> None:
    await deploy(place, "web")
    assert "paused" in await place.kubectl("rollout pause deployment/web")
    paused = await place.until(
        "Deployment", "web", lambda now: conditions_of(now)["Progressing"] == ("Unknown", "DeploymentPaused")
    )
    assert paused["spec"]["paused"] is True
    refused = await place.kubectl("rollout restart deployment/web")
    assert "can't restart paused deployment (run rollout resume first)" in refused
    assert "resumed" in await place.kubectl("rollout resume deployment/web")
    assert "scaled" in await place.kubectl("scale deployment/web --replicas=0")
    await place.until("Deployment", "web", lambda now: not now["status"].get("replicas"))
    await place.until_gone("Pod", "app=web")


async def test_a_stateful_set_rolls_from_its_last_pod(place: Place) -> None:
    spec = workload_spec("db", shell("app", _SERVES), replicas=2, serviceName="db")
    await place.create("StatefulSet", "db", spec=spec)
    first = await place.until("StatefulSet", "db", lambda now: now["status"].get("readyReplicas") == 2)
    status = first["status"]
    assert status["currentRevision"] == status["updateRevision"]
    assert status["currentReplicas"] == status["updatedReplicas"] == status["availableReplicas"] == 2
    pods = await place.all("Pod", "app=db")
    assert sorted(pod["metadata"]["name"] for pod in pods) == ["db-0", "db-1"]
    assert pods[0]["metadata"]["labels"] == {
        "app": "db",
        "apps.kubernetes.io/pod-index": pods[0]["metadata"]["name"][-1],
        "controller-revision-hash": status["currentRevision"],
        "statefulset.kubernetes.io/pod-name": pods[0]["metadata"]["name"],
    }
    made = await write.restart(place.client.server, step_on(first), first, 1_790_000_000)
    await carried(place, "StatefulSet", "db", made)
    said = await place.kubectl("rollout status statefulset/db")
    assert said.splitlines()[-1] == "partitioned roll out complete: 2 new pods have been updated..."
    second = await place.until("StatefulSet", "db", lambda now: now["status"].get("readyReplicas") == 2)
    assert second["status"]["currentRevision"] == second["status"]["updateRevision"]
    assert second["status"]["currentRevision"] != status["currentRevision"]
    revisions = {one["metadata"]["name"]: one["revision"] for one in await place.all("ControllerRevision")}
    assert revisions == {status["currentRevision"]: 1, second["status"]["currentRevision"]: 2}

    (old,) = [one for one in await place.all("ControllerRevision") if one["revision"] == 1]
    arguments = {"revision_name": old["metadata"]["name"], "revision_uid": old["metadata"]["uid"]}
    back = await write.roll_back(place.client.server, step_on(second, **arguments), second, 1_790_000_100)
    await carried(place, "StatefulSet", "db", back)
    await place.until(
        "StatefulSet", "db", lambda now: now["status"]["currentRevision"] == status["currentRevision"]
    )
    numbers = sorted(one["revision"] for one in await place.all("ControllerRevision"))
    assert numbers == [2, 3]


async def test_a_daemon_set(place: Place) -> None:
    spec = workload_spec("agent", shell("app", _SERVES))
    await place.create("DaemonSet", "agent", spec=spec)
    first = await place.until("DaemonSet", "agent", lambda now: now["status"].get("numberAvailable"))
    wanted = first["status"]["desiredNumberScheduled"]
    assert wanted == 1
    names = ("currentNumberScheduled", "updatedNumberScheduled", "numberReady", "numberAvailable")
    assert {name: first["status"][name] for name in names} == dict.fromkeys(names, 1)
    assert first["status"]["numberMisscheduled"] == 0
    assert first["metadata"]["annotations"]["deprecated.daemonset.template.generation"] == "1"
    (pod,) = await place.all("Pod", "app=agent")
    assert {"controller-revision-hash", "pod-template-generation"} <= set(pod["metadata"]["labels"])
    assert await place.kubectl("rollout restart daemonset/agent") == "daemonset.apps/agent restarted\n"
    said = await place.kubectl("rollout status daemonset/agent")
    assert said.splitlines()[-1] == 'daemon set "agent" successfully rolled out'
    revisions = await place.all("ControllerRevision")
    assert sorted(one["revision"] for one in revisions) == [1, 2]
    assert await place.kubectl("rollout undo daemonset/agent") == "daemonset.apps/agent rolled back\n"
    again = await place.kubectl("rollout undo daemonset/agent --to-revision=9")
    assert again == "error: unable to find specified revision 9 in history\n"


@pytest.mark.parametrize("kind", ["deployment", "statefulset", "daemonset"])
async def test_kubectl_on_what_is_not_there(place: Place, kind: str) -> None:
    for deed in ("restart", "undo", "status", "history"):
        said = await place.kubectl(f"rollout {deed} {kind}/none")
        assert f'{kind}s.apps "none" not found' in said
