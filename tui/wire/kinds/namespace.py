"""Namespaces."""

from __future__ import annotations

import msgspec

from tui.model.cluster import Namespace
from tui.wire.kinds.base import Kind, RawMeta, meta


class RawStatus(msgspec.Struct, gc=False):
    """A namespace's status."""

    phase: str = "Active"


class RawNamespace(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    status: RawStatus = msgspec.field(default_factory=RawStatus)


_OBJECT = msgspec.json.Decoder(RawNamespace)


def parse(raw: bytes) -> Namespace:
    """Active or Terminating."""
    found = _OBJECT.decode(raw)
    return Namespace(meta("Namespace", found.metadata), found.status.phase)


KIND = Kind("Namespace", "api/v1", "namespaces", "namespaces", parse, namespaced=False, light=True)
