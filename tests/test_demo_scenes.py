"""The simulator's scenes: settled at the start, and going on from there."""

from __future__ import annotations

from tests.demo_world import World, progress, revision, waiting


def test_a_small_world_is_settled_and_the_same_each_time() -> None:
    world, other = World("small"), World("small")
    before = world.cluster.history.version
    for _ in range(3):
        for step in world.steps:
            step(world.now)
    assert world.cluster.history.version == before
    for kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Pod", "Job", "Event"):
        assert world.cluster.all(kind) == other.cluster.all(kind)
    personal = world.get("Deployment", "personal")
    assert progress(world, "personal") == "ProgressDeadlineExceeded"
    assert (personal["status"]["readyReplicas"], personal["status"]["updatedReplicas"]) == (2, 1)
    revisions = {
        revision(each)
        for each in world.cluster.owned(world.get("Deployment", "auth")["metadata"]["uid"], "ReplicaSet")
    }
    assert revisions == {"1", "2", "3"}


def test_the_small_world_goes_on_and_an_undo_mends_it() -> None:
    world = World("small")
    world.image("Deployment", "personal", "registry.platform.example/personal:1.9.1")
    world.change(
        "Deployment",
        "personal",
        lambda draft: draft["spec"]["template"]["metadata"]["labels"].update(
            {"app.kubernetes.io/version": "1.9.1"}
        ),
    )
    world.run(70)
    assert progress(world, "personal") == "NewReplicaSetAvailable"
    assert revision(world.get("Deployment", "personal")) == "4"
    running = world.get("Job", "identity-migrate-identity")
    assert running["status"]["succeeded"] == 1
    pod = world.cluster.owned(running["metadata"]["uid"], "Pod")[0]
    text = world.text(pod, "goose")
    assert len(text) == 4
    assert text[-1].endswith("successfully migrated database to version: 44")


def test_the_policy_world_makes_its_waves_and_heals_its_wounds() -> None:
    world = World("policy")
    jobs: list[str] = []

    def watch() -> None:
        for each in world.cluster.all("Job", "services"):
            name = each["metadata"]["name"]
            if "active" in each["status"] and "migrate" in name and jobs[-1:] != [name]:
                jobs.append(name)

    world.run(300, watch=watch)
    assert jobs[:3] == ["identity-migrate-auth", "identity-migrate-legal", "identity-migrate-identity"]
    identity = world.get("Deployment", "identity")["status"]
    assert identity["updatedReplicas"] == identity["availableReplicas"] == 4
    states = {
        pod["metadata"]["labels"]["app.kubernetes.io/name"]: waiting(pod)
        for pod in world.cluster.all("Pod", "services")
        if "containerStatuses" in pod["status"]
        and pod["metadata"]["labels"].get("app.kubernetes.io/name") in ("reports", "consents", "notifier")
    }
    assert states == {
        "reports": "ImagePullBackOff",
        "consents": "CreateContainerConfigError",
        "notifier": "CrashLoopBackOff",
    }
