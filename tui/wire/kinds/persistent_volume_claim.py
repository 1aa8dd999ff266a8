"""PersistentVolumeClaims."""

from __future__ import annotations

import msgspec

from tui.model.network import Claim
from tui.wire.kinds.base import Kind, RawMeta, meta


class RawSpec(msgspec.Struct, gc=False, rename="camel"):
    """A claim's spec."""

    storage_class_name: str = ""


class RawStatus(msgspec.Struct, gc=False):
    """A claim's status."""

    phase: str = ""


class RawClaim(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    spec: RawSpec = msgspec.field(default_factory=RawSpec)
    status: RawStatus = msgspec.field(default_factory=RawStatus)


_OBJECT = msgspec.json.Decoder(RawClaim)


def parse(raw: bytes) -> Claim:
    """Only whether it is bound."""
    found = _OBJECT.decode(raw)
    return Claim(
        meta("PersistentVolumeClaim", found.metadata), found.status.phase, found.spec.storage_class_name
    )


KIND = Kind("PersistentVolumeClaim", "api/v1", "persistentvolumeclaims", "persistentvolumeclaims", parse)
