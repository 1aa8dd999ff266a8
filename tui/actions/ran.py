"""Which migrations of a workload's service ran at or after a moment, by its Jobs and what was recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tui.model.goose import GooseRun
from tui.model.job import Job
from tui.model.key import condition, is_true
from tui.model.migration import is_migration, migration
from tui.model.recording import Recording
from tui.model.workload import Workload
from tui.store import Store

BEFORE = 3600.0  # seconds: a sync runs its migrations before it changes the workload


@dataclass(frozen=True, slots=True)
class Ran:
    """A migration that began to write; `at` is its end, None while it runs."""

    job: str
    at: float | None
    failed: bool
    goose: GooseRun | None


def ran_since(
    store: Store,
    recordings: Iterable[Recording],
    workload: Workload,
    since: float,
    before: float = BEFORE,
) -> list[Ran]:
    """Oldest first, those that run now last."""
    found: dict[str, tuple[str, Ran]] = {}  # by the Job's uid
    for one in recordings:
        if one.namespace == workload.meta.namespace:
            at = one.finished or one.ended or one.began  # without an end its Job is read below, or gone
            found[one.job_uid] = (one.service, Ran(one.job, at, one.status == "Failed", one.goose))
    for job in store.all("Job"):
        if (
            isinstance(job, Job)
            and job.meta.namespace == workload.meta.namespace
            and job.started is not None
            and is_migration(job)
        ):
            known = found.get(job.meta.uid)
            goose = store.goose(job.meta.uid) or (known[1].goose if known is not None else None)
            failed = is_true(job.conditions, "Failed")
            found[job.meta.uid] = (
                migration(job).service,
                Ran(job.meta.name, _end(job), failed, goose),
            )
    names = _names(workload)
    ran = [
        one
        for service, one in found.values()
        if service in names and (one.at is None or one.at > since - before)
    ]
    return sorted(ran, key=lambda one: (one.at is None, one.at or 0.0))


def _end(job: Job) -> float | None:
    failed = condition(job.conditions, "Failed")
    if failed is not None and failed.status == "True":
        return failed.since
    return job.finished


def _names(workload: Workload) -> set[str]:
    """What its service may be called."""
    own = {workload.meta.name, workload.meta.labels.get("app.kubernetes.io/name", workload.meta.name)}
    return own | {name.removesuffix("-service") for name in own}
