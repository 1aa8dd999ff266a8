"""A pod's row, in kubectl's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from tui.model.key import condition
from tui.model.pod import Pod
from tui.model.pod_status import PodStatus, pod_status
from tui.model.usage import PodUsage, limits
from tui.present.cells import NO_CELL, age, text
from widgets.live_table import Cell, Column, Row, Since, Span, Tone

COLUMNS = (
    Column("name", "NAME", 16, most=48, grow=1),
    Column("ready", "READY", 5),
    Column("status", "STATUS", 9, most=26),
    Column("restarts", "RESTARTS", 8, most=14, from_width=58),
    Column("namespace", "NAMESPACE", 10, most=24, from_width=84),
    Column("cpu", "CPU", 5, most=13, right=True, from_width=100),
    Column("memory", "MEMORY", 6, most=14, right=True, from_width=100),
    Column("node", "NODE", 10, most=28, from_width=118),
    Column("ip", "IP", 11, most=16, from_width=140),
    Column("age", "AGE", 4, right=True, from_width=46),
)
_QUIET = ("Completed", "Succeeded")
_MOVING = ("Pending", "ContainerCreating", "PodInitializing", "Terminating", "SchedulingGated")


def row(record: object, usage: PodUsage | None = None) -> Row:
    """One pod."""
    pod = cast(Pod, record)
    cores, most = limits(pod)
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
            _used(usage.cpu, cores, _cores) if usage else NO_CELL,
            _used(usage.memory, most, _bytes) if usage else NO_CELL,
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
            usage.cpu if usage else None,
            usage.memory if usage else None,
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


def _used(used: float, limit: float, words: Callable[[float], str]) -> Cell:
    """Against its limit, where there is one: above 90 % it wants a look."""
    if not limit:
        return (Span(words(used), Tone.QUIET),)
    tone = Tone.LOOK if used > 0.9 * limit else Tone.QUIET
    return (Span(f"{words(used)}/{words(limit)}", tone),)


def _cores(cores: float) -> str:
    return f"{cores * 1000:.0f}m" if cores < 10 else f"{cores:.1f}"


def _bytes(number: float) -> str:
    for unit in ("Ki", "Mi"):
        number /= 1024
        if number < 1024:
            return f"{number:.0f}{unit}"
    return f"{number / 1024:.1f}Gi"


_ORDER = {Tone.BAD: 0, Tone.LOOK: 1, Tone.MOVING: 2, Tone.PLAIN: 3, Tone.QUIET: 4}


def _ready_tone(status: PodStatus, tone: Tone) -> Tone:
    return tone if status.ready < status.total and tone is not Tone.MOVING else Tone.PLAIN


def _restarts(status: PodStatus) -> Cell:
    if not status.restarts:
        return (Span("0", Tone.QUIET),)
    if status.restarted is None:
        return (Span(str(status.restarts), Tone.LOOK),)
    return (Since(status.restarted, Tone.LOOK, f"{status.restarts} (", " ago)"),)
