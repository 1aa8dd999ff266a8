"""The risk card of a roll back: who would undo it, what does not go back with it, what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from tui.actions.base import Asked
from tui.actions.past import past, replaced
from tui.actions.ran import ran_since
from tui.model.environment import Environment, SyncMode
from tui.model.goose import GooseKind
from tui.model.key import Meta
from tui.model.plan import Remark, Weight
from tui.model.revision import EverReady, Revision
from tui.model.workload import HorizontalPodAutoscaler, Workload
from tui.store import Store

TRACKING = "argocd.argoproj.io/tracking-id"


def risks(asked: Asked, workload: Workload, to: Revision) -> Iterator[Remark]:
    """What a roll back to that revision meets, the worst first."""
    store = asked.store
    if to.ever_ready is EverReady.YES:
        yield Remark(Weight.GOOD, f"revision {to.number} was ready: {to.evidence}")
    elif to.ever_ready is EverReady.NO:
        yield Remark(Weight.BAD, f"revision {to.number} was not ready: {to.evidence}")
    else:
        text = f"it is not known whether revision {to.number} was ever ready: {to.evidence}"
        yield Remark(Weight.LOOK, text)
    yield from _needed(store, workload, to)
    yield from _owner(asked.environment, workload)
    yield from _migrations(asked, workload, to)
    yield from _rollout(workload)
    for record in store.all("HorizontalPodAutoscaler"):
        if isinstance(record, HorizontalPodAutoscaler) and _scales(record, workload):
            text = f"autoscaler {record.meta.name} keeps the replicas ({record.least}-{record.most})"
            yield Remark(Weight.QUIET, text)


def _needed(store: Store, workload: Workload, to: Revision) -> Iterator[Remark]:
    """Secrets and ConfigMaps that its template names."""
    references = to.references
    there = []
    for kind, names in (("Secret", references.secrets), ("ConfigMap", references.config_maps)):
        if not names:
            continue
        link = store.link(kind)
        if link is None or not link.usable:
            yield Remark(Weight.LOOK, f"not known whether its {kind}s exist: {', '.join(names)}")
            continue
        missing = [name for name in names if store.get(kind, workload.meta.namespace, name) is None]
        for name in missing:
            yield Remark(Weight.BAD, f"{kind} {name} that it names does not exist: its pods can't start")
        there += [f"{kind}s"] * (not missing)
    if there:
        yield Remark(Weight.GOOD, f"the {' and '.join(there)} of revision {to.number} exist")


def _owner(environment: Environment, workload: Workload) -> Iterator[Remark]:
    application = argo_application(workload.meta)
    annotations = workload.meta.annotations
    if application:
        if environment.sync is SyncMode.AUTO:
            text = f"Argo CD application {application} syncs by itself and may revert this; hold it first"
            yield Remark(Weight.BAD, text)
        else:
            text = f"Argo CD application {application} will say OutOfSync; its next sync goes forward again"
            yield Remark(Weight.LOOK, text)
    elif workload.meta.labels.get("app.kubernetes.io/managed-by") == "Helm":
        release = annotations.get("meta.helm.sh/release-name", workload.meta.name)
        text = f"Helm release {release} does not know of this; `helm rollback {release}` goes back as a whole"
        yield Remark(Weight.LOOK, text)
    elif "kubectl.kubernetes.io/last-applied-configuration" in annotations:
        yield Remark(Weight.QUIET, "kubectl apply made it: the next apply goes forward again")


def argo_application(meta: Meta) -> str:
    """The application that tracks it by annotation, or by Argo CD's instance label; "" when none does."""
    tracking = meta.annotations.get(TRACKING, "")
    if tracking:
        return tracking.partition(":")[0]
    return meta.labels.get("argocd.argoproj.io/instance", "")


def _migrations(asked: Asked, workload: Workload, to: Revision) -> Iterator[Remark]:
    """Schema changes stay: what ran since the chosen revision was replaced does not go back with it."""
    ended = replaced(past(asked.store, workload), to)
    if ended is None:
        return
    for one in ran_since(asked.store, asked.recordings, workload, ended):
        goose = one.goose
        to_version = f", to version {goose.version}" if goose is not None and goose.version else ""
        if one.at is None:
            text = f"migration {one.job} runs now{to_version}: it is not stopped and not undone"
            yield Remark(Weight.BAD, text)
        elif one.failed:
            yield Remark(
                Weight.LOOK,
                f"migration {one.job} failed around or after that{to_version}: what it applied stays",
            )
        elif goose is None or goose.done or goose.state is not GooseKind.NOTHING:
            yield Remark(
                Weight.LOOK, f"migration {one.job} ran around or after that{to_version}: it stays applied"
            )


def _rollout(workload: Workload) -> Iterator[Remark]:
    if workload.strategy == "OnDelete":
        yield Remark(Weight.LOOK, "OnDelete: its pods change when they are deleted")
    if workload.partition:
        yield Remark(Weight.LOOK, f"partition {workload.partition}: lower ordinals stay as they are")
    if workload.meta.kind == "StatefulSet" and workload.ready < workload.replicas:
        yield Remark(Weight.LOOK, "a pod that is stuck may have to be deleted before it is replaced")
    if workload.strategy == "Recreate":
        yield Remark(Weight.LOOK, "Recreate: all pods end before new ones start")


def _scales(record: HorizontalPodAutoscaler, workload: Workload) -> bool:
    meta = workload.meta
    there = (record.meta.namespace, record.target_kind, record.target_name)
    return there == (meta.namespace, meta.kind, meta.name)
