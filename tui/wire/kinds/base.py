"""What all kinds share: how one is asked for, its metadata on the wire, and objects that cannot be read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import msgspec

from tui.model.key import NOTHING, Condition, Meta, Owner
from tui.model.record import Record
from tui.wire.plain import plain

_DROPPED = "kubectl.kubernetes.io/last-applied-configuration"


class Unreadable(Exception):
    """An object that does not decode; its text names the object and the field."""

    def __init__(self, path: str, uid: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.uid = uid


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of the API; `parse` raises msgspec errors or ValueError, `read` only Unreadable."""

    name: str  # "Deployment"
    path: str  # "apis/apps/v1"
    plural: str  # "deployments"
    resource: str  # "deployments.apps", as an access review asks for it
    parse: Callable[[bytes], Record]
    namespaced: bool = True
    metadata_only: bool = False
    light: bool = False  # watched in every session, not only in the one in front
    argo: bool = False  # it lives in Argo CD's namespace, and where Argo CD runs
    keeps: Callable[[Record], bool] | None = None  # those that are wanted; None: all

    def url(self, namespace: str, name: str = "") -> str:
        """Path of a list, or of one object; an empty namespace is the whole cluster."""
        inside = f"namespaces/{namespace}/" if namespace and self.namespaced else ""
        return f"/{self.path}/{inside}{self.plural}" + (f"/{quote(name, safe=':')}" if name else "")

    def read(self, raw: bytes) -> Record:
        """The record of one object's JSON."""
        try:
            return self.parse(raw)
        except (msgspec.MsgspecError, ValueError) as error:
            found = identity(raw)
            path = f"{found.namespace}/{found.name}" if found.namespace else found.name or "(no name)"
            raise Unreadable(f"{self.name} {plain(path, 200)}", found.uid, _problem(error)) from error


class Identity(msgspec.Struct, gc=False):
    """The few metadata that even an unreadable object has."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = msgspec.field(default="", name="resourceVersion")


class _Identified(msgspec.Struct, gc=False):
    metadata: Identity = msgspec.field(default_factory=Identity)


_IDENTIFIED = msgspec.json.Decoder(_Identified)


def identity(raw: bytes) -> Identity:
    """Name and uid whatever else is wrong; empty when even they cannot be read."""
    try:
        return _IDENTIFIED.decode(raw).metadata
    except (msgspec.MsgspecError, ValueError):
        return Identity()


class RawOwner(msgspec.Struct, gc=False):
    """An ownerReference."""

    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None


class RawMeta(msgspec.Struct, gc=False, rename="camel"):
    """ObjectMeta without managedFields."""

    name: str
    uid: str
    namespace: str = ""
    resource_version: str = ""
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    generation: int = 0
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: list[RawOwner] | None = None


class RawCondition(msgspec.Struct, gc=False, rename="camel"):
    """A condition of any kind."""

    type: str = ""
    status: str = "Unknown"
    reason: str | None = None
    message: str | None = None
    last_transition_time: datetime | None = None
    last_update_time: datetime | None = None


def at(moment: datetime | None) -> float | None:
    """Seconds since the epoch."""
    return None if moment is None else moment.timestamp()


def meta(kind: str, raw: RawMeta) -> Meta:
    """Labels that many objects share are one mapping in memory."""
    annotations: Mapping[str, str] = raw.annotations or NOTHING
    if _DROPPED in annotations:
        annotations = {key: value for key, value in annotations.items() if key != _DROPPED}
    owner = next((one for one in raw.owner_references or () if one.controller), None)
    return Meta(
        kind=kind,
        namespace=sys.intern(raw.namespace),
        name=raw.name,
        uid=raw.uid,
        version=raw.resource_version,
        created=at(raw.creation_timestamp) or 0.0,
        deleted=at(raw.deletion_timestamp),
        generation=raw.generation,
        labels=shared(tuple(raw.labels.items())) if raw.labels else NOTHING,
        annotations=annotations,
        owner=Owner(sys.intern(owner.kind), owner.name, owner.uid) if owner else None,
    )


@lru_cache(maxsize=4096)
def shared(items: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """One mapping for all objects with these entries."""
    return dict(items)


def conditions(raw: list[RawCondition] | None) -> tuple[Condition, ...]:
    """`status.conditions`."""
    return tuple(
        Condition(
            type=sys.intern(one.type),
            status=sys.intern(one.status),
            reason=sys.intern(one.reason or ""),
            message=one.message or "",
            since=at(one.last_transition_time),
            updated=at(one.last_update_time),
        )
        for one in raw or ()
    )


class RawSelector(msgspec.Struct, gc=False, rename="camel"):
    """A LabelSelector."""

    match_labels: dict[str, str] | None = None
    match_expressions: list[Any] | None = None

    @property
    def labels(self) -> Mapping[str, str]:
        """matchLabels."""
        return shared(tuple(self.match_labels.items())) if self.match_labels else NOTHING


def _problem(error: Exception) -> str:
    """msgspec's "Expected `str`, got `int` - at `$.status.phase`" turned round: the field first."""
    text, _, where = str(error).partition(" - at `$")
    field = where.rstrip("`").lstrip(".")
    return plain(f"{field}: {text}" if field else text, 300)
