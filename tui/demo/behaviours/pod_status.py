"""What a pod says of itself: its phase and conditions, from the states of its containers."""

from __future__ import annotations

from tui.demo.behaviours.common import Object, set_condition, suffix, time_of


def accept(pod: Object, now: float) -> None:
    """The kubelet takes the pod: addresses, and a waiting entry for each container."""
    number = int.from_bytes(suffix(pod["metadata"]["uid"]).encode(), "big")
    status = pod["status"]
    status["hostIP"] = "10.240.0.2"
    status["startTime"] = time_of(now)
    status["podIP"] = f"10.244.{number % 4}.{number // 4 % 250 + 2}"
    status["podIPs"] = [{"ip": status["podIP"]}]
    inits = pod["spec"].get("initContainers") or []
    reason = "PodInitializing" if inits else "ContainerCreating"
    if inits:
        status["initContainerStatuses"] = [waiting_entry(each, "PodInitializing") for each in inits]
    status["containerStatuses"] = [waiting_entry(each, reason) for each in pod["spec"]["containers"]]


def waiting_entry(spec: Object, reason: str) -> Object:
    """The status of a container that has not begun."""
    return {
        "name": spec["name"],
        "state": {"waiting": {"reason": reason}},
        "lastState": {},
        "ready": False,
        "started": False,
        "restartCount": 0,
        "image": spec.get("image", ""),
        "imageID": "",
    }


def entries_of(pod: Object) -> list[Object]:
    """All container statuses, init containers first."""
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def passed(entry: Object, sidecar: bool) -> bool:
    """Whether the next init container may begin; marks one that is done as ready."""
    if sidecar:
        return "running" in entry["state"] or entry["restartCount"] > 0
    ended = entry["state"].get("terminated")
    if ended is not None and ended["exitCode"] == 0:
        entry["ready"] = True
        return True
    return False


def phase_of(pod: Object) -> str:
    """The pod's phase from its containers' states."""
    states = [each["state"] for each in pod["status"]["containerStatuses"]]
    rule = pod["spec"].get("restartPolicy", "Always")
    inits = {each["name"]: each for each in pod["spec"].get("initContainers") or ()}
    for entry in pod["status"].get("initContainerStatuses") or ():
        ended = entry["state"].get("terminated")
        if ended and ended["exitCode"] and rule == "Never" and "restartPolicy" not in inits[entry["name"]]:
            return "Failed"
    ended_all = all("terminated" in each for each in states)
    if ended_all and rule != "Always":
        codes = [each["terminated"]["exitCode"] for each in states]
        if not any(codes):
            return "Succeeded"
        return "Failed" if rule == "Never" else "Running"
    started = any("running" in each or "terminated" in each for each in states)
    looping = any(each["lastState"] for each in pod["status"]["containerStatuses"])
    return "Running" if started or looping else "Pending"


def set_conditions(pod: Object, now: float) -> None:
    """The pod's conditions from its containers' states."""
    status = pod["status"]
    entries, inits = status["containerStatuses"], status.get("initContainerStatuses") or []
    ended = status["phase"] in ("Succeeded", "Failed")
    sidecars = {each["name"] for each in pod["spec"].get("initContainers") or () if "restartPolicy" in each}
    waiting = [each["name"] for each in inits if not passed(each, each["name"] in sidecars)]
    unready = [each["name"] for each in entries if not each["ready"]]
    unready = [each["name"] for each in inits if each["name"] in sidecars and not each["ready"]] + unready
    set_condition(status, {"type": "PodReadyToStartContainers", "status": "False" if ended else "True"}, now)
    if waiting and not ended:
        said = f"containers with incomplete status: [{' '.join(waiting)}]"
        set_condition(
            status,
            {"type": "Initialized", "status": "False", "reason": "ContainersNotInitialized", "message": said},
            now,
        )
    else:
        reason = {"reason": "PodCompleted"} if status["phase"] == "Succeeded" else {}
        set_condition(status, {"type": "Initialized", "status": "True", **reason}, now)
    if status["phase"] in ("Succeeded", "Failed"):
        why = {"reason": "PodCompleted" if status["phase"] == "Succeeded" else "PodFailed"}
    else:
        said = f"containers with unready status: [{' '.join(unready)}]"
        why = {"reason": "ContainersNotReady", "message": said}
    for kind in ("Ready", "ContainersReady"):
        told = {"status": "False", **why} if unready or ended else {"status": "True"}
        set_condition(status, {"type": kind, **told}, now)
    set_condition(status, {"type": "PodScheduled", "status": "True"}, now)
