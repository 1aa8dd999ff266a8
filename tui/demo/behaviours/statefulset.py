"""The StatefulSet controller: pods with ordinals, made and replaced one after the other."""

from __future__ import annotations

from tui.demo.behaviours.common import (
    Controller,
    Key,
    Object,
    deleting,
    grace_of,
    pod_available,
    pod_from,
    pod_ready,
)
from tui.demo.behaviours.controller_revision import forget_old, revisions_of, sync_revision

REVISION_LABEL = "controller-revision-hash"


class StatefulSets(Controller):
    """One pod at a time, unless podManagementPolicy is Parallel."""

    kind = "StatefulSet"
    children = frozenset({"Pod"})

    def reconcile(self, key: Key, now: float) -> None:
        """Makes, takes away or replaces one pod, then counts."""
        wanted = self.cluster.get(*key)
        if wanted is None or deleting(wanted):
            return
        latest = sync_revision(self.cluster, wanted)["metadata"]["name"]
        current = (wanted.get("status") or {}).get("currentRevision") or latest
        pods = self._pods(wanted)
        if self._fill(wanted, pods, current, latest, now) and self._trim(wanted, pods):
            self._replace(wanted, pods, latest, now)
        self._count(key, current, latest, now)

    def _pods(self, wanted: Object) -> dict[int, Object]:
        found = self.cluster.owned(wanted["metadata"]["uid"], "Pod")
        return {int(pod["metadata"]["name"].rpartition("-")[2]): pod for pod in found}

    def _fill(self, wanted: Object, pods: dict[int, Object], current: str, latest: str, now: float) -> bool:
        """Makes the first missing pod; False while one of the wanted ones is not available."""
        parallel = wanted["spec"].get("podManagementPolicy") == "Parallel"
        patience = float(wanted["spec"].get("minReadySeconds", 0))
        settled = True
        for ordinal in range(int(wanted["spec"].get("replicas", 1))):
            pod = pods.get(ordinal)
            if pod is None:
                self._create(wanted, ordinal, current if ordinal < _partition(wanted) else latest)
                settled = False
            elif pod["status"].get("phase") in ("Failed", "Succeeded") and not deleting(pod):
                self._delete(wanted, pod)
                settled = False
            elif deleting(pod) or not pod_available(pod, patience, now):
                settled = False
            if not settled and not parallel:
                # A pod of an outdated template that never gets ready must not block its own replacement.
                stuck = (
                    pod is not None
                    and not deleting(pod)
                    and pod["metadata"]["labels"].get(REVISION_LABEL) != latest
                )
                return stuck
        return settled or parallel

    def _trim(self, wanted: Object, pods: dict[int, Object]) -> bool:
        """Takes the highest pod that is too much; False while one is."""
        above = [ordinal for ordinal in sorted(pods) if ordinal >= int(wanted["spec"].get("replicas", 1))]
        if above and not any(deleting(pods[ordinal]) for ordinal in above):
            self._delete(wanted, pods[above[-1]])
        return not above

    def _replace(self, wanted: Object, pods: dict[int, Object], latest: str, now: float) -> None:
        if (wanted["spec"].get("updateStrategy") or {}).get("type") == "OnDelete":
            return
        patience = float(wanted["spec"].get("minReadySeconds", 0))
        for ordinal in sorted(pods, reverse=True):
            pod = pods[ordinal]
            if ordinal < _partition(wanted):
                return
            if pod["metadata"]["labels"].get(REVISION_LABEL) != latest and not deleting(pod):
                self._delete(wanted, pod)
                return
            if deleting(pod) or not pod_available(pod, patience, now):
                return

    def _create(self, wanted: Object, ordinal: int, revision: str) -> None:
        name = f"{wanted['metadata']['name']}-{ordinal}"
        template = wanted["spec"]["template"]
        for each in revisions_of(self.cluster, wanted):
            if each["metadata"]["name"] == revision:
                template = each["data"]["spec"]["template"]
        labels = {
            "apps.kubernetes.io/pod-index": str(ordinal),
            REVISION_LABEL: revision,
            "statefulset.kubernetes.io/pod-name": name,
        }
        pod = pod_from(template, wanted, name, labels)
        pod["spec"]["hostname"] = name
        self.cluster.create(pod)
        self._say(wanted, "SuccessfulCreate", "create", name)

    def _delete(self, wanted: Object, pod: Object) -> None:
        meta = pod["metadata"]
        self.cluster.delete("Pod", meta["namespace"], meta["name"], grace=grace_of(pod))
        self._say(wanted, "SuccessfulDelete", "delete", meta["name"])

    def _say(self, wanted: Object, reason: str, verb: str, name: str) -> None:
        said = f"{verb} Pod {name} in StatefulSet {wanted['metadata']['name']} successful"
        self.cluster.event(wanted, "Normal", reason, said, "statefulset-controller")

    def _count(self, key: Key, current: str, latest: str, now: float) -> None:
        wanted = self.cluster.get(*key)
        if wanted is None:
            return
        pods = list(self._pods(wanted).values())
        patience = float(wanted["spec"].get("minReadySeconds", 0))
        ready = sum(pod_ready(pod) for pod in pods)
        available = sum(pod_available(pod, patience, now) for pod in pods)
        if available < ready:
            self.due(now + 1, key)
        standing = [pod for pod in pods if not deleting(pod)]
        updated = sum(pod["metadata"]["labels"].get(REVISION_LABEL) == latest for pod in standing)
        count = int(wanted["spec"].get("replicas", 1))
        if updated == len(pods) == ready == count:
            current = latest
        status: Object = {
            "observedGeneration": wanted["metadata"].get("generation", 1),
            "replicas": len(pods),
            "availableReplicas": available,
            "currentRevision": current,
            "updateRevision": latest,
            "collisionCount": 0,
        }
        now_current = sum(pod["metadata"]["labels"].get(REVISION_LABEL) == current for pod in standing)
        counts = {"readyReplicas": ready, "currentReplicas": now_current, "updatedReplicas": updated}
        status.update({name: each for name, each in counts.items() if each})
        self.write_status(key, status)
        live = {pod["metadata"]["labels"].get(REVISION_LABEL, "") for pod in pods}
        forget_old(self.cluster, wanted, live | {current, latest})


def _partition(wanted: Object) -> int:
    rolling = (wanted["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
    return int(rolling.get("partition", 0))
