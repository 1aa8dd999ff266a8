"""The DaemonSet controller: one pod on each node, replaced within maxUnavailable."""

from __future__ import annotations

from collections.abc import Iterable

from tui.demo.behaviours.common import (
    Controller,
    Key,
    Object,
    deleting,
    free_name,
    grace_of,
    pod_available,
    pod_from,
    pod_ready,
    share,
)
from tui.demo.behaviours.controller_revision import forget_old, sync_revision

REVISION_LABEL = "controller-revision-hash"


class DaemonSets(Controller):
    """Keeps one pod on every node that may take it."""

    kind = "DaemonSet"
    children = frozenset({"Pod"})

    def concerned(self, key: Key) -> Iterable[Key]:
        """A change of a node concerns every DaemonSet."""
        if key[0] == "Node":
            for each in self.cluster.all("DaemonSet"):
                yield "DaemonSet", each["metadata"]["namespace"], each["metadata"]["name"]
        yield from super().concerned(key)

    def reconcile(self, key: Key, now: float) -> None:
        """Makes missing pods, replaces outdated ones, counts."""
        wanted = self.cluster.get(*key)
        if wanted is None or deleting(wanted):
            return
        revision = sync_revision(self.cluster, wanted)["metadata"]["name"]
        code = revision.rpartition("-")[2]
        nodes = [node["metadata"]["name"] for node in self.cluster.all("Node") if _takes(node, wanted)]
        pods = self._pods(wanted)
        for node in sorted(nodes):
            if node not in pods:
                self._create(wanted, node, code)
        for node, pod in sorted(pods.items()):
            ended = pod["status"].get("phase") in ("Failed", "Succeeded")
            if (node not in nodes or ended) and not deleting(pod):
                self._delete(wanted, pod)
        if (wanted["spec"].get("updateStrategy") or {}).get("type") != "OnDelete":
            self._replace(wanted, pods, len(nodes), code, now)
        self._count(key, wanted, len(nodes), code, now)
        live = {f"{key[2]}-{pod['metadata']['labels'].get(REVISION_LABEL)}" for pod in pods.values()}
        forget_old(self.cluster, wanted, live | {revision})

    def _pods(self, wanted: Object) -> dict[str, Object]:
        return {node_of(pod): pod for pod in self.cluster.owned(wanted["metadata"]["uid"], "Pod")}

    def _replace(self, wanted: Object, pods: dict[str, Object], nodes: int, code: str, now: float) -> None:
        rolling = (wanted["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
        room = max(share(rolling.get("maxUnavailable", 1), nodes, up=True), 1)
        patience = float(wanted["spec"].get("minReadySeconds", 0))
        outdated = []
        for node in sorted(pods):
            pod = pods[node]
            old = pod["metadata"]["labels"].get(REVISION_LABEL) != code
            serves = not deleting(pod) and pod_available(pod, patience, now)
            if old and not deleting(pod) and not serves:
                self._delete(wanted, pod)
            elif old and serves:
                outdated.append(pod)
            if not serves:
                room -= 1
        room -= nodes - len(pods)
        for pod in outdated[: max(room, 0)]:
            self._delete(wanted, pod)

    def _create(self, wanted: Object, node: str, code: str) -> None:
        meta = wanted["metadata"]
        name = free_name(self.cluster, "Pod", meta["namespace"], f"{meta['name']}-")
        self.cluster.create(daemon_pod(wanted, name, node, code))
        said = f"Created pod: {name}"
        self.cluster.event(wanted, "Normal", "SuccessfulCreate", said, "daemonset-controller")

    def _delete(self, wanted: Object, pod: Object) -> None:
        meta = pod["metadata"]
        self.cluster.delete("Pod", meta["namespace"], meta["name"], grace=grace_of(pod))
        said = f"Deleted pod: {meta['name']}"
        self.cluster.event(wanted, "Normal", "SuccessfulDelete", said, "daemonset-controller")

    def _count(self, key: Key, wanted: Object, nodes: int, code: str, now: float) -> None:
        pods = list(self._pods(wanted).values())
        patience = float(wanted["spec"].get("minReadySeconds", 0))
        ready = sum(pod_ready(pod) for pod in pods)
        available = sum(pod_available(pod, patience, now) for pod in pods)
        if available < ready:
            self.due(now + 1, key)
        status: Object = {
            "observedGeneration": wanted["metadata"].get("generation", 1),
            "currentNumberScheduled": len(pods),
            "numberMisscheduled": 0,
            "desiredNumberScheduled": nodes,
            "numberReady": ready,
        }
        updated = sum(pod["metadata"]["labels"].get(REVISION_LABEL) == code for pod in pods)
        counts = (
            ("updatedNumberScheduled", updated),
            ("numberAvailable", available),
            ("numberUnavailable", nodes - available),
        )
        status.update({name: each for name, each in counts if each})
        self.write_status(key, status)


def daemon_pod(wanted: Object, name: str, node: str, code: str) -> Object:
    """A pod that only `node` can take, as the real controller makes it."""
    labels = {REVISION_LABEL: code, "pod-template-generation": str(wanted["metadata"].get("generation", 1))}
    pod = pod_from(wanted["spec"]["template"], wanted, name, labels)
    pod["metadata"]["generateName"] = f"{wanted['metadata']['name']}-"
    field = {"key": "metadata.name", "operator": "In", "values": [node]}
    pod["spec"]["affinity"] = {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchFields": [field]}]
            }
        }
    }
    return pod


def node_of(pod: Object) -> str:
    """The node that the pod is on, or is made for."""
    affinity = pod["spec"].get("affinity") or {}
    rule = affinity.get("nodeAffinity", {}).get("requiredDuringSchedulingIgnoredDuringExecution", {})
    for term in rule.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            return str(field["values"][0])
    return str(pod["spec"].get("nodeName", ""))


def _takes(node: Object, wanted: Object) -> bool:
    labels = node["metadata"].get("labels") or {}
    selector = wanted["spec"]["template"]["spec"].get("nodeSelector") or {}
    return all(labels.get(name) == value for name, value in selector.items())
