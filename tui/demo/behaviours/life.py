"""The demo's own hand: now and then something starts, restarts, fails and recovers, where it is asked for."""

from __future__ import annotations

import json

from tui.demo.behaviours.common import Object, annotations_of, grace_of, key_of, pod_ready, time_of
from tui.demo.behaviours.migration import LIFE, Waves
from tui.demo.behaviours.scripted import BEHAVIOUR
from tui.demo.cluster import Cluster

_DEEDS = ("migrate", "delete", "fail", "restart")


class Life:
    """The next deed as often as the annotation says: {"every": 60, "environment": ..., "deeds": [...]}."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._next: dict[str, float] = {}
        self._count: dict[str, int] = {}
        self._mend: list[tuple[float, str, str]] = []
        self._looked = 0.0

    def step(self, now: float) -> None:
        """Once a second: pods are mended, and when it is time the next deed."""
        if now < self._looked + 1:
            return
        self._looked = now
        for namespace in self.cluster.all("Namespace"):
            told = annotations_of(namespace).get(LIFE)
            if told is not None:
                self._live(namespace["metadata"]["name"], json.loads(told), now)
        for entry in [each for each in self._mend if each[0] <= now]:
            self._mend.remove(entry)
            self._set_fault(entry[1], entry[2], None)

    def _live(self, namespace: str, told: Object, now: float) -> None:
        waves = Waves(self.cluster, told.get("environment", "production"))
        every = float(told.get("every", 60))
        if now < self._next.setdefault(namespace, now + every / 2):
            return
        count = self._count.get(namespace, 0)
        deeds = told.get("deeds", _DEEDS)
        deed = deeds[count % len(deeds)]
        if deed == "migrate" and waves.busy():
            self._next[namespace] = now + 5
            return
        self._next[namespace] = now + every
        self._count[namespace] = count + 1
        if deed == "migrate":
            waves.begin()
        elif deed == "delete":
            self._delete_pod(namespace, "auth")
        elif deed == "fail":
            self._fail_for_a_while(namespace, "notifications", now)
        elif deed == "restart":
            self._restart(namespace, "sessions", now)

    def _pods(self, namespace: str, name: str) -> list[Object]:
        found = self.cluster.all("Pod", namespace)
        label = "app.kubernetes.io/name"
        named = [pod for pod in found if (pod["metadata"].get("labels") or {}).get(label) == name]
        return sorted((pod for pod in named if pod_ready(pod)), key=lambda pod: str(pod["metadata"]["name"]))

    def _delete_pod(self, namespace: str, name: str) -> None:
        for pod in self._pods(namespace, name)[:1]:
            self.cluster.delete(*key_of(pod), grace=grace_of(pod))

    def _fail_for_a_while(self, namespace: str, name: str, now: float) -> None:
        for pod in self._pods(namespace, name)[:1]:
            self._set_fault(namespace, pod["metadata"]["name"], json.dumps({"*": {"fail_ready": True}}))
            self._mend.append((now + 25, namespace, pod["metadata"]["name"]))

    def _set_fault(self, namespace: str, name: str, fault: str | None) -> None:
        if self.cluster.get("Pod", namespace, name) is None:
            return
        draft = self.cluster.edit("Pod", namespace, name)
        found = draft["metadata"].setdefault("annotations", {})
        if fault is None:
            found.pop(BEHAVIOUR, None)
        else:
            found[BEHAVIOUR] = fault
        self.cluster.update(draft)

    def _restart(self, namespace: str, name: str, now: float) -> None:
        if self.cluster.get("Deployment", namespace, name) is None:
            return
        draft = self.cluster.edit("Deployment", namespace, name)
        meta = draft["spec"]["template"].setdefault("metadata", {})
        meta.setdefault("annotations", {})["kubectl.kubernetes.io/restartedAt"] = time_of(now)
        self.cluster.update(draft)
