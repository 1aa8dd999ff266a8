"""Objects of which only the metadata is asked for: that they exist, never what they hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from tui.model.cluster import Named
from tui.wire.kinds.base import RawMeta, meta


class RawManaged(msgspec.Struct, gc=False):
    """Who wrote it, and when."""

    time: datetime | None = None


class RawNamedMeta(RawMeta, gc=False, rename="camel"):
    """ObjectMeta with what its writers left."""

    managed_fields: list[RawManaged] | None = None


class RawNamed(msgspec.Struct, gc=False):
    """A PartialObjectMetadata."""

    metadata: RawNamedMeta


_OBJECT = msgspec.json.Decoder(RawNamed)


def parser(kind: str) -> Callable[[bytes], Named]:
    """The object itself calls its kind PartialObjectMetadata; `kind` is what it stands for."""

    def parse(raw: bytes) -> Named:
        found = _OBJECT.decode(raw).metadata
        times = [one.time.timestamp() for one in found.managed_fields or () if one.time]
        return Named(meta(kind, found), max(times, default=None))

    return parse
