"""Objects as they come, by the page and by the event: decoded, chosen, and named where unreadable."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tui.model.record import Record
from tui.wire.kinds.base import Kind, Unreadable, identity


class Event(msgspec.Struct, gc=False):
    """A line of a watch."""

    type: str
    object: msgspec.Raw


class Status(msgspec.Struct, gc=False):
    """What an ERROR event carries."""

    code: int = 0
    message: str = ""


EVENT = msgspec.json.Decoder(Event)
STATUS = msgspec.json.Decoder(Status)


def decode(
    kind: Kind, items: list[bytes], wants: Callable[[str], bool]
) -> tuple[dict[str, Record], dict[str, str]]:
    """Records by uid, and what is unreadable by uid; pure, so it may run in a thread."""
    records: dict[str, Record] = {}
    unreadable: dict[str, str] = {}
    for item in items:
        try:
            record = kind.read(item)
        except Unreadable as error:
            if wants(identity(item).namespace):
                unreadable[error.uid or error.path] = str(error)
            continue
        if wants(record.meta.namespace) and (kind.keeps is None or kind.keeps(record)):
            records[record.meta.uid] = record
    return records, unreadable
