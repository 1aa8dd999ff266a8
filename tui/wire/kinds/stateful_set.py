"""StatefulSets."""

from __future__ import annotations

from tui.model.workload import Workload
from tui.wire.kinds.base import Kind, conditions, meta
from tui.wire.kinds.template import images, references
from tui.wire.kinds.workload import OBJECT, REPLICAS, SPEC


def parse(raw: bytes) -> Workload:
    """Whether `rollingUpdate` is there at all matters to `kubectl rollout status`."""
    found = OBJECT.decode(raw)
    text = bytes(found.spec)
    spec, status = SPEC.decode(text), REPLICAS.decode(found.status)
    strategy = spec.update_strategy
    rolling = strategy.rolling_update if strategy else None
    return Workload(
        meta=meta("StatefulSet", found.metadata),
        replicas=1 if spec.replicas is None else spec.replicas,
        observed_generation=status.observed_generation,
        current=status.replicas,
        updated=status.updated_replicas,
        ready=status.ready_replicas,
        available=status.available_replicas,
        conditions=conditions(status.conditions),
        strategy=(strategy and strategy.type) or "RollingUpdate",
        partition=(rolling and rolling.partition) or 0,
        rolling_update_set=rolling is not None,
        history_limit=10 if spec.revision_history_limit is None else spec.revision_history_limit,
        selector=spec.selector.labels,
        selector_plain=not spec.selector.match_expressions,
        images=images(spec.template.spec),
        references=references(spec.template.spec),
        current_revision=status.current_revision,
        update_revision=status.update_revision,
        spec=text,
    )


KIND = Kind("StatefulSet", "apis/apps/v1", "statefulsets", "statefulsets.apps", parse, light=True)
