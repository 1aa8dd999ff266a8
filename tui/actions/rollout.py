"""How far the rollout of a workload is, by the rules of `kubectl rollout status` (facts 2.4)."""

from __future__ import annotations

from tui.actions.guard import seen
from tui.model.key import condition
from tui.model.plan import Plan, Progress, Stage, Step
from tui.model.workload import Workload
from tui.store import Store


def follow(store: Store, plan: Plan, since: float, now: float) -> Progress:
    """All steps together: the first that is not done speaks, a failed one before all."""
    found = [_step(store, step) for step in plan.steps]
    if not found:
        return Progress(Stage.FAILED, "nothing to do")
    for progress in found:
        if progress.stage is Stage.FAILED:
            return Progress(Stage.FAILED, f"{progress.text}, {_span(now - since)}")
    going = [progress for progress in found if not progress.stage.over]
    if going:
        count = f"{len(found) - len(going)} of {len(found)} done, " if len(found) > 1 else ""
        return Progress(going[0].stage, count + going[0].text)
    return Progress(Stage.DONE, f"done, {_all(found)}{_span(now - since)}")


def _all(found: list[Progress]) -> str:
    if len(found) > 1:
        return f"{len(found)} workloads, "
    return f"{found[0].text}, " if found[0].text else ""


def _step(store: Store, step: Step) -> Progress:
    target = step.target
    record = store.by_uid(target.kind, target.uid)
    if record is None:
        return Progress(Stage.FAILED, f"{target.name} was deleted")
    if not isinstance(record, Workload):
        return Progress(Stage.FAILED, f"{target.name} has no rollout")
    if seen(record).digest == target.digest:
        return Progress(Stage.ACCEPTED, f"{target.name}: waiting to see the change")
    if record.observed_generation < record.meta.generation:
        return Progress(Stage.ACCEPTED, f"{target.name}: waiting for the controller")
    return status(record)


def status(workload: Workload) -> Progress:
    """Of the newest template, once its controller has seen it."""
    name = workload.meta.name
    if workload.strategy == "OnDelete":
        return Progress(Stage.DONE, "written; pods change when they are deleted (OnDelete)")
    if workload.meta.kind == "StatefulSet":
        return _stateful_set(workload)
    if workload.meta.kind == "Deployment":
        progressing = condition(workload.conditions, "Progressing")
        if progressing is not None and progressing.reason == "ProgressDeadlineExceeded":
            return Progress(Stage.FAILED, f"{name} exceeded its progress deadline")
    if workload.updated < workload.replicas:
        return _rolling(f"{name}: {workload.updated} of {workload.replicas} pods updated")
    old = workload.current - workload.updated
    if workload.meta.kind == "Deployment" and old > 0:
        return _rolling(f"{name}: {old} old {_pods(old)} to end")
    wanted = workload.updated if workload.meta.kind == "Deployment" else workload.replicas
    if workload.available < wanted:
        return _rolling(f"{name}: {workload.available} of {wanted} new pods available")
    return Progress(Stage.DONE, f"revision {workload.revision}" if workload.revision else "")


def _stateful_set(workload: Workload) -> Progress:
    name = workload.meta.name
    if workload.ready < workload.replicas:
        return _rolling(f"{name}: {workload.ready} of {workload.replicas} pods ready")
    wanted = max(workload.replicas - workload.partition, 0)
    if workload.updated < wanted:
        return _rolling(f"{name}: {workload.updated} of {wanted} pods updated")
    if not workload.partition and workload.update_revision != workload.current_revision:
        return _rolling(f"{name}: the controller takes the new revision over")
    words = f"only ordinals from {workload.partition} on (partition)" if workload.partition else ""
    return Progress(Stage.DONE, words)


def _rolling(text: str) -> Progress:
    return Progress(Stage.ROLLING, text)


def _pods(count: int) -> str:
    return "pod" if count == 1 else "pods"


def _span(seconds: float) -> str:
    """`41 s`, `2 min 5 s`."""
    whole = max(int(seconds), 0)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
