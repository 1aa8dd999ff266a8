"""The judgement of one environment: what the store holds, judged again only where it changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from heapq import nsmallest
from typing import Protocol, cast

from tui.model.cause import Severity
from tui.model.cluster import Event
from tui.model.environment import Environment, Platform
from tui.model.explain import REFUSED, of_pull, of_secret
from tui.model.health import (
    JobHealth,
    Trouble,
    WorkloadHealth,
    judge_job,
    judge_workload,
    superseded,
)
from tui.model.job import Job
from tui.model.pod import Pod
from tui.model.recording import Recording
from tui.model.sealed_secret import SealedSecret, SealVerdict, judge
from tui.model.watched import Span
from tui.model.workload import HorizontalPodAutoscaler, ReplicaSet, Workload
from tui.store import LinkState, Store
from tui.survey_apps import READS as APPS
from tui.survey_apps import Apps
from tui.survey_paths import READS as PATHS
from tui.survey_paths import Paths
from tui.survey_pods import Pods
from tui.survey_secrets import Secrets
from tui.survey_waves import READS as WAVES
from tui.survey_waves import Boards

_AT_ONCE = 60  # workloads that one refresh judges, those first that waited longest
_OF_A_CLUSTER = ("Deployment", "StatefulSet", "DaemonSet")
WORKLOADS = (*_OF_A_CLUSTER, "ComposeService")
READS = (
    *WORKLOADS,
    "ReplicaSet",
    "Pod",
    "Job",
    "goose",
    "CronJob",
    "Event",
    "HorizontalPodAutoscaler",
    "Namespace",
    "Secret",
    "SealedSecret",
    *PATHS,
    *WAVES,
    *APPS,
    "links",
)


@dataclass(frozen=True, slots=True)
class NamespaceSummary:
    """What a namespace's row says; ready and total count pods of workloads."""

    troubles: int = 0
    ready: int = 0
    total: int = 0
    running_jobs: int = 0
    failed_jobs: int = 0
    restarts_1h: int = 0


class Recorded(Protocol):
    """What remembers the Jobs that are gone: the recorder."""

    watched: tuple[Span, ...]

    def recordings(self) -> list[Recording]: ...


