"""Pods of a scene as they are after a while: serving, crash looping, waiting for an image, ended."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

from tui.demo.behaviours.common import Object, pod_from, set_condition, suffix, time_of
from tui.demo.behaviours.container import container_id, image_id, pause_after, short
from tui.demo.behaviours.pod_status import accept, phase_of, set_conditions
from tui.demo.behaviours.scripted import script_of
from tui.demo.cluster import Cluster

# Restarts of a container that has been crash looping for a while: the pause has reached five minutes.
_LOOPS = 6


def uid_of(*parts: str) -> str:
    """The same UID for the same names, in every world."""
    return str(uuid5(NAMESPACE_OID, "/".join(parts)))


def place_pod(
    cluster: Cluster,
    template: Object,
    owner: Object,
    name: str,
    *,
    state: str,
    ago: float,
    now: float,
    labels: dict[str, str] | None = None,
    node: str = "",
    lasted: float = 0.0,
) -> Object:
    """Creates a pod that began `ago` seconds before `now`; `lasted`: how long it ran, when it has ended.

    `state` is running, unready, crashing, image, config, unschedulable, done or failed.
    """
    pod = pod_from(template, owner, name, labels)
    meta = pod["metadata"]
    began = now - ago
    meta["creationTimestamp"] = time_of(began)
    meta["uid"] = uid_of("Pod", meta["namespace"], name, owner["metadata"]["uid"])
    if state == "unschedulable":
        _unschedulable(cluster, pod, began)
        return cluster.create(pod)
    nodes = sorted(each["metadata"]["name"] for each in cluster.all("Node"))
    number = int.from_bytes(suffix(meta["namespace"], name).encode(), "big")
    pod["spec"]["nodeName"] = node or nodes[number % len(nodes)]
    accept(pod, began)
    sidecars = {each["name"] for each in pod["spec"].get("initContainers") or () if "restartPolicy" in each}
    for entry in pod["status"].get("initContainerStatuses") or ():
        if entry["name"] in sidecars:
            _run(pod, entry, began + 1)
        else:
            _end(pod, entry, began + 1, began + 2, 0)
    for entry in pod["status"]["containerStatuses"]:
        _set_state(cluster, pod, entry, state, began, now, lasted)
    pod["status"]["phase"] = phase_of(pod)
    set_conditions(pod, began + lasted if state in ("done", "failed") else began + 2)
    return cluster.create(pod)


def _set_state(
    cluster: Cluster, pod: Object, entry: Object, state: str, began: float, now: float, lasted: float
) -> None:
    image = entry["image"]
    if state in ("running", "unready"):
        _run(pod, entry, began + 1)
        entry["ready"] = state == "running"
    elif state == "crashing":
        _crash(pod, entry, now)
    elif state == "image":
        cause = (
            f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": '
            f'failed to resolve reference "{image}": {image}: not found'
        )
        said = f'Back-off pulling image "{image}": ErrImagePull: {cause}'
        entry["state"] = {"waiting": {"reason": "ImagePullBackOff", "message": said}}
        tell(cluster, pod, ("Warning", "Failed", "Error: ImagePullBackOff", "kubelet"), now - 40, 12)
        said = f'Back-off pulling image "{image}"'
        tell(cluster, pod, ("Normal", "BackOff", said, "kubelet"), now - 40, 12)
    elif state == "config":
        said = f'secret "{_secret_of(pod, entry["name"])}" not found'
        entry["state"] = {"waiting": {"reason": "CreateContainerConfigError", "message": said}}
        tell(cluster, pod, ("Warning", "Failed", f"Error: {said}", "kubelet"), now - 12, 30)
    else:
        _end(pod, entry, began + 1, began + 1 + lasted, 0 if state == "done" else 1)


def _run(pod: Object, entry: Object, at: float, count: int = 0) -> None:
    entry["state"] = {"running": {"startedAt": time_of(at)}}
    entry["ready"] = entry["started"] = True
    entry["restartCount"] = count
    _identify(pod, entry)


def _end(pod: Object, entry: Object, began: float, ended: float, code: int) -> None:
    _identify(pod, entry)
    entry["state"] = {"terminated": _ended(entry, began, ended, code, "Error" if code else "Completed")}


def _crash(pod: Object, entry: Object, now: float) -> None:
    script = script_of(pod, entry["name"])
    ran, code, reason = script.end() or (4.0, 1, "Error")
    entry["restartCount"] = _LOOPS
    _identify(pod, entry)
    ended = now - 45
    entry["lastState"] = {"terminated": _ended(entry, ended - ran, ended, code, reason)}
    meta = pod["metadata"]
    where = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
    pause = short(pause_after(_LOOPS))
    said = f"back-off {pause} restarting failed container={entry['name']} pod={where}"
    entry["state"] = {"waiting": {"reason": "CrashLoopBackOff", "message": said}}


def _ended(entry: Object, began: float, ended: float, code: int, reason: str) -> Object:
    return {
        "exitCode": code,
        "reason": reason,
        "startedAt": time_of(began),
        "finishedAt": time_of(ended),
        "containerID": entry["containerID"],
    }


def _identify(pod: Object, entry: Object) -> None:
    entry["containerID"] = container_id(pod, entry["name"], entry["restartCount"])
    entry["imageID"] = image_id(entry["image"])


def _secret_of(pod: Object, container: str) -> str:
    for each in pod["spec"]["containers"]:
        for source in each.get("envFrom") or ():
            if each["name"] == container and "secretRef" in source:
                return str(source["secretRef"]["name"])
    return ""


def _unschedulable(cluster: Cluster, pod: Object, at: float) -> None:
    count = len(cluster.all("Node"))
    none = f"0/{count} nodes are available: {count}"
    said = (
        f"{none} node(s) didn't match Pod's node affinity/selector. "
        f"preemption: {none} Preemption is not helpful for scheduling."
    )
    told = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": said}
    set_condition(pod["status"], told, at)
    tell(cluster, pod, ("Warning", "FailedScheduling", said, "default-scheduler"), at, 1)


def tell(cluster: Cluster, obj: Object, words: tuple[str, str, str, str], at: float, count: int = 1) -> None:
    """Records an event (type, reason, message, component) that was seen `count` times, last at `at`."""
    cluster.event({"apiVersion": "v1", **obj}, *words)
    namespace = obj["metadata"]["namespace"]
    # The newest of a namespace is the last: objects are kept in the order of their making.
    draft = cluster.edit("Event", namespace, cluster.all("Event", namespace)[-1]["metadata"]["name"])
    first = at - 60.0 * (count - 1)
    draft["firstTimestamp"], draft["lastTimestamp"], draft["count"] = time_of(first), time_of(at), count
    cluster.update(draft)
