"""The policy's identity service as Argo CD deploys it: migrations in waves -5, -4 and -3, three resources."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.records import NOW, meta
from tui.model.application import (
    Application,
    Deployed,
    Destination,
    Operation,
    OperationState,
    ResourceResult,
    Source,
)
from tui.model.goose import GooseKind, GooseRun
from tui.model.hooks import Hook, Manifests, MigrationFile, Origin, Plain, Rendered
from tui.model.job import Job
from tui.model.key import Condition, Meta
from tui.model.recording import Recording

OLD, NEW = "a" * 40, "b" * 40
APP = "Application/identity-production"
DATABASES = {"identity": -5, "auth": -4, "legal": -3}
COMPLETE = (Condition("Complete", "True"),)
FAILED = (Condition("Failed", "True", "BackoffLimitExceeded", since=NOW - 5),)


def application(**changes: Any) -> Application:
    """Deployed at OLD, compared at NEW, Synced: Argo CD does not compare hooks."""
    made = Application(
        Meta("Application", "argocd", "identity-production", APP),
        sources=(Source("https://git/platform", "services/identity/helm", "main"),),
        destination=Destination(namespace="services"),
        sync="Synced",
        revision=NEW,
        history=(Deployed(0, OLD, NOW - 3600, NOW - 3660),),
        state=over(revision=OLD, started=NOW - 3660, finished=NOW - 3600),
    )
    return replace(made, **changes)


def over(phase: str = "Succeeded", *results: ResourceResult, **changes: Any) -> OperationState:
    """An operation that ended; it synced NEW."""
    made = OperationState(phase, started=NOW - 60, finished=NOW - 1, revision=NEW, results=results)
    return replace(made, **changes)


def moving(message: str, *results: ResourceResult, **changes: Any) -> Application:
    """An operation on NEW runs for 60 s."""
    state = OperationState("Running", message, NOW - 60, revision=NEW, results=results)
    return application(operation=Operation("alice"), state=replace(state, **changes))


def row(name: str, phase: str = "Succeeded", message: str = "", **changes: Any) -> ResourceResult:
    """What the result says of `identity-migrate-NAME`."""
    made = ResourceResult(
        "batch", "Job", "services", f"identity-migrate-{name}", "Synced", message, "PreSync", phase, "PreSync"
    )
    return replace(made, **changes)


def plain(kind: str, name: str = "identity", phase: str = "Running") -> ResourceResult:
    """What it says of a plain resource."""
    return ResourceResult("apps", kind, "services", name, "Synced", "configured", "", phase, "Sync")


def hook(name: str, tag: str = "2", **changes: Any) -> Hook:
    """A migration as it is rendered; its database has files up to version 6."""
    files = tuple(MigrationFile(number, f"0000{number}_step.sql") for number in range(1, 7))
    made = Hook(
        "Job",
        "services",
        f"identity-migrate-{name}",
        "PreSync",
        DATABASES[name],
        images=(f"goose:{name}-{tag}",),
        migrates=True,
        service="identity",
        database=f"{name}_db",
        files=files,
        digest=f"{name}-{tag}",
    )
    return replace(made, **changes)


RESOURCES = (
    Plain("", "Service", "services", "identity"),
    Plain("apps", "Deployment", "services", "identity"),
    Plain("bitnami.com", "SealedSecret", "services", "identity-secrets", -10, "identity-secrets"),
)


def manifests(tag: str = "2", revision: str = NEW, **changes: Any) -> Manifests:
    """Of a commit that has these images."""
    hooks = tuple(hook(name, tag) for name in DATABASES)
    return replace(Manifests(revision, Origin.CHECKOUT, hooks, RESOURCES), **changes)


def rendered(*found: Manifests, problem: str = "") -> Rendered:
    """Its record."""
    return Rendered(Meta("Rendered", "argocd", "identity-production", APP), found, problem)


def run_of(name: str, tag: str = "2", *, ago: float = 50.0, **changes: Any) -> Job:
    """A Job of a hook, made so many seconds ago; it runs."""
    said = {
        "argocd.argoproj.io/hook": "PreSync",
        "argocd.argoproj.io/sync-wave": str(DATABASES[name]),
        "argocd.argoproj.io/tracking-id": f"identity-production:batch/Job:services/identity-migrate-{name}",
    }
    uid = f"Job/{name}/{ago:g}"
    known = meta("Job", f"identity-migrate-{name}", uid=uid, annotations=said, created=NOW - ago)
    made = Job(known, active=1, started=NOW - ago, images=(f"goose:{name}-{tag}",))
    return replace(made, **changes)


def done(name: str, tag: str = "2", *, ago: float = 50.0, took: float = 24.0, **changes: Any) -> Job:
    """One that completed."""
    ended = {"conditions": COMPLETE, "active": 0, "succeeded": 1, "finished": NOW - ago + took}
    return run_of(name, tag, ago=ago, **{**ended, **changes})


def recorded(
    name: str, tag: str = "1", *, ago: float = 3650.0, version: int = 4, **changes: Any
) -> Recording:
    """What was recorded of a Job that is gone: it brought its database to that version."""
    made = Recording(
        "production",
        f"Gone/{name}/{ago:g}",
        "services",
        f"identity-migrate-{name}",
        NOW - ago,
        NOW - ago,
        "identity",
        f"{name}_db",
        "PreSync",
        DATABASES[name],
        (f"goose:{name}-{tag}",),
        application="identity-production",
        ended=NOW - ago + 20,
        status="Complete",
        started=NOW - ago,
        finished=NOW - ago + 18,
        attempts=1,
        goose=reached(version),
    )
    return replace(made, **changes)


def reached(version: int, done: int = 1) -> GooseRun:
    """goose that ended well."""
    return GooseRun(done, f"0000{version}_step.sql", version, NOW - 40, NOW - 30, GooseKind.DONE)
