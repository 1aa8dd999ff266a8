"""Past runs of a service: an operation of Argo CD with the hooks that were recorded in it, or a Job alone.

Where nobody watched there is what is left: Argo CD's result rows, its history, and the gap said in full.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tui.model.application import Application, Deployed, ResourceResult
from tui.model.past_operation import PastOperation, operation_of, seen
from tui.model.recording import Recording
from tui.model.watched import Span, unwatched

CUT, EARLY = "cut off", "deleted early"
_SLACK = 2.0  # seconds


class Origin(StrEnum):
    """Where a run is known from."""

    RECORDED = "recorded"
    RESULT = "Argo CD's result"
    HISTORY = "Argo CD's history"


@dataclass(frozen=True, slots=True)
class Run:
    """Times are epoch seconds; `finished` None: it goes on, or its end was not seen."""

    id: str
    service: str
    application: str
    started: float
    finished: float | None
    outcome: str  # Succeeded, Failed, Error, Running, Complete, "cut off"
    revision: str = ""
    who: str = ""
    origin: Origin = Origin.RECORDED
    recordings: tuple[Recording, ...] = ()  # in the order in which they ran
    left: tuple[ResourceResult, ...] = ()  # rows of hooks of which there is no recording
    operation: PastOperation | None = None
    gap: Span | None = None  # in which it was not watched

    @property
    def took(self) -> float | None:
        """Seconds."""
        return None if self.finished is None else self.finished - self.started

    @property
    def well(self) -> bool | None:
        """Whether it ended well; None while that is not known."""
        if self.outcome in ("Succeeded", "Complete"):
            return True
        return False if self.outcome in ("Failed", "Error", CUT, EARLY) else None


def past_runs(
    environment: str,
    recordings: Iterable[Recording],
    operations: Iterable[PastOperation],
    applications: Iterable[Application],
    watched: Sequence[Span],
    now: float,
) -> list[Run]:
    """The newest first; an operation that is in the applications as well as on the disk is there once."""
    known = {(one.application, one.started): one for one in operations}
    apps = list(applications)
    for one in apps:
        if one.state is not None and one.state.started:
            key = (one.meta.name, one.state.started)
            known[key] = seen(environment, one.meta.name, one.state, known.get(key))
    inside: dict[tuple[str, float], list[Recording]] = defaultdict(list)
    alone: list[Recording] = []
    for kept in sorted(recordings, key=lambda one: one.created or one.began):
        found = operation_of(kept, known.values()) if kept.application else None
        if found is None:
            alone.append(kept)
        else:
            inside[found.application, found.started].append(kept)
    services = {one.application: one.service for one in recordings_of(inside) if one.service}
    made = [
        _of_operation(
            one, tuple(inside[key]), services.get(one.application) or _service(environment, one.application)
        )
        for key, one in known.items()
    ]
    made += [_of_recording(one) for one in alone]
    by_name: dict[str, list[PastOperation]] = defaultdict(list)
    for operation in known.values():
        by_name[operation.application].append(operation)
    for app in apps:
        service = services.get(app.meta.name) or _service(environment, app.meta.name)
        told = by_name[app.meta.name]
        made += [
            _of_history(app, entry, service)
            for entry in app.history
            if not any(_is_of(entry, one) for one in told)
        ]
    whole = [replace(one, gap=_gap(one, watched, now)) for one in made]
    return sorted(whole, key=lambda one: -one.started)


def recordings_of(inside: dict[tuple[str, float], list[Recording]]) -> Iterable[Recording]:
    """All that are in an operation."""
    return (one for some in inside.values() for one in some)


def ending(one: Recording) -> str:
    """kubectl's word for its Job, or why it has none: nobody saw its end, or it was taken away before."""
    if one.ended is None:
        return one.status or CUT  # who reads it now says Running
    return one.status if one.status in ("Complete", "Failed") else EARLY


def of_service(runs: Iterable[Run], service: str) -> list[Run]:
    """Those of one service; all with ""."""
    return [one for one in runs if not service or service in (one.service, one.application)]


def _of_operation(one: PastOperation, kept: tuple[Recording, ...], service: str) -> Run:
    names = {(each.namespace, each.job) for each in kept}
    left = tuple(
        row
        for attempt in one.attempts[-1:]
        for row in attempt.results
        if row.hook_type and (row.namespace, row.name) not in names
    )
    return Run(
        f"{one.application}/{one.started:.0f}",
        service,
        one.application,
        one.started,
        one.finished,
        one.phase,
        one.revision,
        one.who,
        Origin.RECORDED if kept else Origin.RESULT,
        kept,
        left,
        one,
    )


def _of_recording(one: Recording) -> Run:
    return Run(
        f"job/{one.job_uid}",
        one.service or one.job,
        one.application,
        one.started or one.created or one.began,
        one.finished,
        ending(one),
        one.revision,
        recordings=(one,),
    )


def _of_history(app: Application, entry: Deployed, service: str) -> Run:
    return Run(
        f"{app.meta.name}/history/{entry.id}",
        service,
        app.meta.name,
        entry.started or entry.deployed,
        entry.deployed,
        "Succeeded",
        entry.revision,
        "automated" if entry.automated else entry.username,
        Origin.HISTORY,
    )


def _is_of(entry: Deployed, one: PastOperation) -> bool:
    """Whether an entry of the history is what that operation deployed."""
    if entry.started is not None:
        return abs(entry.started - one.started) <= _SLACK
    return one.finished is not None and abs(entry.deployed - one.finished) <= _SLACK


def _gap(run: Run, watched: Sequence[Span], now: float) -> Span | None:
    """Only where something is missing: hooks without a recording, or nothing but the history."""
    missing = run.left or run.origin is Origin.HISTORY or any(ending(one) == CUT for one in run.recordings)
    if not missing:
        return None
    return unwatched(watched, run.started, run.finished or now, now)


def _service(environment: str, application: str) -> str:
    """`identity` of `identity-production`, where nothing else tells."""
    return application.removesuffix(f"-{environment}")
