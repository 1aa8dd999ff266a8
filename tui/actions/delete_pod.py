"""Delete a pod: one of them, ended with its grace period; who owns it makes another."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from tui.actions.base import PODS, Asked, Deed, Need
from tui.actions.guard import common, left, seen
from tui.model.key import is_true
from tui.model.plan import Change, Plan, Progress, Refusal, Remark, Stage, Step, Weight
from tui.model.pod import Pod
from tui.store import Store

MIRROR = "kubernetes.io/config.mirror"
PATIENCE = 300.0
"""Seconds until a new pod that is still not ready ends the deed as failed."""
_AGAIN = frozenset({"ReplicaSet", "StatefulSet", "DaemonSet"})


@dataclass(frozen=True)
class DeletePod(Deed):
    """Deletes, does not evict: the API asks no PodDisruptionBudget, and the dialog says so."""

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        refused = common(self, asked)
        if len(asked.targets) > 1:
            return (Refusal(None, "one pod at a time: restart the workload to renew them all"),)
        return refused

    def plan(self, asked: Asked) -> Plan:
        refused = self.refuse(asked)
        pods = [record for record in left(asked.targets, refused) if isinstance(record, Pod)]
        where = asked.context or asked.environment.context
        kubectl = f"kubectl --context {shlex.quote(where)}" if where else "kubectl"
        return Plan(
            deed=self.id,
            environment=asked.environment.name,
            title=f"Delete pod {pods[0].meta.name}" if pods else "Delete a pod",
            steps=tuple(
                Step(self.id, seen(pod), f"Delete {pod.meta.name}", {"owner": _maker(pod)}) for pod in pods
            ),
            changes=tuple(Change(pod.meta.path, "1 pod", _after(pod)) for pod in pods),
            remarks=tuple(remark for pod in pods for remark in _remarks(asked.store, pod)),
            refused=refused,
            command="\n".join(
                f"{kubectl} -n {pod.meta.namespace} delete pod {pod.meta.name}" for pod in pods
            ),
            verb="Delete",
        )

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        target = plan.steps[0].target
        pod = store.by_uid("Pod", target.uid)
        if pod is not None:
            if pod.meta.deleted is None:
                return Progress(Stage.ACCEPTED, f"{target.name}: waiting to see the change")
            return Progress(Stage.ROLLING, f"{target.name} ends")
        owner = plan.steps[0].arguments.get("owner")
        if not owner:
            return Progress(Stage.DONE, f"{target.name} is gone")
        siblings = [one for one in store.children(str(owner), "Pod") if isinstance(one, Pod)]
        new = max((one for one in siblings if one.meta.created >= since - 1), key=_created, default=None)
        if new is not None and is_true(new.conditions, "Ready"):
            return Progress(Stage.DONE, f"{target.name} is gone, {new.meta.name} is ready")
        words = f"{target.name} is gone, {new.meta.name if new else 'the new one'} is not ready"
        return Progress(Stage.FAILED if now - since > PATIENCE else Stage.ROLLING, words)


def _maker(pod: Pod) -> str:
    """The uid of what makes another pod for it; "" when nothing surely does."""
    owner = pod.meta.owner
    return owner.uid if owner is not None and owner.kind in _AGAIN else ""


def _created(pod: Pod) -> float:
    return pod.meta.created


def _after(pod: Pod) -> str:
    owner = pod.meta.owner
    if owner is None:
        return "none: nobody makes another"
    return f"a new one, made by {owner.kind} {owner.name}"


def _remarks(store: Store, pod: Pod) -> Iterator[Remark]:
    owner = pod.meta.owner
    if MIRROR in pod.meta.annotations:
        yield Remark(Weight.LOOK, "a static pod: its kubelet runs on; only its mirror goes and comes back")
    elif owner is None:
        yield Remark(Weight.BAD, "nobody owns it: it will not come back")
    elif owner.kind == "Job":
        yield Remark(Weight.LOOK, f"Job {owner.name} counts it as a failed attempt, or starts it anew")
    if owner is not None and is_true(pod.conditions, "Ready"):
        siblings = [one for one in store.children(owner.uid, "Pod") if isinstance(one, Pod)]
        if not any(one is not pod and is_true(one.conditions, "Ready") for one in siblings):
            yield Remark(
                Weight.LOOK, f"the only ready pod of {owner.kind} {owner.name}: nothing serves meanwhile"
            )
    yield Remark(Weight.QUIET, "deleted, not evicted: PodDisruptionBudgets are not asked")


DELETE_POD = DeletePod(
    id="delete-pod",
    key="ctrl+k",
    words="Delete pod",
    help="Deletes the pod under the cursor; its owner makes a new one.",
    kinds=PODS,
    needs=MappingProxyType({"Pod": (Need("delete", "pods"),)}),
)
