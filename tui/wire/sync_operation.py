"""What is written into an Application to sync, refresh or terminate it (facts 2a); pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tui.errors import Refused
from tui.model.application import REFRESH
from tui.model.sync_plan import TICKET

Object = dict[str, Any]

_STAMP = "argocd.argoproj.io/refresh-timestamp"
_LOOK = "nothing was written; look again"


def sync_patch(thing: Object, asked: Mapping[str, Any]) -> Object:
    """A merge patch with the operation that Argo CD's own server would write, at the version that was read.

    `asked` holds the arguments of a step `sync`: ticket, revision or revisions, prune, apply_only, resources
    (group, kind, namespace, name each), reason, who.
    """
    name = thing["metadata"]["name"]
    if thing.get("operation") is not None:  # merging into it would mix two operations
        raise Refused(f"another operation of {name} began while you looked", _LOOK)
    info = [{"name": TICKET, "value": str(asked["ticket"])}]
    if asked.get("reason"):
        info.insert(0, {"name": "Reason", "value": str(asked["reason"])})
    policy = thing["spec"].get("syncPolicy")
    policy = policy if isinstance(policy, dict) else {}
    operation: Object = {
        "initiatedBy": {"username": f"{asked['who']} (deploytui)"},
        "info": info,
        "sync": _sync(asked, policy),
    }
    if policy.get("retry"):
        operation["retry"] = policy["retry"]
    return {
        "metadata": {"resourceVersion": thing["metadata"]["resourceVersion"]},
        "operation": operation,
        "status": {"operationState": None},
    }


def _sync(asked: Mapping[str, Any], policy: Object) -> Object:
    sync: Object = {"prune": bool(asked.get("prune")), "dryRun": False}
    sync["syncStrategy"] = {"apply": {}} if asked.get("apply_only") else {"hook": {}}
    if asked.get("revisions"):
        sync["revisions"] = list(asked["revisions"])
    elif asked.get("revision"):
        sync["revision"] = asked["revision"]
    if asked.get("resources"):
        sync["resources"] = [
            {"group": group, "kind": kind, "namespace": namespace, "name": name}
            for group, kind, namespace, name in asked["resources"]
        ]
    if policy.get("syncOptions"):
        sync["syncOptions"] = policy["syncOptions"]
    return sync


def has_ticket(thing: Object, ticket: str) -> bool:
    """Whether that operation was taken: it waits, runs, or was the last one."""
    state = (thing.get("status") or {}).get("operationState") or {}
    wanted = {"name": TICKET, "value": ticket}
    return any(
        isinstance(one, dict) and wanted in (one.get("info") or ())
        for one in (thing.get("operation"), state.get("operation"))
    )


def refresh_patch(hard: bool, at: float) -> Object:
    """A merge patch that any version may take: it asks for a comparison and changes nothing else."""
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"metadata": {"annotations": {REFRESH: "hard" if hard else "normal", _STAMP: stamp}}}


def refreshed(thing: Object, at: float) -> bool:
    """Whether that request arrived; Argo CD leaves the time of it behind."""
    stamp = refresh_patch(False, at)["metadata"]["annotations"][_STAMP]
    return bool((thing["metadata"].get("annotations") or {}).get(_STAMP) == stamp)


def terminate_patch(thing: Object, started: float) -> Object:
    """A merge patch; Refused when what runs is not what the operator saw (`started`, epoch seconds)."""
    name = thing["metadata"]["name"]
    state = (thing.get("status") or {}).get("operationState") or {}
    if thing.get("operation") is None or state.get("phase") not in ("Running", "Terminating"):
        raise Refused(f"the operation of {name} is over", "there is nothing to terminate")
    if _epoch(state.get("startedAt")) != started:
        raise Refused(f"another operation of {name} runs now", _LOOK)
    return {
        "metadata": {"resourceVersion": thing["metadata"]["resourceVersion"]},
        "status": {"operationState": {"phase": "Terminating"}},
    }


def terminating(thing: Object, started: float) -> bool:
    """Whether that operation is being terminated, or over."""
    state = (thing.get("status") or {}).get("operationState") or {}
    return _epoch(state.get("startedAt")) != started or state.get("phase") != "Running"


def _epoch(text: object) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0
