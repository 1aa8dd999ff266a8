"""Events of both generations of the API, read as core/v1."""

from __future__ import annotations

import sys
from datetime import datetime

import msgspec

from tui.model.cluster import Event
from tui.wire.kinds.base import Kind, RawMeta, at, meta


class RawObject(msgspec.Struct, gc=False, rename="camel"):
    """`involvedObject`."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    field_path: str = ""


class RawSource(msgspec.Struct, gc=False):
    """`source`, of the older generation."""

    component: str = ""


class RawSeries(msgspec.Struct, gc=False, rename="camel"):
    """`series`, of the newer generation."""

    count: int = 0
    last_observed_time: datetime | None = None


class RawEvent(msgspec.Struct, gc=False, rename="camel"):
    """The object; times that do not apply are null."""

    metadata: RawMeta
    involved_object: RawObject = msgspec.field(default_factory=RawObject)
    type: str = "Normal"
    reason: str = ""
    message: str = ""
    source: RawSource = msgspec.field(default_factory=RawSource)
    reporting_component: str = ""
    count: int | None = None
    series: RawSeries | None = None
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None


_OBJECT = msgspec.json.Decoder(RawEvent)


def parse(raw: bytes) -> Event:
    """Seen last: of the series, lastTimestamp, eventTime, or when it was made."""
    found = _OBJECT.decode(raw)
    head = meta("Event", found.metadata)
    series = found.series
    first = at(found.first_timestamp) or at(found.event_time) or head.created
    last = at(series.last_observed_time) if series else None
    about = found.involved_object
    return Event(
        meta=head,
        about_kind=sys.intern(about.kind),
        about_namespace=sys.intern(about.namespace),
        about_name=about.name,
        about_uid=about.uid,
        about_field=sys.intern(about.field_path),
        type=sys.intern(found.type),
        reason=sys.intern(found.reason),
        message=found.message,
        source=sys.intern(found.reporting_component or found.source.component),
        count=(series.count if series else 0) or found.count or 1,
        first=first,
        at=last or at(found.last_timestamp) or at(found.event_time) or head.created,
    )


KIND = Kind("Event", "api/v1", "events", "events", parse)
