"""What an action is: its id, key and words; and what a deed adds: refusal, plan and progress, all pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from tui.model.commits import Push
from tui.model.environment import Environment, Platform
from tui.model.key import nothing
from tui.model.plan import Plan, Progress, Refusal
from tui.model.recording import Recording
from tui.model.step import Board
from tui.model.sync_plan import PLAIN_SYNC, SyncOptions
from tui.store import Record, Store

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
PODS = frozenset({"Pod"})
LOGGED = WORKLOADS | PODS | frozenset({"Job", "ReplicaSet", "ComposeService"})
ANYTHING = LOGGED | frozenset(
    {"CronJob", "Event", "Secret", "ConfigMap", "SealedSecret", "Application", "Service", "Namespace"}
    | {"Ingress", "Gateway", "HTTPRoute", "PersistentVolumeClaim"}
    | {"HorizontalPodAutoscaler", "PodDisruptionBudget", "ControllerRevision"}
)


@dataclass(frozen=True, slots=True)
class Need:
    """A right that an action takes, as an access review asks for it: `patch`, `deployments.apps`."""

    verb: str
    resource: str


PATCH_WORKLOAD = MappingProxyType({kind: (Need("patch", f"{kind.lower()}s.apps"),) for kind in WORKLOADS})


@dataclass(frozen=True)
class Action:
    """Something that a key or the palette does. `key` names one key, or several with commas between."""

    id: str
    key: str
    words: str  # on the key line
    help: str  # one sentence
    kinds: frozenset[str] = frozenset()  # of the records it acts on; empty: it needs no target
    show: bool = False  # on the key line
    scopes: frozenset[str] = field(default=frozenset({"*"}))  # ids of panes
    whole: bool = False  # it acts on all records of its kinds, whatever is under the cursor
    empty: str = "the project is not read yet"  # what a whole one says where there is nothing

    deed = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys; the first is the one that is shown."""
        return tuple(key for key in self.key.split(",") if key)

    def fits(self, kind: str) -> bool:
        """Whether it acts on records of that kind."""
        return kind in self.kinds

    def unfit(self, record: Record) -> str:
        """Why it does not act on what is under the cursor."""
        return f"{self.words} is not for a {record.meta.kind} ({record.meta.name})"

    def of(self, store: Store, targets: tuple[Record, ...]) -> tuple[Record, ...]:
        """Those of the targets that it acts on."""
        if self.whole:
            return tuple(record for kind in self.kinds for record in store.all(kind))
        return tuple(record for record in targets if self.fits(record.meta.kind))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a deed is asked for, and all that its answer may depend on."""

    store: Store
    environment: Environment
    targets: tuple[Record, ...]
    now: float = 0.0
    choice: int | None = None  # a revision where there is one to choose, None the default
    context: str = ""  # of the kubeconfig, for the equivalent command; "" the environment's own
    known_ready: Mapping[str, str] = field(default_factory=nothing)  # uids of revisions -> how it is known
    recordings: Sequence[Recording] = ()  # of migrations whose Job ended or is gone
    recorded: frozenset[str] = frozenset()  # uids of Jobs whose log is being recorded
    images: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    # by Compose service: ids of the images that it ran, the newest first
    # Of a sync, each by the application's uid:
    sync: SyncOptions = PLAIN_SYNC
    boards: Mapping[str, Board] = field(default_factory=lambda: MappingProxyType({}))
    pushes: Mapping[str, Push] = field(default_factory=lambda: MappingProxyType({}))
    differences: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))  # YAML
    undiffed: Mapping[str, str] = field(default_factory=nothing)  # why there is no difference to show


@dataclass(frozen=True)
class Deed(Action):
    """An action that writes. Nothing here asks the network: rights and objects are read from the store."""

    needs: Mapping[str, tuple[Need, ...]] = field(default_factory=lambda: MappingProxyType({}))  # by kind
    platform: Platform = Platform.KUBERNETES  # of the environments that it is for

    deed = True

    def elsewhere(self, environment: Environment) -> str:
        """Why it does not apply to such an environment; "" where it does."""
        if environment.platform is self.platform:
            return ""
        here, there = environment.platform.title(), self.platform.title()
        return f"{self.words} is for {there}; {environment.name} runs on {here}"

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        """Why targets are left out; a refusal without a target speaks of the whole deed."""
        raise NotImplementedError

    def plan(self, asked: Asked) -> Plan:
        """What would be written, without the targets that are refused; Refused when nothing is left."""
        raise NotImplementedError

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        """How far an accepted plan is; asked at each tick until it is over. `since` is epoch seconds."""
        raise NotImplementedError
