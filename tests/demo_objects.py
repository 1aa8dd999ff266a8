"""Small objects for tests that put their own things into the simulator; nobody but the test moves them."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

STILL = {"demo.deploytui/still": "true"}


def config_map(name: str, namespace: str = "maps", **data: str) -> Object:
    """A ConfigMap, the smallest object; its namespace `maps` is made with it and holds nothing else."""
    meta = {"name": name, "namespace": namespace}
    return {"kind": "ConfigMap", "apiVersion": "v1", "metadata": meta, "data": data}


def running_pod(name: str, namespace: str = "services", *containers: str, **labels: str) -> Object:
    """A pod on a node whose containers run and are ready; the behaviours leave it alone."""
    names = containers or ("app",)
    started = "2026-08-01T10:00:00Z"
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels,
            "annotations": STILL,
        },
        "spec": {
            "nodeName": "node-1",
            "containers": [{"name": each, "image": f"registry.example/{each}:1.0.0"} for each in names],
        },
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": started}],
            "containerStatuses": [
                {
                    "name": each,
                    "image": f"registry.example/{each}:1.0.0",
                    "imageID": "",
                    "containerID": f"containerd://{name}-{each}-0",
                    "ready": True,
                    "started": True,
                    "restartCount": 0,
                    "state": {"running": {"startedAt": started}},
                    "lastState": {},
                }
                for each in names
            ],
        },
    }


def with_state(pod: Object, state: Object, last: Object | None = None, restarts: int = 0) -> Object:
    """The pod with the first container in another state."""
    entry = pod["status"]["containerStatuses"][0]
    entry.update(state=state, lastState=last or {}, restartCount=restarts, ready="running" in state)
    return pod
