"""Gateways, and HTTPRoutes beside them: both are judged by conditions that their controllers set."""

from __future__ import annotations

import msgspec

from tui.model.network import Gateway
from tui.wire.kinds.base import Kind, RawCondition, RawMeta, conditions, meta


class RawListener(msgspec.Struct, gc=False):
    """`status.listeners` of a Gateway."""

    name: str = ""
    conditions: list[RawCondition] | None = None


class RawStatus(msgspec.Struct, gc=False):
    """A Gateway's status."""

    conditions: list[RawCondition] | None = None
    listeners: list[RawListener] | None = None


class RawGateway(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    status: RawStatus = msgspec.field(default_factory=RawStatus)


_OBJECT = msgspec.json.Decoder(RawGateway)


def parse(raw: bytes) -> Gateway:
    """Its own conditions as set by its controller, then those of each listener."""
    found = _OBJECT.decode(raw)
    said = [("its controller", one) for one in conditions(found.status.conditions)]
    for listener in found.status.listeners or ():
        said += [(f"listener {listener.name}", one) for one in conditions(listener.conditions)]
    return Gateway(meta("Gateway", found.metadata), tuple(said))


KIND = Kind(
    "Gateway", "apis/gateway.networking.k8s.io/v1", "gateways", "gateways.gateway.networking.k8s.io", parse
)
