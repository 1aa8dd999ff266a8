"""The lens: what each Secret feeds, which needed keys nothing provides, and who must be restarted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui.model.cluster import Named
from tui.model.job import CronJob, Job
from tui.model.key import Meta, is_true
from tui.model.pod import Pod
from tui.model.sealed_secret import PATCH, SealedSecret
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
    over: bool = False  # a Job that ended: it needs nothing any more

    @property
    def runs_on(self) -> bool:
        """Whether it is a workload, whose pods may run with old values; Jobs read at their next run."""
        return self.meta.kind not in ("Job", "CronJob")

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
    """One Secret, existing or only wanted."""

    namespace: str
    name: str
    secret: Named | None = None
    sealed: SealedSecret | None = None
    consumers: tuple[Consumer, ...] = ()

    @property
    def uid(self) -> str:
        """Of the SealedSecret, else of the Secret; a name where there is neither."""
        found = self.sealed or self.secret
        return found.meta.uid if found is not None else f"wanted:{self.namespace}/{self.name}"

    @property
    def provides(self) -> tuple[str, ...] | None:
        """The keys that the SealedSecret makes; None where the Secret may hold others, which nobody reads."""
        if self.sealed is None:
            return None
        there = self.secret
        if there is None:
            return self.sealed.provides
        made = there.meta.owner is not None and there.meta.owner.uid == self.sealed.meta.uid
        return self.sealed.provides if made and there.meta.annotations.get(PATCH) != "true" else None

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
                if use.key != ALL and not use.optional and not consumer.over:
                    names = found.setdefault(use.key, [])
                    if consumer.meta.name not in names:
                        names.append(consumer.meta.name)
        return {key: tuple(names) for key, names in sorted(found.items())}

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed keys that it does not provide, where that is known: all of them when there is no Secret."""
        if self.provides is None and self.secret is not None:
            return ()
        there = self.provides or ()
        return tuple(key for key in self.needed if key not in there)

    @property
    def wanted(self) -> bool:
        """Somebody can't start without it, and it is neither there nor sealed."""
        return bool(self.starving) and self.secret is None and self.sealed is None

    @property
    def starving(self) -> tuple[Consumer, ...]:
        """Those that can't start without it."""
        return tuple(
            one for one in self.consumers if not one.over and any(not use.optional for use in one.uses)
        )

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
    return gather((pair for each in workloads for pair in consumers_of(each)), sealed, secrets)


def gather(
    consumers: Iterable[tuple[str, Consumer]], sealed: Iterable[SealedSecret], secrets: Iterable[Named]
) -> tuple[Lens, ...]:
    """The same from consumers, each with the name of the Secret that it reads."""
    readers: dict[tuple[str, str], list[Consumer]] = {}
    for name, consumer in consumers:
        readers.setdefault((consumer.meta.namespace, name), []).append(consumer)
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


def consumers_of(record: Workload | Job | CronJob) -> tuple[tuple[str, Consumer], ...]:
    """What it is to each Secret that it reads; a CronJob answers for its Jobs."""
    phase, over = PLAIN, False
    if isinstance(record, Job):
        if record.meta.owner is not None and record.meta.owner.kind == "CronJob":
            return ()
        phase = phase_of(record.meta.annotations)
        over = record.finished is not None or is_true(record.conditions, "Failed")
    by_secret: dict[str, list[SecretUse]] = {}
    for use in uses_of(record.spec):
        by_secret.setdefault(use.secret, []).append(use)
    return tuple((name, Consumer(record.meta, tuple(uses), phase, over)) for name, uses in by_secret.items())


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
        one for one in lens.consumers if one.runs_on and needs_restart(one, pods_of(one.meta), lens.changed)
    )
