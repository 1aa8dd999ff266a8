"""What our judgement says of every pod, Job and workload of a cluster is what kubectl prints of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.contract.place import Object, Place, placed, pod_spec, shell, workload_spec
from tests.demo_control import Demo
from tui.model.health import job_status
from tui.model.job import Job
from tui.model.pod import Pod
from tui.model.pod_status import pod_status
from tui.model.rollout import rollout_status
from tui.model.workload import Workload
from tui.wire.kinds import KINDS
from tui.wire.kubeconfig import load

Said = Mapping[str, Any]
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


async def records(place: Place, *kinds: str) -> dict[str, Any]:
    """All objects of those kinds as records, by kind, namespace and name."""
    found = {}
    for name in kinds:
        async for page in place.client.pages(KINDS[name], ""):
            for item in page.items:
                record = KINDS[name].read(item)
                found[f"{name} {record.meta.namespace}/{record.meta.name}"] = record
    return found


async def agreed(
    place: Place,
    kinds: tuple[str, ...],
    ours: Callable[[Any], Any],
    kubectl: Callable[[dict[str, Any]], Awaitable[Said]],
) -> int:
    """Compares what did not change between our look before and after kubectl's, until all was; the number."""
    done: set[str] = set()
    async with asyncio.timeout(90):
        while True:
            before = await records(place, *kinds)
            said = await kubectl({key: one for key, one in before.items() if key not in done})
            after = await records(place, *kinds)
            for key, told in said.items():
                old, new = before.get(key), after.get(key)
                if old is None or new is None or old.meta.version != new.meta.version:
                    continue
                assert ours(old) == told, key
                done.add(key)
            if done >= set(after):
                return len(done)


async def table(place: Place, kind: str, take: Callable[[list[str]], Any]) -> Said:
    """The rows of `kubectl get -A` by kind, namespace and name."""
    text = await place.kubectl(f"get {kind.lower()}s -A --no-headers")
    rows = [line.split() for line in text.splitlines()]
    return {f"{kind} {row[0]}/{row[1]}": take(row[2:]) for row in rows if len(row) > 2}


def pod_words(pod: Pod) -> tuple[str, str, str]:
    """Our READY, STATUS and RESTARTS."""
    found = pod_status(pod)
    return f"{found.ready}/{found.total}", found.reason, str(found.restarts)


def rollout_words(workload: Workload) -> str:
    """Our line of `kubectl rollout status`."""
    text, _, failed = rollout_status(workload)
    return f"error: {text}" if failed else text


async def pods_agree(place: Place) -> int:
    """READY, STATUS and RESTARTS of all pods."""
    return await agreed(place, ("Pod",), pod_words, lambda _: table(place, "Pod", lambda row: tuple(row[:3])))


async def jobs_agree(place: Place) -> int:
    """STATUS of all Jobs."""

    def ours(job: Job) -> str:
        return job_status(job)

    return await agreed(place, ("Job",), ours, lambda _: table(place, "Job", lambda row: row[0]))


async def rollouts_agree(place: Place) -> int:
    """The line of `rollout status` of all workloads."""
    few = asyncio.Semaphore(4)

    async def line_of(key: str) -> tuple[str, str]:
        kind, _, path = key.partition(" ")
        namespace, _, name = path.partition("/")
        async with few:
            asked = f"rollout status {kind.lower()}/{name} --namespace={namespace} --watch=false"
            return key, (await place.kubectl(asked)).strip()

    async def kubectl(left: dict[str, Any]) -> Said:
        return dict(await asyncio.gather(*(line_of(key) for key in left)))

    return await agreed(place, _WORKLOADS, rollout_words, kubectl)


async def zoo(place: Place) -> None:
    """A pod in each state that a container can bring about, and workloads that are not done."""
    sleeps = "sleep 3600"
    kinds: dict[str, Object] = {
        "runs": pod_spec(shell("app", sleeps), shell("more", sleeps)),
        "done": pod_spec(shell("app", "exit 0"), restart="Never"),
        "failed": pod_spec(shell("app", "exit 3"), shell("more", sleeps), restart="Never"),
        "crashes": pod_spec(shell("app", "exit 1")),
        "no-image": pod_spec(shell("app", sleeps, image="deploytui/nothing:1")),
        "no-secret": pod_spec(shell("app", sleeps, envFrom=[{"secretRef": {"name": "none"}}])),
        "nowhere": pod_spec(shell("app", sleeps), nodeSelector={"nowhere": "true"}),
        "init": pod_spec(shell("app", sleeps), initContainers=[shell("a", "exit 0"), shell("b", sleeps)]),
        "init-fails": pod_spec(shell("app", sleeps), initContainers=[shell("a", "exit 1")]),
        "init-failed": pod_spec(shell("app", sleeps), initContainers=[shell("a", "exit 1")], restart="Never"),
        "sidecar": pod_spec(
            shell("app", sleeps), initContainers=[shell("a", sleeps, restartPolicy="Always")]
        ),
    }
    for name, spec in kinds.items():
        await place.create("Pod", name, spec=spec)
    broken = shell("app", sleeps, image="deploytui/nothing:1")
    await place.create("Deployment", "stuck", spec=workload_spec("stuck", broken, replicas=2))
    late = workload_spec("late", broken, progressDeadlineSeconds=1)
    await place.create("Deployment", "late", spec=late)
    await place.create(
        "StatefulSet", "half", spec=workload_spec("half", broken, serviceName="half", replicas=2)
    )
    by_hand = workload_spec("hand", shell("app", sleeps), updateStrategy={"type": "OnDelete"})
    await place.create("DaemonSet", "hand", spec=by_hand)
    await place.create("DaemonSet", "agent", spec=workload_spec("agent", broken))
    for name, more in (("asleep", {"suspend": True}), ("short", {"activeDeadlineSeconds": 1}), ("busy", {})):
        template = {"spec": pod_spec(shell("app", sleeps), restart="Never")}
        await place.create("Job", name, spec={"template": template, **more})


async def test_in_a_namespace_of_broken_things_and_all_others(place: Place) -> None:
    await zoo(place)
    await place.until("Pod", "crashes", lambda pod: "CrashLoopBackOff" in str(pod["status"]))
    await place.until("Pod", "init-fails", lambda pod: "CrashLoopBackOff" in str(pod["status"]))
    await place.until("Deployment", "late", lambda now: "ProgressDeadlineExceeded" in str(now["status"]))
    assert await pods_agree(place) >= 18
    assert await jobs_agree(place) >= 3
    assert await rollouts_agree(place) >= 5


@pytest.mark.parametrize("scene", ["small", "policy"])
async def test_in_the_scenes(demo: Demo, caches: Path, scene: str) -> None:
    world = demo.world(scene, frozen=True)
    jobs = 0
    for environment in ("development", "production"):
        access = load(world.kubeconfig, {}, Path("/nowhere")).access(environment)
        async with placed(world.kubeconfig, access, caches, "contract", world) as place:
            place.options = f"--context={environment}"
            assert await pods_agree(place) > 5
            assert await rollouts_agree(place) > 3
            jobs += await jobs_agree(place)
    world.drop()
    assert jobs
