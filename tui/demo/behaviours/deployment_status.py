"""A Deployment's status: its counts, and the conditions Available, Progressing and ReplicaFailure."""

from __future__ import annotations

from tui.demo.behaviours.common import Object, condition, seconds_of, set_condition, time_of
from tui.demo.behaviours.revision import limits, replicas_of, set_progress


def judged(deployment: Object, fresh: Object | None, owned: list[Object], now: float) -> tuple[Object, bool]:
    """(the status as it is now, whether the rollout is complete)."""
    old: Object = deployment.get("status") or {}
    status: Object = {"observedGeneration": deployment["metadata"].get("generation", 1)}
    status.update({name: count for name, count in _counts(deployment, fresh, owned).items() if count})
    if "collisionCount" in old:
        status["collisionCount"] = old["collisionCount"]
    status["conditions"] = [dict(each) for each in old.get("conditions") or ()]
    wish = replicas_of(deployment)
    complete = (
        status.get("updatedReplicas", 0) == wish
        and status.get("replicas", 0) == wish
        and status.get("availableReplicas", 0) == wish
    )
    _available(deployment, status, now)
    if not deployment["spec"].get("paused") and deployment["spec"].get("progressDeadlineSeconds", 600):
        _progress(deployment, old, status, fresh, complete, now)
    _failure(status, fresh, now)
    return status, complete


def deadline(deployment: Object, status: Object) -> float | None:
    """When the rollout will have taken too long, if it still runs."""
    found = condition(status, "Progressing")
    if found is None or found["reason"] in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded"):
        return None
    if deployment["spec"].get("paused"):
        return None
    patience = float(deployment["spec"].get("progressDeadlineSeconds", 600))
    return seconds_of(found["lastUpdateTime"]) + patience + 1


def _counts(deployment: Object, fresh: Object | None, owned: list[Object]) -> dict[str, int]:
    def total(name: str) -> int:
        return sum(int((each.get("status") or {}).get(name, 0)) for each in owned)

    available = total("availableReplicas")
    wanted = sum(replicas_of(each) for each in owned)
    return {
        "replicas": total("replicas"),
        "updatedReplicas": int((fresh.get("status") or {}).get("replicas", 0)) if fresh else 0,
        "readyReplicas": total("readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(wanted - available, 0),
    }


def _available(deployment: Object, status: Object, now: float) -> None:
    enough = status.get("availableReplicas", 0) >= replicas_of(deployment) - limits(deployment)[1]
    words = ("has", "Available") if enough else ("does not have", "Unavailable")
    entry = {
        "type": "Available",
        "status": "True" if enough else "False",
        "lastUpdateTime": time_of(now),
        "reason": f"MinimumReplicas{words[1]}",
        "message": f"Deployment {words[0]} minimum availability.",
    }
    old = condition(status, "Available")
    if old is None or old["status"] != entry["status"]:
        set_condition(status, entry, now)


def _progress(
    deployment: Object, old: Object, status: Object, fresh: Object | None, complete: bool, now: float
) -> None:
    current = condition(status, "Progressing")
    if fresh is None or current is None:
        return
    # Once it has succeeded, pods that fail later do not make it a rollout again.
    if (
        old.get("replicas", 0) == old.get("updatedReplicas", 0)
        and current["reason"] == "NewReplicaSetAvailable"
    ):
        return
    name = f'ReplicaSet "{fresh["metadata"]["name"]}"'
    if complete:
        said = f"{name} has successfully progressed."
        set_progress(status, "True", "NewReplicaSetAvailable", said, now, moved=False)
    elif _moved(old, status):
        set_progress(status, "True", "ReplicaSetUpdated", f"{name} is progressing.", now)
    elif current["reason"] not in ("ProgressDeadlineExceeded", "NewReplicaSetAvailable"):
        at = deadline(deployment, status)
        if at is not None and now >= at:
            said = f"{name} has timed out progressing."
            set_progress(status, "False", "ProgressDeadlineExceeded", said, now)


def _moved(old: Object, new: Object) -> bool:
    def old_pods(status: Object) -> int:
        return int(status.get("replicas", 0)) - int(status.get("updatedReplicas", 0))

    return (
        new.get("updatedReplicas", 0) > old.get("updatedReplicas", 0)
        or old_pods(new) < old_pods(old)
        or new.get("readyReplicas", 0) > old.get("readyReplicas", 0)
        or new.get("availableReplicas", 0) > old.get("availableReplicas", 0)
    )


def _failure(status: Object, fresh: Object | None, now: float) -> None:
    found = condition((fresh or {}).get("status") or {}, "ReplicaFailure")
    if found is not None:
        told = {name: found[name] for name in ("type", "status", "reason", "message")}
        set_condition(status, {**told, "lastUpdateTime": time_of(now)}, now)
    else:
        status["conditions"] = [each for each in status["conditions"] if each["type"] != "ReplicaFailure"]
