"""A workload's row: ready, rollout, version, worst first."""

from __future__ import annotations

from tui.model.cause import Severity
from tui.model.health import WorkloadHealth
from tui.model.rollout import Rollout, RolloutState
from tui.present.cells import SIGNS, age, cached, forget_gone, seen, tag, text
from tui.store import Store
from tui.survey import Survey
from widgets.live_table import Cell, Column, Row, Since, Span, Tone

COLUMNS = (
    Column("name", "NAME", 14, most=34),
    Column("ready", "READY", 5),
    Column("rollout", "ROLLOUT", 16, most=44, grow=1),
    Column("version", "VERSION", 9, most=28, from_width=56),
    Column("sync", "SYNC", 9, most=14, from_width=118),
    Column("namespace", "NAMESPACE", 10, most=24, from_width=84),
    Column("restarts", "RESTARTS 1H", 11, right=True, from_width=118),
    Column("image", "IMAGE", 20, most=60, from_width=152),
    Column("age", "AGE", 4, right=True, from_width=60),
)
_TONES = {
    RolloutState.DOWN: Tone.BAD,
    RolloutState.STUCK: Tone.BAD,
    RolloutState.SHORT: Tone.LOOK,
    RolloutState.MOVING: Tone.MOVING,
    RolloutState.PAUSED: Tone.LOOK,
    RolloutState.SCALED_DOWN: Tone.QUIET,
    RolloutState.DONE: Tone.QUIET,
}
_RANK = {state: number for number, state in enumerate(RolloutState)}


def rows(store: Store, survey: Survey, namespaces: frozenset[str] | None, now: float) -> list[Row]:
    """Rows of all workloads in view, worst first."""
    found = [one for one in survey.workloads.values() if seen(one.workload.meta.namespace, namespaces)]
    found.sort(key=_worst)
    made = [
        cached(survey, "workload", one.workload.meta.uid, (one, _sync(survey, one)), row) for one in found
    ]
    forget_gone(survey, "workload", made)
    return made


def _sync(survey: Survey, one: WorkloadHealth) -> str:
    """What Argo CD says of it, or what it does with its application; "" of what it does not manage."""
    meta = one.workload.meta
    found = survey.apps.of(meta)
    if found is None:
        return ""
    if found.now.moves:
        return found.now.word
    return next(
        (
            each.status
            for each in found.application.resources
            if (each.kind, each.name) == (meta.kind, meta.name)
        ),
        "",
    )


def row(one: WorkloadHealth, sync: str = "") -> Row:
    """One workload; `sync` is Argo CD's word of it."""
    workload, trouble = one.workload, one.trouble
    meta = workload.meta
    bad = trouble is not None and trouble.severity is Severity.BAD
    short = workload.ready < workload.replicas
    ready_tone = (Tone.BAD if bad else Tone.LOOK) if short else Tone.PLAIN
    image = workload.images[0] if workload.images else ""
    return Row(
        meta.uid,
        (
            (Span(meta.name, Tone.BOLD if trouble else Tone.PLAIN),),
            (Span(f"{workload.ready}/{workload.replicas}", ready_tone),),
            rollout_cell(one.rollout),
            version(one),
            text(sync, Tone.QUIET if sync == "Synced" else Tone.LOOK),
            text(meta.namespace, Tone.QUIET),
            text(str(one.restarts_1h) if one.restarts_1h else "", Tone.LOOK),
            text(image, Tone.QUIET),
            age(meta.created),
        ),
        (
            meta.name,
            workload.ready - workload.replicas,
            _RANK[one.rollout.state],
            tag(image),
            sync,
            meta.namespace,
            one.restarts_1h,
            image,
            -meta.created,
        ),
        sign=SIGNS[trouble.severity] if trouble is not None else Span(""),
    )


def rollout_cell(rollout: Rollout) -> Cell:
    """The words of a rollout, with its time painted later."""
    tone = _TONES[rollout.state]
    if rollout.since is None:
        return (Span(rollout.text.rstrip(" ,;") + rollout.rest, tone),)
    return (Since(rollout.since, tone, rollout.text, rollout.rest),)


def version(one: WorkloadHealth) -> Cell:
    """`1.5.0`, or `1.5.0 ← 1.4.2` while an older image still runs."""
    new = tag(one.workload.images[0]) if one.workload.images else ""
    old = tag(one.old_images[0]) if one.old_images else ""
    if not old or old == new:
        return text(new)
    return (Span(new, Tone.MOVING), Span(f" ← {old}", Tone.QUIET))


def _worst(one: WorkloadHealth) -> tuple[int, int, str, str]:
    severity = one.trouble.severity if one.trouble is not None else 2
    return severity, _RANK[one.rollout.state], one.workload.meta.namespace, one.workload.meta.name
