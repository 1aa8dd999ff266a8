"""metrics.k8s.io as metrics-server answers it: lists of what running pods use, made up and steady."""

from __future__ import annotations

import re
import zlib
from typing import Any

from tui.demo.access import Access, User, allowed, forbidden
from tui.demo.world import Environment

Object = dict[str, Any]
_PATH = re.compile(r"^/apis/metrics\.k8s\.io/v1beta1(?:/namespaces/(?P<namespace>[^/]+))?/pods$")


def asked(path: str) -> str | None:
    """The namespace of a list of metrics, "" for all of them; None when another path is asked."""
    match = _PATH.match(path)
    return match and (match["namespace"] or "")


def pod_metrics(environment: Environment, user: User, namespace: str) -> Object:
    """A PodMetricsList."""
    access = Access("list", "metrics.k8s.io", "pods", namespace=namespace)
    if not allowed(user, access, environment.name):
        raise forbidden(user, access)
    pods = environment.cluster.all("Pod", namespace or None)
    running = [pod for pod in pods if (pod.get("status") or {}).get("phase") == "Running"]
    return {
        "kind": "PodMetricsList",
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": {},
        "items": [_metrics(pod) for pod in running],
    }


def _metrics(pod: Object) -> Object:
    meta = pod["metadata"]
    return {
        "metadata": {"name": meta["name"], "namespace": meta["namespace"]},
        "window": "15s",
        "containers": [
            {"name": one["name"], "usage": _used(f"{meta['namespace']}/{one['name']}")}
            for one in pod["spec"]["containers"]
        ],
    }


def _used(seed: str) -> Object:
    number = zlib.crc32(seed.encode())
    return {"cpu": f"{1_000_000 + number % 90_000_000}n", "memory": f"{20_000 + number % 60_000}Ki"}
