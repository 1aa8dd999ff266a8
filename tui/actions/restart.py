"""Restart: new pods of the same template, as `kubectl rollout restart`."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tui.actions.base import PATCH_WORKLOAD, WORKLOADS, Asked
from tui.actions.guard import seen
from tui.actions.rollout import WorkloadDeed, workloads
from tui.model.application import Application
from tui.model.managed import application_of
from tui.model.plan import Change, Plan, Remark, Step, Weight
from tui.model.workload import PodDisruptionBudget, Workload
from tui.store import Store


@dataclass(frozen=True)
class Restart(WorkloadDeed):
    """Writes the annotation restartedAt into the pod template."""

    def plan(self, asked: Asked) -> Plan:
        refused = self.refuse(asked)
        acted = workloads(asked, refused)
        title = f"Restart {acted[0].meta.name}" if len(acted) == 1 else f"Restart {len(acted)} workloads"
        return Plan(
            deed=self.id,
            environment=asked.environment.name,
            title=title,
            steps=tuple(Step(self.id, seen(one), f"Restart {one.meta.name}") for one in acted),
            changes=tuple(_change(one) for one in acted),
            remarks=tuple(remark for one in acted for remark in _remarks(asked.store, one)),
            refused=refused,
            command=_command(acted, asked.context or asked.environment.context),
            verb="Restart",
        )


def _change(workload: Workload) -> Change:
    pods = "1 pod" if workload.replicas == 1 else f"{workload.replicas} pods"
    return Change(f"{workload.meta.namespace} / {workload.meta.name}", pods, f"{pods}, new, same template")


def _remarks(store: Store, workload: Workload) -> Iterator[Remark]:
    name = workload.meta.name
    if workload.strategy == "OnDelete":
        yield Remark(Weight.LOOK, f"{name}: OnDelete, so no pod restarts until it is deleted")
    if workload.partition:
        yield Remark(Weight.LOOK, f"{name}: partition {workload.partition}, lower ordinals stay as they are")
    if workload.strategy == "Recreate":
        yield Remark(Weight.LOOK, f"{name}: Recreate, so all pods end before new ones start")
    elif workload.replicas == 1 and workload.meta.kind == "StatefulSet":
        yield Remark(Weight.LOOK, f"{name}: one replica, so it does not answer while it restarts")
    elif workload.replicas == 1 and workload.meta.kind == "Deployment":
        yield Remark(Weight.QUIET, f"{name}: one replica; the old pod stays until the new one is ready")
    if not workload.replicas:
        yield Remark(Weight.LOOK, f"{name}: scaled to 0, so there is no pod to restart")
    if workload.available < workload.replicas:
        lack = workload.replicas - workload.available
        yield Remark(Weight.LOOK, f"{name}: {lack} of {workload.replicas} pods are not available now")
    one = application_of(store.all("Application"), workload.meta)
    if one is not None:
        yield from _argo(workload, one)
    for budget in _budgets(store, workload):
        if budget.allowed == 0:
            yield Remark(
                Weight.LOOK, f"{name}: PodDisruptionBudget {budget.meta.name} allows no disruption now"
            )


def _argo(workload: Workload, one: Application) -> Iterator[Remark]:
    """Argo CD compares what Git has; the annotation of a restart is in neither (facts, section 4)."""
    name = workload.meta.name
    yield Remark(Weight.QUIET, f"{name}: Argo CD stays {one.sync or 'as it is'}: a restart is no difference")
    own = workload.meta.annotations.get("argocd.argoproj.io/sync-options", "").split(",")
    if any(option.strip() == "Replace=true" for option in (*one.sync_options, *own)):
        text = f"{name}: {one.meta.name} syncs with Replace=true: its next sync restarts these pods again"
        yield Remark(Weight.LOOK, text)
    if one.operation is not None or (one.state is not None and not one.state.over):
        text = f"{name}: an operation of {one.meta.name} runs: wait for its end, or pods start twice"
        yield Remark(Weight.BAD, text)


def _budgets(store: Store, workload: Workload) -> Iterator[PodDisruptionBudget]:
    for record in store.all("PodDisruptionBudget"):
        if (
            isinstance(record, PodDisruptionBudget)
            and record.meta.namespace == workload.meta.namespace
            and record.selector
            and record.selector.items() <= workload.selector.items()
        ):
            yield record


def _command(workloads: list[Workload], context: str) -> str:
    """One line per namespace."""
    names: dict[str, list[str]] = defaultdict(list)
    for one in workloads:
        names[one.meta.namespace].append(f"{one.meta.kind.lower()}/{one.meta.name}")
    where = f"kubectl --context {shlex.quote(context)}" if context else "kubectl"
    return "\n".join(
        f"{where} -n {namespace} rollout restart {' '.join(each)}" for namespace, each in names.items()
    )


RESTART = Restart(
    id="restart",
    key="r",
    words="Restart",
    help="Starts new pods of the same template, one after the other.",
    kinds=WORKLOADS,
    show=True,
    needs=PATCH_WORKLOAD,
)
