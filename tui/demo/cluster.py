"""The objects of one simulated cluster, as plain JSON: identity, versions, owners, events, changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import msgspec

from tui.demo.defaults import fill
from tui.demo.history import Change, History
from tui.demo.kinds import BY_NAME
from tui.demo.repository import Repository

Object = dict[str, Any]
Key = tuple[str, str, str]

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_encode = msgspec.json.encode
_decode = msgspec.json.decode


def _generation_moves(obj: Object, before: Object) -> bool:
    """With the spec; of a custom kind without the subresource status with anything but metadata."""
    kind = BY_NAME[obj["kind"]]
    if kind.custom and "status" not in kind.subresources:
        return {**obj, "metadata": None} != {**before, "metadata": None}
    return "spec" in obj and obj["spec"] != before.get("spec")


class AlreadyExists(Exception):
    """An object of that kind, namespace and name is there."""


class NotFound(KeyError):
    """No object of that kind, namespace and name is there."""


def key_of(obj: Object) -> Key:
    """(kind, namespace or "", name)."""
    meta = obj["metadata"]
    return obj["kind"], meta.get("namespace", ""), meta["name"]


def stamp(at: float) -> str:
    """RFC 3339 with whole seconds, as the API writes times."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def controller_uid(obj: Object) -> str | None:
    """The UID of the owner that controls it."""
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            return str(owner["uid"])
    return None


def _copy(obj: Object) -> Object:
    # Objects are JSON, and this is several times faster than copy.deepcopy.
    copied: Object = _decode(_encode(obj))
    return copied


