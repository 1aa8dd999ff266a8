"""How Argo CD touches objects: applies manifests, makes hooks with their finalizer, deletes them again."""

from __future__ import annotations

import json

from tui.demo.behaviours.argo_task import FINALIZER, TRACKING, Task, applied, tracking_id
from tui.demo.behaviours.common import Object, deleting
from tui.demo.behaviours.migration import only_new
from tui.demo.cluster import Cluster
from tui.demo.patch import merge_patch


def apply(cluster: Cluster, application: str, task: Task) -> str:
    """Creates or changes the object of a manifest; what was done, in kubectl's words."""
    wanted = _stamped(application, task.manifest)
    live = cluster.get(*task.key)
    if live is None:
        cluster.create(wanted)
        return applied(task, "created")
    # Members that a manifest has no longer stay, where kubectl's three-way patch would take them away.
    changed = merge_patch(cluster.edit(*task.key), wanted)
    return applied(task, "unchanged" if cluster.update(changed) == live else "configured")


def create_hook(cluster: Cluster, application: str, task: Task) -> str:
    """A new hook object that nobody can take away while the operation waits for it."""
    wanted = _stamped(application, task.manifest)
    wanted["metadata"]["finalizers"] = [FINALIZER]
    only_new(wanted, cluster.repository.versions)
    cluster.create(wanted)
    return applied(task, "created")


def release_hook(cluster: Cluster, task: Task) -> None:
    """Takes the finalizer off, with which an object under deletion goes."""
    live = cluster.get(*task.key)
    if live is None or FINALIZER not in (live["metadata"].get("finalizers") or ()):
        return
    draft = cluster.edit(*task.key)
    left = [each for each in draft["metadata"]["finalizers"] if each != FINALIZER]
    draft["metadata"].pop("finalizers")
    if left:
        draft["metadata"]["finalizers"] = left
    cluster.update(draft)


def delete_hook(cluster: Cluster, task: Task) -> None:
    """Deletes it in the foreground: its pods first, and their logs with them."""
    release_hook(cluster, task)
    live = cluster.get(*task.key)
    if live is None or deleting(live):
        return
    draft = cluster.edit(*task.key)
    draft["metadata"]["finalizers"] = [*(draft["metadata"].get("finalizers") or ()), "foregroundDeletion"]
    cluster.update(draft)
    cluster.delete(*task.key)
    for pod in cluster.owned(live["metadata"]["uid"], "Pod"):
        cluster.delete("Pod", pod["metadata"]["namespace"], pod["metadata"]["name"], grace=0)


def _stamped(application: str, manifest: Object) -> Object:
    copied: Object = json.loads(json.dumps(manifest))
    copied.pop("status", None)
    copied["metadata"].setdefault("annotations", {})[TRACKING] = tracking_id(application, manifest)
    return copied
