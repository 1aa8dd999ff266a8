"""The history of a workload: what each revision was, and whether it was ever ready."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tui.model.key import NOTHING, condition, is_true
from tui.model.pod import Pod
from tui.model.workload import ControllerRevision, References, ReplicaSet, Workload

CHANGE_CAUSE = "kubernetes.io/change-cause"


class EverReady(StrEnum):
    """Whether pods of a revision were ever all ready."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Revision:
    """One entry of a workload's history; `template` is the JSON of its pod template, `name` its object's."""

    number: int
    name: str
    uid: str
    created: float
    images: tuple[str, ...]
    cause: str  # change-cause, "" without one
    alive: int  # pods that run of it now
    ready: int
    current: bool  # the newest one, which the workload wants now
    ever_ready: EverReady
    evidence: str
    references: References
    template: bytes = b"{}"


def history_of_deployment(
    workload: Workload, sets: Iterable[ReplicaSet], known_ready: Mapping[str, str] = NOTHING
) -> list[Revision]:
    """Revisions of a Deployment, newest first. `known_ready`: uids of which it is known, and how."""
    ordered = sorted((each for each in sets if each.revision), key=lambda each: -each.revision)
    newest = max((each.revision for each in ordered), default=0)
    return [
        Revision(
            each.revision,
            each.meta.name,
            each.meta.uid,
            each.meta.created,
            each.images,
            each.meta.annotations.get(CHANGE_CAUSE, ""),
            each.current,
            each.ready,
            each.revision == newest,
            *_deployment_ready(workload, each, newest, known_ready),
            each.references,
            each.template,
        )
        for each in ordered
    ]


def history_of_set(
    workload: Workload,
    revisions: Iterable[ControllerRevision],
    pods: Sequence[Pod],
    known_ready: Mapping[str, str] = NOTHING,
) -> list[Revision]:
    """Revisions of a StatefulSet or DaemonSet, newest first."""
    ordered = sorted(revisions, key=lambda each: -each.revision)
    newest = ordered[0].revision if ordered else 0
    made = []
    for each in ordered:
        hashes = (each.meta.name, each.meta.labels.get("controller-revision-hash", each.meta.name))
        mine = [pod for pod in pods if pod.template_hash in hashes]
        ready = sum(is_true(pod.conditions, "Ready") for pod in mine)
        ever, evidence = _set_ready(workload, each, mine, ready, known_ready)
        made.append(
            Revision(
                each.revision,
                each.meta.name,
                each.meta.uid,
                each.meta.created,
                each.images,
                each.meta.annotations.get(CHANGE_CAUSE, ""),
                len(mine),
                ready,
                each.revision == newest,
                ever,
                evidence,
                each.references,
                template_of(each.data),
            )
        )
    return made


def best_target(history: Sequence[Revision]) -> Revision | None:
    """The newest revision before the current one that was ever ready, None when none is known."""
    return next((one for one in history if not one.current and one.ever_ready is EverReady.YES), None)


def template_of(data: bytes) -> bytes:
    """The pod template in a ControllerRevision's patch."""
    patch = json.loads(data or b"{}")
    template = (patch.get("spec") or {}).get("template") or {} if isinstance(patch, dict) else {}
    return json.dumps({key: value for key, value in template.items() if key != "$patch"}).encode()


def _deployment_ready(
    workload: Workload, each: ReplicaSet, newest: int, known_ready: Mapping[str, str]
) -> tuple[EverReady, str]:
    """Whether a ReplicaSet's pods were ever all ready, by what is left of it."""
    if each.ready:
        if each.revision != newest or each.ready >= workload.replicas:
            return EverReady.YES, _serve(each.ready)
        if each.meta.uid not in known_ready:
            return EverReady.UNKNOWN, f"{each.ready} of {workload.replicas} pods are ready so far"
    if each.meta.uid in known_ready:
        return EverReady.YES, known_ready[each.meta.uid]
    progressing = condition(workload.conditions, "Progressing")
    if each.revision == newest and each.replicas:
        if progressing is not None and progressing.reason == "NewReplicaSetAvailable":
            return EverReady.YES, "its rollout was completed"
        return EverReady.NO, "none of its pods is ready"
    return EverReady.UNKNOWN, "no pod of it is left"


def _set_ready(
    workload: Workload,
    each: ControllerRevision,
    mine: Sequence[Pod],
    ready: int,
    known_ready: Mapping[str, str],
) -> tuple[EverReady, str]:
    """Whether a revision of a StatefulSet or DaemonSet was ever ready."""
    if ready:
        return EverReady.YES, _serve(ready)
    if each.meta.uid in known_ready:
        return EverReady.YES, known_ready[each.meta.uid]
    if each.meta.name == workload.current_revision and workload.current_revision != workload.update_revision:
        return EverReady.YES, "it was rolled out in full before the present one"
    return (
        (EverReady.NO, "none of its pods is ready") if mine else (EverReady.UNKNOWN, "no pod of it is left")
    )


def _serve(pods: int) -> str:
    return "1 pod serves now" if pods == 1 else f"{pods} pods serve now"
