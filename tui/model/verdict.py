"""Did the migration really run? After a sync one verdict per expected hook, with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tui.model.application import Application, OperationState
from tui.model.cause import Severity
from tui.model.goose import GooseKind, GooseRun
from tui.model.health import Trouble
from tui.model.hook_runs import HookRun, same_spec
from tui.model.hooks import SYNCFAIL, Hook, Manifests, Origin, Rows
from tui.model.schema import Schema
from tui.model.watched import Span, unwatched

_SLACK = 1.0  # seconds: both times are cut to whole ones


class Ran(StrEnum):
    """Whether a hook ran for the sync that says it succeeded."""

    YES = "ran"
    BEFORE = "ran before"  # that very migration, in an earlier sync; this one ran no hooks
    UNSEEN = "not seen"  # Argo CD says so, and nobody kept the Job's log
    UNSURE = "not sure"
    NO = "did not run"
    STALE = "stale Job"  # that of an earlier sync was taken for it
    OTHER = "other image"


_RED = (Ran.NO, Ran.STALE, Ran.OTHER)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one hook. `reason` is why it did not run, in the words of the operation."""

    hook: Hook
    ran: Ran
    reason: str = ""
    evidence: tuple[str, ...] = ()
    run: HookRun | None = None
    gap: Span | None = None  # of UNSEEN: the time in which nobody watched, where that is known

    @property
    def red(self) -> bool:
        """Whether the application was synced without this migration."""
        return self.ran in _RED

    @property
    def words(self) -> str:
        """`did not run: self-heal runs no hooks`."""
        return f"{self.ran.value}: {self.reason}" if self.reason else self.ran.value


def without_hooks(state: OperationState) -> str:
    """Why an operation ran no hooks at all, "" where it ran them (facts 2a)."""
    asked = state.operation
    if asked.dry_run:
        return "it was a dry run"
    if asked.self_heal_attempts:
        return "self-heal runs no hooks"
    if asked.resources:
        return "selective: no hooks run"
    if asked.apply_only:
        return "apply only runs no hooks"
    return ""


def verdicts(
    application: Application,
    manifests: Manifests | None,
    known: Sequence[HookRun],
    schemas: Mapping[str, Schema] | None = None,
    watched: Sequence[Span] = (),
) -> tuple[Verdict, ...]:
    """Of each migration of the synced revision, once an operation succeeded; () before and after a failure.

    `known` are runs of its hooks, newest first; `manifests` those of the commit that was synced.
    """
    state = application.state
    if state is None or state.phase != "Succeeded" or manifests is None or state.operation.dry_run:
        return ()
    none, rows = without_hooks(state), Rows(state.results)
    before = application.history[-2].deployed if len(application.history) > 1 else None
    back = _went_back(application)
    guessed = manifests.origin is Origin.LAST_RUN and not none
    made = (
        _skipped(hook, none, known, back) if none else _verdict(hook, rows, state, known, before)
        for hook in manifests.hooks
        if hook.migrates
        and hook.phase != SYNCFAIL
        # what ran once need not be expected now
        and not (guessed and rows.of(hook) is None)
    )
    asked = (_asked(one, state, (schemas or {}).get(one.hook.database)) for one in made)
    return tuple(_in_gap(one, state, watched) for one in asked)


def _in_gap(one: Verdict, state: OperationState, watched: Sequence[Span]) -> Verdict:
    """When nobody watched, of what nobody saw; nothing where it is not known who watches."""
    if one.ran is not Ran.UNSEEN or not watched:
        return one
    end = state.finished or state.started
    return replace(one, gap=unwatched(watched, state.started, end, end))


def _asked(one: Verdict, state: OperationState, schema: Schema | None) -> Verdict:
    """With PostgreSQL's own word, where it was asked after the end: it settles a doubt, and makes one."""
    if schema is None or schema.version is None or schema.at < (state.finished or 0.0):
        return one
    one = replace(one, evidence=(*one.evidence, f"PostgreSQL: version {schema.version}"))
    goose = one.run.goose if one.run is not None else None
    reached = goose.version if goose is not None else None
    if one.ran is Ran.YES and reached is not None and schema.version < reached:
        return replace(one, ran=Ran.UNSURE, reason=f"PostgreSQL is at {schema.version}, goose said {reached}")
    return one


def _went_back(application: Application) -> bool:
    """Whether its present commit was deployed before, with another one in between: its hooks ran then."""
    revisions = [one.revision or one.revisions for one in application.history]
    now = revisions[-1] if revisions else ""
    others = [number for number, one in enumerate(revisions) if one != now]
    return bool(others) and now in revisions[: others[-1]]


