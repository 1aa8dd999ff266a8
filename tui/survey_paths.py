"""Troubles of what leads to pods: Services, Ingresses, Gateways, routes and volume claims of one store."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from typing import cast

from tui.model.cause import Cause
from tui.model.cluster import Event
from tui.model.environment import Environment
from tui.model.health import Trouble, trouble_of
from tui.model.network import (
    Claim,
    Gateway,
    Ingress,
    PodsByLabel,
    Service,
    claim_cause,
    gateway_cause,
    ingress_cause,
    service_cause,
)
from tui.model.pod import Pod
from tui.model.workload import Workload
from tui.store import LinkState, Record, Store

READS = ("Service", "Ingress", "Gateway", "HTTPRoute", "PersistentVolumeClaim")


WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


@lru_cache(maxsize=4096)
def template_labels(spec: bytes) -> Mapping[str, str]:
    """The labels of the pods that a workload makes."""
    found: Mapping[str, str] = json.loads(spec).get("template", {}).get("metadata", {}).get("labels") or {}
    return found


class Paths:
    """`troubles` judges all of them; `services_of` answers which Services lead to a pod."""

    def __init__(self, store: Store, environment: Environment) -> None:
        self._store = store
        self._environment = environment
        self._pods: dict[str, PodsByLabel] = defaultdict(PodsByLabel)  # by namespace
        self._known: dict[str, Pod] = {}  # what stands there, by uid
        self._moment = -1

    def troubles(self, told: frozenset[str], now: float) -> list[Trouble]:
        """`told` are the uids of objects whose own trouble is shown: a Service of theirs has no other."""
        self._index()
        found: list[Trouble] = []
        for kind in READS:
            for record in self._store.all(kind):
                if self._environment.wants(record.meta.namespace):
                    cause = self._cause(record, told, now)
                    if cause is not None:
                        found.append(trouble_of(record.meta, cause))
        return found

    def services_of(self, pods: Iterable[Pod]) -> list[tuple[Service, int]]:
        """The Services whose selector finds one of these pods, each with the number of its ready pods."""
        self._index()
        wanted = {pod.meta.uid for pod in pods}
        found = []
        for record in self._store.all("Service"):
            service = cast(Service, record)
            behind = list(self._behind(service))
            if any(pod.meta.uid in wanted for pod in behind):
                ready = sum(
                    any(c.type == "Ready" and c.status == "True" for c in pod.conditions) for pod in behind
                )
                found.append((service, ready))
        return found

    def _index(self) -> None:
        store = self._store
        changed = store.changed_since("Pod", self._moment)
        self._moment = store.moment
        if changed is None:
            self._pods.clear()
            self._known.clear()
            changed = [record.meta.uid for record in store.all("Pod")]
        for uid in changed:
            before, pod = self._known.pop(uid, None), store.by_uid("Pod", uid)
            if before is not None:
                self._pods[before.meta.namespace].drop(before)
            if pod is not None:
                self._known[uid] = cast(Pod, pod)
                self._pods[pod.meta.namespace].put(self._known[uid])

    def _behind(self, service: Service) -> Iterator[Pod]:
        return self._pods[service.meta.namespace].matching(service.selector)

    def _cause(self, record: Record, told: frozenset[str], now: float) -> Cause | None:
        namespace = record.meta.namespace
        if isinstance(record, Service):
            made = partial(self._made, namespace)
            return service_cause(record, self._behind(record), made, lambda pod: self._told(pod, told), now)
        if isinstance(record, Ingress):
            link = self._store.link("Service")
            if link is None or link.state not in (LinkState.LIVE, LinkState.POLLING):
                return None
            get = self._store.get
            there = frozenset(name for name in record.backends if get("Service", namespace, name))
            return ingress_cause(record, there, now)
        if isinstance(record, Gateway):
            return gateway_cause(record, now)
        events = cast("list[Event]", list(self._store.events(record.meta.uid)))
        said = [event.message for event in sorted(events, key=lambda event: -event.at)]
        return claim_cause(cast(Claim, record), said, now)

    def _made(self, namespace: str, selector: Mapping[str, str]) -> bool:
        """Whether a workload of that namespace makes pods with these labels."""
        return any(
            record.meta.namespace == namespace
            and selector.items() <= template_labels(cast(Workload, record).spec).items()
            for kind in WORKLOADS
            for record in self._store.all(kind)
        )

    def _told(self, pod: Pod, told: frozenset[str]) -> bool:
        """Whether the pod, its owner or its owner's owner is in trouble already."""
        owner = pod.meta.owner
        if pod.meta.uid in told or (owner is not None and owner.uid in told):
            return True
        above = self._store.by_uid("ReplicaSet", owner.uid) if owner is not None else None
        return above is not None and above.meta.owner is not None and above.meta.owner.uid in told
