"""The lens: what each Secret feeds, which needed keys nothing provides, and who must be restarted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui.model.cluster import Named
from tui.model.job import CronJob, Job
from tui.model.key import Meta
from tui.model.pod import Pod
from tui.model.sealed_secret import SealedSecret
from tui.model.waves import PLAIN, phase_of
from tui.model.workload import Workload

ALL = ""
"""As a key: all that the Secret has."""


@dataclass(frozen=True, slots=True)
class SecretUse:
    """One place of a pod template that reads a Secret; `at` is the variable or the path in the volume."""

    secret: str
    key: str = ALL
    how: str = "env"  # or volume, pull
    at: str = ""
    containers: tuple[str, ...] = ()
    optional: bool = False
    live: bool = False  # a running container sees a change without a restart, a minute later


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who reads a Secret. `phase` is the hook's ("PreSync"), PLAIN for what is no hook."""

    meta: Meta
    uses: tuple[SecretUse, ...]
    phase: str = PLAIN

    @property
    def by(self) -> str:
        """In which ways, in words."""
        return " and ".join(sorted({use.how for use in self.uses}))

    @property
    def reads_at_start(self) -> bool:
        """Whether some of it is read when a container starts, and never again."""
        return any(not use.live and use.how != "pull" for use in self.uses)


@dataclass(frozen=True, slots=True)
class Lens:
    """One Secret, existing or only wanted. `provides` is None where its keys are not known."""

    namespace: str
    name: str
    secret: Named | None = None
    sealed: SealedSecret | None = None
    consumers: tuple[Consumer, ...] = ()

    @property
    def provides(self) -> tuple[str, ...] | None:
        return None if self.sealed is None else self.sealed.provides

    @property
    def changed(self) -> float | None:
        """When the Secret was last written, None while there is none."""
        if self.secret is None:
            return None
        return self.secret.meta.created if self.secret.changed is None else self.secret.changed

    @property
    def needed(self) -> Mapping[str, tuple[str, ...]]:
        """Consumers by each key that is asked for by name and may not be missing."""
        found: dict[str, list[str]] = {}
        for consumer in self.consumers:
            for use in consumer.uses:
                if use.key != ALL and not use.optional:
                    names = found.setdefault(use.key, [])
                    if consumer.meta.name not in names:
                        names.append(consumer.meta.name)
        return {key: tuple(names) for key, names in sorted(found.items())}

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed keys that it does not provide, where that is known: all of them when there is no Secret."""
        if self.sealed is None and self.secret is not None:
            return ()
        there = self.provides or ()
        return tuple(key for key in self.needed if key not in there)

    @property
    def wanted(self) -> bool:
        """Somebody can't start without it, and it is neither there nor sealed."""
        must = any(not use.optional for consumer in self.consumers for use in consumer.uses)
        return must and self.secret is None and self.sealed is None

    @property
    def unsealed(self) -> bool:
        """It is there and used, and no SealedSecret makes it."""
        return self.secret is not None and self.sealed is None and bool(self.consumers)

    @property
    def early(self) -> tuple[Consumer, ...]:
        """PreSync hooks that need it while its SealedSecret is applied in the Sync phase, after them."""
        if self.sealed is None or phase_of(self.sealed.meta.annotations) == "PreSync":
            return ()
        return tuple(one for one in self.consumers if one.phase == "PreSync")


