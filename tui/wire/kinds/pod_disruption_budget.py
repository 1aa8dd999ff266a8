"""PodDisruptionBudgets."""

from __future__ import annotations

import msgspec

from tui.model.workload import PodDisruptionBudget
from tui.wire.kinds.base import Kind, RawMeta, RawSelector, meta


class RawSpec(msgspec.Struct, gc=False):
    """A budget's spec."""

    selector: RawSelector | None = None


class RawStatus(msgspec.Struct, gc=False, rename="camel"):
    """A budget's status."""

    disruptions_allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0


class RawBudget(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    spec: RawSpec = msgspec.field(default_factory=RawSpec)
    status: RawStatus = msgspec.field(default_factory=RawStatus)


_OBJECT = msgspec.json.Decoder(RawBudget)


def parse(raw: bytes) -> PodDisruptionBudget:
    """Numbers of the status are pods."""
    found = _OBJECT.decode(raw)
    return PodDisruptionBudget(
        meta=meta("PodDisruptionBudget", found.metadata),
        selector=(found.spec.selector or RawSelector()).labels,
        allowed=found.status.disruptions_allowed,
        healthy=found.status.current_healthy,
        wanted=found.status.desired_healthy,
    )


KIND = Kind(
    "PodDisruptionBudget",
    "apis/policy/v1",
    "poddisruptionbudgets",
    "poddisruptionbudgets.policy",
    parse,
)
