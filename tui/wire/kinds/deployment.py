"""Deployments."""

from __future__ import annotations

from tui.model.workload import Workload
from tui.wire.kinds.base import Kind, conditions, meta
from tui.wire.kinds.template import images, references
from tui.wire.kinds.workload import OBJECT, REPLICAS, SPEC


def parse(raw: bytes) -> Workload:
    """An omitted field means what the API server's default would be."""
    found = OBJECT.decode(raw)
    text = bytes(found.spec)
    spec, status = SPEC.decode(text), REPLICAS.decode(found.status)
    return Workload(
        meta=meta("Deployment", found.metadata),
        replicas=1 if spec.replicas is None else spec.replicas,
        observed_generation=status.observed_generation,
        current=status.replicas,
        updated=status.updated_replicas,
        ready=status.ready_replicas,
        available=status.available_replicas,
        conditions=conditions(status.conditions),
        paused=bool(spec.paused),
        strategy=(spec.strategy and spec.strategy.type) or "RollingUpdate",
        rolling_update_set=bool(spec.strategy and spec.strategy.rolling_update),
        progress_deadline=600 if spec.progress_deadline_seconds is None else spec.progress_deadline_seconds,
        history_limit=10 if spec.revision_history_limit is None else spec.revision_history_limit,
        selector=spec.selector.labels,
        selector_plain=not spec.selector.match_expressions,
        images=images(spec.template.spec),
        references=references(spec.template.spec),
        spec=text,
    )


KIND = Kind("Deployment", "apis/apps/v1", "deployments", "deployments.apps", parse, light=True)
