"""HorizontalPodAutoscalers (autoscaling/v2)."""

from __future__ import annotations

import msgspec

from tui.model.workload import HorizontalPodAutoscaler
from tui.wire.kinds.base import Kind, RawCondition, RawMeta, conditions, meta


class RawTarget(msgspec.Struct, gc=False):
    """`scaleTargetRef`."""

    kind: str = ""
    name: str = ""


class RawSpec(msgspec.Struct, gc=False, rename="camel"):
    """An autoscaler's spec."""

    scale_target_ref: RawTarget = msgspec.field(default_factory=RawTarget)
    min_replicas: int | None = None
    max_replicas: int = 0


class RawStatus(msgspec.Struct, gc=False, rename="camel"):
    """An autoscaler's status."""

    current_replicas: int | None = None
    desired_replicas: int = 0
    conditions: list[RawCondition] | None = None


class RawAutoscaler(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    spec: RawSpec = msgspec.field(default_factory=RawSpec)
    status: RawStatus = msgspec.field(default_factory=RawStatus)


_OBJECT = msgspec.json.Decoder(RawAutoscaler)


def parse(raw: bytes) -> HorizontalPodAutoscaler:
    """The least is 1 where none is said."""
    found = _OBJECT.decode(raw)
    return HorizontalPodAutoscaler(
        meta=meta("HorizontalPodAutoscaler", found.metadata),
        target_kind=found.spec.scale_target_ref.kind,
        target_name=found.spec.scale_target_ref.name,
        least=1 if found.spec.min_replicas is None else found.spec.min_replicas,
        most=found.spec.max_replicas,
        current=found.status.current_replicas or 0,
        desired=found.status.desired_replicas,
        conditions=conditions(found.status.conditions),
    )


KIND = Kind(
    "HorizontalPodAutoscaler",
    "apis/autoscaling/v2",
    "horizontalpodautoscalers",
    "horizontalpodautoscalers.autoscaling",
    parse,
)
