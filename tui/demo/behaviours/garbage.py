"""The garbage collector and namespaces: what belonged to something gone goes too."""

from __future__ import annotations

from tui.demo.behaviours.common import Key, Object, deleting, grace_of, key_of
from tui.demo.cluster import Cluster

_OWNED = {
    "Deployment": ("ReplicaSet",),
    "ReplicaSet": ("Pod",),
    "StatefulSet": ("Pod", "ControllerRevision"),
    "DaemonSet": ("Pod", "ControllerRevision"),
    "Job": ("Pod",),
    "CronJob": ("Job",),
    "Service": ("EndpointSlice",),
    "SealedSecret": ("Secret",),
}
_INSIDE = (
    "CronJob",
    "Job",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Service",
    "ConfigMap",
    "SealedSecret",
    "Secret",
)


class Garbage:
    """Deletes dependents: after their owner, before it (foregroundDeletion), or lets them go (orphan)."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._uids: dict[Key, str] = {}
        self._waiting: set[Key] = set()

    def step(self, now: float) -> None:
        """Looks at owners that changed since the last step."""
        changed = self.cluster.dirty(type(self).__name__)
        waiting = {key_of(each) for each in self.cluster.all("Namespace") if deleting(each)}
        for key in sorted(changed | waiting):
            if key[0] == "Namespace":
                self._namespace(key)
            elif key[0] in _OWNED:
                self._owner(key)
        # Owners that wait for the last of their dependents (foregroundDeletion).
        for owner in sorted(self._waiting):
            found = self.cluster.get(*owner)
            if found is None:
                self._waiting.discard(owner)
            else:
                self._finalize(found)

    def _owner(self, key: Key) -> None:
        found = self.cluster.get(*key)
        uid = found["metadata"]["uid"] if found else None
        before = self._uids.get(key)
        if before is not None and before != uid:
            self._delete(self._dependents(key[0], before))
        if uid is None:
            self._uids.pop(key, None)
        else:
            self._uids[key] = uid
        if found is not None and deleting(found):
            self._waiting.add(key)

    def _finalize(self, owner: Object) -> None:
        waits = owner["metadata"].get("finalizers") or []
        dependents = self._dependents(owner["kind"], owner["metadata"]["uid"])
        if "foregroundDeletion" in waits:
            self._delete(dependents)
            if not dependents:
                self._release(owner, "foregroundDeletion")
        elif "orphan" in waits:
            for each in dependents:
                draft = self.cluster.edit(*key_of(each))
                draft["metadata"].pop("ownerReferences", None)
                self.cluster.update(draft)
            self._release(owner, "orphan")

    def _release(self, owner: Object, finalizer: str) -> None:
        key = key_of(owner)
        draft = self.cluster.edit(*key)
        left = [each for each in draft["metadata"].get("finalizers") or () if each != finalizer]
        draft["metadata"]["finalizers"] = left
        self.cluster.update(draft)
        if not left and self.cluster.get(*key) is not None:
            self.cluster.remove(*key)

    def _dependents(self, kind: str, uid: str) -> list[Object]:
        return [each for child in _OWNED[kind] for each in self.cluster.owned(uid, child)]

    def _delete(self, found: list[Object]) -> None:
        for each in found:
            if not deleting(each):
                grace = grace_of(each) if each["kind"] == "Pod" else None
                self.cluster.delete(*key_of(each), grace=grace)

    def _namespace(self, key: Key) -> None:
        found = self.cluster.get(*key)
        if found is None or not deleting(found):
            return
        inside = [each for kind in (*_INSIDE, "Pod") for each in self.cluster.all(kind, key[2])]
        self._delete(inside)
        if not inside:
            self.cluster.remove(*key)
        elif (found.get("status") or {}).get("phase") != "Terminating":
            draft = self.cluster.edit(*key)
            draft["status"] = {"phase": "Terminating"}
            self.cluster.update(draft)
