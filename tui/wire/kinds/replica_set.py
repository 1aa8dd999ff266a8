"""ReplicaSets: the revisions of Deployments."""

from __future__ import annotations

import msgspec

from tui.model.workload import ReplicaSet
from tui.wire.kinds.base import Kind, conditions, meta
from tui.wire.kinds.template import RawTemplate, images, references
from tui.wire.kinds.workload import OBJECT, REPLICAS


class RawSpec(msgspec.Struct, gc=False):
    """The template stays bytes."""

    replicas: int | None = None
    template: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))


_SPEC = msgspec.json.Decoder(RawSpec)
_TEMPLATE = msgspec.json.Decoder(RawTemplate)


def parse(raw: bytes) -> ReplicaSet:
    """Keeps the template as the server sent it, for undo and diff."""
    found = OBJECT.decode(raw)
    spec, status = _SPEC.decode(found.spec), REPLICAS.decode(found.status)
    template = bytes(spec.template)
    pod = _TEMPLATE.decode(template).spec
    return ReplicaSet(
        meta=meta("ReplicaSet", found.metadata),
        replicas=1 if spec.replicas is None else spec.replicas,
        current=status.replicas,
        ready=status.ready_replicas,
        available=status.available_replicas,
        conditions=conditions(status.conditions),
        images=images(pod),
        references=references(pod),
        template=template,
    )


KIND = Kind("ReplicaSet", "apis/apps/v1", "replicasets", "replicasets.apps", parse, light=True)
