"""What an Application does now, or did last, in one word and a sentence (facts 2a, argo-observed 1 to 9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from tui.model.application import Application, Operation, OperationState, ResourceResult
from tui.model.rolled_back import rolled_back

PATIENCE = 10.0
"""Seconds after which an operation that nobody begins means that Argo CD's controller is away."""
_WAITS = re.compile(r"^waiting for (?P<what>.+?)(?: and (?P<more>\d+) more (?:hooks|resources))?\.?$")
_DONE = re.compile(r"^completion of hook (?P<what>\S+)$")
_HEALTHY = re.compile(r"^healthy state of (?P<what>\S+)$")
_DELETION = re.compile(r"^deletion of (?P<hook>hook )?(?P<what>\S+)$")
_CONFIRM = re.compile(r"^pruning confirmation of (?P<what>\S+)$")
_TRIED = re.compile(r"\(retried (\d+) times?\)")
_BLOCKED = "blocked by sync window"
_DRY = "failed to apply (dry run)"
_UNSUCCESSFUL = "completed unsuccessfully"
_TERMINATED = "Operation terminated"


class Grade(IntEnum):
    """The worst comes first."""

    BAD = 0
    LOOK = 1
    MOVING = 2
    QUIET = 3


@dataclass(frozen=True, slots=True)
class Now:
    """`word` is "" when nothing is to be told; `until` is when the next thing is due (epoch seconds).

    `about` is kind and name of the object that the operation waits for, or that failed.
    """

    word: str = ""
    text: str = ""
    grade: Grade = Grade.QUIET
    since: float | None = None
    until: float | None = None
    about: tuple[str, str] = ("", "")

    @property
    def moves(self) -> bool:
        """Whether an operation is under way or asked for."""
        return self.word in _MOVES


_MOVES = frozenset(
    {
        "queued",
        "starting",
        "retry",
        "hook",
        "wave",
        "deletion",
        "confirm",
        "blocked",
        "syncing",
        "terminating",
    }
)


def running_now(one: Application, now: float, *, asked: float | None = None) -> Now:
    """The one thing to say of it; `asked` is when an operation that nobody began was first seen."""
    state, operation = one.state, one.operation
    if one.meta.deleted is not None:
        return Now(
            "deleting", "the application is being deleted: nothing syncs it", Grade.LOOK, one.meta.deleted
        )
    if operation is not None and (state is None or state.over):
        return _queued(one, operation, now, asked)
    if state is None:
        return _refreshing(one) or Now()
    if state.phase == "Terminating":
        return Now("terminating", "ends: Argo CD deletes the hooks that run", Grade.MOVING, state.started)
    if not state.over:
        if operation is None:
            return Now("ghost", _GHOST, Grade.BAD, state.started)
        return _moving(state)
    back = rolled_back(one) if state.operation.apply_only else None
    if back is not None:
        return _refreshing(one) or Now("rolled back", back.words, Grade.LOOK, state.finished)
    return _refreshing(one) or _ended(state)


_GHOST = (
    "a ghost: its status says Running, but no operation is there, so it never ends and can't be terminated "
    "by Argo CD; a new sync replaces it"
)


def retry_at(state: OperationState) -> float | None:
    """When the next attempt really begins: the message names a time one step of the back-off earlier."""
    if state.finished is None:
        return None
    retry = state.operation.retry
    return state.finished + min(retry.longest, retry.duration * float(retry.factor) ** state.retries)


def kind_of(operation: Operation) -> str:
    """What is special in an operation; "" of a whole sync with its hooks."""
    if operation.dry_run:
        return "dry run"
    if operation.self_heal_attempts:
        return "self-heal"
    if operation.resources:
        return "selective"
    return "without hooks" if operation.apply_only else ""


def failed_row(state: OperationState) -> ResourceResult | None:
    """The first resource or hook that did not come through; the message of the operation never names it."""
    return next(
        (
            row
            for row in state.results
            if row.hook_phase in ("Failed", "Error") or row.status in ("SyncFailed", "PruneFailed")
        ),
        None,
    )


def named(text: str) -> tuple[str, str]:
    """Kind and name of Argo CD's `batch/Job/auth-migrate`, `/Service/auth`, `apps/Deployment/auth`."""
    parts = text.split("/")
    return (parts[-2], parts[-1]) if len(parts) > 1 else ("", text)


