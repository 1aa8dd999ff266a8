"""Is what runs what Git says, and is it well: sync status, resources, health and images of an Application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.demo.behaviours.argo_task import (
    Task,
    group_of,
    hooks_of,
    images_of,
    tracked,
    version_of,
    wave_of,
)
from tui.demo.behaviours.common import Key, Object, condition, key_of
from tui.demo.cluster import Cluster

# Kinds that are looked through for objects which Git no longer has.
_PRUNED = ("Deployment", "StatefulSet", "Service", "ConfigMap", "SealedSecret", "CronJob")
_WORST = ("Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown")


def same(wanted: Any, live: Any) -> bool:
    """Whether the live value has everything that the manifest says; what others added does not count."""
    if isinstance(wanted, dict):
        there = live if isinstance(live, dict) else {}
        return all(same(value, there.get(name)) for name, value in wanted.items())
    if isinstance(wanted, list):
        listed = live if isinstance(live, list) else []
        return len(wanted) == len(listed) and all(map(same, wanted, listed))
    return bool(wanted == live)


def fits(cluster: Cluster, task: Task) -> bool:
    """Whether the object is there and as the manifest wants it."""
    live = cluster.get(*task.key)
    return live is not None and same(
        {name: value for name, value in task.manifest.items() if name not in ("apiVersion", "status")}, live
    )


def extra(cluster: Cluster, application: str, tasks: Sequence[Task]) -> list[Object]:
    """Live objects of the application, in its manifests' namespaces, that these do not name."""
    wanted = {task.key for task in tasks}
    return [
        live
        for kind in _PRUNED
        for namespace in sorted({task.key[1] for task in tasks})
        for live in tracked(cluster, application, kind, namespace)
        if key_of(live) not in wanted
    ]


def resources_of(cluster: Cluster, application: str, tasks: Sequence[Task]) -> list[Object]:
    """`status.resources`: what is managed with its status, and hooks while their object is there."""
    found: dict[Key, Object] = {}
    for task in tasks:
        if not task.hook:
            status = "Synced" if fits(cluster, task) else "OutOfSync"
            found[task.key] = {**_named(task.manifest), "status": status, **_wave(task.wave)}
        elif cluster.get(*task.key) is not None:
            entry = {**_named(task.manifest), "hook": True, "requiresPruning": True}
            found[task.key] = {**entry, **_wave(task.wave)}
    for live in extra(cluster, application, tasks):
        if not hooks_of(live):
            entry = {**_named(live), "status": "OutOfSync", "requiresPruning": True}
            found[key_of(live)] = {**entry, **_wave(wave_of(live))}
    return sorted(found.values(), key=lambda one: (one.get("group", ""), one["kind"], one["name"]))


def _named(obj: Object) -> Object:
    meta, group = obj["metadata"], group_of(obj)
    entry = {"kind": obj["kind"], "name": meta["name"], "version": version_of(obj)}
    if meta.get("namespace"):
        entry["namespace"] = meta["namespace"]
    return {**({"group": group} if group else {}), **entry}


def _wave(wave: int) -> Object:
    return {"syncWave": wave} if wave else {}


def sync_status(resources: Sequence[Object]) -> str:
    """Synced unless something that is compared is not."""
    return "OutOfSync" if any(each.get("status") == "OutOfSync" for each in resources) else "Synced"


def health_of(cluster: Cluster, tasks: Sequence[Task]) -> tuple[str, str]:
    """(status, message): the worst of what is there; Missing only when nothing is (as observed)."""
    found: list[tuple[str, Task]] = []
    plain = [task for task in tasks if not task.hook]
    for task in plain:
        live = cluster.get(*task.key)
        if live is not None:
            found.append((object_health(live)[0], task))
    if not found:
        return ("Missing", "") if plain else ("Healthy", "")
    worst, task = max(found, key=lambda one: _WORST.index(one[0]))
    if worst != "Degraded":
        return worst, ""
    kind, namespace, name = task.key
    return worst, f"Caused by {task.group}/{kind}:{namespace}/{name}"


def object_health(live: Object) -> tuple[str, str]:
    """(health, message) of one object, by Argo CD's rules for its kind."""
    status: Object = live.get("status") or {}
    kind = live["kind"]
    if kind in ("Deployment", "StatefulSet", "DaemonSet"):
        return _workload(live, status)
    if kind == "Job":
        return job_health(live)
    if kind == "SealedSecret":
        told = condition(status, "Synced")
        if told is None:
            return "Progressing", ""
        return ("Healthy", "") if told["status"] == "True" else ("Degraded", told.get("message", ""))
    return "Healthy", ""


def _workload(live: Object, status: Object) -> tuple[str, str]:
    spec = live["spec"]
    if spec.get("paused"):
        return "Suspended", "Deployment is paused"
    if status.get("observedGeneration", 0) < live["metadata"].get("generation", 1):
        return "Progressing", ""
    told = condition(status, "Progressing")
    if told is not None and told.get("reason") == "ProgressDeadlineExceeded":
        return "Degraded", f'Deployment "{live["metadata"]["name"]}" exceeded its progress deadline'
    if live["kind"] == "DaemonSet":
        wanted = int(status.get("desiredNumberScheduled", 0))
        enough = int(status.get("updatedNumberScheduled", 0)), int(status.get("numberAvailable", 0))
    else:
        wanted = int(spec.get("replicas", 1))
        serving = "availableReplicas" if live["kind"] == "Deployment" else "readyReplicas"
        enough = int(status.get("updatedReplicas", 0)), int(status.get(serving, 0))
    left = live["kind"] == "Deployment" and int(status.get("replicas", 0)) > wanted
    return ("Healthy", "") if min(enough) >= wanted and not left else ("Progressing", "")


def job_health(live: Object) -> tuple[str, str]:
    """Its conditions; a Job under deletion never gets one, and is waited for for ever."""
    status: Object = live.get("status") or {}
    if (failed := condition(status, "Failed")) is not None and failed["status"] == "True":
        return "Degraded", str(failed.get("message", ""))
    if (done := condition(status, "Complete")) is not None and done["status"] == "True":
        return "Healthy", str(done.get("message", ""))
    return "Progressing", ""


def images(cluster: Cluster, tasks: Sequence[Task]) -> list[str]:
    """`status.summary.images`: of what is there."""
    lives = (cluster.get(*task.key) for task in tasks)
    return sorted({image for live in lives if live is not None for image in images_of(live)})
