"""What a board of waves is made of: a hook with its run, a wave with its hooks, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui.model.application import Application
from tui.model.hook_runs import HookRun
from tui.model.hooks import Hook, Manifests, MigrationFile, Plain
from tui.model.schema import Waiting
from tui.model.verdict import Verdict


class StepState(StrEnum):
    """Where one hook, or the resources of one wave, stand."""

    NEXT = "next"  # a sync would run it: nothing moves now
    WAITS = "waits"
    BEGINS = "begins"  # it is its turn, and it is not there yet
    OLD = "old Job"  # the Job of the sync before is being deleted
    RUNNING = "running"
    UNNOTICED = "unnoticed"  # done, and Argo CD does not know yet
    DONE = "done"
    FAILED = "failed"
    NOT_RUN = "not run"
    HELD = "held"  # its Job was deleted by hand, and its finalizer keeps it: Argo CD waits for ever


OPEN = frozenset(
    {StepState.NEXT, StepState.WAITS, StepState.BEGINS, StepState.OLD, StepState.RUNNING, StepState.NOT_RUN}
)
"""Those that have still to apply what they will."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A state, in words where there is more to say, and since when."""

    state: StepState
    words: str = ""
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One hook. `run` is that of this operation, else the last one; `todo` the files that it is to apply."""

    hook: Hook
    standing: Standing
    run: HookRun | None = None
    last: HookRun | None = None  # the good one before
    before: int | None = None  # the database's version, as far as it is known
    todo: tuple[MigrationFile, ...] = ()
    verdict: Verdict | None = None
    newest: int | None = None  # the last version that its image has, where the database is ahead of it
    blocked: Waiting | None = None  # what its database says it waits for
    others: tuple[str, ...] = ()  # applications that migrate its database now: goose takes no lock

    @property
    def state(self) -> StepState:
        """Where it stands."""
        return self.standing.state


@dataclass(frozen=True, slots=True)
class WaveGroup:
    """One wave of one phase. `resources` are the plain ones, of which `applied` were written."""

    phase: str
    number: int
    steps: tuple[Step, ...] = ()
    resources: tuple[Plain, ...] = ()
    applied: int = 0
    standing: Standing = Standing(StepState.WAITS)  # of its resources


@dataclass(frozen=True, slots=True)
class Board:
    """All waves of one application. `waiting` are migrations that wait although Argo CD may say Synced."""

    application: Application
    manifests: Manifests
    groups: tuple[WaveGroup, ...] = ()
    moving: bool = False
    waiting: tuple[Hook, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    problem: str = ""  # why pending waves are not rendered

    @property
    def steps(self) -> tuple[Step, ...]:
        """The hooks, in their order."""
        return tuple(step for group in self.groups for step in group.steps)


def after(phase: str, first: WaveGroup) -> Standing:
    """Where something stands that comes after a wave which is not done."""
    same = first.phase == phase
    states = {step.state for step in first.steps} | {first.standing.state}
    if StepState.FAILED in states:
        return Standing(StepState.NOT_RUN, f"not run: {first.number} failed" if same else "not run")
    return Standing(StepState.WAITS, f"waits for {first.number}" if same else "waits")
