"""Objects of which only the metadata is asked for: that they exist, never what they hold."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tui.model.cluster import Named
from tui.wire.kinds.base import RawMeta, meta


class RawNamed(msgspec.Struct, gc=False):
    """A PartialObjectMetadata."""

    metadata: RawMeta


_OBJECT = msgspec.json.Decoder(RawNamed)


def parser(kind: str) -> Callable[[bytes], Named]:
    """The object itself calls its kind PartialObjectMetadata; `kind` is what it stands for."""

    def parse(raw: bytes) -> Named:
        return Named(meta(kind, _OBJECT.decode(raw).metadata))

    return parse
