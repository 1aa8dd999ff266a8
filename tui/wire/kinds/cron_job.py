"""CronJobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tui.model.job import CronJob
from tui.wire.kinds.base import Kind, RawMeta, at, meta
from tui.wire.kinds.template import RawTemplate, images


class RawJobSpec(msgspec.Struct, gc=False):
    """The Job that it makes."""

    template: RawTemplate = msgspec.field(default_factory=RawTemplate)


class RawJobTemplate(msgspec.Struct, gc=False):
    """`jobTemplate`; its spec stays bytes and is decoded a second time."""

    spec: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))


class RawSpec(msgspec.Struct, gc=False, rename="camel"):
    """A CronJob's spec."""

    schedule: str = ""
    time_zone: str | None = None
    suspend: bool | None = None
    job_template: RawJobTemplate = msgspec.field(default_factory=RawJobTemplate)


class RawStatus(msgspec.Struct, gc=False, rename="camel"):
    """A CronJob's status."""

    active: list[Any] | None = None
    last_schedule_time: datetime | None = None
    last_successful_time: datetime | None = None


class RawCronJob(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    spec: RawSpec = msgspec.field(default_factory=RawSpec)
    status: RawStatus = msgspec.field(default_factory=RawStatus)


_OBJECT = msgspec.json.Decoder(RawCronJob)
_JOB = msgspec.json.Decoder(RawJobSpec)


def parse(raw: bytes) -> CronJob:
    """`active` counts the running Jobs."""
    found = _OBJECT.decode(raw)
    spec = bytes(found.spec.job_template.spec)
    return CronJob(
        meta=meta("CronJob", found.metadata),
        schedule=found.spec.schedule,
        time_zone=found.spec.time_zone or "",
        suspended=bool(found.spec.suspend),
        active=len(found.status.active or ()),
        last_scheduled=at(found.status.last_schedule_time),
        last_succeeded=at(found.status.last_successful_time),
        images=images(_JOB.decode(spec).template.spec),
        spec=spec,
    )


KIND = Kind("CronJob", "apis/batch/v1", "cronjobs", "cronjobs.batch", parse)
