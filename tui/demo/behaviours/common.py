"""What every simulated controller shares: the queue of changed and due objects, owners, names, times."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

from tui.demo.cluster import Cluster, Key, Object, key_of, stamp

__all__ = ["Controller", "Key", "Object", "key_of", "time_of"]

time_of = stamp

# The alphabet of generated names: no vowels, no 0, 1, 3 (k8s.io/apimachinery/pkg/util/rand).
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


class Controller:
    """Reconciles objects of `kind` when they, their children or the clock ask for it."""

    kind: ClassVar[str]
    children: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._heap: list[tuple[float, Key]] = []
        self._owner: dict[Key, Key] = {}

    def step(self, now: float) -> None:
        """One turn: everything that changed since the last one, and everything whose time has come."""
        keys: set[Key] = set()
        changed = self.cluster.dirty(type(self).__name__)
        for key in changed:
            keys.update(self.concerned(key))
        while self._heap and self._heap[0][0] <= now:
            keys.add(heapq.heappop(self._heap)[1])
        for key in sorted(keys):
            self.reconcile(key, now)

    def concerned(self, key: Key) -> Iterable[Key]:
        """The keys to reconcile after a change of `key`: itself, or the owner it has or had."""
        if key[0] == self.kind:
            yield key
        if key[0] in self.children:
            before = self._owner.pop(key, None)
            if before is not None:
                yield before
            child = self.cluster.get(*key)
            owner = controller_of(child) if child else None
            if owner is not None and owner["kind"] == self.kind:
                self._owner[key] = (self.kind, key[1], owner["name"])
                yield self._owner[key]

    def reconcile(self, key: Key, now: float) -> None:
        """Brings one object nearer to what its spec asks for."""
        raise NotImplementedError

    def due(self, at: float, key: Key) -> None:
        """Asks for `key` to be reconciled at `at` (epoch seconds)."""
        heapq.heappush(self._heap, (at, key))

    def write_status(self, key: Key, status: Object) -> None:
        """Replaces the status of `key`, which is written only when it differs."""
        draft = self.cluster.edit(*key)
        draft["status"] = status
        self.cluster.update(draft)


def seconds_of(text: str) -> float:
    """Epoch seconds of an RFC 3339 time."""
    return datetime.fromisoformat(text).timestamp()


def annotations_of(obj: Object) -> dict[str, str]:
    """The annotations, for reading."""
    found: dict[str, str] = obj["metadata"].get("annotations") or {}
    return found


def deleting(obj: Object) -> bool:
    """Whether somebody asked for its deletion."""
    return "deletionTimestamp" in obj["metadata"]


def controller_of(obj: Object) -> Object | None:
    """The owner reference that says `controller: true`."""
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            found: Object = owner
            return found
    return None


def owner_reference(owner: Object) -> Object:
    """A controller reference to `owner`, as controllers write it."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def suffix(*parts: object, length: int = 5) -> str:
    """A generated name's end, the same for the same parts."""
    digest = sha256("/".join(str(part) for part in parts).encode()).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:length])


def free_name(cluster: Cluster, kind: str, namespace: str, base: str) -> str:
    """`base` with a generated end that no object has, in an order that depends on nothing but the names."""
    count = 0
    while True:
        name = f"{base}{suffix(namespace, base, count)}"
        if cluster.get(kind, namespace, name) is None:
            return name
        count += 1


def plain(value: Any) -> Any:
    """`value` without empty members: the API treats nil and empty alike when it compares templates."""
    if isinstance(value, dict):
        pairs = ((name, plain(each)) for name, each in value.items())
        return {name: each for name, each in pairs if each not in (None, {}, [])}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def same_template(one: Object, other: Object) -> bool:
    """Whether two pod templates differ in nothing but the label pod-template-hash."""
    return bool(_bare(one) == _bare(other))


def _bare(template: Object) -> Any:
    meta = dict(template.get("metadata") or {})
    meta["labels"] = {
        name: each for name, each in (meta.get("labels") or {}).items() if name != "pod-template-hash"
    }
    return plain({**template, "metadata": meta})


def template_hash(template: Object, collisions: int = 0) -> str:
    """Ten letters of the decimal digits of a 32-bit hash, so that it looks like a controller's own."""
    text = json.dumps(_bare(template), sort_keys=True) + (str(collisions) if collisions else "")
    number = int.from_bytes(sha256(text.encode()).digest()[:4], "big") | 0x40000000
    return "".join(_ALPHABET[ord(digit) % len(_ALPHABET)] for digit in str(number))


def condition(status: Object, kind: str) -> Object | None:
    """The condition of that type."""
    for each in status.get("conditions") or ():
        if each["type"] == kind:
            found: Object = each
            return found
    return None


def set_condition(status: Object, new: Object, now: float) -> None:
    """Puts a condition; lastTransitionTime moves only when its status does."""
    old = condition(status, new["type"])
    stamp = time_of(now)
    if old is not None and old["status"] == new["status"]:
        stamp = old.get("lastTransitionTime", stamp)
    entry = {**new, "lastTransitionTime": stamp}
    listed = status.setdefault("conditions", [])
    if old is None:
        listed.append(entry)
    else:
        listed[listed.index(old)] = entry


def pod_ready(pod: Object) -> bool:
    """The condition Ready."""
    found = condition(pod.get("status") or {}, "Ready")
    return found is not None and found["status"] == "True"


def pod_available(pod: Object, min_ready: float, now: float) -> bool:
    """Ready for `min_ready` seconds."""
    found = condition(pod.get("status") or {}, "Ready")
    if found is None or found["status"] != "True":
        return False
    return not min_ready or seconds_of(found["lastTransitionTime"]) + min_ready <= now


def pod_active(pod: Object) -> bool:
    """Counts for its controller: not ended and not being deleted."""
    return not deleting(pod) and (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")


def grace_of(pod: Object) -> float:
    """Seconds that the pod is given to end."""
    return float((pod.get("spec") or {}).get("terminationGracePeriodSeconds", 30))


def pod_from(template: Object, owner: Object, name: str, labels: dict[str, str] | None = None) -> Object:
    """A Pending pod of `template` that belongs to `owner`."""
    meta = template.get("metadata") or {}
    made: Object = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": owner["metadata"]["namespace"],
            "labels": {**(meta.get("labels") or {}), **(labels or {})},
            "ownerReferences": [owner_reference(owner)],
        },
        "spec": {
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst",
            "schedulerName": "default-scheduler",
            "serviceAccountName": "default",
            **json.loads(json.dumps(template.get("spec") or {})),
        },
        "status": {"phase": "Pending", "qosClass": "Burstable"},
    }
    if meta.get("annotations"):
        made["metadata"]["annotations"] = dict(meta["annotations"])
    return made


def share(value: Any, total: int, *, up: bool) -> int:
    """An int-or-percent ("25%") of `total`, rounded up or down."""
    if isinstance(value, str) and value.endswith("%"):
        part = int(value[:-1]) * total
        return -(-part // 100) if up else part // 100
    return int(value)
