"""Jobs."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tui.model.job import Job
from tui.wire.kinds.base import Kind, RawCondition, at, conditions, meta
from tui.wire.kinds.template import RawTemplate, images, references
from tui.wire.kinds.workload import OBJECT


class RawSpec(msgspec.Struct, gc=False, rename="camel"):
    """A Job's spec."""

    completions: int | None = None
    parallelism: int | None = None
    backoff_limit: int | None = None
    active_deadline_seconds: int | None = None
    ttl_seconds_after_finished: int | None = None
    suspend: bool | None = None
    template: RawTemplate = msgspec.field(default_factory=RawTemplate)


class RawStatus(msgspec.Struct, gc=False, rename="camel"):
    """A Job's status."""

    active: int = 0
    ready: int | None = None
    succeeded: int = 0
    failed: int = 0
    terminating: int | None = None
    start_time: datetime | None = None
    completion_time: datetime | None = None
    conditions: list[RawCondition] | None = None


_SPEC = msgspec.json.Decoder(RawSpec)
_STATUS = msgspec.json.Decoder(RawStatus)


def parse(raw: bytes) -> Job:
    """`completions` stays None for a work queue."""
    found = OBJECT.decode(raw)
    text = bytes(found.spec)
    spec, status = _SPEC.decode(text), _STATUS.decode(found.status)
    pod = spec.template.spec
    groups = [group for one in pod.everything for group in one.env_from or ()]
    return Job(
        meta=meta("Job", found.metadata),
        completions=spec.completions,
        parallelism=1 if spec.parallelism is None else spec.parallelism,
        backoff_limit=6 if spec.backoff_limit is None else spec.backoff_limit,
        deadline=spec.active_deadline_seconds,
        ttl=spec.ttl_seconds_after_finished,
        suspended=bool(spec.suspend),
        active=status.active,
        ready=status.ready or 0,
        succeeded=status.succeeded,
        failed=status.failed,
        terminating=status.terminating or 0,
        started=at(status.start_time),
        finished=at(status.completion_time),
        conditions=conditions(status.conditions),
        images=images(pod),
        commands=tuple(" ".join([*(one.command or ()), *(one.args or ())]) for one in pod.everything),
        secrets_env=tuple(group.secret_ref.name or "" for group in groups if group.secret_ref),
        references=references(pod),
        spec=text,
    )


KIND = Kind("Job", "apis/batch/v1", "jobs", "jobs.batch", parse, light=True)
