"""Terminate: ends a running sync, with what that does to the migration that runs now."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tui.actions.base import Asked
from tui.actions.guard import seen
from tui.actions.rollout import UNSEEN, span
from tui.actions.sync import MANAGED, PATCH_APPLICATION, Sync, applications, by, by_remark
from tui.actions.sync_guard import ghost
from tui.actions.sync_progress import TAKEN, failure, together
from tui.model.application import Application, OperationState, ResourceResult
from tui.model.job import Job
from tui.model.migration import is_migration, migration
from tui.model.plan import Change, Plan, Progress, Refusal, Remark, Stage, Step, Weight
from tui.store import Store


@dataclass(frozen=True)
class Terminate(Sync):
    """Bound to the operation that was seen: by the time at which it began."""

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        refused = self.shared(asked)
        more = [(one, _why(one)) for one in applications(asked, refused)]
        return (*refused, *(Refusal(seen(one), why) for one, why in more if why))

    def plan(self, asked: Asked) -> Plan:
        refused = self.refuse(asked)
        acted = applications(asked, refused)
        whom = acted[0].meta.name if len(acted) == 1 else f"{len(acted)} applications"
        names = [f"{one.meta.namespace}/{one.meta.name}" for one in acted]
        return Plan(
            deed=self.id,
            environment=asked.environment.name,
            title=f"Terminate the sync of {whom}",
            steps=tuple(_terminate(asked, one) for one in acted),
            changes=tuple(_change(one, asked.now) for one in acted),
            remarks=(
                *(remark for one in acted for remark in _remarks(asked, one)),
                *by_remark(asked, acted),
            ),
            refused=refused,
            command="\n".join(f"argocd app terminate-op {shlex.quote(name)}" for name in names),
            verb="Terminate",
            grave=True,
        )

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        found = [_step(store, step, now - since) for step in plan.steps]
        return together(found, f"{len(found)} operations ended")


def _why(one: Application) -> str:
    state = one.state
    if ghost(one):
        return "no operation is there, only its state (a ghost): a sync clears it"
    if one.operation is None:
        return "nothing runs: there is nothing to terminate"
    if state is None:
        return "Argo CD has not begun yet: try again in a moment"
    if state.phase == "Terminating":
        return "it is being terminated already"
    return "" if state.phase == "Running" else "its operation is over"


def _terminate(asked: Asked, one: Application) -> Step:
    started = one.state.started if one.state is not None else 0.0
    arguments = {"started": started, "by": by(asked, one)}
    return Step("terminate", seen(one), f"Terminate the sync of {one.meta.name}", arguments)


def _change(one: Application, now: float) -> Change:
    state = one.state
    assert state is not None  # refused otherwise
    running = f"{state.phase} for {span(now - state.started)}"
    return Change(
        f"{one.meta.namespace} / {one.meta.name} operation", running, "Failed, Operation terminated"
    )


def running_hooks(state: OperationState) -> list[ResourceResult]:
    """Hooks that Argo CD takes to be running; a plain resource that says so is only not healthy yet."""
    return [row for row in state.results if row.hook_type and row.hook_phase == "Running"]


def _remarks(asked: Asked, one: Application) -> Iterator[Remark]:
    state = one.state
    assert state is not None  # refused otherwise
    if "blocked by sync window" in state.message:
        yield Remark(Weight.GOOD, "blocked by a sync window: nothing was applied yet, and it ends at once")
    elif state.finished is not None:
        yield Remark(Weight.PLAIN, "it waits to be tried again: there will be no further attempt")
    for row in running_hooks(state):
        yield from _hook(asked, row)
    done = [row for row in state.results if row.hook_type and row.hook_phase == "Succeeded"]
    if done:
        names = ", ".join(row.name for row in done)
        yield Remark(Weight.LOOK, f"what ran stays applied: {names}")
    written = [row for row in state.results if not row.hook_type and row.status == "Synced"]
    if written:
        yield Remark(Weight.LOOK, f"{len(written)} resources were written already and stay as they are")
    if one.automated is not None:
        yield Remark(Weight.LOOK, "it syncs by itself: the next commit of its branch begins anew")


def _hook(asked: Asked, row: ResourceResult) -> Iterator[Remark]:
    """A Job that Argo CD deletes goes with its pod and its log within a second."""
    yield Remark(
        Weight.BAD, f"kills {row.hook_type} {row.kind} {row.name}: its pod and its log are gone at once"
    )
    job = asked.store.get(row.kind, row.namespace, row.name)
    if not isinstance(job, Job):
        return
    if job.meta.uid in asked.recorded:
        yield Remark(Weight.GOOD, f"{row.name}: its log is recorded here and can be read afterwards")
    else:
        yield Remark(Weight.LOOK, f"{row.name}: its log is not recorded here")
    if not is_migration(job):
        return
    database = migration(job).database or row.name
    run = asked.store.goose(job.meta.uid)
    done = f"{run.done} files of this run stay applied; " if run is not None and run.done else ""
    text = (
        f"{database}: {done}the file that runs is undone by its transaction; "
        "one marked NO TRANSACTION stays half applied"
    )
    yield Remark(Weight.BAD, text)


def _step(store: Store, step: Step, passed: float) -> Progress:
    one = store.by_uid(step.target.kind, step.target.uid)
    name = step.target.name
    if not isinstance(one, Application):
        return Progress(Stage.FAILED, f"{name} was deleted")
    state, started = one.state, step.arguments.get("started")
    if state is None or (started is not None and state.started != started):
        return Progress(Stage.DONE, f"{name}: that operation is over, another one came after it")
    if state.over:
        how = f"{state.phase}: {state.message}" if state.message else state.phase
        hook = failure(state)
        return Progress(Stage.DONE, f"{name}: {how}" + (f"; {hook}" if hook != state.message else ""))
    if state.phase == "Terminating":
        return Progress(Stage.ROLLING, f"{name}: is being terminated{_late(one, passed)}")
    if passed > UNSEEN:
        return Progress(Stage.FAILED, f"{name} runs on: not written, or undone by others")
    return Progress(Stage.ACCEPTED, f"{name}: waiting to see it")


def _late(one: Application, passed: float) -> str:
    if passed < TAKEN:
        return ""
    return f" for {span(passed)}: look at argocd-application-controller in {one.meta.namespace}"


TERMINATE = Terminate(
    id="terminate",
    key="T",
    words="Terminate",
    help="Ends a running sync; a migration that runs is killed.",
    kinds=frozenset({"Application"}) | MANAGED,
    needs=PATCH_APPLICATION,
)
