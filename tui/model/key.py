"""What every cluster object has: its identity, its owner, its labels; and conditions, which most have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})


def nothing() -> Mapping[str, str]:
    """A default for fields: dataclasses of Python 3.11 refuse the unhashable NOTHING itself."""
    return NOTHING


@dataclass(frozen=True, slots=True)
class Owner:
    """The controller that made an object (the ownerReference with `controller: true`)."""

    kind: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Meta:
    """Identity and metadata. Times are seconds since the epoch (UTC)."""

    kind: str
    namespace: str  # "" for objects of the cluster
    name: str
    uid: str
    version: str = ""  # resourceVersion: opaque, compared for equality only
    created: float = 0.0
    deleted: float | None = None  # deletionTimestamp: when it must be gone
    generation: int = 0
    labels: Mapping[str, str] = field(default_factory=nothing)
    annotations: Mapping[str, str] = field(default_factory=nothing)
    owner: Owner | None = None

    @property
    def path(self) -> str:
        """`services/auth`, or the bare name of an object of the cluster."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(frozen=True, slots=True)
class Condition:
    """One entry of `status.conditions`; `since` is lastTransitionTime."""

    type: str
    status: str  # "True", "False" or "Unknown"
    reason: str = ""
    message: str = ""
    since: float | None = None
    updated: float | None = None  # lastUpdateTime (Deployments only)


def condition(conditions: tuple[Condition, ...], type_: str) -> Condition | None:
    """The condition of that type, None when the object does not have it."""
    return next((found for found in conditions if found.type == type_), None)


def is_true(conditions: tuple[Condition, ...], type_: str) -> bool:
    """Whether the object has that condition with status True."""
    found = condition(conditions, type_)
    return found is not None and found.status == "True"
