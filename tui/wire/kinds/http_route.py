"""HTTPRoutes of the Gateway API."""

from __future__ import annotations

import msgspec

from tui.model.network import Gateway
from tui.wire.kinds.base import Kind, RawCondition, RawMeta, conditions, meta


class RawParentRef(msgspec.Struct, gc=False):
    """`parentRef`."""

    name: str = ""


class RawParent(msgspec.Struct, gc=False, rename="camel"):
    """What one parent says."""

    parent_ref: RawParentRef = msgspec.field(default_factory=RawParentRef)
    conditions: list[RawCondition] | None = None


class RawStatus(msgspec.Struct, gc=False):
    """A route's status."""

    parents: list[RawParent] | None = None


class RawRoute(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    status: RawStatus = msgspec.field(default_factory=RawStatus)


_OBJECT = msgspec.json.Decoder(RawRoute)


def parse(raw: bytes) -> Gateway:
    """The conditions of each parent Gateway."""
    found = _OBJECT.decode(raw)
    said = [
        (f"Gateway {parent.parent_ref.name}", one)
        for parent in found.status.parents or ()
        for one in conditions(parent.conditions)
    ]
    return Gateway(meta("HTTPRoute", found.metadata), tuple(said))


KIND = Kind(
    "HTTPRoute",
    "apis/gateway.networking.k8s.io/v1",
    "httproutes",
    "httproutes.gateway.networking.k8s.io",
    parse,
)
