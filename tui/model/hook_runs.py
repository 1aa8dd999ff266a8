"""Runs of hooks, by their Job or by what was recorded; which hooks wait although Argo CD says Synced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.model.application import Application
from tui.model.goose import GooseKind, GooseRun
from tui.model.health import JobHealth
from tui.model.hooks import (
    Hook,
    Manifests,
    Origin,
    Rows,
    in_order,
    rows_of,
    running_revision,
)
from tui.model.job import Job
from tui.model.key import Meta
from tui.model.migration import is_migration, migration
from tui.model.recording import Recording
from tui.model.waves import phase_of, wave_of

TRACKING = "argocd.argoproj.io/tracking-id"


@dataclass(frozen=True, slots=True)
class HookRun:
    """One run of a hook. `commands` is None of a recording, which does not keep them."""

    uid: str
    namespace: str
    name: str
    created: float
    status: str  # kubectl's word; "" of a recording that was cut off
    images: tuple[str, ...] = ()
    commands: tuple[str, ...] | None = None
    finished: float | None = None
    deleted: bool = False
    goose: GooseRun | None = None
    health: JobHealth | None = None
    recording: Recording | None = None

    @property
    def complete(self) -> bool:
        """Whether it ended well."""
        return self.status == "Complete"


def run_of_job(health: JobHealth, recording: Recording | None = None) -> HookRun:
    """The run that a Job is, with what was recorded of it."""
    job = health.job
    return HookRun(
        job.meta.uid,
        job.meta.namespace,
        job.meta.name,
        job.meta.created,
        health.status,
        job.images,
        job.commands,
        job.finished,
        job.meta.deleted is not None,
        health.goose,
        health=health,
        recording=recording,
    )


def run_of_recording(one: Recording) -> HookRun:
    """The run that was recorded."""
    place = (one.job_uid, one.namespace, one.job, one.created, one.status, one.images)
    return HookRun(*place, finished=one.finished, goose=one.goose, recording=one)


def runs(jobs: Iterable[JobHealth], recordings: Iterable[Recording]) -> list[HookRun]:
    """All of them, the newest first; a Job that is there stands for what was recorded of it."""
    kept = {one.job_uid: one for one in recordings}
    found = {uid: run_of_recording(one) for uid, one in kept.items()}
    for health in jobs:
        uid = health.job.meta.uid
        found[uid] = run_of_job(health, kept.get(uid))
    return sorted(found.values(), key=lambda run: -run.created)


def owner_of(meta: Meta) -> tuple[str, str]:
    """Namespace ("" is Argo CD's own) and name of the application that tracks an object, "" if none does."""
    tracked, colon, _ = meta.annotations.get(TRACKING, "").partition(":")
    if not colon:
        return "", ""
    namespace, under, name = tracked.partition("_")  # Application names have no underscore
    return (namespace, name) if under else ("", namespace)


def waiting(
    application: Application,
    wanted: Manifests | None,
    known: Sequence[HookRun],
    deployed: Manifests | None = None,
) -> tuple[Hook, ...]:
    """The migrations of the wanted revision that did not run as they are there: images or commands differ.

    Argo CD does not compare hooks and says Synced all the same. `known` are runs, newest first; `deployed`
    are the manifests of the commit that was deployed last, for hooks of which no run is known.
    """
    if wanted is None:
        return ()
    rows = rows_of(application)
    return tuple(hook for hook in wanted.migrations if not _ran(application, rows, hook, known, deployed))


def _ran(
    application: Application, rows: Rows, hook: Hook, known: Sequence[HookRun], deployed: Manifests | None
) -> bool:
    """Whether what ran last of it is what is wanted; a run that failed counts for nothing."""
    for run in known:
        if hook.is_named(run.namespace, run.name) and run.status in ("Complete", "Failed"):
            return run.complete and same_spec(hook, run)
    row = rows.of(hook)
    if row is not None and row.images:
        return row.hook_phase in ("Succeeded", "Running") and row.images == hook.images
    before = next((one for one in deployed.hooks if one.name == hook.name), None) if deployed else None
    if before is not None:
        return before.digest == hook.digest
    # Nothing is known of it: only an application that was never deployed has surely not run it.
    return bool(application.history) and (deployed is None or not hook.digest)


def same_spec(hook: Hook, run: HookRun) -> bool:
    """Whether that run was of the same images, and commands where those are known."""
    if run.images != hook.images:
        return False
    return run.commands is None or not hook.commands or run.commands == hook.commands


def last_run(application: Application, known: Sequence[HookRun]) -> Manifests:
    """The hooks as the last operation and the runs tell them, where no manifests can be had.

    A wave is the Job's own, else that of `status.resources`, else what was recorded.
    """
    waves = {(one.namespace, one.name): one.wave for one in application.resources if one.hook}
    found: dict[tuple[str, str], Hook] = {}
    for run in known:
        hook = _hook_of(run)
        if hook.phase and (hook.namespace, hook.name) not in found:
            found[hook.namespace, hook.name] = hook
    state = application.state
    for row in state.results if state is not None else ():
        if row.hook_type and (row.namespace, row.name) not in found:
            wave = waves.get((row.namespace, row.name), 0)
            job = Job(_meta(row.namespace, row.name), images=row.images)
            whose = migration(job) if is_migration(job) else None
            found[row.namespace, row.name] = Hook(
                row.kind,
                row.namespace,
                row.name,
                row.hook_type,
                wave,
                images=row.images,
                migrates=whose is not None,
                service=whose.service if whose else "",
                database=whose.database if whose else "",
            )
    return Manifests(running_revision(application), Origin.LAST_RUN, in_order(found.values()))


def _hook_of(run: HookRun) -> Hook:
    if run.health is not None:
        job = run.health.job
        said = job.meta.annotations
        whose = migration(job) if is_migration(job) else None
        return Hook(
            "Job",
            run.namespace,
            run.name,
            phase_of(said),
            wave_of(said),
            images=run.images,
            commands=job.commands,
            migrates=whose is not None,
            service=whose.service if whose else "",
            database=whose.database if whose else "",
        )
    one = run.recording
    assert one is not None
    return Hook(
        "Job",
        run.namespace,
        run.name,
        one.phase,
        one.wave,
        images=run.images,
        migrates=one.migrates,
        service=one.service,
        database=one.database,
    )


def versions(known: Iterable[HookRun], databases: Mapping[str, str]) -> dict[str, tuple[float, int]]:
    """Of each database the version that goose reached last, and when: whichever service migrated it.

    `databases` says by uid of a run which one it was.
    """
    found: dict[str, tuple[float, int]] = {}
    for run in known:
        goose, database = run.goose, databases.get(run.uid, "")
        if not database or goose is None or goose.version is None:
            continue
        settled = goose.state in (GooseKind.DONE, GooseKind.NOTHING)
        at = run.finished or goose.at or run.created
        if settled and at >= found.get(database, (0.0, 0))[0]:
            found[database] = (at, goose.version)
    return found


def _meta(namespace: str, name: str) -> Meta:
    return Meta("Job", namespace, name, "")
