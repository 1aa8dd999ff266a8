"""Automated sync: whether Argo CD asks for an operation by itself, and with what; self-heal among it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.demo.behaviours.argo_window import blocked
from tui.demo.behaviours.common import Object, seconds_of

# Pauses between attempts of self-heal that change nothing: 2, 6, 18 s and so on (argo-cd's defaults).
_PAUSE, _FACTOR, _LONGEST = 2.0, 3, 300.0


@dataclass(frozen=True, slots=True)
class Wish:
    """An operation to write, or why there is none: `problem` is a SyncError, `at` when to look again."""

    operation: Object | None = None
    problem: str = ""
    at: float | None = None


def automated(
    application: Object,
    project: Object | None,
    synced: str,
    resources: Sequence[Object],
    revision: str,
    now: float,
) -> Wish:
    """What automated sync does about this comparison."""
    policy: Object = application["spec"].get("syncPolicy") or {}
    told: Object | None = policy.get("automated")
    state: Object = application["status"].get("operationState") or {}
    if told is None or told.get("enabled") is False or application.get("operation"):
        return Wish()
    if synced != "OutOfSync" or state.get("phase") in ("Running", "Terminating"):
        return Wish()
    pruned = [each for each in resources if each.get("status") == "OutOfSync"]
    if not told.get("prune") and all(each.get("requiresPruning") for each in pruned):
        return Wish()
    if blocked(project, application, now, manual=False):
        return Wish(at=now + 10)
    sync: Object = {
        "prune": bool(told.get("prune")),
        "revision": revision,
        "source": application["spec"].get("source"),
        "syncOptions": policy.get("syncOptions") or [],
    }
    before: Object = (state.get("operation") or {}).get("sync") or {}
    tried = str((state.get("syncResult") or before).get("revision", ""))
    attempts = int(before.get("autoHealAttemptsCount", 0))
    if tried == revision:
        if state.get("phase") != "Succeeded":
            return Wish(problem=f"Failed last sync attempt to [{revision}]: {state.get('message', '')}")
        if not told.get("selfHeal"):
            return Wish()
        pause = min(_PAUSE * _FACTOR ** (attempts - 1), _LONGEST) if attempts else 0.0
        at = seconds_of(state["finishedAt"]) + pause
        if attempts and now < at:
            return Wish(at=at)
        sync["autoHealAttemptsCount"] = attempts + 1
        sync["resources"] = [_selected(each) for each in resources if each.get("status") != "Synced"]
    operation = {"initiatedBy": {"automated": True}, "sync": sync}
    return Wish({**operation, **({"retry": policy["retry"]} if policy.get("retry") else {})})


def _selected(entry: Object) -> Object:
    group = {"group": entry["group"]} if entry.get("group") else {}
    return {**group, "kind": entry["kind"], "name": entry["name"]}
