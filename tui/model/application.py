"""An Application of Argo CD as its object says: what it deploys, how it syncs, what ran last (facts 2a).

Judgement on it is in `model/operation.py` (what runs now) and `model/application_health.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.model.key import Meta

REFRESH = "argocd.argoproj.io/refresh"
HELD = "deploytui.io/held-sync"  # JSON of spec.syncPolicy.automated, as it was before we held it
HELD_BY = "deploytui.io/held-by"  # who held it and when: `alice 2026-11-24T16:05:48Z`
IN_CLUSTER = "https://kubernetes.default.svc"
"""The cluster in which Argo CD runs, which need not be the one of a kubeconfig's context."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where manifests come from; `target` is a branch, tag, commit or chart version."""

    repository: str
    path: str = ""
    target: str = ""  # "" is HEAD
    chart: str = ""
    value_files: tuple[str, ...] = ()
    release: str = ""  # Helm's release name; "" the application's own name
    ref: str = ""
    parameters: tuple[tuple[str, str], ...] = ()  # helm.parameters: name, value
    kustomize: bool = False  # the source says so by a `kustomize` table of its own
    inline_values: bool = False  # helm.values or helm.valuesObject are there: a checkout does not tell all


@dataclass(frozen=True, slots=True)
class Destination:
    """Exactly one of `server` and `name` is set."""

    server: str = ""
    name: str = ""
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Seconds; Argo CD's defaults where it is silent. `limit` -1 is for ever, 0 none."""

    limit: int = 0
    duration: float = 5.0
    factor: int = 2
    longest: float = 180.0


@dataclass(frozen=True, slots=True)
class Automated:
    """Automated sync that is switched on; None stands for manual."""

    prune: bool = False
    self_heal: bool = False
    allow_empty: bool = False


@dataclass(frozen=True, slots=True)
class SelectedResource:
    """One entry of `operation.sync.resources`."""

    group: str
    kind: str
    name: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What was asked: `operation`, or `status.operationState.operation`."""

    username: str = ""
    automated: bool = False
    revision: str = ""  # "" the head of the branch when it starts
    revisions: tuple[str, ...] = ()
    prune: bool = False
    dry_run: bool = False
    apply_only: bool = False  # syncStrategy.apply: no hooks
    force: bool = False
    resources: tuple[SelectedResource, ...] = ()  # not empty: selective, no hooks and no history
    self_heal_attempts: int = 0  # > 0: by self-heal, hence selective too
    sync_options: tuple[str, ...] = ()
    retry: Retry = Retry()
    info: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceResult:
    """One row of `operationState.syncResult.resources`; the order of rows is the order of starts."""

    group: str
    kind: str
    namespace: str
    name: str
    status: str = ""  # Synced, SyncFailed, Pruned, PruneSkipped
    message: str = ""
    hook_type: str = ""  # PreSync, Sync, PostSync, SyncFail; "" of what is no hook
    hook_phase: str = ""  # Running, Succeeded, Failed, Error, Terminating; also of plain resources
    sync_phase: str = ""
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OperationState:
    """`status.operationState`. `finished` beside phase Running: it waits to be tried again."""

    phase: str  # Running, Terminating, Failed, Error, Succeeded
    message: str = ""
    started: float = 0.0
    finished: float | None = None
    retries: int = 0
    operation: Operation = Operation()
    revision: str = ""  # of the result: what was really synced
    revisions: tuple[str, ...] = ()
    results: tuple[ResourceResult, ...] = ()

    @property
    def over(self) -> bool:
        """Whether Argo CD is done with it; one that waits for its next attempt is not."""
        return self.phase in ("Succeeded", "Failed", "Error")


@dataclass(frozen=True, slots=True)
class Deployed:
    """One entry of `status.history`: the oldest comes first, the last is current."""

    id: int
    revision: str
    deployed: float
    started: float | None = None
    username: str = ""
    automated: bool = False
    revisions: tuple[str, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class ManagedResource:
    """One entry of `status.resources`; hooks are there only while their object exists."""

    group: str
    kind: str
    namespace: str
    name: str
    status: str = ""  # Synced, OutOfSync, Unknown; "" of hooks
    health: str = ""  # absent from Argo CD 3.0 on
    hook: bool = False
    prune: bool = False  # requiresPruning; means nothing of a hook
    wave: int = 0


@dataclass(frozen=True, slots=True)
class ApplicationCondition:
    """One entry of `status.conditions`: ComparisonError, SyncError, ..."""

    type: str
    message: str = ""
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """An Application. `generation` counts status writes too: it says nothing of the spec."""

    meta: Meta
    project: str = "default"
    sources: tuple[Source, ...] = ()
    multi_source: bool = False
    destination: Destination = Destination()
    automated: Automated | None = None
    sync_options: tuple[str, ...] = ()
    retry: Retry | None = None
    operation: Operation | None = None  # asked for, not over
    state: OperationState | None = None
    sync: str = ""  # Synced, OutOfSync, Unknown; "" not compared yet
    revision: str = ""  # that was last compared (or the branch's name when that failed)
    revisions: tuple[str, ...] = ()
    health: str = ""  # Healthy, Progressing, Degraded, Suspended, Missing, Unknown
    health_message: str = ""
    health_since: float | None = None
    history: tuple[Deployed, ...] = ()
    resources: tuple[ManagedResource, ...] = ()
    conditions: tuple[ApplicationCondition, ...] = ()
    images: tuple[str, ...] = ()  # status.summary
    reconciled: float | None = None
    source_type: str = ""  # Helm, Kustomize, Directory, Plugin
    seen: str = ""  # digest of spec and operation: what a plan depends on

    @property
    def source(self) -> Source | None:
        """The one that has manifests of its own; the first where several do."""
        return next((one for one in self.sources if not one.ref or one.path or one.chart), None)

    @property
    def deployed(self) -> Deployed | None:
        """What was deployed last."""
        return self.history[-1] if self.history else None

    @property
    def refreshing(self) -> str:
        """ "normal" or "hard" while a refresh was asked for and is not done."""
        return self.meta.annotations.get(REFRESH, "")

    @property
    def held(self) -> str:
        """The automated block that we took away, as JSON; "" when we hold nothing."""
        return self.meta.annotations.get(HELD, "")
