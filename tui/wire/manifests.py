"""Manifests as documents of YAML or JSON, and what they say will run: hooks and plain resources."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec
import yaml

from tui.errors import Refused
from tui.model.hooks import POSTSYNC, PRESYNC, SYNC, SYNCFAIL, Hook, Manifests, Origin, Plain, in_order
from tui.model.job import Job
from tui.model.migration import is_migration, migration
from tui.model.waves import wave_of
from tui.wire.kinds import job as jobs
from tui.wire.plain import plain

Document = Mapping[str, Any]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HOOK, _HELM = "argocd.argoproj.io/hook", "helm.sh/hook"
_PHASES = (PRESYNC, SYNC, POSTSYNC, SYNCFAIL)
_HELM_PHASES = {
    **dict.fromkeys(("pre-install", "pre-upgrade"), PRESYNC),
    **dict.fromkeys(("post-install", "post-upgrade"), POSTSYNC),
}
_POLICIES = {
    "before-hook-creation": "BeforeHookCreation",
    "hook-succeeded": "HookSucceeded",
    "hook-failed": "HookFailed",
}


def documents(text: bytes, what: str) -> list[Document]:
    """The objects of a stream of YAML, Lists unfolded; Refused where it is not YAML."""
    try:
        found = list(yaml.load_all(text, Loader=_LOADER))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise Refused(f"{what}: {plain(str(error), 200)}") from error
    return list(_unfolded(found))


def _unfolded(found: Iterable[object]) -> Iterator[Document]:
    for one in found:
        if not isinstance(one, dict) or not isinstance(one.get("kind"), str):
            continue
        items = one.get("items")
        if one["kind"].endswith("List") and isinstance(items, list):
            yield from _unfolded(items)
        else:
            yield one


def manifests(
    found: Iterable[Document], revision: str, namespace: str, origin: Origin, remark: str = ""
) -> Manifests:
    """What those documents hold; `namespace` is that of objects which name none."""
    hooks: list[Hook] = []
    resources: list[Plain] = []
    for one in found:
        meta = _table(one.get("metadata"))
        annotations = {str(key): str(value) for key, value in _table(meta.get("annotations")).items()}
        phases = phases_of(annotations)
        if phases is None:
            resources.append(_plain(one, meta, annotations, namespace))
        hooks += [_hook(one, meta, annotations, phase, namespace) for phase in phases or ()]
    return Manifests(revision, origin, in_order(hooks), tuple(resources), remark)


def phases_of(annotations: Mapping[str, str]) -> tuple[str, ...] | None:
    """The phases of a hook; () of what no sync applies (Skip, a Helm test); None of a plain resource.

    An object's Helm hooks count only where it has none of Argo CD's.
    """
    if _HOOK in annotations:
        named = [word.strip() for word in annotations[_HOOK].split(",")]
        return tuple(phase for phase in _PHASES if phase in named)
    if _HELM not in annotations:
        return None
    words = [word.strip() for word in annotations[_HELM].split(",")]
    if "crd-install" in words:
        return None
    found = {_HELM_PHASES[word] for word in words if word in _HELM_PHASES}
    return tuple(phase for phase in _PHASES if phase in found)


def _hook(one: Document, meta: Document, annotations: Mapping[str, str], phase: str, namespace: str) -> Hook:
    name = str(meta.get("name") or meta.get("generateName") or "")
    where = str(meta.get("namespace") or namespace)
    made = Hook(
        str(one["kind"]),
        where,
        name,
        phase,
        wave_of(annotations),
        generated=not meta.get("name"),
        policies=_policies(annotations),
        digest=digest(one.get("spec")),
    )
    job = _job(one, meta, name, where)
    if job is None:
        return made
    whose = migration(job) if is_migration(job) else None
    return replace(
        made,
        images=job.images,
        commands=job.commands,
        migrates=whose is not None,
        service=whose.service if whose is not None else "",
        database=whose.database if whose is not None else "",
        secrets=tuple(dict.fromkeys((*job.secrets_env, *job.references.secrets))),
    )


def digest(spec: object) -> str:
    """Of what an object is: the same in whatever order its keys were written."""
    try:
        text = msgspec.json.encode(spec, order="sorted")
    except TypeError:  # keys that no JSON has: no cluster would take it
        text = repr(spec).encode()
    return hashlib.sha256(text).hexdigest()[:16]


def _job(one: Document, meta: Document, name: str, namespace: str) -> Job | None:
    """As if the cluster had it; None of other kinds, and of what no cluster would take."""
    if one["kind"] != "Job":
        return None
    labels = {str(key): str(value) for key, value in _table(meta.get("labels")).items()}
    said = {"name": name, "uid": "", "namespace": namespace, "labels": labels}
    try:
        return jobs.parse(msgspec.json.encode({"metadata": said, "spec": one.get("spec") or {}}))
    except (msgspec.MsgspecError, ValueError, TypeError):
        return None


def _policies(annotations: Mapping[str, str]) -> tuple[str, ...]:
    own = annotations.get("argocd.argoproj.io/hook-delete-policy", "")
    helm = annotations.get("helm.sh/hook-delete-policy", "")
    words = [word.strip() for word in (own or helm).split(",") if word.strip()]
    return tuple(_POLICIES.get(word, word) for word in words) or ("BeforeHookCreation",)


def _plain(one: Document, meta: Document, annotations: Mapping[str, str], namespace: str) -> Plain:
    group, slash, _ = str(one.get("apiVersion") or "").rpartition("/")
    name = str(meta.get("name") or "")
    gives = ""
    if one["kind"] == "SealedSecret":
        template = _table(_table(_table(one.get("spec")).get("template")).get("metadata"))
        gives = str(template.get("name") or name)
    where = str(meta.get("namespace") or namespace)
    return Plain(group if slash else "", str(one["kind"]), where, name, wave_of(annotations), gives)


def _table(value: object) -> Document:
    return value if isinstance(value, dict) else {}
