"""What a sync does one after the other: hooks and resources by phase, wave and kind, from manifests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.demo.behaviours.common import Key, Object, annotations_of
from tui.demo.cluster import Cluster

HOOK = "argocd.argoproj.io/hook"
POLICY = "argocd.argoproj.io/hook-delete-policy"
WAVE = "argocd.argoproj.io/sync-wave"
TRACKING = "argocd.argoproj.io/tracking-id"
FINALIZER = "argocd.argoproj.io/hook-finalizer"
PHASES = ("PreSync", "Sync", "PostSync", "SyncFail")
# gitops-engine applies kinds in this order within a wave; what is not named comes last.
_KINDS = (
    "Namespace",
    "ResourceQuota",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "PersistentVolumeClaim",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "Ingress",
)


@dataclass(frozen=True, slots=True)
class Task:
    """One object in one phase; `hook` is its phase when it is a hook."""

    phase: str
    wave: int
    manifest: Object
    hook: bool = False
    prune: bool = False

    @property
    def key(self) -> Key:
        """Where its object is."""
        meta = self.manifest["metadata"]
        return self.manifest["kind"], meta.get("namespace", ""), meta["name"]

    @property
    def policies(self) -> tuple[str, ...]:
        """When the hook's object is deleted; before the next one unless the manifest says otherwise."""
        told = annotations_of(self.manifest).get(POLICY, "BeforeHookCreation")
        return tuple(each.strip() for each in told.split(","))

    @property
    def group(self) -> str:
        """The API group, "" for core."""
        return group_of(self.manifest)

    @property
    def path(self) -> str:
        """As messages name it: batch/Job/auth-migrate, /Service/auth."""
        kind, _, name = self.key
        return f"{self.group}/{kind}/{name}"


def group_of(obj: Object) -> str:
    """The API group, "" for core."""
    group, _, version = str(obj["apiVersion"]).partition("/")
    return group if version else ""


def version_of(obj: Object) -> str:
    """v1, v1alpha1."""
    return str(obj["apiVersion"]).rpartition("/")[2]


def wave_of(obj: Object) -> int:
    """The number in the annotation; 0 without one."""
    try:
        return int(annotations_of(obj).get(WAVE, "0"))
    except ValueError:
        return 0


def hooks_of(obj: Object) -> tuple[str, ...]:
    """The phases in which a manifest is a hook."""
    return tuple(each.strip() for each in annotations_of(obj).get(HOOK, "").split(",") if each.strip())


def images_of(obj: Object) -> list[str]:
    """Of its pod template."""
    spec = ((obj.get("spec") or {}).get("template") or {}).get("spec") or {}
    members = ("initContainers", "containers")
    return [str(each.get("image", "")) for member in members for each in spec.get(member) or ()]


def tracking_id(application: str, obj: Object) -> str:
    """What Argo CD writes into every object that it applies."""
    kind, meta = obj["kind"], obj["metadata"]
    return f"{application}:{group_of(obj)}/{kind}:{meta.get('namespace', '')}/{meta['name']}"


def tasks_of(manifests: Iterable[Object], revision: str, started: float) -> list[Task]:
    """All tasks in their order; hooks with generateName get their name from revision and start."""
    found: list[Task] = []
    for manifest in manifests:
        hooks = hooks_of(manifest)
        if not hooks:
            found.append(Task("Sync", wave_of(manifest), manifest))
        for phase in hooks:
            if phase in PHASES:
                named = _named(manifest, revision, phase, started)
                found.append(Task(phase, wave_of(manifest), named, hook=True))
    return sorted(found, key=order)


def order(task: Task) -> tuple[int, int, int, str]:
    """Phase, wave, kind, name."""
    kind, _, name = task.key
    return PHASES.index(task.phase), task.wave, _KINDS.index(kind) if kind in _KINDS else 99, name


def _named(manifest: Object, revision: str, phase: str, started: float) -> Object:
    meta = manifest["metadata"]
    if meta.get("name"):
        return manifest
    name = f"{meta['generateName']}{revision[:7]}-{phase.lower()}-{int(started)}"
    return {**manifest, "metadata": {**meta, "name": name}}


def row(task: Task, message: str, *, status: str = "Synced", phase: str = "Running") -> Object:
    """An entry of syncResult.resources; core kinds have a group there, and it is empty."""
    kind, namespace, name = task.key
    found: Object = {
        "group": task.group,
        "hookPhase": phase,
        "kind": kind,
        "message": message,
        "name": name,
        "namespace": namespace,
        "status": status,
        "syncPhase": task.phase,
        "version": version_of(task.manifest),
    }
    if task.hook:
        found["hookType"] = task.phase
    if images := images_of(task.manifest):
        found["images"] = images
    return found


def applied(task: Task, deed: str) -> str:
    """As kubectl says it: "job.batch/auth-migrate created"."""
    kind, _, name = task.key
    group = f".{task.group}" if task.group else ""
    return f"{kind.lower()}{group}/{name} {deed}"


def waiting_for(what: str, tasks: Sequence[Task], plural: str) -> str:
    """The message of an operation that waits; "1 more hooks" is what the real one says."""
    more = f" and {len(tasks) - 1} more {plural}" if len(tasks) > 1 else ""
    return f"waiting for {what} {tasks[0].path}{more}"


def tracked(cluster: Cluster, application: str, kind: str, namespace: str) -> list[Object]:
    """The live objects of a kind that say they are this application's."""
    found = cluster.all(kind, namespace)
    return [each for each in found if annotations_of(each).get(TRACKING) == tracking_id(application, each)]
