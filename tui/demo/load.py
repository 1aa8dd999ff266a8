"""The load generator: still pods with owners, so many changes a second, and one very talkative container."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from random import Random
from typing import Any

from tui.demo.cluster import stamp
from tui.demo.world import Environment

Object = dict[str, Any]

_PODS_PER_OWNER = 50
_NAMESPACES = ("gateway", "services", "data", "observability")
# Of a second: how often changes and lines are made.
_BEAT = 0.02


@dataclass(frozen=True, slots=True)
class Load:
    """Pods, changes a second, log lines a second (of the first pod)."""

    pods: int
    churn: float
    log_rate: float

    @property
    def wanted(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.pods or self.churn or self.log_rate)


class _Rate:
    """So many a second; what a busy machine leaves undone for long is not made up for."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._asked = time.monotonic()
        self._rest = 0.0

    def due(self) -> int:
        """How many since the last time."""
        now = time.monotonic()
        made = min(now - self._asked, 0.25) * self._rate + self._rest
        self._asked, self._rest = now, made % 1
        return int(made)


async def generate(load: Load, environment: Environment) -> None:
    """Makes the pods, then changes and writes for ever."""
    pods = build(environment, max(load.pods, 1))
    random = Random(7)
    changed, written = 0, 0
    changes, lines = _Rate(load.churn), _Rate(load.log_rate)
    uid = environment.cluster.edit(*pods[0])["metadata"]["uid"]
    log = environment.logs.log(uid, "app", 0)
    while True:
        await asyncio.sleep(_BEAT)
        for _ in range(changes.due()):
            changed += 1
            _change(environment, random.choice(pods), changed)
        now = environment.world.now()
        for _ in range(lines.due()):
            written += 1
            log.write(
                b'{"level":"info","msg":"request served","number":%d,"path":"/v1/items"}' % written, now
            )


def build(environment: Environment, count: int) -> list[tuple[str, str, str]]:
    """Deployments with ReplicaSets that own `count` running pods; returns the pods' keys."""
    cluster = environment.cluster
    keys: list[tuple[str, str, str]] = []
    for number in range(0, count, _PODS_PER_OWNER):
        space, name = _NAMESPACES[number // _PODS_PER_OWNER % 4], f"load-{number // _PODS_PER_OWNER:04d}"
        size = min(_PODS_PER_OWNER, count - number)
        workload = cluster.create(_workload("Deployment", space, name, name, size, None))
        replicas = cluster.create(_workload("ReplicaSet", space, f"{name}-6d4cf56db6", name, size, workload))
        for index in range(size):
            pod = cluster.create(_pod(replicas, name, index, environment.world.now()))
            keys.append(("Pod", space, pod["metadata"]["name"]))
    return keys


def _labels(app: str, hashed: bool) -> dict[str, str]:
    return {"app": app, **({"pod-template-hash": "6d4cf56db6"} if hashed else {})}


def _containers() -> list[Object]:
    return [{"name": "app", "image": "registry.platform.example/load:1.0.0"}]


def _owner(obj: Object) -> list[Object]:
    meta = obj["metadata"]
    owner = {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "name": meta["name"], "uid": meta["uid"]}
    return [{**owner, "controller": True, "blockOwnerDeletion": True}]


def _workload(kind: str, space: str, name: str, app: str, size: int, owner: Object | None) -> Object:
    labels = _labels(app, owner is not None)
    meta: Object = {
        "name": name,
        "namespace": space,
        "labels": labels,
        "annotations": {"deployment.kubernetes.io/revision": "1"},
    }
    if owner is not None:
        meta["ownerReferences"] = _owner(owner)
    counts = ("replicas", "readyReplicas", "availableReplicas")
    status: Object = {"observedGeneration": 1, **dict.fromkeys(counts, size)}
    if owner is None:
        status["updatedReplicas"] = size
    template = {"metadata": {"labels": labels}, "spec": {"containers": _containers()}}
    spec = {"replicas": size, "selector": {"matchLabels": labels}, "template": template}
    return {"kind": kind, "apiVersion": "apps/v1", "metadata": meta, "spec": spec, "status": status}


def _pod(owner: Object, app: str, index: int, now: float) -> Object:
    name = f"{owner['metadata']['name']}-{index:05d}"
    at = stamp(now)
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {
            "name": name,
            "namespace": owner["metadata"]["namespace"],
            "labels": _labels(app, hashed=True),
            "annotations": {"demo.deploytui/still": "true"},
            "ownerReferences": _owner(owner),
        },
        "spec": {"nodeName": "node-1", "containers": _containers()},
        "status": {
            "phase": "Running",
            "startTime": at,
            "podIP": f"10.0.{index // 250}.{index % 250 + 1}",
            "conditions": [
                {"type": name, "status": "True", "lastTransitionTime": at}
                for name in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
            ],
            "containerStatuses": [
                {
                    "name": "app",
                    "image": "registry.platform.example/load:1.0.0",
                    "imageID": "registry.platform.example/load@sha256:0",
                    "containerID": f"containerd://{name}",
                    "ready": True,
                    "started": True,
                    "restartCount": 0,
                    "state": {"running": {"startedAt": at}},
                    "lastState": {},
                }
            ],
        },
    }


def _change(environment: Environment, key: tuple[str, str, str], number: int) -> None:
    """Readiness comes and goes, which every table has to show."""
    draft = environment.cluster.edit(*key)
    ready = not draft["status"]["containerStatuses"][0]["ready"]
    draft["status"]["containerStatuses"][0]["ready"] = ready
    for condition in draft["status"]["conditions"][2:]:
        condition["status"] = "True" if ready else "False"
    draft["metadata"]["annotations"]["demo.deploytui/change"] = str(number)
    environment.cluster.update(draft)
