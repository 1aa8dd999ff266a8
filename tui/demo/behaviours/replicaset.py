"""The ReplicaSet controller: as many pods as asked for, and the count of those that are ready."""

from __future__ import annotations

from tui.demo.behaviours.common import (
    Controller,
    Key,
    Object,
    annotations_of,
    condition,
    controller_of,
    deleting,
    free_name,
    grace_of,
    pod_active,
    pod_available,
    pod_from,
    pod_ready,
    set_condition,
)

# On a ReplicaSet, or on the Deployment that owns it: the message with which creating pods is refused.
REFUSED = "demo.deploytui/refuse-pods"


class ReplicaSets(Controller):
    """Keeps `spec.replicas` pods."""

    kind = "ReplicaSet"
    children = frozenset({"Pod"})

    def reconcile(self, key: Key, now: float) -> None:
        """Creates or deletes what is missing or too much, then counts."""
        replica_set = self.cluster.get(*key)
        if replica_set is None or deleting(replica_set):
            return
        uid = replica_set["metadata"]["uid"]
        active = [pod for pod in self.cluster.owned(uid, "Pod") if pod_active(pod)]
        excess = len(active) - replica_set["spec"].get("replicas", 1)
        refused = self._refused(replica_set) if excess < 0 else None
        if refused is not None:
            said = f'Error creating: pods "{key[2]}-" is forbidden: {refused}'
            self.cluster.event(replica_set, "Warning", "FailedCreate", said, "replicaset-controller")
            self.due(now + 10, key)
        elif excess < 0:
            for _ in range(-excess):
                self._create(replica_set)
        elif excess > 0:
            for pod in sorted(active, key=_first_to_go)[:excess]:
                self._delete(replica_set, pod)
        self._count(key, replica_set, refused, now)

    def _refused(self, replica_set: Object) -> str | None:
        found = annotations_of(replica_set).get(REFUSED)
        owner = controller_of(replica_set)
        if found is None and owner is not None:
            deployment = self.cluster.get(owner["kind"], replica_set["metadata"]["namespace"], owner["name"])
            found = annotations_of(deployment).get(REFUSED) if deployment else None
        return found

    def _create(self, replica_set: Object) -> None:
        meta = replica_set["metadata"]
        name = free_name(self.cluster, "Pod", meta["namespace"], f"{meta['name']}-")
        pod = pod_from(replica_set["spec"]["template"], replica_set, name)
        pod["metadata"]["generateName"] = f"{meta['name']}-"
        self.cluster.create(pod)
        said = f"Created pod: {name}"
        self.cluster.event(replica_set, "Normal", "SuccessfulCreate", said, "replicaset-controller")

    def _delete(self, replica_set: Object, pod: Object) -> None:
        meta = pod["metadata"]
        self.cluster.delete("Pod", meta["namespace"], meta["name"], grace=grace_of(pod))
        said = f"Deleted pod: {meta['name']}"
        self.cluster.event(replica_set, "Normal", "SuccessfulDelete", said, "replicaset-controller")

    def _count(self, key: Key, replica_set: Object, refused: str | None, now: float) -> None:
        uid = replica_set["metadata"]["uid"]
        active = [pod for pod in self.cluster.owned(uid, "Pod") if pod_active(pod)]
        patience = float(replica_set["spec"].get("minReadySeconds", 0))
        ready = sum(pod_ready(pod) for pod in active)
        available = sum(pod_available(pod, patience, now) for pod in active)
        if available < ready:
            self.due(now + 1, key)
        status: Object = {"observedGeneration": replica_set["metadata"].get("generation", 1)}
        status["replicas"] = len(active)
        counts = {"fullyLabeledReplicas": len(active), "readyReplicas": ready, "availableReplicas": available}
        status.update({name: count for name, count in counts.items() if count})
        if refused is not None:
            before = condition(replica_set.get("status") or {}, "ReplicaFailure")
            status["conditions"] = [before] if before else []
            said = f'pods "{key[2]}-" is forbidden: {refused}'
            set_condition(
                status,
                {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": said},
                now,
            )
        self.write_status(key, status)


def _first_to_go(pod: Object) -> tuple[bool, bool, bool, float]:
    """Unscheduled before pending before unready before the newest, as the real controller chooses."""
    meta = pod["metadata"]
    return (
        bool(pod["spec"].get("nodeName")),
        pod["status"].get("phase") == "Running",
        pod_ready(pod),
        -float("".join(each for each in meta["creationTimestamp"] if each.isdigit())),
    )
