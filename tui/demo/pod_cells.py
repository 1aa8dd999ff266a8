"""READY, STATUS and RESTARTS of a pod as kubectl get pods prints them (k8s.io/kubernetes printPod)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]


@dataclass(slots=True)
class _Sum:
    reason: str
    ready: int = 0
    total: int = 0
    restarts: int = 0
    last: str = ""


def pod_ready(pod: Object) -> str:
    """ "2/3"."""
    found = _sum(pod)
    return f"{found.ready}/{found.total}"


def pod_status(pod: Object) -> str:
    """The word in STATUS."""
    return _sum(pod).reason


def pod_restarts(pod: Object, age: Callable[[str], str]) -> str:
    """ "5 (3m ago)"; `age` makes the words of a time."""
    found = _sum(pod)
    return (
        f"{found.restarts} ({age(found.last)} ago)" if found.restarts and found.last else str(found.restarts)
    )


def _sum(pod: Object) -> _Sum:
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    conditions = {each["type"]: each for each in status.get("conditions") or ()}
    sidecars = {
        each["name"] for each in spec.get("initContainers") or () if each.get("restartPolicy") == "Always"
    }
    found = _Sum(status.get("reason") or status.get("phase") or "")
    found.total = len(spec.get("containers") or ()) + len(sidecars)
    if (conditions.get("PodScheduled") or {}).get("reason") == "SchedulingGated":
        found.reason = "SchedulingGated"
    aside = _Sum("")
    initializing = _init(pod, found, aside, sidecars)
    if not initializing or (conditions.get("Initialized") or {}).get("status") == "True":
        _main(status, found, aside, conditions)
    meta = pod["metadata"]
    if meta.get("deletionTimestamp"):
        if status.get("reason") == "NodeLost":
            found.reason = "Unknown"
        elif status.get("phase") not in ("Succeeded", "Failed"):
            found.reason = "Terminating"
    return found


def _init(pod: Object, found: _Sum, aside: _Sum, sidecars: set[str]) -> bool:
    entries = (pod.get("status") or {}).get("initContainerStatuses") or ()
    for index, entry in enumerate(entries):
        state = entry.get("state") or {}
        ended, waiting = state.get("terminated"), state.get("waiting") or {}
        sidecar = entry["name"] in sidecars
        for each in (found, aside) if sidecar else (found,):
            each.restarts += entry.get("restartCount", 0)
            each.last = max(each.last, _last_end(entry))
        if ended and not ended.get("exitCode"):
            continue
        if sidecar and entry.get("started"):
            found.ready += bool(entry.get("ready"))
            continue
        if ended:
            found.reason = "Init:" + (ended.get("reason") or _exit(ended))
        elif waiting.get("reason") and waiting["reason"] != "PodInitializing":
            found.reason = f"Init:{waiting['reason']}"
        else:
            found.reason = f"Init:{index}/{len(pod['spec'].get('initContainers') or ())}"
        return True
    return False


def _main(status: Object, found: _Sum, aside: _Sum, conditions: dict[str, Object]) -> None:
    found.restarts, found.last, running = aside.restarts, aside.last, False
    # From the last to the first, so that the first container's reason stays.
    for entry in reversed(status.get("containerStatuses") or ()):
        state = entry.get("state") or {}
        ended, waiting = state.get("terminated"), state.get("waiting") or {}
        found.restarts += entry.get("restartCount", 0)
        found.last = max(found.last, _last_end(entry))
        if waiting.get("reason"):
            found.reason = waiting["reason"]
        elif ended:
            found.reason = ended.get("reason") or _exit(ended)
        elif entry.get("ready") and "running" in state:
            running = True
            found.ready += 1
    if found.reason == "Completed" and running:
        ready = (conditions.get("Ready") or {}).get("status") == "True"
        found.reason = "Running" if ready else "NotReady"


def _last_end(entry: Object) -> str:
    return ((entry.get("lastState") or {}).get("terminated") or {}).get("finishedAt") or ""


def _exit(ended: Object) -> str:
    if ended.get("signal"):
        return f"Signal:{ended['signal']}"
    return f"ExitCode:{ended.get('exitCode', 0)}"