def _skipped(hook: Hook, reason: str, known: Sequence[HookRun], back: bool) -> Verdict:
    """No hooks ran; that is well where that very migration ran in an earlier sync."""
    own = (run for run in known if hook.is_named(run.namespace, run.name))
    same = next((run for run in own if run.complete and same_spec(hook, run)), None)
    if same is None and back:
        return Verdict(hook, Ran.BEFORE, f"{reason}; deployed before")
    run = same or _newest(hook, known)
    if run is None:
        return Verdict(hook, Ran.UNSURE, f"{reason}, and no earlier run is known")
    if run.complete and same_spec(hook, run):
        return Verdict(hook, Ran.BEFORE, reason, _evidence(hook, run, None), run)
    return Verdict(hook, Ran.NO, reason, _evidence(hook, run, None), run)


def _seen_in(run: HookRun, state: OperationState) -> bool:
    """Whether the recorder saw it begin in that operation: no clock is compared with another."""
    return run.recording is not None and run.recording.operation == state.started


def _verdict(
    hook: Hook, rows: Rows, state: OperationState, known: Sequence[HookRun], before: float | None
) -> Verdict:
    """`before` is when the deployment before ended: what is older is of an earlier sync for sure."""
    row, run = rows.of(hook), _newest(hook, known)
    old = run is None or (run.created < state.started - _SLACK and not _seen_in(run, state))
    if row is None and old:
        evidence = _evidence(hook, run, state) if run is not None else ()
        return Verdict(hook, Ran.NO, "not in Argo CD's result", evidence, run)
    if run is None:
        said = row.message if row is not None else ""
        other = row is not None and row.images and hook.images and row.images != hook.images
        if other:
            return Verdict(hook, Ran.OTHER, _other(row.images if row else (), hook), (f"Argo CD: {said}",))
        return Verdict(hook, Ran.UNSEEN, "nobody watched, its Job is gone", (f"Argo CD: {said}",))
    evidence = _evidence(hook, run, state)
    if run.created < state.started - _SLACK and not _seen_in(run, state):
        if before is not None and run.created <= before + _SLACK:
            return Verdict(hook, Ran.STALE, "Job older than the sync", evidence, run)
        return Verdict(hook, Ran.UNSURE, "Job older than the sync, or clocks differ", evidence, run)
    if not same_spec(hook, run):
        return Verdict(hook, Ran.OTHER, _other(run.images, hook), evidence, run)
    if not run.complete:
        return Verdict(hook, Ran.UNSURE, f"its Job is {run.status.lower() or 'cut off'}", evidence, run)
    return _said(hook, run, evidence)


def _said(hook: Hook, run: HookRun, evidence: tuple[str, ...]) -> Verdict:
    """What goose itself says at the end: without its line it may not have been goose."""
    if run.goose is None or run.goose.state is None:
        return Verdict(hook, Ran.UNSURE, "complete, but no last line of goose was read", evidence, run)
    if run.goose.state is GooseKind.ERROR:
        return Verdict(hook, Ran.UNSURE, "complete, though goose's last line is an error", evidence, run)
    return Verdict(hook, Ran.YES, "", evidence, run)


def troubles(application: Application, found: Sequence[Verdict]) -> list[Trouble]:
    """ "Synced without its migration", one trouble for all of them."""
    red = [one for one in found if one.red]
    if not red:
        return []
    meta, state = application.meta, application.state
    names = ", ".join(one.hook.label for one in red)
    cause = f"synced without its migration {names}: {red[0].reason or red[0].ran.value}"
    evidence = tuple(f"{one.hook.label}: {line}" for one in red for line in (one.words, *one.evidence))
    since = state.finished if state is not None else None
    return [Trouble("Application", meta.namespace, meta.name, meta.uid, cause, since, Severity.BAD, evidence)]


def _newest(hook: Hook, known: Sequence[HookRun]) -> HookRun | None:
    return next((run for run in known if hook.is_named(run.namespace, run.name)), None)


def _other(images: Sequence[str], hook: Hook) -> str:
    return f"{', '.join(images)} instead of {', '.join(hook.images)}"


def _evidence(hook: Hook, run: HookRun, state: OperationState | None) -> tuple[str, ...]:
    """The four signs, each in a sentence."""
    lines = []
    if state is not None:
        late = run.created - state.started
        when = f"{late:.0f} s after" if late >= -_SLACK else f"{-late:.0f} s before"
        lines.append(f"its Job was made {when} the sync began")
    same = "the image of the target" if run.images == hook.images else _other(run.images, hook)
    lines += [f"image: {same}", f"Job: {run.status or 'cut off'}", f"goose: {_goose(run.goose)}"]
    return tuple(lines)


def _goose(run: GooseRun | None) -> str:
    if run is None or run.state is None:
        return "no last line was read"
    if run.state is GooseKind.ERROR:
        return run.error
    return f"version {run.version}" + (", nothing to do" if run.state is GooseKind.NOTHING else "")
