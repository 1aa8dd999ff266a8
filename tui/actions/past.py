"""The revisions that a workload of a store can go back to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tui.errors import Refused
from tui.model.key import NOTHING
from tui.model.pod import Pod
from tui.model.revision import Revision, best_target, history_of_deployment, history_of_set
from tui.model.rollout import rollout_status
from tui.model.template import same_template
from tui.model.workload import ControllerRevision, ReplicaSet, Workload
from tui.store import Store


def past(store: Store, workload: Workload, known_ready: Mapping[str, str] = NOTHING) -> list[Revision]:
    """Its history, newest first; `known_ready` as in `Asked`."""
    uid = workload.meta.uid
    if workload.meta.kind == "Deployment":
        sets = [one for one in store.children(uid, "ReplicaSet") if isinstance(one, ReplicaSet)]
        return history_of_deployment(workload, sets, known_ready)
    kept = [one for one in store.children(uid, "ControllerRevision") if isinstance(one, ControllerRevision)]
    pods = [pod for pod in store.children(uid, "Pod") if isinstance(pod, Pod)]
    return history_of_set(workload, kept, pods, known_ready)


def ready_now(store: Store, workload: Workload) -> str:
    """The uid of its newest revision while all its pods are of it and ready, "" else."""
    _, done, _ = rollout_status(workload)
    if not done or workload.partition or not workload.replicas or workload.ready < workload.replicas:
        return ""
    kind = "ReplicaSet" if workload.meta.kind == "Deployment" else "ControllerRevision"
    found = [
        one
        for one in store.children(workload.meta.uid, kind)
        if isinstance(one, ReplicaSet | ControllerRevision)
    ]
    return max(found, key=lambda one: one.revision).meta.uid if found else ""


def chosen(found: list[Revision], workload: Workload, choice: int | None) -> Revision:
    """The revision of that number, else the newest that was ever ready; Refused when there is none."""
    name = workload.meta.name
    if choice is None:
        good = best_target(found)
        if good is None:
            there = ", ".join(str(one.number) for one in found if not one.current)
            raise Refused(f"no other revision of {name} is known to have been ready", f"there is: {there}")
        return good
    to = next((one for one in found if one.number == choice), None)
    if to is None:
        raise Refused(f"{name} has no revision {choice}", "it may have been cleaned up: look again")
    if same_template(template(to), template_now(workload)):
        raise Refused(f"revision {choice} of {name} is what it has now")
    return to


def replaced(found: list[Revision], to: Revision) -> float | None:
    """When a revision got its successor, epoch seconds; None for the newest."""
    return next((one.created for one in reversed(found) if one.number > to.number), None)


def template(revision: Revision) -> dict[str, Any]:
    """The pod template of then."""
    found: dict[str, Any] = json.loads(revision.template)
    return found


def template_now(workload: Workload) -> dict[str, Any]:
    """The pod template that it has now."""
    found: dict[str, Any] = json.loads(workload.spec).get("template") or {}
    return found
