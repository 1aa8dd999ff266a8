"""Records for the tests of judgement and presentation, made by hand: only what a test speaks of is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tui.model.job import Job
from tui.model.key import Condition, Meta, Owner
from tui.model.pod import Container, Ended, Part, Pod
from tui.model.workload import ReplicaSet, Workload
from tui.store import Change, Record, Store

NOW = 1_000_000.0


def meta(kind: str, name: str, *, owner: Meta | None = None, **more: Any) -> Meta:
    """Identity in the namespace `services`; the uid is kind and name."""
    owned = Owner(owner.kind, owner.name, owner.uid) if owner else None
    base = Meta(kind, "services", name, f"{kind}/{name}", "1", NOW - 600.0, owner=owned)
    return replace(base, **more)


def running(name: str = "app", **more: Any) -> Container:
    """A main container that runs and is ready."""
    return replace(
        Container(name, image="x:1", reported=True, ready=True, started=True, running_since=NOW - 500), **more
    )


def waits(reason: str, message: str = "", **more: Any) -> Container:
    """A container that waits for that reason."""
    return replace(
        Container("app", image="x:1", reported=True, waiting=reason, waiting_message=message), **more
    )


def ended(code: int = 1, reason: str = "Error", **more: Any) -> Container:
    """A container that ended so."""
    part = more.pop("part", Part.MAIN)
    name = more.pop("name", "app")
    end = Ended(code, reason=reason, finished=NOW - 60, **more)
    return Container(name, part, image="x:1", reported=True, ended=end)


def pod(*containers: Container, name: str = "p", owner: Meta | None = None, **more: Any) -> Pod:
    """A pod of those containers."""
    inits = sum(each.part is not Part.MAIN for each in containers)
    base = Pod(meta("Pod", name, owner=owner), "Running", containers=containers, init_total=inits)
    return replace(base, **more)


def deployment(name: str = "web", replicas: int = 2, **more: Any) -> Workload:
    """A Deployment that is complete, in its third revision."""
    revision = {"deployment.kubernetes.io/revision": "3"}
    base = Workload(
        meta("Deployment", name, annotations=revision, generation=3),
        replicas,
        observed_generation=3,
        current=replicas,
        updated=replicas,
        ready=replicas,
        available=replicas,
        images=("registry.example/web:1.5.0",),
    )
    return replace(base, **more)


def replica_set(owner: Workload, revision: int, **more: Any) -> ReplicaSet:
    """A revision of that Deployment."""
    said = {"deployment.kubernetes.io/revision": str(revision)}
    base = ReplicaSet(
        meta("ReplicaSet", f"{owner.meta.name}-{revision}", owner=owner.meta, annotations=said),
        images=owner.images,
    )
    return replace(base, **more)


def job(name: str = "auth-migrate", **more: Any) -> Job:
    """A Job that runs."""
    return replace(Job(meta("Job", name), started=NOW - 120, active=1), **more)


def stuck() -> Condition:
    """The condition of a Deployment beyond its deadline."""
    return Condition("Progressing", "False", "ProgressDeadlineExceeded", since=NOW - 240)


def filled(records: Iterable[Record]) -> Store:
    """A store that holds those."""
    store = Store()
    for record in records:
        store.apply(Change(record.meta.kind, record.meta.uid, record))
    return store
