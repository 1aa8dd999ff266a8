"""The risk card of a roll back: who would undo it, what does not go back with it, what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from tui.actions.past import past, replaced
from tui.model.environment import Environment, SyncMode
from tui.model.job import Job
from tui.model.migration import is_migration, migration
from tui.model.plan import Remark, Weight
from tui.model.revision import EverReady, Revision
from tui.model.workload import HorizontalPodAutoscaler, Workload
from tui.store import Store

TRACKING = "argocd.argoproj.io/tracking-id"


def risks(store: Store, environment: Environment, workload: Workload, to: Revision) -> Iterator[Remark]:
    """The worst first."""
    if to.ever_ready is EverReady.YES:
        yield Remark(Weight.GOOD, f"revision {to.number} was ready: {to.evidence}")
    elif to.ever_ready is EverReady.NO:
        yield Remark(Weight.BAD, f"revision {to.number} was not ready: {to.evidence}")
    else:
        text = f"it is not known whether revision {to.number} was ever ready: {to.evidence}"
        yield Remark(Weight.LOOK, text)
    yield from _missing(store, workload, to)
    yield from _owner(environment, workload)
    yield from _migrations(store, workload, to)
    yield from _rollout(workload)
    for record in store.all("HorizontalPodAutoscaler"):
        if isinstance(record, HorizontalPodAutoscaler) and _scales(record, workload):
            text = f"autoscaler {record.meta.name} keeps the replicas ({record.least}-{record.most})"
            yield Remark(Weight.QUIET, text)


def _missing(store: Store, workload: Workload, to: Revision) -> Iterator[Remark]:
    references = to.references
    for kind, names in (("Secret", references.secrets), ("ConfigMap", references.config_maps)):
        if not names:
            continue
        link = store.link(kind)
        if link is None or not link.usable:
            yield Remark(Weight.LOOK, f"not known whether its {kind}s exist: {', '.join(names)}")
            continue
        for name in names:
            if store.get(kind, workload.meta.namespace, name) is None:
                yield Remark(Weight.BAD, f"{kind} {name} that it names does not exist: its pods can't start")


def _owner(environment: Environment, workload: Workload) -> Iterator[Remark]:
    application = argo_application(workload)
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


def argo_application(workload: Workload) -> str:
    """The application that tracks it by annotation, or by Argo CD's instance label; "" when none does."""
    tracking = workload.meta.annotations.get(TRACKING, "")
    if tracking:
        return tracking.partition(":")[0]
    return workload.meta.labels.get("argocd.argoproj.io/instance", "")


def _migrations(store: Store, workload: Workload, to: Revision) -> Iterator[Remark]:
    """Schema changes stay: what ran since the chosen revision was replaced does not go back with it."""
    ended = replaced(past(store, workload), to)
    if ended is None:
        return
    ran = [
        job
        for job in store.all("Job")
        if isinstance(job, Job)
        and job.meta.namespace == workload.meta.namespace
        and is_migration(job)
        and job.finished is not None
        and job.finished > ended - 3600  # a sync runs its migrations before it changes the workload
        and _serves(job, workload)
    ]
    for job in sorted(ran, key=lambda job: job.finished or 0.0):
        yield Remark(Weight.LOOK, f"migration {job.meta.name} ran around or after that and is not undone")


def _serves(job: Job, workload: Workload) -> bool:
    service = migration(job).service
    return workload.meta.name in (service, f"{service}-service") or job.meta.name.startswith(
        f"{workload.meta.name}-"
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
