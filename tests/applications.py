"""Applications for the tests of judgement, made by hand: only what a test speaks of is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.records import NOW, deployment, filled, meta, replica_set
from tui.model.application import (
    Application,
    Automated,
    Deployed,
    ManagedResource,
    Operation,
    OperationState,
    ResourceResult,
    Source,
)
from tui.model.rolled_back import FROM
from tui.store import Change, Record, Store

A, B, C = "a" * 40, "b" * 40, "c" * 40
SOURCE = Source(
    "https://git.example/platform", "services/web/helm", "main", value_files=("values-prod.yaml",)
)
HEALS = Automated(prune=True, self_heal=True)


def deployed(number: int, revision: str, ago: float, **more: Any) -> Deployed:
    """An entry of the history whose sync ended that many seconds ago."""
    base = Deployed(number, revision, NOW - ago, NOW - ago - 5, username="alice", source=SOURCE)
    return replace(base, **more)


def ended(phase: str = "Succeeded", **more: Any) -> OperationState:
    """An operation that is over."""
    return replace(OperationState(phase, "", NOW - 60, NOW - 55), **more)


def application(name: str = "web-production", **more: Any) -> Application:
    """Manual; commit A, then B was deployed; it manages the Deployment `web`."""
    base = Application(
        replace(meta("Application", name), namespace="argocd"),
        sources=(SOURCE,),
        state=ended(revision=B),
        sync="Synced",
        revision=B,
        health="Healthy",
        history=(deployed(0, A, 3600), deployed(1, B, 600)),
        resources=(ManagedResource("apps", "Deployment", "services", "web", "Synced"),),
    )
    return replace(base, **more)


def running(**more: Any) -> Application:
    """One whose operation runs."""
    state = OperationState("Running", "waiting for completion of hook batch/Job/web-migrate", NOW - 20)
    return application(operation=Operation(username="bob"), state=state, **more)


WEB = deployment("web", spec=b'{"template":{"spec":{"containers":[]}}}')


def web_store() -> Store:
    """Deployment 0 made revision 2, which serves; deployment 1 made revision 3, which does not come up."""
    sets = (
        replica_set(WEB, 2, ready=2, current=2, images=("registry.example/web:1.4.0",)),
        replica_set(WEB, 3, ready=0, current=1, replicas=1),
    )
    times = (NOW - 3601, NOW - 601)
    made = [replace(one, meta=replace(one.meta, created=at)) for one, at in zip(sets, times, strict=True)]
    return filled([application(), WEB, *made])


def web_production(store: Store) -> Application:
    """The application as the store has it."""
    found = store.get("Application", "argocd", "web-production")
    assert isinstance(found, Application)
    return found


def put(store: Store, record: Record) -> None:
    """The changed record takes the place of the known one."""
    store.apply(Change(record.meta.kind, record.meta.uid, record))


def rolled_back_state(phase: str = "Succeeded", **more: Any) -> OperationState:
    operation = Operation(username="alice", revision=A, apply_only=True, info=((FROM, B),))
    return ended(phase, started=NOW + 1, operation=operation, revision=A, **more)


def back_at_a(**more: Any) -> Application:
    history = (*application().history, deployed(2, A, 0))
    rows = (
        ResourceResult("apps", "Deployment", "services", "web", "Synced", "deployment.apps/web configured"),
    )
    made = application(history=history, state=rolled_back_state(results=rows), sync="OutOfSync", revision=B)
    return replace(made, **more)
