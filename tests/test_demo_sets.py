"""The simulator's StatefulSets, DaemonSets and restarts of every kind."""

from __future__ import annotations

import pytest

from tests.demo_world import Object, World, workload
from tui.demo.behaviours.common import condition


def test_a_stateful_set_goes_in_order_and_updates_from_the_end() -> None:
    world = World()
    world.cluster.create(workload("StatefulSet", "db", "db:1", replicas=3, serviceName="db"))
    seen: list[str] = []

    def watch() -> None:
        for pod in world.pods("db"):
            if pod["metadata"]["uid"] not in seen:
                others = [each for each in world.pods("db") if each is not pod]
                assert all(condition(each["status"], "Ready") for each in others)
                seen.append(pod["metadata"]["uid"])
                names.append(pod["metadata"]["name"])

    names: list[str] = []
    world.run(15, watch=watch)
    assert names == ["db-0", "db-1", "db-2"]
    first = world.get("StatefulSet", "db")["status"]
    assert first["currentRevision"] == first["updateRevision"]
    names.clear()
    world.image("StatefulSet", "db", "db:2")
    world.run(30, watch=watch)
    assert names == ["db-2", "db-1", "db-0"]
    status = world.get("StatefulSet", "db")["status"]
    assert status["currentRevision"] == status["updateRevision"] != first["updateRevision"]
    revisions = sorted(world.cluster.all("ControllerRevision", "services"), key=lambda each: each["revision"])
    assert [each["revision"] for each in revisions] == [1, 2]
    assert revisions[0]["data"]["spec"]["template"]["$patch"] == "replace"
    world.image("StatefulSet", "db", "db:1")
    world.run(30)
    numbers = [each["revision"] for each in world.cluster.all("ControllerRevision", "services")]
    assert sorted(numbers) == [2, 3]


@pytest.mark.parametrize(
    ("strategy", "updated"),
    [
        ({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}, {"db-2"}),
        ({"type": "OnDelete"}, set()),
    ],
)
def test_a_stateful_set_that_is_held_back(strategy: Object, updated: set[str]) -> None:
    world = World()
    world.cluster.create(workload("StatefulSet", "db", "db:1", replicas=3, updateStrategy=strategy))
    world.run(15)
    world.image("StatefulSet", "db", "db:2")
    world.run(30)
    new = {
        pod["metadata"]["name"] for pod in world.pods("db") if pod["spec"]["containers"][0]["image"] == "db:2"
    }
    assert new == updated
    status = world.get("StatefulSet", "db")["status"]
    assert status["currentRevision"] != status["updateRevision"]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_restart_replaces_every_pod(kind: str) -> None:
    world = World()
    world.cluster.create(workload(kind, "web", "web:1"))
    world.run(6)
    before = {pod["metadata"]["uid"] for pod in world.pods("web")}
    assert before

    def restart(draft: Object) -> None:
        stamp = {"kubectl.kubernetes.io/restartedAt": "2026-11-24T12:00:00Z"}
        draft["spec"]["template"]["metadata"]["annotations"] = stamp

    world.change(kind, "web", restart)
    world.run(15)
    after = world.pods("web")
    assert len(after) == len(before)
    assert not before & {pod["metadata"]["uid"] for pod in after}
    assert all((condition(pod["status"], "Ready") or {})["status"] == "True" for pod in after)


def test_init_containers_run_one_by_one_and_a_sidecar_goes_on() -> None:
    world = World("small")
    pod = next(p for p in world.cluster.all("Pod", "observability"))
    world.cluster.delete("Pod", "observability", pod["metadata"]["name"], grace=1)
    states: list[tuple[str, ...]] = []

    def watch() -> None:
        for each in world.cluster.all("Pod", "observability"):
            found = each["status"].get("initContainerStatuses")
            if found and each["metadata"]["creationTimestamp"] > pod["metadata"]["creationTimestamp"]:
                state = tuple(next(iter(entry["state"])) for entry in found)
                if not states or states[-1] != state:
                    states.append(state)

    world.run(10, watch=watch)
    assert states[:4] == [
        ("waiting", "waiting"),
        ("running", "waiting"),
        ("terminated", "waiting"),
        ("terminated", "running"),
    ]
    assert world.get("DaemonSet", "log-agent", "observability")["status"]["numberReady"] == 2
