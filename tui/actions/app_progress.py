"""How far Argo CD's rollback is: its operation taken up, over, then the rollout of its workloads."""

from __future__ import annotations

from tui.actions.app_past import managed_workloads
from tui.actions.guard import seen
from tui.actions.hold import held_progress
from tui.actions.rollout import UNSEEN, span, status
from tui.model.application import Application, OperationState
from tui.model.plan import Plan, Progress, Stage, Step
from tui.model.rolled_back import FROM, rolled_back, short
from tui.model.workload import Workload
from tui.store import Store

TAKEN_UP = 10.0  # seconds after which an operation that nobody took up is news


def followed(store: Store, plan: Plan, passed: float) -> Progress:
    """Of the step that was written last; the hold before it only speaks when it failed."""
    held = next((step for step in plan.steps if step.deed == "hold"), None)
    if held is not None and plan.steps[-1] is held:
        return held_progress(store, held, passed)
    step = plan.steps[-1]
    one = store.by_uid(step.target.kind, step.target.uid)
    if not isinstance(one, Application):
        return Progress(Stage.FAILED, f"{step.target.name} was deleted")
    if one.operation is not None and one.state is None:
        return _queued(passed)
    state = _ours(one, step)
    if state is None:
        return _not_seen(one, passed)
    if not state.over:
        return Progress(Stage.ROLLING, _running(state))
    if state.phase != "Succeeded":
        return Progress(Stage.FAILED, f"{_why(state)}, {span(passed)}")
    if held is not None and one.automated is not None:
        text = "rolled back, but automated sync was switched on again: it deploys forward"
        return Progress(Stage.FAILED, text)
    return _rollout(store, one, state, step, passed)


def _ours(one: Application, step: Step) -> OperationState | None:
    """The state of our operation; the one before it may have gone to the same commit."""
    state = one.state
    if state is None or state.started == step.arguments.get("before"):
        return None
    asked = state.operation
    by_server = step.arguments.get("by") == "rest"  # it takes no line of ours
    if not asked.apply_only or not (by_server or any(name == FROM for name, _ in asked.info)):
        return None
    wanted = step.arguments.get("commit")  # a deed that an earlier cockpit left does not know it
    went = asked.revision or " ".join(asked.revisions)
    return state if wanted is None or went == wanted else None


def _queued(passed: float) -> Progress:
    if passed < TAKEN_UP:
        return Progress(Stage.ACCEPTED, "waiting for Argo CD to take it up")
    text = f"not taken up for {span(passed)}: does Argo CD's application controller run?"
    return Progress(Stage.ACCEPTED, text)


def _not_seen(one: Application, passed: float) -> Progress:
    if one.state is not None and one.operation is not None and not one.state.over:
        return Progress(Stage.FAILED, "another operation took its place")
    if passed > UNSEEN:
        return Progress(Stage.FAILED, f"{one.meta.name}: no operation of ours is there: undone by others?")
    return Progress(Stage.ACCEPTED, f"{one.meta.name}: waiting to see the operation")


def _running(state: OperationState) -> str:
    if "blocked by sync window" in state.message:
        return "blocked by a sync window: it goes back when that is over, or T ends it"
    return f"operation {state.phase}: {state.message}" if state.message else f"operation {state.phase}"


def _why(state: OperationState) -> str:
    bad = next(
        (row for row in state.results if row.status == "SyncFailed" or row.hook_phase == "Failed"), None
    )
    return f"{bad.kind} {bad.name}: {bad.message}" if bad is not None else state.message or state.phase


def _rollout(store: Store, one: Application, state: OperationState, step: Step, passed: float) -> Progress:
    """Succeeded says that it was applied; done is when the pods of then serve."""
    before = step.arguments.get("workloads") or {}
    applied = {(row.kind, row.namespace, row.name) for row in state.results if "unchanged" not in row.message}
    for workload in managed_workloads(store, one):
        meta = workload.meta
        written = (meta.kind, meta.namespace, meta.name) in applied
        progress = _one(workload, written and seen(workload).digest == before.get(meta.uid), passed)
        if progress.stage is Stage.FAILED:
            return Progress(Stage.FAILED, f"{progress.text}, {span(passed)}")
        if not progress.stage.over:
            return progress
    back = rolled_back(one)
    still = f", Git still at {short(back.git)}" if back is not None else ""
    return Progress(Stage.DONE, f"done, rolled back to {short(_went(state))}{still}, {span(passed)}")


def _went(state: OperationState) -> str:
    return state.revision or " ".join(state.revisions) or state.operation.revision


def _one(workload: Workload, unseen: bool, passed: float) -> Progress:
    if unseen and passed < UNSEEN:
        return Progress(Stage.ROLLING, f"{workload.meta.name}: waiting to see the change")
    if workload.observed_generation < workload.meta.generation:
        return Progress(Stage.ROLLING, f"{workload.meta.name}: waiting for its controller")
    return status(workload)