class Survey:
    """Health of every workload and Job of a store, and the troubles, worst first; `refresh` at the tick."""

    def __init__(self, store: Store, environment: Environment, recorded: Recorded | None = None) -> None:
        self.store = store
        self.environment = environment
        self._recorded = recorded
        self.boards = Boards(store, lambda: recorded.watched if recorded is not None else ())
        self.apps = Apps(store, environment)
        self._pods = Pods(store, environment)
        self.paths = Paths(store, environment)
        self.secrets = Secrets(store, environment)
        self.workloads: Mapping[str, WorkloadHealth] = {}
        self.jobs: Mapping[str, JobHealth] = {}
        self.troubles: tuple[Trouble, ...] = ()
        self.by_uid: Mapping[str, Trouble] = {}
        self.by_namespace: Mapping[str, NamespaceSummary] = {}
        self.total = NamespaceSummary()
        self.version = 0  # grows when a refresh found a difference
        self.kept: dict[str, dict[str, tuple[tuple[object, ...], object]]] = {}
        # Rows by pane and uid with what they were made from: present.cells keeps them here.
        self._seen: tuple[int, ...] = ()
        self._second = -1
        self._stamps: dict[str, int] = {}
        self._judged: dict[str, float] = {}  # when each workload was
        self._more = False  # whether there are more to be judged at once
        self._hpas: dict[tuple[str, str, str], HorizontalPodAutoscaler] = {}

    def refresh(self, now: float) -> None:
        """Judges what changed; what depends on the time is judged again at most once a second."""
        seen = self.store.versions(READS)
        second = int(now)
        if seen == self._seen and second == self._second and not self._more and not self.boards.more:
            return
        timed = second != self._second
        self._seen, self._second = seen, second
        self._pods.refresh(now)
        changed = self._judge_workloads(now)
        changed = self._judge_jobs(now, timed) or changed
        recordings = self._recorded.recordings() if self._recorded is not None else ()
        changed = self.boards.refresh(self.jobs, recordings) or changed
        changed = self.apps.refresh(self.workloads, self.jobs, now) or changed
        found = [one.trouble for one in self.workloads.values() if one.trouble is not None]
        old = superseded(self.jobs.values())
        found += [one.trouble for uid, one in self.jobs.items() if one.trouble is not None and uid not in old]
        found += self._pods.troubles()
        found += self._missing()
        sealed, secrets = self._reads("SealedSecret"), self._reads("Secret")
        found = [self._explained(one, sealed=sealed, secrets=secrets) for one in found]
        self.secrets.refresh(now)
        found += self.secrets.troubles(found)
        found += self.paths.troubles(frozenset(one.uid for one in found), now)
        found += self.boards.troubles()
        found += self.apps.troubles()
        troubles = tuple(sorted(found, key=lambda one: (one.severity, -(one.since or 0.0), one.name)))
        if troubles == self.troubles and not changed:
            return
        self.troubles = troubles
        self.by_uid = {one.uid: one for one in troubles}
        self._sum_up(old)
        self.version += 1

    def _judge_workloads(self, now: float) -> bool:
        store = self.store
        self._hpas = {
            (hpa.meta.namespace, hpa.target_kind, hpa.target_name): hpa
            for hpa in cast("list[HorizontalPodAutoscaler]", store.all("HorizontalPodAutoscaler"))
        }
        there = [
            cast(Workload, record)
            for kind in WORKLOADS
            for record in store.all(kind)
            if self.environment.wants(record.meta.namespace)
        ]
        due = {uid: at for one in there if (at := self._due(uid := one.meta.uid, one, now)) is not None}
        self._more = len(due) > _AT_ONCE
        chosen = frozenset(nsmallest(_AT_ONCE, due, key=due.__getitem__))
        judged: dict[str, WorkloadHealth] = {}
        changed = len(there) != len(self.workloads)
        for workload in there:
            uid = workload.meta.uid
            before = self.workloads.get(uid)
            if uid not in chosen:
                if before is not None:
                    judged[uid] = before
                continue
            self._stamps[uid], self._judged[uid] = store.stamp(uid), now
            sets, hpa = self.replica_sets(workload), self._hpa(workload)
            one = judge_workload(workload, self.pods(workload), sets, self._pods.cause, hpa, now)
            judged[uid] = before if before == one and before is not None else one
            changed = changed or before != one
        self.workloads = judged
        return changed

    def _due(self, uid: str, workload: Workload, now: float) -> float | None:
        """When a workload that is to be judged was last (0: never); None when it is as it was judged."""
        before = self.workloads.get(uid)
        if before is None:
            return 0.0
        at = self._judged[uid]
        same = self._stamps[uid] == self.store.stamp(uid) and before.hpa is self._hpa(workload)
        return None if same and (before.settled or abs(now - at) < 1) else at

    def _hpa(self, workload: Workload) -> HorizontalPodAutoscaler | None:
        meta = workload.meta
        return self._hpas.get((meta.namespace, meta.kind, meta.name))

    def _judge_jobs(self, now: float, timed: bool) -> bool:
        store = self.store
        judged: dict[str, JobHealth] = {}
        changed = False
        for record in store.all("Job"):
            job = cast(Job, record)
            uid = job.meta.uid
            if not self.environment.wants(job.meta.namespace):
                continue
            before, stamp = self.jobs.get(uid), store.stamp(uid)
            settled = before is not None and before.status in ("Complete", "Failed")
            if before is not None and self._stamps.get(uid) == stamp and (settled or not timed):
                judged[uid] = before
                continue
            self._stamps[uid] = stamp
            pods = cast("list[Pod]", list(store.children(uid, "Pod")))
            one = judge_job(job, pods, self.events(uid), self._pods.cause, now, store.goose(uid))
            judged[uid] = before if before == one and before is not None else one
            changed = changed or before != one
        changed = changed or len(judged) != len(self.jobs)
        self.jobs = judged
        return changed

    def pods(self, workload: Workload) -> list[Pod]:
        """All pods of a workload, old and new."""
        store, uid = self.store, workload.meta.uid
        if workload.meta.kind != "Deployment":
            return cast("list[Pod]", list(store.children(uid, "Pod")))
        sets = store.children(uid, "ReplicaSet")
        return cast("list[Pod]", [pod for each in sets for pod in store.children(each.meta.uid, "Pod")])

    def replica_sets(self, workload: Workload) -> list[ReplicaSet]:
        """The revisions of a Deployment."""
        return cast("list[ReplicaSet]", list(self.store.children(workload.meta.uid, "ReplicaSet")))

    def events(self, uid: str) -> list[Event]:
        """Events about the object of that uid."""
        return cast("list[Event]", list(self.store.events(uid)))

    def _explained(self, trouble: Trouble, *, sealed: bool, secrets: bool) -> Trouble:
        """With what Secrets and SealedSecrets say, where they are read."""
        if sealed:
            trouble = of_secret(trouble, partial(self._sealed, trouble.namespace))
        if REFUSED in trouble.cause and secrets:
            there = self.store.all("Secret")
            names = frozenset(one.meta.name for one in there if one.meta.namespace == trouble.namespace)
            trouble = of_pull(trouble, self._pods_of(trouble), names)
        return trouble

    def _sealed(self, namespace: str, name: str) -> tuple[SealedSecret, SealVerdict] | None:
        found = self.store.get("SealedSecret", namespace, name)
        if not isinstance(found, SealedSecret):
            return None
        return found, judge(found, self.events(found.meta.uid))

    def _pods_of(self, trouble: Trouble) -> Iterable[Pod]:
        if trouble.uid in self.workloads:
            return self.workloads[trouble.uid].pods
        found = self.store.children(trouble.uid, "Pod") if trouble.kind == "Job" else ()
        own = self.store.by_uid("Pod", trouble.uid)
        return cast("list[Pod]", [*found, *([own] if own is not None else [])])

    def _reads(self, kind: str) -> bool:
        link = self.store.link(kind)
        return link is not None and link.state in (LinkState.LIVE, LinkState.POLLING)

    def _missing(self) -> list[Trouble]:
        """What the configuration expects in a namespace and is not there, once the cluster was read."""
        of_a_cluster = self.environment.platform is Platform.KUBERNETES
        if not of_a_cluster or not all(self._reads(kind) for kind in _OF_A_CLUSTER):
            return []
        names: dict[str, list[str]] = defaultdict(list)
        for one in self.workloads.values():
            meta = one.workload.meta
            label = meta.labels.get("app.kubernetes.io/name", "")
            names[meta.namespace] += [meta.name.lower(), label.lower()]
        return [
            Trouble(
                "Namespace",
                purpose.actual,
                purpose.actual,
                f"expect:{purpose.actual}/{wanted}",
                f"{wanted} is expected here and there is none",
                None,
                Severity.BAD,
            )
            for purpose in self.environment.namespaces
            for wanted in purpose.expect
            if not any(wanted.lower() in name for name in names[purpose.actual])
        ]

    def _sum_up(self, old: frozenset[str]) -> None:
        sums: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
        for trouble in self.troubles:
            sums[trouble.namespace][0] += 1
        for one in self.workloads.values():
            row = sums[one.workload.meta.namespace]
            row[1] += min(one.workload.ready, one.workload.replicas)
            row[2] += one.workload.replicas
            row[5] += one.restarts_1h
        for uid, job in self.jobs.items():
            row = sums[job.job.meta.namespace]
            row[3] += job.status == "Running"
            row[4] += job.status == "Failed" and uid not in old
        self.by_namespace = {name: NamespaceSummary(*row) for name, row in sums.items()}
        self.total = NamespaceSummary(*(sum(column) for column in zip(*sums.values(), strict=True)))
