"""DaemonSets."""

from __future__ import annotations

import msgspec

from tui.model.workload import Workload
from tui.wire.kinds.base import Kind, RawCondition, conditions, meta
from tui.wire.kinds.template import images, references
from tui.wire.kinds.workload import OBJECT, SPEC


class RawStatus(msgspec.Struct, gc=False, rename="camel"):
    """A DaemonSet counts nodes."""

    observed_generation: int = 0
    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    updated_number_scheduled: int = 0
    number_ready: int = 0
    number_available: int = 0
    conditions: list[RawCondition] | None = None


_STATUS = msgspec.json.Decoder(RawStatus)


def parse(raw: bytes) -> Workload:
    """Wanted is what the scheduler makes of it: desiredNumberScheduled."""
    found = OBJECT.decode(raw)
    text = bytes(found.spec)
    spec, status = SPEC.decode(text), _STATUS.decode(found.status)
    strategy = spec.update_strategy
    return Workload(
        meta=meta("DaemonSet", found.metadata),
        replicas=status.desired_number_scheduled,
        observed_generation=status.observed_generation,
        current=status.current_number_scheduled,
        updated=status.updated_number_scheduled,
        ready=status.number_ready,
        available=status.number_available,
        conditions=conditions(status.conditions),
        strategy=(strategy and strategy.type) or "RollingUpdate",
        rolling_update_set=bool(strategy and strategy.rolling_update),
        history_limit=10 if spec.revision_history_limit is None else spec.revision_history_limit,
        selector=spec.selector.labels,
        selector_plain=not spec.selector.match_expressions,
        images=images(spec.template.spec),
        references=references(spec.template.spec),
        spec=text,
    )


KIND = Kind("DaemonSet", "apis/apps/v1", "daemonsets", "daemonsets.apps", parse, light=True)
