"""A Deployment's revisions: which ReplicaSet is the new one, their numbers and annotations."""

from __future__ import annotations

from tui.demo.behaviours.common import (
    Object,
    annotations_of,
    controller_of,
    owner_reference,
    same_template,
    set_condition,
    share,
    template_hash,
    time_of,
)
from tui.demo.cluster import Cluster

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MOST = "deployment.kubernetes.io/max-replicas"
# Annotations of the Deployment that its ReplicaSets do not get.
_OWN = (
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    HISTORY,
    DESIRED,
    MOST,
    "deprecated.deployment.rollback.to",
)


def revision_of(obj: Object) -> int:
    """The revision number, 0 when there is none."""
    return int(annotations_of(obj).get(REVISION, "0"))


def replicas_of(obj: Object) -> int:
    """How many it asks for; 1 when it does not say."""
    return int(obj["spec"].get("replicas", 1))


def limits(deployment: Object) -> tuple[int, int]:
    """(maxSurge, maxUnavailable) in pods; both zero becomes one unavailable, as the real one has it."""
    strategy = deployment["spec"].get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return 0, replicas_of(deployment)
    rolling = strategy.get("rollingUpdate") or {}
    surge = share(rolling.get("maxSurge", "25%"), replicas_of(deployment), up=True)
    gone = share(rolling.get("maxUnavailable", "25%"), replicas_of(deployment), up=False)
    return surge, (gone if gone or surge else 1)


def owned_sets(cluster: Cluster, deployment: Object) -> list[Object]:
    """Its ReplicaSets, oldest first."""
    owned = cluster.owned(deployment["metadata"]["uid"], "ReplicaSet")
    owned = [each for each in owned if controller_of(each)]
    return sorted(owned, key=lambda each: (each["metadata"]["creationTimestamp"], each["metadata"]["name"]))


def new_set(deployment: Object, owned: list[Object]) -> Object | None:
    """The ReplicaSet with the Deployment's template."""
    template = deployment["spec"]["template"]
    return next((each for each in owned if same_template(each["spec"]["template"], template)), None)


def annotate(deployment: Object, replica_set: Object, highest: int) -> None:
    """Gives a draft of the new ReplicaSet its annotations: number, history, the Deployment's own ones."""
    found: dict[str, str] = replica_set["metadata"].setdefault("annotations", {})
    found.update({name: value for name, value in annotations_of(deployment).items() if name not in _OWN})
    before, number = int(found.get(REVISION, "0")), highest + 1
    if before < number:
        if before:
            earlier = found.get(HISTORY)
            found[HISTORY] = f"{earlier},{before}" if earlier else str(before)
        found[REVISION] = str(number)
    size(deployment, replica_set)


def size(deployment: Object, replica_set: Object) -> None:
    """Notes on a draft of a ReplicaSet how large the Deployment wants to be."""
    count = replicas_of(deployment)
    found: dict[str, str] = replica_set["metadata"].setdefault("annotations", {})
    found[DESIRED], found[MOST] = str(count), str(count + limits(deployment)[0])


def make_set(cluster: Cluster, deployment: Object, highest: int, replicas: int) -> Object:
    """The ReplicaSet of a new template, not created yet."""
    meta, spec = deployment["metadata"], deployment["spec"]
    collisions = 0
    while True:
        code = template_hash(spec["template"], collisions)
        if cluster.get("ReplicaSet", meta["namespace"], f"{meta['name']}-{code}") is None:
            break
        collisions += 1
    template_meta = spec["template"].get("metadata") or {}
    labels = {**(template_meta.get("labels") or {}), "pod-template-hash": code}
    made: Object = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{meta['name']}-{code}",
            "namespace": meta["namespace"],
            "labels": dict(labels),
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {**spec["selector"]["matchLabels"], "pod-template-hash": code}},
            "template": {**spec["template"], "metadata": {**template_meta, "labels": dict(labels)}},
        },
        "status": {"replicas": 0},
    }
    if spec.get("minReadySeconds"):
        made["spec"]["minReadySeconds"] = spec["minReadySeconds"]
    annotate(deployment, made, highest)
    return made


def set_progress(
    status: Object, value: str, reason: str, message: str, now: float, *, moved: bool = True
) -> None:
    """Puts the condition Progressing; the deadline counts from the last time that it `moved`."""
    old = next((each for each in status.get("conditions") or () if each["type"] == "Progressing"), None)
    if old is not None and (old["status"], old["reason"]) == (value, reason) and not moved:
        return
    entry = {
        "type": "Progressing",
        "status": value,
        "lastUpdateTime": time_of(now),
        "reason": reason,
        "message": message,
    }
    set_condition(status, entry, now)
