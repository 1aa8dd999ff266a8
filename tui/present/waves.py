"""Migration Jobs in the order of phases and waves: database, attempts, what goose said."""

from __future__ import annotations

from tui.model.health import JobHealth
from tui.model.migration import is_migration, migration
from tui.model.waves import in_order, wave_of
from tui.present.cells import SIGNS, cached, forget_gone, seen
from tui.present.job import ended_at
from tui.store import Store
from tui.survey import Survey
from widgets.live_table import Cell, Column, Row, Since, Span, Tone
from widgets.since import ago

COLUMNS = (
    Column("wave", "WAVE", 5, most=12),
    Column("database", "DATABASE", 10, most=24),
    Column("state", "STATE", 12, most=60, grow=1),
    Column("service", "SERVICE", 8, most=20, from_width=48),
)


def rows(store: Store, survey: Survey, namespaces: frozenset[str] | None, now: float) -> list[Row]:
    """Rows of the migration Jobs in view, in the order in which Argo CD runs them."""
    jobs = {
        uid: one
        for uid, one in survey.jobs.items()
        if seen(one.job.meta.namespace, namespaces) and is_migration(one.job)
    }
    made = [
        cached(survey, "waves", job.meta.uid, (jobs[job.meta.uid], phase), row)
        for phase, ordered in in_order([one.job for one in jobs.values()])
        for job in ordered
    ]
    forget_gone(survey, "waves", made)
    return made


def row(one: JobHealth, phase: str) -> Row:
    """One migration Job."""
    job, found = one.job, migration(one.job)
    wave = wave_of(job.meta.annotations)
    label = f"{wave} {phase}" if phase else "-"
    name = found.database or job.meta.name
    return Row(
        job.meta.uid,
        (
            (Span(label, Tone.QUIET),),
            (Span(name),),
            state(one),
            (Span(found.service, Tone.QUIET),),
        ),
        (wave, name, one.status, found.service),
        sign=SIGNS[one.trouble.severity] if one.trouble is not None else Span(""),
    )


def state(one: JobHealth) -> Cell:
    """`done 24 s`, `runs 7 s`, `failed, 4 attempts: ERROR 00002_x.sql ...`."""
    job, ended = one.job, ended_at(one)
    attempts = f", attempt {one.attempts}" if one.attempts > 1 else ""
    if one.status == "Complete":
        took = f" {ago(ended - job.started)}" if ended is not None and job.started is not None else ""
        return (Span(f"done{took}", Tone.GOOD),)
    if one.trouble is not None:
        return (Span(one.trouble.cause, Tone.BAD if one.status == "Failed" else Tone.LOOK),)
    if one.status == "Running":
        if job.started is None:
            return (Span("not started", Tone.QUIET),)
        return (Since(job.started, Tone.MOVING, "runs ", attempts),)
    return (Span(one.status.lower(), Tone.LOOK),)
