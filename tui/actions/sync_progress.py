"""How far a sync is: taken by the controller, phase and wave, its end, then the rollout of its workloads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.actions.rollout import UNSEEN, span, status
from tui.model.application import Application, OperationState, ResourceResult
from tui.model.job import Job
from tui.model.migration import is_migration, migration
from tui.model.plan import Awaited, Plan, Progress, Stage, Step
from tui.model.sync_plan import TICKET
from tui.model.workload import Workload
from tui.store import Store

TAKEN = 10.0  # seconds after which an operation that nobody took is said
_LONGEST = 300  # characters of a message that are said
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


def follow(store: Store, plan: Plan, since: float, now: float) -> Progress:
    """All applications of the plan together: a failed one speaks first, else the first that is not done."""
    passed = now - since
    found = [_step(store, step, passed, now) for step in plan.steps]
    found += [_awaited(store, one, passed, now) for one in plan.awaits]
    if not found:
        return Progress(Stage.FAILED, "nothing to do")
    going = [one for one in found if not one.stage.over]
    failed = [one for one in found if one.stage is Stage.FAILED]
    if failed:
        others = f"; {len(going)} still going" if going else ""
        return Progress(Stage.FAILED, f"{failed[0].text}{others}, {span(passed)}")
    if going:
        count = f"{len(found) - len(going)} of {len(found)} done, " if len(found) > 1 else ""
        return Progress(going[0].stage, f"{count}{going[0].text}{_after(plan)}")
    text = f"{len(found)} applications" if len(found) > 1 else found[0].text
    return Progress(Stage.DONE, f"done, {text}, {span(passed)}{_after(plan)}")


def together(found: Sequence[Progress], done: str) -> Progress:
    """Of steps that end by themselves: one that failed, else the first that goes on; `done` of several."""
    failed = next((one for one in found if one.stage is Stage.FAILED), None)
    going = next((one for one in found if not one.stage.over), None)
    if failed is not None or going is not None or not found:
        return failed or going or Progress(Stage.FAILED, "nothing to do")
    return found[0] if len(found) == 1 else Progress(Stage.DONE, done)


def _after(plan: Plan) -> str:
    if plan.then is None:
        return ""
    return f"; then, while this cockpit is open, {', '.join(step.target.name for step in plan.then.every)}"


def operating(store: Store, uid: str) -> Application | None:
    """The application while an operation of it is asked for or runs; a ghost is none."""
    one = store.by_uid("Application", uid)
    return one if isinstance(one, Application) and one.operation is not None else None


def _awaited(store: Store, awaited: Awaited, passed: float, now: float) -> Progress:
    """Whatever came of it; if it did not end well, that is for its own operator."""
    name = awaited.target.name
    one = operating(store, awaited.target.uid)
    if one is not None:
        state = one.state
        runs = passed if state is None or state.over else max(0.0, now - state.started)
        return Progress(Stage.ASKED, f"waits for {name}, which {awaited.does} ({span(runs)})")
    held = store.by_uid("Application", awaited.target.uid)
    if not isinstance(held, Application):
        return Progress(Stage.DONE, f"{name} is gone")
    if passed <= UNSEEN and not arrived(held, awaited.ticket):
        return Progress(Stage.ASKED, f"waits for {name}, which {awaited.does}")
    return Progress(Stage.DONE, f"{name} is over ({held.state.phase if held.state is not None else 'ended'})")


def arrived(one: Application, ticket: str) -> bool:
    """Whether the operation of that ticket is seen, going or over; nothing is missed of another's ("")."""
    found = (one.operation, one.state.operation if one.state is not None else None)
    return not ticket or any((TICKET, ticket) in each.info for each in found if each is not None)


def _step(store: Store, step: Step, passed: float, now: float) -> Progress:
    one = store.by_uid(step.target.kind, step.target.uid)
    name = step.target.name
    if not isinstance(one, Application):
        return Progress(Stage.FAILED, f"{name} was deleted")
    ticket = str(step.arguments.get("ticket", ""))
    state = one.state
    if state is not None and _ours(state.operation.info, ticket, state.operation.username):
        return _of_state(store, one, state, now)
    if one.operation is not None:
        if _ours(one.operation.info, ticket, one.operation.username):
            return _queued(one, passed)
        return Progress(Stage.FAILED, f"{name}: another operation took its place")
    if passed <= UNSEEN:
        return Progress(Stage.ACCEPTED, f"{name}: waiting to see the operation")
    return Progress(Stage.FAILED, f"{name}: the operation is not there: undone by others, or followed by one")


def _ours(info: Iterable[tuple[str, str]], ticket: str, username: str) -> bool:
    """By our ticket; a deed that an earlier cockpit left knows it no more, then by the name."""
    return (TICKET, ticket) in info if ticket else username.endswith("(deploytui)")


