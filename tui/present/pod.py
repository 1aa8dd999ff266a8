"""A pod's row, in kubectl's words."""

from __future__ import annotations

from typing import cast

from tui.model.key import condition
from tui.model.pod import Pod
from tui.model.pod_status import PodStatus, pod_status
from tui.present.cells import age, cached, forget_gone, seen, text
from tui.store import Store
from tui.survey import Survey
from widgets.live_table import Cell, Column, Row, Since, Span, Tone

COLUMNS = (
    Column("name", "NAME", 16, most=48, grow=1),
    Column("ready", "READY", 5),
    Column("status", "STATUS", 9, most=26),
    Column("restarts", "RESTARTS", 8, most=14, from_width=58),
    Column("namespace", "NAMESPACE", 10, most=24, from_width=84),
    Column("node", "NODE", 10, most=28, from_width=118),
    Column("ip", "IP", 11, most=16, from_width=140),
    Column("age", "AGE", 4, right=True, from_width=46),
)
_QUIET = ("Completed", "Succeeded")
_MOVING = ("Pending", "ContainerCreating", "PodInitializing", "Terminating", "SchedulingGated")


def rows(store: Store, survey: Survey, namespaces: frozenset[str] | None, now: float) -> list[Row]:
    """Rows of all pods in view, worst first."""
    wants = survey.environment.wants
    made = [
        cached(survey, "pod", record.meta.uid, (record,), row)
        for record in store.all("Pod")
        if seen(record.meta.namespace, namespaces) and wants(record.meta.namespace)
    ]
    made.sort(key=_worst)
    forget_gone(survey, "pod", made)
    return made


def row(record: object) -> Row:
    """One pod."""
    pod = cast(Pod, record)
    meta, status = pod.meta, pod_status(pod)
    scheduled = condition(pod.conditions, "PodScheduled")
    unschedulable = scheduled is not None and scheduled.reason == "Unschedulable"
    tone = Tone.BAD if unschedulable else tone_of(status)
    return Row(
        meta.uid,
        (
            (Span(meta.name, Tone.QUIET if tone is Tone.QUIET else Tone.PLAIN),),
            (Span(f"{status.ready}/{status.total}", _ready_tone(status, tone)),),
            (Span(status.reason, tone),),
            _restarts(status),
            text(meta.namespace, Tone.QUIET),
            text(pod.node, Tone.QUIET),
            text(pod.ip, Tone.QUIET),
            age(meta.created),
        ),
        (
            meta.name,
            status.ready - status.total,
            (_ORDER[tone], status.reason),
            status.restarts,
            meta.namespace,
            pod.node,
            pod.ip,
            -meta.created,
        ),
        sign=Span("!", Tone.BAD) if tone is Tone.BAD else Span(""),
    )


def tone_of(status: PodStatus) -> Tone:
    """Whether kubectl's word means good, moving, ended or broken."""
    if status.reason == "Running":
        return Tone.PLAIN if status.ready >= status.total else Tone.LOOK
    if status.reason in _QUIET:
        return Tone.QUIET
    if status.reason in _MOVING or (status.reason.startswith("Init:") and "/" in status.reason):
        return Tone.MOVING
    return Tone.LOOK if status.reason in ("NotReady", "Unknown") else Tone.BAD


_ORDER = {Tone.BAD: 0, Tone.LOOK: 1, Tone.MOVING: 2, Tone.PLAIN: 3, Tone.QUIET: 4}


def _ready_tone(status: PodStatus, tone: Tone) -> Tone:
    return tone if status.ready < status.total and tone is not Tone.MOVING else Tone.PLAIN


def _restarts(status: PodStatus) -> Cell:
    if not status.restarts:
        return (Span("0", Tone.QUIET),)
    if status.restarted is None:
        return (Span(str(status.restarts), Tone.LOOK),)
    return (Since(status.restarted, Tone.LOOK, f"{status.restarts} (", " ago)"),)


def _worst(made: Row) -> tuple[object, ...]:
    keys = made.keys
    return keys[2][0], keys[4], keys[0]
