"""Applications of Argo CD, which live in its namespace and not in that of what they deploy."""

from __future__ import annotations

import msgspec

from tui.model.application import Application, Automated, Destination
from tui.model.seen import digest_application
from tui.wire.kinds.application_parts import RawOperation, RawRetry, RawSource
from tui.wire.kinds.application_status import RawStatus
from tui.wire.kinds.base import Kind, RawMeta, at, meta

_NOTHING = msgspec.Raw(b"null")


class RawDestination(msgspec.Struct, gc=False):
    """Where it deploys to."""

    server: str = ""
    name: str = ""
    namespace: str = ""


class RawAutomated(msgspec.Struct, gc=False, rename="camel"):
    """Automated sync; `enabled` came with 3.1, absent it is on."""

    enabled: bool | None = None
    prune: bool = False
    self_heal: bool = False
    allow_empty: bool = False


class RawPolicy(msgspec.Struct, gc=False, rename="camel"):
    """How it syncs."""

    automated: RawAutomated | None = None
    sync_options: list[str] | None = None
    retry: RawRetry | None = None


class RawSpec(msgspec.Struct, gc=False, rename="camel"):
    """What should be deployed."""

    project: str = "default"
    source: RawSource | None = None
    sources: list[RawSource] | None = None
    destination: RawDestination = msgspec.field(default_factory=RawDestination)
    sync_policy: RawPolicy | None = None


class RawApplication(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    spec: msgspec.Raw = msgspec.Raw(b"{}")
    operation: msgspec.Raw = _NOTHING
    status: RawStatus | None = None


_OBJECT = msgspec.json.Decoder(RawApplication)
_SPEC = msgspec.json.Decoder(RawSpec)
_OPERATION = msgspec.json.Decoder(RawOperation | None)


def parse(raw: bytes) -> Application:
    """`sources` win over `source`, as Argo CD reads them; a status is absent until it compared once."""
    found = _OBJECT.decode(raw)
    spec, operation = _SPEC.decode(found.spec), _OPERATION.decode(found.operation)
    policy = spec.sync_policy or RawPolicy()
    sources = spec.sources or ([spec.source] if spec.source is not None else [])
    status = found.status or RawStatus()
    place = spec.destination
    return Application(
        meta=meta("Application", found.metadata),
        project=spec.project,
        sources=tuple(one.made() for one in sources),
        multi_source=bool(spec.sources),
        destination=Destination(place.server, place.name, place.namespace),
        automated=_automated(policy.automated),
        sync_options=tuple(policy.sync_options or ()),
        retry=policy.retry.made() if policy.retry is not None else None,
        operation=operation.made() if operation is not None else None,
        state=status.operation_state.made() if status.operation_state is not None else None,
        sync=status.sync.status,
        revision=status.sync.revision,
        revisions=tuple(status.sync.revisions or ()),
        health=status.health.status,
        health_message=status.health.message,
        health_since=at(status.health.last_transition_time),
        history=tuple(one.made() for one in status.history or ()),
        resources=tuple(one.made() for one in status.resources or ()),
        conditions=tuple(one.made() for one in status.conditions or ()),
        images=tuple(status.summary.images or ()),
        reconciled=at(status.reconciled_at),
        source_type=status.source_type or next(iter(status.source_types or ()), ""),
        seen=digest_application(msgspec.json.decode(found.spec), msgspec.json.decode(found.operation)),
    )


def _automated(raw: RawAutomated | None) -> Automated | None:
    if raw is None or raw.enabled is False:
        return None
    return Automated(raw.prune, raw.self_heal, raw.allow_empty)


KIND = Kind(
    "Application",
    "apis/argoproj.io/v1alpha1",
    "applications",
    "applications.argoproj.io",
    parse,
    light=True,
    argo=True,
)
