"""One Job while it is recorded: what is known of its attempts, and what is written of it at both ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tui.evidence import exits, succeeded
from tui.model.application import Application, OperationState
from tui.model.goose import GooseKind, GooseRun, newest
from tui.model.health import job_status
from tui.model.job import Job
from tui.model.log import Source
from tui.model.migration import is_migration, migration
from tui.model.past_operation import runs_now
from tui.model.pod import Pod
from tui.model.recording import Exit, Recording
from tui.model.waves import PLAIN, phase_of, wave_of
from tui.recording import RecordingFile
from tui.store import Store

TRACKING = "argocd.argoproj.io/tracking-id"
INSTANCE = "app.kubernetes.io/instance"


@dataclass(slots=True)
class RecordedJob:
    """`kept` is None where it can't be written now, `next` is the file once it can."""

    job: Job
    kept: RecordingFile | None = None
    next: RecordingFile | None = None
    runs: dict[Source, GooseRun] = field(default_factory=dict)
    pods: dict[str, Pod] = field(default_factory=dict)  # by uid, as they were seen last

    @property
    def uids(self) -> tuple[str, ...]:
        """Of the Job and of all its pods: what events may be about."""
        return (self.job.meta.uid, *self.pods)

    def look(self, pods: Iterable[Pod]) -> list[Exit]:
        """Takes its pods as they are now; how their containers ended so far."""
        found = []
        for pod in pods:
            if self.pods.get(pod.meta.uid) is not pod:
                self.pods[pod.meta.uid] = pod
                found += exits(pod)
        return found


def is_recorded(job: Job) -> bool:
    """Migrations, and hooks of any kind."""
    waits = job_status(job) == "Waiting"  # a one-shot of Compose before its turn
    return not waits and (is_migration(job) or phase_of(job.meta.annotations) != PLAIN)


def application_of(store: Store, job: Job) -> tuple[str, OperationState | None]:
    """The name of the Application that tracks a Job, and the operation in which it was made."""
    tracked, colon, _ = job.meta.annotations.get(TRACKING, "").partition(":")
    name = tracked if colon else job.meta.labels.get(INSTANCE, "")
    name = name.rpartition("_")[2]  # NAMESPACE_NAME where applications live in any namespace
    for one in store.all("Application"):
        if isinstance(one, Application) and one.meta.name == name:
            return name, runs_now(one, job.meta.created)
    return (name, None) if colon else ("", None)


def header(environment: str, store: Store, job: Job, now: float) -> Recording:
    """How its recording begins."""
    meta, whose = job.meta, migration(job)
    application, state = application_of(store, job)
    return Recording(
        environment,
        meta.uid,
        meta.namespace,
        meta.name,
        now,
        meta.created,
        whose.service,
        whose.database if is_migration(job) else "",
        phase_of(meta.annotations),
        wave_of(meta.annotations),
        job.images,
        is_migration(job),
        application,
        state.started if state is not None else 0.0,
        _revision(state),
    )


def end(environment: str, store: Store, work: RecordedJob, now: float) -> Recording:
    """How it ends, the exit codes of its pods included where nobody saw the Job's own end."""
    job, goose = work.job, newest(work.runs.values())
    failed = [one.since for one in job.conditions if one.type == "Failed" and one.status == "True"]
    ended = [one.finished for pod in work.pods.values() for one in exits(pod) if one.finished is not None]
    status = job_status(job)
    if status not in ("Complete", "Failed"):
        status = "Complete" if _went_well(work, goose) else status
    finished = job.finished or next(iter(failed), None) or max(ended, default=None)
    started = job.started or min(
        (pod.started or pod.meta.created for pod in work.pods.values()), default=None
    )
    attempts = max(job.failed + job.succeeded + job.active, len(work.pods))
    return replace(
        header(environment, store, job, 0.0),
        ended=now,
        status=status,
        started=started,
        finished=finished,
        attempts=attempts,
        goose=goose,
    )


def _went_well(work: RecordedJob, goose: GooseRun) -> bool:
    """Of a Job that was deleted before its end was seen: by its newest pod, and by goose where it ran."""
    last = max(work.pods.values(), key=lambda pod: pod.meta.created, default=None)
    if last is None or not succeeded(last):
        return False
    return goose.state in (GooseKind.DONE, GooseKind.NOTHING) or not is_migration(work.job)


def _revision(state: OperationState | None) -> str:
    return "" if state is None else state.revision or state.operation.revision