def lenses(
    workloads: Iterable[Workload | Job | CronJob], sealed: Iterable[SealedSecret], secrets: Iterable[Named]
) -> tuple[Lens, ...]:
    """Every Secret that is sealed or read, by namespace and name; others are nobody's here."""
    readers: dict[tuple[str, str], list[Consumer]] = {}
    for each in workloads:
        phase = phase_of(each.meta.annotations) if isinstance(each, Job) else PLAIN
        by_secret: dict[str, list[SecretUse]] = {}
        for use in uses_of(each.spec):
            by_secret.setdefault(use.secret, []).append(use)
        for name, found in by_secret.items():
            consumer = Consumer(each.meta, tuple(found), phase)
            readers.setdefault((each.meta.namespace, name), []).append(consumer)
    seals = {(one.meta.namespace, one.meta.name): one for one in sealed}
    known = {(one.meta.namespace, one.meta.name): one for one in secrets}
    return tuple(
        Lens(
            *place,
            known.get(place),
            seals.get(place),
            tuple(sorted(readers.get(place, ()), key=lambda one: (one.phase == PLAIN, one.meta.name))),
        )
        for place in sorted(readers.keys() | seals.keys())
    )


def needs_restart(consumer: Consumer, pods: Iterable[Pod], changed: float | None) -> bool | None:
    """Whether a running container read the Secret before it changed (epoch seconds); None: nobody knows."""
    if not consumer.reads_at_start:
        return False
    if changed is None:
        return None
    names = {name for use in consumer.uses if not use.live for name in use.containers}
    return any(
        container.running_since is not None and container.running_since < changed
        for pod in pods
        if pod.meta.deleted is None
        for container in pod.containers
        if container.name in names
    )


def uses_of(spec: bytes) -> tuple[SecretUse, ...]:
    """From the JSON of a workload's or Job's spec; a spec of another shape uses nothing."""
    try:
        pod = json.loads(spec)["template"]["spec"]
        return tuple(_uses(pod))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()


def _uses(pod: Mapping[str, Any]) -> Iterator[SecretUse]:
    containers = [*(pod.get("initContainers") or ()), *(pod.get("containers") or ())]
    for container in containers:
        mine = (str(container.get("name", "")),)
        for group in container.get("envFrom") or ():
            if ref := group.get("secretRef"):
                yield SecretUse(ref["name"], ALL, "env", containers=mine, optional=bool(ref.get("optional")))
        for variable in container.get("env") or ():
            if ref := (variable.get("valueFrom") or {}).get("secretKeyRef"):
                at = str(variable.get("name", ""))
                yield SecretUse(ref["name"], ref["key"], "env", at, mine, bool(ref.get("optional")))
    for volume in pod.get("volumes") or ():
        mounts = _mounts(containers, volume.get("name"))
        if ref := volume.get("secret"):
            yield from _volume(ref.get("secretName") or ref.get("name"), ref, mounts)
        for source in (volume.get("projected") or {}).get("sources") or ():
            if ref := source.get("secret"):
                yield from _volume(ref["name"], ref, mounts)
    for ref in pod.get("imagePullSecrets") or ():
        yield SecretUse(ref["name"], ".dockerconfigjson", "pull", optional=True)


_Mounts = tuple[tuple[str, ...], bool]


def _mounts(containers: list[Any], volume: object) -> _Mounts:
    """Who mounts it, and whether a change reaches them all: a subPath never follows."""
    mounting = [
        (str(container.get("name", "")), bool(mount.get("subPath") or mount.get("subPathExpr")))
        for container in containers
        for mount in container.get("volumeMounts") or ()
        if mount.get("name") == volume
    ]
    return tuple(dict.fromkeys(name for name, _ in mounting)), not any(fixed for _, fixed in mounting)


def _volume(name: str, ref: Mapping[str, Any], mounts: _Mounts) -> Iterator[SecretUse]:
    optional = bool(ref.get("optional"))
    items = [(item["key"], item.get("path", "")) for item in ref.get("items") or ()] or [(ALL, "")]
    for key, path in items:
        yield SecretUse(name, key, "volume", path, mounts[0], optional, live=mounts[1])


def restarts_needed(lens: Lens, pods_of: Callable[[Meta], Iterable[Pod]]) -> tuple[Consumer, ...]:
    """The workloads that still run with the old values; Jobs read the new ones at their next run."""
    return tuple(
        one
        for one in lens.consumers
        if one.meta.kind not in ("Job", "CronJob") and needs_restart(one, pods_of(one.meta), lens.changed)
    )
