"""PodMetrics of metrics.k8s.io, which are listed and never watched."""

from __future__ import annotations

import msgspec

from tui.model.key import Meta
from tui.model.usage import PodUsage, quantity
from tui.wire.kinds.base import Identity, Kind


class RawUsed(msgspec.Struct, gc=False):
    """Quantities."""

    cpu: str = ""
    memory: str = ""


class RawContainer(msgspec.Struct, gc=False):
    """One container's."""

    usage: RawUsed = msgspec.field(default_factory=RawUsed)


class RawMetrics(msgspec.Struct, gc=False):
    """The object, which has no uid."""

    metadata: Identity
    containers: list[RawContainer] | None = None


_OBJECT = msgspec.json.Decoder(RawMetrics)


def parse(raw: bytes) -> PodUsage:
    """The sum of its containers."""
    found = _OBJECT.decode(raw)
    namespace, name = found.metadata.namespace, found.metadata.name
    used = [one.usage for one in found.containers or ()]
    return PodUsage(
        Meta("PodUsage", namespace, name, f"usage of {namespace}/{name}"),
        sum(quantity(one.cpu) for one in used),
        sum(quantity(one.memory) for one in used),
    )


KIND = Kind("PodUsage", "apis/metrics.k8s.io/v1beta1", "pods", "pods.metrics.k8s.io", parse)