def _queued(one: Application, passed: float) -> Progress:
    if passed < TAKEN:
        return Progress(Stage.ACCEPTED, f"{one.meta.name}: waiting for Argo CD to take it")
    where = f"argocd-application-controller in {one.meta.namespace}"
    text = f"{one.meta.name}: Argo CD's controller has not taken it for {span(passed)}: look at {where}"
    return Progress(Stage.ACCEPTED, text)


def _of_state(store: Store, one: Application, state: OperationState, now: float) -> Progress:
    name = one.meta.name
    if not state.over:
        return Progress(Stage.ROLLING, f"{name}: {moving(one, state, now)}")
    if state.phase != "Succeeded":
        return Progress(Stage.FAILED, f"{name}: {failure(state)}")
    progress = _rollout(store, one, state)
    if progress is not None:
        return progress
    reached = _versions(store, state)
    return Progress(Stage.DONE, ", ".join((f"{name} at {_commit(state)}", *reached)))


def moving(one: Application, state: OperationState, now: float) -> str:
    """`PreSync, wave -5: identity-migrate-identity runs`; else what Argo CD says."""
    if state.phase == "Terminating":
        return "is being terminated"
    if state.finished is not None:
        return f"failed, is tried again (attempt {state.retries}): {failure(state)}"
    if "blocked by sync window" in state.message:
        return "blocked by a sync window: it begins when that ends, T ends it before"
    row = next(
        (row for row in reversed(state.results) if row.hook_type and row.hook_phase == "Running"), None
    )
    if row is not None and row.name in state.message:
        waves = {(each.namespace, each.name): each.wave for each in one.resources if each.hook}
        wave = waves.get((row.namespace, row.name))
        place = row.hook_type + (f", wave {wave}" if wave is not None else "")
        return f"{place}: {one_line(state.message)}"
    return one_line(state.message) or "Argo CD has begun"


def failure(state: OperationState) -> str:
    """The row that failed and why: Argo CD's own message of the whole names no reason."""
    for row in state.results:
        if row.status == "SyncFailed" or row.hook_phase in ("Failed", "Error"):
            what = f"{row.hook_type or row.sync_phase} {row.kind} {row.name}".strip()
            return f"{what}: {one_line(row.message)}"
    return one_line(state.message) or state.phase


def one_line(text: str) -> str:
    """Of Argo CD's messages, which may quote a whole complaint of Helm."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"


def _rollout(store: Store, one: Application, state: OperationState) -> Progress | None:
    """None when all its workloads are complete; `Succeeded` says only that they were written."""
    name = one.meta.name
    rows = {(row.kind, row.namespace, row.name): row for row in state.results if not row.hook_type}
    known = 0
    for resource in one.resources:
        if resource.kind not in _WORKLOADS:
            continue
        record = store.get(resource.kind, resource.namespace, resource.name)
        if not isinstance(record, Workload):
            continue  # of a namespace or a cluster that is not read here
        known += 1
        row = rows.get((resource.kind, resource.namespace, resource.name))
        if row is not None and row.status == "Synced" and _older(row, record):
            return Progress(Stage.ROLLING, f"{name}: {record.meta.name}: waiting to see the new template")
        if record.observed_generation < record.meta.generation:
            return Progress(Stage.ROLLING, f"{name}: {record.meta.name}: waiting for its controller")
        found = status(record)
        if not found.stage.over or found.stage is Stage.FAILED:
            return Progress(found.stage, f"{name}: synced; {found.text}")
    if not known and one.health == "Progressing":
        return Progress(Stage.ROLLING, f"{name}: synced; Argo CD says Progressing")
    if not known and one.health == "Degraded":
        return Progress(Stage.FAILED, f"{name}: synced, and Degraded: {one.health_message}".rstrip(": "))
    return None


def _older(row: ResourceResult, workload: Workload) -> bool:
    """The store shows it as it was before: its images are not those that were written."""
    return bool(row.images) and not set(workload.images) <= set(row.images)


def _versions(store: Store, state: OperationState) -> list[str]:
    """`auth_db at 4`, of each migration that ran, as far as its log was read."""
    found = []
    for row in state.results:
        job = store.get("Job", row.namespace, row.name) if row.kind == "Job" else None
        if not isinstance(job, Job) or not is_migration(job):
            continue
        run = store.goose(job.meta.uid)
        if run is not None and run.version is not None:
            found.append(f"{migration(job).database or job.meta.name} at {run.version}")
    return found


def _commit(state: OperationState) -> str:
    revisions = state.revisions or ((state.revision,) if state.revision else ())
    return ", ".join(one[:7] if len(one) == 40 else one for one in revisions) or "?"
