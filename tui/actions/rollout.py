"""What deeds on workloads share: their refusals, and following a rollout as `kubectl rollout status` does."""

from __future__ import annotations

from dataclasses import dataclass

from tui.actions.base import Asked, Deed
from tui.actions.guard import common, left, seen
from tui.model.managed import application_of
from tui.model.plan import Plan, Progress, Refusal, Stage, Step
from tui.model.rollout import rollout, rollout_status
from tui.model.workload import Workload
from tui.store import Store

UNSEEN = 60.0  # seconds after which a change that the watch never showed is given up


@dataclass(frozen=True)
class WorkloadDeed(Deed):
    """Writes the pod template of Deployments, StatefulSets and DaemonSets."""

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        refused = common(self, asked)
        paused = [
            Refusal(seen(one), "paused: resume it first") for one in workloads(asked, refused) if one.paused
        ]
        return (*refused, *paused)

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        return follow(store, plan, since, now)


def workloads(asked: Asked, refused: tuple[Refusal, ...]) -> list[Workload]:
    """The targets that are left to act on."""
    return [record for record in left(asked.targets, refused) if isinstance(record, Workload)]


def follow(store: Store, plan: Plan, since: float, now: float) -> Progress:
    """All steps together: the first that is not done speaks, a failed one before all."""
    found = [_step(store, step, now - since) for step in plan.steps]
    if not found:
        return Progress(Stage.FAILED, "nothing to do")
    for progress in found:
        if progress.stage is Stage.FAILED:
            return Progress(Stage.FAILED, f"{progress.text}, {span(now - since)}")
    going = [progress for progress in found if not progress.stage.over]
    if going:
        count = f"{len(found) - len(going)} of {len(found)} done, " if len(found) > 1 else ""
        return Progress(going[0].stage, count + going[0].text)
    return Progress(Stage.DONE, f"done, {_all(found)}{span(now - since)}")


def _all(found: list[Progress]) -> str:
    if len(found) > 1:
        return f"{len(found)} workloads, "
    return f"{found[0].text}, " if found[0].text else ""


def _step(store: Store, step: Step, passed: float) -> Progress:
    target = step.target
    record = store.by_uid(target.kind, target.uid)
    if record is None:
        return Progress(Stage.FAILED, f"{target.name} was deleted")
    if not isinstance(record, Workload):
        return Progress(Stage.FAILED, f"{target.name} has no rollout")
    if seen(record).digest == target.digest:
        written = step.arguments.get("generation")  # of the answer to the write; 0 when that was lost
        if written and record.meta.generation > written:
            return Progress(Stage.FAILED, f"{target.name} was changed back{_by(store, record)}")
        if passed > UNSEEN:
            return Progress(
                Stage.FAILED, f"{target.name} is as it was before: not written, or undone by others"
            )
        return Progress(Stage.ACCEPTED, f"{target.name}: waiting to see the change")
    if record.observed_generation < record.meta.generation:
        return Progress(Stage.ACCEPTED, f"{target.name}: waiting for the controller")
    return status(record)


def _by(store: Store, workload: Workload) -> str:
    """Who surely takes such changes back."""
    one = application_of(store.all("Application"), workload.meta)
    heals = one is not None and one.automated is not None and one.automated.self_heal
    return f": application {one.meta.name} heals itself" if one is not None and heals else " by others"


def status(workload: Workload) -> Progress:
    """Of the newest template, once its controller has seen it."""
    if workload.strategy == "OnDelete":
        return Progress(Stage.DONE, "written; pods change when they are deleted (OnDelete)")
    _, done, failed = rollout_status(workload)
    if failed:
        return Progress(Stage.FAILED, f"{workload.meta.name} exceeded its progress deadline")
    if done:
        return Progress(Stage.DONE, _done(workload))
    now = rollout(workload)
    return Progress(Stage.ROLLING, f"{workload.meta.name}: {now.text.strip(' ,;')}")


def _done(workload: Workload) -> str:
    if workload.meta.kind == "StatefulSet" and workload.partition:
        return f"only ordinals from {workload.partition} on (partition)"
    return f"revision {workload.revision}" if workload.revision else ""


def span(seconds: float) -> str:
    """`41 s`, `2 min 5 s`, `3 h 2 min`."""
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    return (
        f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
    )
