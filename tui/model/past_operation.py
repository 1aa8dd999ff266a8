"""An operation of Argo CD as it was seen, kept after Argo CD has forgotten it: attempts and their results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui.model.application import Application, OperationState, ResourceResult
from tui.model.recording import Recording

_SLACK = 2.0  # seconds: times are cut to whole ones, and clocks of a control plane differ a little


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, the first is number 1: a retry sets the results to nothing, so they are kept here."""

    number: int
    message: str = ""
    results: tuple[ResourceResult, ...] = ()


@dataclass(frozen=True, slots=True)
class PastOperation:
    """Keyed by environment, application and start (epoch seconds)."""

    environment: str
    application: str
    started: float
    revision: str = ""
    phase: str = ""
    message: str = ""
    finished: float | None = None
    retries: int = 0
    username: str = ""
    automated: bool = False
    self_heal: bool = False
    apply_only: bool = False
    selected: bool = False  # only some resources
    dry_run: bool = False
    attempts: tuple[Attempt, ...] = ()

    @property
    def over(self) -> bool:
        """Whether its end was seen."""
        return self.phase in ("Succeeded", "Failed", "Error")

    @property
    def took(self) -> float | None:
        """Seconds from its start to its end."""
        return self.finished - self.started if self.over and self.finished is not None else None

    @property
    def results(self) -> tuple[ResourceResult, ...]:
        """Of the last attempt that has any."""
        return next((one.results for one in reversed(self.attempts) if one.results), ())

    @property
    def who(self) -> str:
        """`self-heal`, `automated`, or the name of who asked."""
        return "self-heal" if self.self_heal else "automated" if self.automated else self.username


def seen(
    environment: str, application: str, state: OperationState, before: PastOperation | None
) -> PastOperation:
    """The operation after one more look at it; attempts that were seen before stay."""
    asked = state.operation
    # Between two attempts `retryCount` counts the one that comes; the results are still of the one before.
    waits = not state.over and state.finished is not None
    number = max(1, state.retries + (0 if waits else 1))
    known = {one.number: one for one in before.attempts} if before is not None else {}
    last = known.get(number)
    results = _merged(last.results if last is not None else (), state.results)
    known[number] = Attempt(number, state.message, results)
    return PastOperation(
        environment,
        application,
        state.started,
        state.revision or asked.revision or (before.revision if before is not None else ""),
        state.phase,
        state.message,
        state.finished if state.over else None,
        state.retries,
        asked.username,
        asked.automated,
        asked.self_heal_attempts > 0,
        asked.apply_only,
        bool(asked.resources),
        asked.dry_run,
        tuple(known[one] for one in sorted(known)),
    )


def joined(one: PastOperation, other: PastOperation) -> PastOperation:
    """What two recorders saw of the same operation: the later state, and the attempts of both."""
    late, early = (other, one) if _progress(other) >= _progress(one) else (one, other)
    known = {each.number: each for each in early.attempts}
    for each in late.attempts:
        before = known.get(each.number)
        results = _merged(before.results if before is not None else (), each.results)
        known[each.number] = replace(each, results=results)
    return replace(late, attempts=tuple(known[number] for number in sorted(known)))


def operation_of(one: Recording, operations: Iterable[PastOperation]) -> PastOperation | None:
    """The operation in which a Job ran: the one that its recording names, else that of its creation."""
    of_it = [each for each in operations if each.application == one.application]
    named = next((each for each in of_it if each.started == one.operation), None)
    if named is not None:
        return named
    around = [
        each
        for each in of_it
        if each.started - _SLACK <= one.created
        and (each.finished is None or one.created <= each.finished + _SLACK)
    ]
    return max(around, key=lambda each: each.started, default=None)


def runs_now(application: Application, created: float) -> OperationState | None:
    """The operation of an application in which an object that was made then belongs."""
    state = application.state
    if state is None or created < state.started - _SLACK:
        return None
    return None if state.over and state.finished is not None and created > state.finished + _SLACK else state


def _progress(one: PastOperation) -> tuple[bool, int, int]:
    return one.over, one.retries, len(one.results)


def _merged(
    before: tuple[ResourceResult, ...], now: tuple[ResourceResult, ...]
) -> tuple[ResourceResult, ...]:
    """The rows of now, and those of before that are there no more."""
    there = {_place(one) for one in now}
    return (*now, *(one for one in before if _place(one) not in there))


def _place(one: ResourceResult) -> tuple[str, ...]:
    return one.group, one.kind, one.namespace, one.name, one.hook_type or one.sync_phase
