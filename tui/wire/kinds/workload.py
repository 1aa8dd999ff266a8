"""What Deployment, StatefulSet and DaemonSet have in common on the wire."""

from __future__ import annotations

import msgspec

from tui.wire.kinds.base import RawCondition, RawMeta, RawSelector
from tui.wire.kinds.template import RawTemplate


class RawWorkload(msgspec.Struct, gc=False):
    """The object; its spec stays bytes and is decoded a second time for the few fields."""

    metadata: RawMeta
    spec: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))
    status: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))


class RawRolling(msgspec.Struct, gc=False, rename="camel"):
    """`rollingUpdate`."""

    partition: int | None = None


class RawStrategy(msgspec.Struct, gc=False, rename="camel"):
    """`strategy` or `updateStrategy`."""

    type: str | None = None
    rolling_update: RawRolling | None = None


class RawSpec(msgspec.Struct, gc=False, rename="camel"):
    """The union of the three specs, as far as it is read."""

    replicas: int | None = None
    paused: bool | None = None
    strategy: RawStrategy | None = None
    update_strategy: RawStrategy | None = None
    progress_deadline_seconds: int | None = None
    revision_history_limit: int | None = None
    selector: RawSelector = msgspec.field(default_factory=RawSelector)
    template: RawTemplate = msgspec.field(default_factory=RawTemplate)


class RawReplicas(msgspec.Struct, gc=False, rename="camel"):
    """The status of what has replicas: Deployment, StatefulSet, ReplicaSet."""

    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    current_revision: str = ""
    update_revision: str = ""
    conditions: list[RawCondition] | None = None


OBJECT = msgspec.json.Decoder(RawWorkload)
SPEC = msgspec.json.Decoder(RawSpec)
REPLICAS = msgspec.json.Decoder(RawReplicas)