def clock(at: float) -> str:
    """A time of day to be compared with others."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S UTC")


def _queued(one: Application, operation: Operation, now: float, asked: float | None) -> Now:
    by = f"asked for by {operation.username}" if operation.username else "asked for"
    if operation.automated:
        by = "asked for by Argo CD itself"
    if asked is None or now - asked <= PATIENCE:
        return Now("queued", f"{by}, not begun yet", Grade.MOVING, asked)
    text = (
        f"{by}, and nobody begins it: is Argo CD's application controller up? "
        f"(kubectl -n {one.meta.namespace} get pods; a long queue of applications takes time as well)"
    )
    return Now("queued", text, Grade.BAD, asked)


def _refreshing(one: Application) -> Now | None:
    if not one.refreshing:
        return None
    hard = "hard refresh" if one.refreshing == "hard" else "refresh"
    return Now("refresh", f"{hard} asked for, not done yet", Grade.MOVING)


def _moving(state: OperationState) -> Now:
    found = _waiting(state) if state.finished is None else _retrying(state)
    special = kind_of(state.operation)
    text = f"{special}: {found.text}" if special else found.text
    return Now(found.word, text, found.grade, state.started, found.until, found.about)


def _retrying(state: OperationState) -> Now:
    """Failed, and tried again later: phase Running with an end."""
    at, limit = retry_at(state), state.operation.retry.limit
    of = "" if limit < 0 else f" of {limit}"
    why, about = _reason(state)
    when = f", begins about {clock(at)}" if at is not None else ""
    text = f"{why or 'the attempt failed'}: waits for retry {state.retries}{of}{when}"
    return Now("retry", text, Grade.BAD, until=at, about=about)


def _waiting(state: OperationState) -> Now:
    message = state.message
    if _BLOCKED in message:
        pinned = state.operation.revision or state.operation.revisions
        then = "" if pinned else "; then it deploys what is the head of the branch at that moment"
        return Now("blocked", f"waits until a sync window lets it{then}", Grade.LOOK)
    found = _WAITS.match(message)
    if found is None:
        if message.startswith("Retrying operation"):
            return Now("starting", f"retry {state.retries} begins", Grade.MOVING)
        return Now("syncing" if message else "starting", message or "begins", Grade.MOVING)
    what, more = found["what"], f" and {found['more']} more" if found["more"] else ""
    return _gate(what, more) or Now("syncing", message, Grade.MOVING)


def _gate(what: str, more: str) -> Now | None:
    """Which of Argo CD's four reasons to wait it is."""
    if hook := _DONE.match(what):
        about = named(hook["what"])
        return Now("hook", f"hook {' '.join(about)}{more} runs", Grade.MOVING, about=about)
    if healthy := _HEALTHY.match(what):
        about = named(healthy["what"])
        return Now(
            "wave", f"the wave waits until {' '.join(about)}{more} is healthy", Grade.MOVING, about=about
        )
    if deletion := _DELETION.match(what):
        about = named(deletion["what"])
        old = "the old hook " if deletion["hook"] else ""
        text = f"waits until {old}{' '.join(about)}{more} is deleted"
        return Now("deletion", text, Grade.MOVING, about=about)
    if confirm := _CONFIRM.match(what):
        about = named(confirm["what"])
        text = f"waits for somebody to confirm that {' '.join(about)}{more} is pruned"
        return Now("confirm", text, Grade.LOOK, about=about)
    return None


def _ended(state: OperationState) -> Now:
    operation, at = state.operation, state.finished
    if state.phase != "Succeeded":
        return _failed(state)
    if operation.dry_run:
        text = "the last thing that ran was a dry run: nothing was applied, and the result before it is lost"
        return Now("dry run", text, Grade.LOOK, at)
    if operation.self_heal_attempts:
        text = "self-heal gave the live objects Git's state back: no hooks ran"
        return Now("healed", text, Grade.QUIET, at)
    if operation.resources:
        names = ", ".join(one.name for one in operation.resources[:3])
        more = f" and {len(operation.resources) - 3} more" if len(operation.resources) > 3 else ""
        return Now("partial", f"only {names}{more} was synced: no hooks ran", Grade.LOOK, at)
    if operation.apply_only:
        return Now("no hooks", "the last sync or rollback ran without hooks", Grade.LOOK, at)
    return Now("", "", Grade.QUIET, at)


def _failed(state: OperationState) -> Now:
    at = state.finished
    if state.message == _TERMINATED:
        row = failed_row(state)
        what = f": {row.kind} {row.name} was ended with it" if row is not None else ""
        about = (row.kind, row.name) if row is not None else ("", "")
        return Now("terminated", f"the last sync was terminated{what}", Grade.LOOK, at, about=about)
    special = kind_of(state.operation)
    of = f" ({special})" if special else ""
    if _DRY in state.message:
        why, about = _reason(state)
        text = f"nothing was applied{of}: {why or 'the trial before the sync failed'}"
        return Now("failed", text, Grade.BAD, at, about=about)
    why, about = _reason(state)
    tried = _TRIED.search(state.message)
    times = f", tried {int(tried[1]) + 1} times" if tried else ""
    text = why or _own_words(state.message) or f"ended as {state.phase}"
    return Now(
        "error" if state.phase == "Error" else "failed", f"{text}{of}{times}", Grade.BAD, at, about=about
    )


def _reason(state: OperationState) -> tuple[str, tuple[str, str]]:
    """What failed with its own message, and which object; "" where no row tells."""
    row = failed_row(state)
    if row is None:
        return "", ("", "")
    words = f"{row.kind} {row.name}"
    hook = f"{row.hook_type} " if row.hook_type else ""
    return f"{hook}{words}: {row.message}" if row.message else f"{hook}{words} failed", (row.kind, row.name)


def _own_words(message: str) -> str:
    """Argo CD's message where it says anything: `..., reason: x`, or a sentence of its own."""
    _, found, reason = message.partition("reason: ")
    if found:
        return reason
    return "one of its tasks failed" if _UNSUCCESSFUL in message else message