class Cluster:
    """Stored objects are never changed in place: an update puts a new one, so old ones serve as history."""

    def __init__(self, now: Callable[[], float], *, history: int = 5000) -> None:
        self.now = now
        self.history = History(history)
        self.repository = Repository()  # what the cluster's Argo CD deploys from
        self._objects: dict[str, dict[str, dict[str, Object]]] = {}
        self._uids: dict[str, Key] = {}
        self._owned: dict[tuple[str, str], dict[str, Key]] = {}
        self._consumers: dict[str, set[Key]] = {}
        self._made = 0

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """The stored object, not to be changed."""
        return self._objects.get(kind, {}).get(namespace or "", {}).get(name)

    def by_uid(self, uid: str) -> Object | None:
        """The stored object with that UID."""
        key = self._uids.get(uid)
        return self.get(*key) if key else None

    def all(self, kind: str, namespace: str | None = None) -> list[Object]:
        """The objects of a kind, in one namespace or in all."""
        spaces = self._objects.get(kind, {})
        if namespace is not None:
            return list(spaces.get(namespace, {}).values())
        return [obj for space in spaces.values() for obj in space.values()]

    def owned(self, owner_uid: str, kind: str) -> list[Object]:
        """The objects of `kind` that the owner controls."""
        found = (self.get(*key) for key in self._owned.get((owner_uid, kind), {}).values())
        return [obj for obj in found if obj is not None]

    def edit(self, kind: str, namespace: str, name: str) -> Object:
        """A copy to change and give to `update`."""
        obj = self.get(kind, namespace, name)
        if obj is None:
            raise NotFound(f"{kind} {namespace}/{name}")
        return _copy(obj)

    def create(self, obj: Object) -> Object:
        """Stores a copy with uid, resourceVersion, creationTimestamp and generation; AlreadyExists."""
        obj = _copy(obj)
        kind = BY_NAME[obj["kind"]]
        meta = obj.setdefault("metadata", {})
        obj["apiVersion"] = obj.get("apiVersion") or kind.api_version
        if kind.namespaced:
            meta["namespace"] = meta.get("namespace") or "default"
        else:
            meta.pop("namespace", None)
        self._made += 1
        if not meta.get("name"):
            meta["name"] = str(meta["generateName"]) + self._ending()
        key = key_of(obj)
        if self.get(*key) is not None:
            raise AlreadyExists(f"{kind.resource} {meta['name']!r} already exists")
        # Made from a counter: two worlds of one scene have the same UIDs, so goldens stay the same.
        meta["uid"] = meta.get("uid") or str(uuid5(NAMESPACE_OID, f"{'/'.join(key)}/{self._made}"))
        meta["creationTimestamp"] = meta.get("creationTimestamp") or stamp(self.now())
        meta.pop("deletionTimestamp", None)
        if "spec" in obj:
            meta["generation"] = 1
        fill(obj)
        self._put(obj, None, "ADDED")
        return obj

    def update(self, obj: Object) -> Object:
        """Replaces the object of that identity; returns what is stored. NotFound."""
        key = key_of(obj)
        before = self.get(*key)
        if before is None:
            raise NotFound("/".join(key))
        obj = _copy(obj)
        meta, old = obj["metadata"], before["metadata"]
        for name in ("uid", "creationTimestamp", "resourceVersion", "generation"):
            if name in old:
                meta[name] = old[name]
        fill(obj)
        if obj == before:
            return before
        if _generation_moves(obj, before):
            meta["generation"] = old.get("generation", 0) + 1
        if meta.get("deletionTimestamp") and not meta.get("finalizers"):
            done = old.get("finalizers") and not meta.get("deletionGracePeriodSeconds")
            if done:
                self._put(obj, before, "DELETED")
                return obj
        self._put(obj, before, "MODIFIED")
        return obj

    def delete(self, kind: str, namespace: str, name: str, *, grace: float | None = None) -> None:
        """Asks for its end: at once, or marked when it has finalizers or is a pod with grace. NotFound."""
        obj = self.edit(kind, namespace, name)
        meta = obj["metadata"]
        if kind == "Pod" and grace is None:
            grace = float(obj.get("spec", {}).get("terminationGracePeriodSeconds", 30))
            # A pod that no node runs has nobody who could end it, and one that has ended needs no time.
            if not obj.get("spec", {}).get("nodeName") or obj.get("status", {}).get("phase") in (
                "Succeeded",
                "Failed",
            ):
                grace = 0
        if not meta.get("finalizers") and not grace:
            self.remove(kind, namespace, name)
            return
        if "deletionTimestamp" in meta:
            return
        meta["deletionTimestamp"] = stamp(self.now() + (grace or 0))
        meta["deletionGracePeriodSeconds"] = int(grace or 0)
        self.update(obj)

    def remove(self, kind: str, namespace: str, name: str) -> None:
        """It is gone now. NotFound."""
        before = self.get(kind, namespace, name)
        if before is None:
            raise NotFound(f"{kind} {namespace}/{name}")
        self._put(_copy(before), before, "DELETED")

    def event(self, obj: Object, type_: str, reason: str, message: str, component: str) -> None:
        """Records a core/v1 Event about `obj`; the same one again raises its count."""
        kind, namespace, name = key_of(obj)
        uid = obj["metadata"].get("uid", "")
        digest = sha256("\0".join((kind, uid, type_, reason, message, component)).encode()).hexdigest()[:16]
        space, event_name = namespace or "default", f"{name}.{digest}"
        at = stamp(self.now())
        if self.get("Event", space, event_name) is not None:
            draft = self.edit("Event", space, event_name)
            draft["count"] = draft.get("count", 1) + 1
            draft["lastTimestamp"] = at
            self.update(draft)
            return
        about = {
            "kind": kind,
            "namespace": namespace,
            "name": name,
            "uid": uid,
            "apiVersion": obj["apiVersion"],
            "resourceVersion": obj["metadata"].get("resourceVersion", ""),
        }
        self.create(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"name": event_name, "namespace": space},
                "involvedObject": {name: value for name, value in about.items() if value},
                "type": type_,
                "reason": reason,
                "message": message,
                "source": {"component": component},
                "reportingComponent": component,
                "reportingInstance": "",
                "firstTimestamp": at,
                "lastTimestamp": at,
                "eventTime": None,
                "count": 1,
            }
        )

    def dirty(self, name: str) -> set[Key]:
        """What changed since this consumer last asked; everything at its first time."""
        found = self._consumers.get(name)
        if found is None:
            found = {
                key_of(obj)
                for spaces in self._objects.values()
                for each in spaces.values()
                for obj in each.values()
            }
        self._consumers[name] = set()
        return found

    def forget(self) -> None:
        """Every consumer gets everything again: those that come now know nothing of the past."""
        self._consumers.clear()

    def _ending(self) -> str:
        digest = sha256(str(self._made).encode()).digest()
        return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:5])

    def _put(self, obj: Object, before: Object | None, type_: str) -> None:
        key = key_of(obj)
        kind, namespace, name = key
        uid = obj["metadata"]["uid"]
        version = self.history.next_version()
        obj["metadata"]["resourceVersion"] = str(version)
        owner = controller_uid(obj)
        if before is not None:
            self._disown(before, owner if type_ != "DELETED" else None)
        if type_ == "DELETED":
            del self._objects[kind][namespace][name]
            self._uids.pop(uid, None)
        else:
            self._objects.setdefault(kind, {}).setdefault(namespace, {})[name] = obj
            self._uids[uid] = key
            if owner:
                self._owned.setdefault((owner, kind), {})[uid] = key
        for waiting in self._consumers.values():
            waiting.add(key)
        self.history.append(kind, Change(version, type_, obj, before))

    def _disown(self, before: Object, owner: str | None) -> None:
        old = controller_uid(before)
        if old and old != owner:
            children = self._owned.get((old, before["kind"]), {})
            children.pop(before["metadata"]["uid"], None)
            if not children:
                self._owned.pop((old, before["kind"]), None)
