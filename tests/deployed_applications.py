"""Applications for the tests of judgement, made by hand: only what a test speaks of is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.records import NOW, meta
from tui.model.application import (
    Application,
    Automated,
    Deployed,
    ManagedResource,
    Operation,
    OperationState,
    Source,
)

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
