"""Objects of which only the metadata is asked for: that they exist, never what they hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from tui.model.cluster import Named
from tui.wire.kinds.base import RawMeta, meta


class RawManaged(msgspec.Struct, gc=False):
    """Who wrote it, when, and which fields."""

    time: datetime | None = None
    fields: msgspec.Raw = msgspec.field(name="fieldsV1", default=msgspec.Raw(b""))


class RawNamedMeta(RawMeta, gc=False, rename="camel"):
    """ObjectMeta with what its writers left."""

    managed_fields: list[RawManaged] | None = None


class RawNamed(msgspec.Struct, gc=False):
    """A PartialObjectMetadata."""

    metadata: RawNamedMeta


_OBJECT = msgspec.json.Decoder(RawNamed)


def written(managed: list[RawManaged] | None, member: str) -> float | None:
    """When a member of the object was last written (epoch seconds), None where nobody says."""
    wanted = f'"f:{member}"'.encode()
    times = [one.time.timestamp() for one in managed or () if one.time and wanted in bytes(one.fields)]
    return max(times, default=None)


def parser(kind: str) -> Callable[[bytes], Named]:
    """The object itself calls its kind PartialObjectMetadata; `kind` is what it stands for."""

    def parse(raw: bytes) -> Named:
        found = _OBJECT.decode(raw).metadata
        return Named(meta(kind, found), written(found.managed_fields, "data"))

    return parse
