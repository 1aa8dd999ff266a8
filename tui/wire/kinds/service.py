"""Services."""

from __future__ import annotations

import msgspec

from tui.model.network import Service
from tui.wire.kinds.base import Kind, RawMeta, meta, shared


class RawSpec(msgspec.Struct, gc=False, rename="camel"):
    """A Service's spec."""

    selector: dict[str, str] | None = None
    type: str = ""
    publish_not_ready_addresses: bool = False


class RawService(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    spec: RawSpec = msgspec.field(default_factory=RawSpec)


_OBJECT = msgspec.json.Decoder(RawService)


def parse(raw: bytes) -> Service:
    """Only what decides about its endpoints."""
    found = _OBJECT.decode(raw)
    return Service(
        meta=meta("Service", found.metadata),
        selector=shared(tuple((found.spec.selector or {}).items())),
        external=found.spec.type == "ExternalName",
        unready_too=found.spec.publish_not_ready_addresses,
    )


KIND = Kind("Service", "api/v1", "services", "services", parse)
