"""The waves while an operation runs: which is at work, and what all later ones wait for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tui.model.application import Application
from tui.model.hook_runs import HookRun
from tui.model.hooks import Hook, Rows
from tui.model.step import Standing, Step, StepState, WaveGroup, after

ReadyOf = Callable[[str, str, str], str]
"""Kind, namespace, name -> "1 of 3 ready"; "" where there is nothing to say."""
BLOCKED = "Sync operation blocked by sync window"
_WAITING = re.compile(
    r"waiting for (completion|deletion|healthy state|pruning confirmation) of (?:hook )?"
    r"([^/\s]*)/(\w+)/(\S+?)(?: and (\d+) more \w+)?$"
)


@dataclass(frozen=True, slots=True)
class Waits:
    """What an operation's message says that it waits for."""

    what: str  # completion, deletion, healthy state, pruning confirmation
    kind: str
    name: str
    more: int = 0

    @property
    def words(self) -> str:
        """`Deployment auth and 1 more`."""
        return f"{self.kind} {self.name}" + (f" and {self.more} more" if self.more else "")


def waits_for(message: str) -> Waits | None:
    """That message read (argo-observed 2), None when it says nothing of the kind."""
    found = _WAITING.search(message)
    return Waits(found[1], found[3], found[4], int(found[5] or 0)) if found else None


class Moving:
    """`groups` says where each stands."""

    def __init__(self, application: Application, known: Sequence[HookRun], ready: ReadyOf | None) -> None:
        state = application.state
        self._state = state if state is not None and not state.over else None
        self._waits = waits_for(self._state.message) if self._state is not None else None
        self._known, self._ready = known, ready
        self._rows = Rows(self._state.results if self._state is not None else ())
        self._began = self._state.started if self._state is not None else None

    def groups(self, groups: Sequence[WaveGroup]) -> list[WaveGroup]:
        """In order; the first wave that is not done is the one that all later ones wait for."""
        reached = max((number for number, one in enumerate(groups) if self._is_reached(one)), default=-1)
        made: list[WaveGroup] = []
        first: WaveGroup | None = None
        since = self._began
        for number, group in enumerate(groups):
            group = replace(group, steps=tuple(self._step(step.hook, first) for step in group.steps))
            if group.resources:
                done = number < reached
                standing = Standing(StepState.DONE) if done else self._resources(group, first, since)
                group = replace(group, standing=standing)
            made.append(group)
            ends = [step.run.finished for step in group.steps if step.run is not None and step.run.finished]
            since = max([*ends, since or 0.0]) or None
            if first is None and not _is_done(group):
                first = group
        return made

    def _is_reached(self, group: WaveGroup) -> bool:
        """Whether the operation has begun with that wave."""
        return group.applied > 0 or any(self._rows.of(step.hook) is not None for step in group.steps)

    def _step(self, hook: Hook, first: WaveGroup | None) -> Step:
        row = self._rows.of(hook)
        of_it = [run for run in self._known if hook.is_named(run.namespace, run.name)]
        own = next((run for run in of_it if self._is_own(run, row is not None)), None)
        last = next((run for run in of_it if run is not own and run.complete), None)
        if own is not None:
            return Step(hook, self._of_run(own, row.hook_phase if row is not None else ""), own, last)
        return Step(hook, self._without_run(hook, of_it, first), None, last)

    def _without_run(self, hook: Hook, of_it: Sequence[HookRun], first: WaveGroup | None) -> Standing:
        """Of a hook whose Job of this operation is not there."""
        state, row = self._state, self._rows.of(hook)
        if row is not None and row.hook_phase == "Succeeded":
            return Standing(StepState.DONE, row.message)
        if row is not None and row.hook_phase in ("Failed", "Error"):
            return Standing(StepState.FAILED, row.message)
        if state is not None and state.message == BLOCKED:
            return Standing(StepState.WAITS, "blocked")
        if state is None:
            return Standing(StepState.WAITS, "waits")
        if first is not None:
            return after(hook.phase, first)
        if any(run.health is not None and run.deleted for run in of_it) or self._deletes(hook.name):
            return Standing(StepState.OLD, "waits for deletion of the old Job")
        return Standing(StepState.BEGINS, "begins")

    def _deletes(self, name: str) -> bool:
        return self._waits is not None and self._waits.what == "deletion" and self._waits.name == name

    def _is_own(self, run: HookRun, named: bool) -> bool:
        """Whether it is a run of this operation: made since it began, or there while the result names it."""
        if self._state is None:
            return False
        there = named and run.health is not None and not run.deleted
        return there or run.created >= self._state.started - 1.0

    def _of_run(self, run: HookRun, phase: str) -> Standing:
        """Of a hook whose Job of this operation is there, or was recorded."""
        if run.status in ("Failed", "FailureTarget"):
            return Standing(StepState.FAILED)
        if run.complete or phase == "Succeeded":
            noticed = phase == "Succeeded" or run.finished is None
            return Standing(StepState.DONE if noticed else StepState.UNNOTICED, since=run.finished)
        if not run.deleted or run.health is None:
            return Standing(StepState.RUNNING)
        waits, job = self._waits, run.health.job
        awaited = waits is not None and waits.what == "completion" and waits.name == run.name
        if awaited and not job.active:
            return Standing(StepState.HELD, "deleted by hand: Argo CD waits for ever, T ends it")
        return Standing(StepState.RUNNING, "its Job is being deleted")

    def _resources(self, group: WaveGroup, first: WaveGroup | None, since: float | None) -> Standing:
        """Of the plain resources of a wave; only what is out of sync may be written at all."""
        waits, state = self._waits, self._state
        if state is not None and state.message == BLOCKED:
            return Standing(StepState.WAITS, "blocked")
        if first is not None:
            return after(group.phase, first)
        there = (one for one in group.resources if waits is not None and _is_it(one.kind, one.name, waits))
        awaited = next(there, None)
        if waits is not None and awaited is not None:
            if waits.what == "pruning confirmation":
                return Standing(
                    StepState.RUNNING, f"waits for {waits.words} to be approved for pruning", since
                )
            ready = self._ready(awaited.kind, awaited.namespace, awaited.name) if self._ready else ""
            said = f": {ready}" if ready else ""
            return Standing(StepState.RUNNING, f"waits for {waits.words}{said}", since)
        return Standing(StepState.RUNNING, "applied") if group.applied else Standing(StepState.WAITS, "waits")


def _is_it(kind: str, name: str, waits: Waits) -> bool:
    return (kind, name) == (waits.kind, waits.name)


def _is_done(group: WaveGroup) -> bool:
    """Whether the next wave may begin."""
    hooks = all(step.state is StepState.DONE for step in group.steps)
    return hooks and (not group.resources or group.standing.state is StepState.DONE)
