"""The history of a workload: what each revision was, whether it was ever ready, what changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tui.model.key import condition, is_true
from tui.model.pod import Pod
from tui.model.workload import ControllerRevision, References, ReplicaSet, Workload

CHANGE_CAUSE = "kubernetes.io/change-cause"


class EverReady(StrEnum):
    """Whether pods of a revision were ever all ready."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


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
    workload: Workload, sets: Iterable[ReplicaSet], known_ready: frozenset[str] = frozenset()
) -> list[Revision]:
    """Revisions of a Deployment, newest first. `known_ready`: uids of which our journal knows it."""
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
    known_ready: frozenset[str] = frozenset(),
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
    workload: Workload, each: ReplicaSet, newest: int, known_ready: frozenset[str]
) -> tuple[EverReady, str]:
    """Whether a ReplicaSet's pods were ever all ready, by what is left of it."""
    if each.ready:
        if each.ready >= each.replicas or each.revision != newest:
            return EverReady.YES, f"{each.ready} pods are ready now"
        return EverReady.UNKNOWN, f"{each.ready} of {each.replicas} pods are ready now"
    if each.meta.uid in known_ready:
        return EverReady.YES, "this journal saw it ready"
    progressing = condition(workload.conditions, "Progressing")
    if each.revision == newest and each.replicas:
        if progressing is not None and progressing.reason == "NewReplicaSetAvailable":
            return EverReady.YES, "its rollout was completed"
        return EverReady.NO, "none of its pods is ready"
    return EverReady.UNKNOWN, "no pod of it is left"


def _set_ready(
    workload: Workload, each: ControllerRevision, mine: Sequence[Pod], ready: int, known_ready: frozenset[str]
) -> tuple[EverReady, str]:
    """Whether a revision of a StatefulSet or DaemonSet was ever ready."""
    if ready:
        return EverReady.YES, f"{ready} pods are ready now"
    if each.meta.uid in known_ready:
        return EverReady.YES, "this journal saw it ready"
    if each.meta.name == workload.current_revision and workload.current_revision != workload.update_revision:
        return EverReady.YES, "it was rolled out in full before the present one"
    return (
        (EverReady.NO, "none of its pods is ready") if mine else (EverReady.UNKNOWN, "no pod of it is left")
    )


def differences(before: bytes, after: bytes) -> list[str]:
    """What changed between two pod templates, in words; values of variables are never said."""
    old, new = _spec(before), _spec(after)
    words: list[str] = []
    for key, title in (("initContainers", "init container"), ("containers", "container")):
        words += _container_differences(_named(old.get(key)), _named(new.get(key)), title)
    if _named(old.get("volumes")) != _named(new.get("volumes")):
        words.append("volumes change")
    rest = sorted((set(old) | set(new)) - {"initContainers", "containers", "volumes"})
    words += [
        f"{key}: {_short(old.get(key))} -> {_short(new.get(key))}"
        for key in rest
        if old.get(key) != new.get(key)
    ]
    if _annotations(before) != _annotations(after):
        changed = sorted(
            key
            for key in set(_annotations(before)) | set(_annotations(after))
            if _annotations(before).get(key) != _annotations(after).get(key)
        )
        words.append(f"annotations: {', '.join(changed)}")
    return words


def _container_differences(old: Mapping[str, Any], new: Mapping[str, Any], title: str) -> list[str]:
    words = [f"{title} {name} is added" for name in new if name not in old]
    words += [f"{title} {name} is removed" for name in old if name not in new]
    for name in (name for name in new if name in old):
        before, after = old[name], new[name]
        if before.get("image") != after.get("image"):
            words.append(f"{name}: image {before.get('image')} -> {after.get('image')}")
        words += [f"{name}: {each}" for each in _env(before, after)]
        for key in ("command", "args", "resources", "livenessProbe", "readinessProbe", "startupProbe"):
            if before.get(key) != after.get(key):
                words.append(f"{name}: {key} {_short(before.get(key))} -> {_short(after.get(key))}")
        known = {"name", "image", "env", "command", "args", "resources"} | {
            f"{each}Probe" for each in ("liveness", "readiness", "startup")
        }
        others = sorted(k for k in (set(before) | set(after)) - known if before.get(k) != after.get(k))
        if others:
            words.append(f"{name}: {', '.join(others)} change")
    return words


def _env(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Changed variables by name only: their values may be secrets."""
    old, new = _named(before.get("env")), _named(after.get("env"))
    words = [f"env {name} is added" for name in new if name not in old]
    words += [f"env {name} is removed" for name in old if name not in new]
    return words + [f"env {name} changes" for name in new if name in old and new[name] != old[name]]


def _spec(template: bytes) -> dict[str, Any]:
    found = json.loads(template or b"{}")
    spec = found.get("spec") if isinstance(found, dict) else None
    return spec if isinstance(spec, dict) else {}


def _annotations(template: bytes) -> dict[str, str]:
    found = json.loads(template or b"{}")
    meta = found.get("metadata") if isinstance(found, dict) else None
    annotations = meta.get("annotations") if isinstance(meta, dict) else None
    return annotations if isinstance(annotations, dict) else {}


def _named(things: Any) -> dict[str, Any]:
    """A list of things with a name, by name."""
    return {one["name"]: one for one in things or () if isinstance(one, dict) and "name" in one}


def _short(value: Any) -> str:
    text = (
        "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    )
    return text if len(text) <= 60 else f"{text[:57]}..."
