"""The revisions that a workload can go back to, and which of them were ever ready."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tui.model.key import is_true
from tui.model.pod import Pod
from tui.model.template import same_template
from tui.model.workload import ControllerRevision, ReplicaSet, Workload
from tui.store import Store


@dataclass(frozen=True, slots=True)
class Past:
    """One revision. `ready` None: nobody knows whether it ever was; `ended` is when it was replaced."""

    record: ReplicaSet | ControllerRevision
    template: dict[str, Any]
    current: bool  # its template is the workload's
    ready: bool | None
    ended: float | None

    @property
    def cause(self) -> str:
        """The change cause, as kubectl's history shows it."""
        return self.record.meta.annotations.get("kubernetes.io/change-cause", "")


def past(store: Store, workload: Workload) -> list[Past]:
    """Newest first."""
    kind = "ReplicaSet" if workload.meta.kind == "Deployment" else "ControllerRevision"
    found = [
        record
        for record in store.children(workload.meta.uid, kind)
        if isinstance(record, ReplicaSet | ControllerRevision) and record.revision
    ]
    found.sort(key=lambda record: record.revision, reverse=True)
    now = template_of(workload)
    made: list[Past] = []
    newer: float | None = None
    for record in found:
        template = _template(record)
        ready = _ready(store, workload, record)
        made.append(Past(record, template, same_template(template, now), ready, newer))
        newer = record.meta.created
    return made


def template_of(workload: Workload) -> dict[str, Any]:
    """The pod template that it has now."""
    template: dict[str, Any] = json.loads(workload.spec).get("template") or {}
    return template


def _template(record: ReplicaSet | ControllerRevision) -> dict[str, Any]:
    if isinstance(record, ReplicaSet):
        template = json.loads(record.template)
    else:
        template = (json.loads(record.data).get("spec") or {}).get("template")
    return {key: value for key, value in (template or {}).items() if key != "$patch"}


def _ready(store: Store, workload: Workload, record: ReplicaSet | ControllerRevision) -> bool | None:
    """By what can be seen now: pods that serve, or a StatefulSet's revision that was rolled out whole."""
    if isinstance(record, ReplicaSet):
        if record.ready:
            return True
        return False if record.replicas else None
    if record.meta.name == workload.current_revision != workload.update_revision:
        return True
    pods = [
        pod
        for pod in store.children(workload.meta.uid, "Pod")
        if isinstance(pod, Pod) and _made_by(pod, record.meta.name)
    ]
    if any(is_true(pod.conditions, "Ready") for pod in pods):
        return True
    return False if pods else None


def _made_by(pod: Pod, revision: str) -> bool:
    """A StatefulSet's pods bear the revision's whole name, a DaemonSet's only its hash."""
    mark = pod.meta.labels.get("controller-revision-hash", "")
    return bool(mark) and (revision == mark or revision.endswith(f"-{mark}"))
