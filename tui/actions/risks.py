"""The risk card of a roll back: who would undo it, what does not go back with it, what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from tui.actions.base import Asked
from tui.actions.past import past, replaced
from tui.actions.ran import ran_since
from tui.model.application import Application
from tui.model.environment import SyncMode
from tui.model.goose import GooseKind
from tui.model.managed import application_of, tracked_by
from tui.model.plan import Remark, Weight
from tui.model.revision import EverReady, Revision
from tui.model.workload import HorizontalPodAutoscaler, Workload
from tui.store import Store


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
    yield from _owner(asked, workload)
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


def _owner(asked: Asked, workload: Workload) -> Iterator[Remark]:
    application = tracked_by(workload.meta)
    annotations = workload.meta.annotations
    known = application_of(asked.store.all("Application"), workload.meta)
    if known is not None:
        yield from undone_by(known)
    elif application:
        if asked.environment.sync is SyncMode.AUTO:
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


def undone_by(one: Application) -> Iterator[Remark]:
    """What Argo CD makes of a workload that was undone alone (facts, section 4)."""
    name = one.meta.name
    if one.automated is not None and one.automated.self_heal:
        text = (
            f"application {name} heals itself: it takes this back within seconds; hold it first, with H on it"
        )
        yield Remark(Weight.BAD, text)
    elif one.automated is not None:
        text = f"application {name} will say OutOfSync, and its automated sync undoes this at the next commit"
        yield Remark(Weight.BAD, text)
    else:
        text = f"application {name} will say OutOfSync, and its next sync goes forward again"
        yield Remark(Weight.LOOK, text)
    if one.operation is not None or (one.state is not None and not one.state.over):
        yield Remark(Weight.BAD, f"an operation of {name} runs: it may write the newer template over this")
    text = "only this workload goes back: ConfigMaps, Secrets, other workloads and the schema do not"
    yield Remark(Weight.LOOK, text)


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
