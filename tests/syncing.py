"""Applications for tests of deeds: a deployed one, and what happens to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tui.actions.base import Asked
from tui.model.app_project import AppProject
from tui.model.application import (
    Application,
    Deployed,
    Destination,
    ManagedResource,
    Operation,
    OperationState,
    ResourceResult,
    Source,
)
from tui.model.environment import Environment
from tui.model.hooks import Hook, Manifests, MigrationFile, Origin
from tui.model.key import Meta
from tui.model.plan import Plan
from tui.model.step import Board, Standing, Step, StepState, WaveGroup
from tui.store import Change, Record, Store

NOW = 1_764_000_000.0
OLD, NEW = "a" * 40, "b" * 40
SERVICE = ManagedResource("", "Service", "prod-gateway", "gateway", "Synced")
DEPLOYMENT = ManagedResource("apps", "Deployment", "prod-gateway", "gateway", "OutOfSync")
PRODUCTION = Environment("production", branch="main", protected=True)
FILES = (MigrationFile(3, "00003_old.sql"), MigrationFile(4, "00004_new.sql"))
HOOK = Hook(
    "Job", "prod-gateway", "gateway-migrate", "PreSync", -5, migrates=True, database="auth_db", files=FILES
)


def application(name: str = "gateway-production", **changes: Any) -> Application:
    """Deployed at OLD, compared at NEW on main, out of sync by its Deployment, by hand only."""
    made = Application(
        Meta("Application", "argocd", name, f"uid-{name}", version="7"),
        project="platform",
        sources=(Source("https://git/platform", "services/gateway/helm", "main"),),
        destination=Destination(server="https://prod", namespace="prod-gateway"),
        sync="OutOfSync",
        revision=NEW,
        health="Healthy",
        history=(Deployed(0, OLD, NOW - 3600, NOW - 3610, "alice"),),
        resources=(SERVICE, DEPLOYMENT),
        reconciled=NOW - 12,
        seen="digest",
    )
    return replace(made, **changes)


def operation(ticket: str = "", **changes: Any) -> Operation:
    """As our deed writes it."""
    info = (("deploytui", ticket),) if ticket else ()
    return replace(Operation("alice (deploytui)", revision=NEW, info=info), **changes)


def running(asked: Operation, message: str = "", **changes: Any) -> dict[str, Any]:
    """The fields of an application whose operation runs."""
    state = replace(OperationState("Running", message, NOW, operation=asked), **changes)
    return {"operation": asked, "state": state}


def ended(asked: Operation, phase: str = "Succeeded", message: str = "", **changes: Any) -> dict[str, Any]:
    """The fields of an application whose operation is over."""
    made = OperationState(phase, message, NOW, NOW + 9, operation=asked, revision=NEW)
    return {"operation": None, "state": replace(made, **changes)}


def hook(name: str, phase: str = "Running", message: str = "", type_: str = "PreSync") -> ResourceResult:
    """A row of a migration Job."""
    images = ("deploytui/goose:auth_db",)
    return ResourceResult(
        "batch", "Job", "prod-gateway", name, "Synced", message, type_, phase, type_, images
    )


def row(kind: str = "Deployment", name: str = "gateway", *images: str) -> ResourceResult:
    """A row of a plain resource that was written."""
    return ResourceResult(
        "apps", kind, "prod-gateway", name, "Synced", "configured", "", "Running", "Sync", images
    )


def store_of(*records: Record) -> Store:
    """Holds these."""
    store = Store()
    for record in records:
        store.apply(Change(record.meta.kind, record.meta.uid, record))
    return store


def asked(*targets: Any, projects: tuple[AppProject, ...] = (), **changes: Any) -> Asked:
    """The deed asked for on these, all of them in the store."""
    made = Asked(store_of(*targets, *projects), PRODUCTION, targets, now=NOW)
    return replace(made, **changes)


def board(one: Application, *, waiting: bool = False, moving: bool = False) -> Board:
    """Its waves as the checkout has them: one migration of auth_db, which has a file to apply."""
    manifests = Manifests(NEW, Origin.CHECKOUT, (HOOK,))
    step = Step(HOOK, Standing(StepState.NEXT), before=3, todo=FILES[1:])
    waits = (HOOK,) if waiting else ()
    return Board(one, manifests, (WaveGroup("PreSync", -5, (step,)),), moving, waits)


def said(plan: Plan) -> str:
    """What the dialog says to know."""
    return "\n".join(remark.text for remark in plan.remarks)
