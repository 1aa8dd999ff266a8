"""A Job's or CronJob's row."""

from __future__ import annotations

from typing import cast

from tui.model.health import JobHealth
from tui.model.job import CronJob
from tui.model.migration import is_migration, migration
from tui.present.cells import SIGNS, age, cached, forget_gone, seen, text
from tui.store import Store
from tui.survey import Survey
from widgets.live_table import Cell, Column, Row, Since, Span, Tone
from widgets.since import ago

COLUMNS = (
    Column("name", "NAME", 16, most=44, grow=1),
    Column("status", "STATUS", 9, most=22),
    Column("completions", "DONE", 5, most=10),
    Column("duration", "DURATION", 8, from_width=62),
    Column("database", "DATABASE", 10, most=24, from_width=72),
    Column("namespace", "NAMESPACE", 10, most=24, from_width=84),
    Column("why", "WHY", 20, most=80, grow=2, from_width=110),
    Column("age", "AGE", 4, right=True, from_width=46),
)
_TONES = {
    "Failed": Tone.BAD,
    "FailureTarget": Tone.BAD,
    "Running": Tone.MOVING,
    "Terminating": Tone.LOOK,
    "Suspended": Tone.LOOK,
    "Waiting": Tone.QUIET,
    "Complete": Tone.QUIET,
}
_RANK = {status: number for number, status in enumerate(_TONES)}


def rows(store: Store, survey: Survey, namespaces: frozenset[str] | None, now: float) -> list[Row]:
    """Rows of Jobs and CronJobs in view: failed, running, ended, then the CronJobs."""
    made = [
        cached(survey, "job", uid, (one, uid in survey.by_uid), row)
        for uid, one in survey.jobs.items()
        if seen(one.job.meta.namespace, namespaces)
    ]
    made += [
        cached(survey, "job", record.meta.uid, (record,), cron_row)
        for record in store.all("CronJob")
        if seen(record.meta.namespace, namespaces) and survey.environment.wants(record.meta.namespace)
    ]
    made.sort(key=_worst)
    forget_gone(survey, "job", made)
    return made


def row(one: JobHealth, troubled: bool) -> Row:
    """One Job; a failed one that a later run made good is quiet."""
    job, trouble = one.job, one.trouble if troubled else None
    meta = job.meta
    tone = _TONES[one.status] if troubled or one.status != "Failed" else Tone.QUIET
    parallel = f"{job.succeeded}/1 of {job.parallelism}" if job.parallelism > 1 else f"{job.succeeded}/1"
    done = f"{job.succeeded}/{job.completions}" if job.completions is not None else parallel
    database = migration(job).database if is_migration(job) else ""
    attempt = f" {one.attempts}x" if one.attempts > 1 else ""
    return Row(
        meta.uid,
        (
            (Span(meta.name, Tone.QUIET if tone is Tone.QUIET else Tone.PLAIN),),
            (Span(one.status + attempt, tone),),
            (Span(done, tone),),
            _duration(one),
            text(database),
            text(meta.namespace, Tone.QUIET),
            text(trouble.cause, tone) if trouble else _progress(one),
            age(meta.created),
        ),
        (
            meta.name,
            _RANK[one.status] if troubled or one.status != "Failed" else len(_RANK),
            done,
            (ended - job.started) if (ended := ended_at(one)) and job.started else None,
            database,
            meta.namespace,
            trouble.cause if trouble else "",
            -meta.created,
        ),
        sign=SIGNS[trouble.severity] if trouble is not None else Span(""),
    )


def cron_row(record: object) -> Row:
    """One CronJob; DONE says how many run now, DURATION when it ran last."""
    cron = cast(CronJob, record)
    meta = cron.meta
    status = "suspended" if cron.suspended else cron.schedule
    return Row(
        meta.uid,
        (
            (Span(meta.name),),
            (Span(status, Tone.LOOK if cron.suspended else Tone.QUIET),),
            (Span(f"{cron.active} run" if cron.active else "-", Tone.MOVING if cron.active else Tone.QUIET),),
            (Since(cron.last_scheduled, Tone.QUIET),),
            text(""),
            text(meta.namespace, Tone.QUIET),
            text("CronJob", Tone.QUIET),
            age(meta.created),
        ),
        (meta.name, len(_RANK) + 1, "", None, "", meta.namespace, "CronJob", -meta.created),
    )


def ended_at(one: JobHealth) -> float | None:
    """When a Job ended: its completion time, else since when it is Failed."""
    failed = [c.since for c in one.job.conditions if c.type == "Failed" and c.status == "True"]
    return one.job.finished or (failed[0] if failed else None)


def _duration(one: JobHealth) -> Cell:
    started, ended = one.job.started, ended_at(one)
    if started is None:
        return text("")
    if ended is None:
        return (Since(started, Tone.MOVING),)
    return (Span(ago(ended - started), Tone.QUIET),)


def _progress(one: JobHealth) -> Cell:
    """What goose said of a migration that is well."""
    goose = one.goose
    if goose is None or one.status not in ("Running", "Complete"):
        return text("")
    if one.status == "Running":
        silent = Since(goose.at, Tone.MOVING, f"{goose.done} done, silent ")
        return (silent,) if goose.done else text("")
    return text(f"version {goose.version}" if goose.version is not None else "", Tone.QUIET)


def _worst(made: Row) -> tuple[object, ...]:
    keys = made.keys
    return keys[1], -keys[7], keys[0]
