"""What Argo CD wrote into an Application's status: comparison, health, what ran and what it did."""

from __future__ import annotations

import sys
from datetime import datetime

import msgspec

from tui.model.application import (
    ApplicationCondition,
    Deployed,
    ManagedResource,
    Operation,
    OperationState,
    ResourceResult,
)
from tui.wire.kinds.application_parts import RawInitiator, RawOperation, RawSource
from tui.wire.kinds.base import at


class RawResult(msgspec.Struct, gc=False, rename="camel"):
    """What came of one resource or hook."""

    group: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    status: str = ""
    message: str = ""
    hook_type: str = ""
    hook_phase: str = ""
    sync_phase: str = ""
    images: list[str] | None = None

    def made(self) -> ResourceResult:
        """The record."""
        return ResourceResult(
            sys.intern(self.group),
            sys.intern(self.kind),
            sys.intern(self.namespace),
            self.name,
            sys.intern(self.status),
            self.message,
            sys.intern(self.hook_type),
            sys.intern(self.hook_phase),
            sys.intern(self.sync_phase),
            tuple(self.images or ()),
        )


class RawSyncResult(msgspec.Struct, gc=False):
    """Absent at the beginning of an attempt; its rows come later than itself."""

    revision: str = ""
    revisions: list[str] | None = None
    resources: list[RawResult] | None = None


class RawOperationState(msgspec.Struct, gc=False, rename="camel"):
    """The operation that runs or ran last."""

    phase: str = ""
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    retry_count: int = 0
    operation: RawOperation | None = None
    sync_result: RawSyncResult | None = None

    def made(self) -> OperationState:
        """The record."""
        result = self.sync_result or RawSyncResult()
        return OperationState(
            phase=self.phase,
            message=self.message,
            started=at(self.started_at) or 0.0,
            finished=at(self.finished_at),
            retries=self.retry_count,
            operation=self.operation.made() if self.operation is not None else Operation(),
            revision=result.revision,
            revisions=tuple(result.revisions or ()),
            results=tuple(one.made() for one in result.resources or ()),
        )


class RawDeployed(msgspec.Struct, gc=False, rename="camel"):
    """A line of the history."""

    id: int = 0
    revision: str = ""
    revisions: list[str] | None = None
    deployed_at: datetime | None = None
    deploy_started_at: datetime | None = None
    initiated_by: RawInitiator | None = None
    source: RawSource | None = None
    sources: list[RawSource] | None = None

    def made(self) -> Deployed:
        """The record; of several sources it keeps the first."""
        by = self.initiated_by or RawInitiator()
        source = next(iter(self.sources or ()), None) or self.source
        return Deployed(
            id=self.id,
            revision=self.revision,
            deployed=at(self.deployed_at) or 0.0,
            started=at(self.deploy_started_at),
            username=by.username,
            automated=by.automated,
            revisions=tuple(self.revisions or ()),
            source=source.made() if source is not None else None,
        )


class RawResourceHealth(msgspec.Struct, gc=False):
    """Only before Argo CD 3.0, or where it was told to keep it in the object."""

    status: str = ""


class RawResource(msgspec.Struct, gc=False, rename="camel"):
    """One of the objects that it manages."""

    group: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    status: str = ""
    health: RawResourceHealth | None = None
    hook: bool = False
    requires_pruning: bool = False
    sync_wave: int = 0

    def made(self) -> ManagedResource:
        """The record; hooks say that they require pruning, which means nothing."""
        return ManagedResource(
            sys.intern(self.group),
            sys.intern(self.kind),
            sys.intern(self.namespace),
            self.name,
            sys.intern(self.status),
            sys.intern(self.health.status) if self.health is not None else "",
            self.hook,
            self.requires_pruning and not self.hook,
            self.sync_wave,
        )


class RawApplicationCondition(msgspec.Struct, gc=False, rename="camel"):
    """Something wrong."""

    type: str = ""
    message: str = ""
    last_transition_time: datetime | None = None

    def made(self) -> ApplicationCondition:
        """The record."""
        return ApplicationCondition(self.type, self.message, at(self.last_transition_time))


class RawComparison(msgspec.Struct, gc=False):
    """`status.sync`."""

    status: str = ""
    revision: str = ""
    revisions: list[str] | None = None


class RawHealth(msgspec.Struct, gc=False, rename="camel"):
    """`status.health`."""

    status: str = ""
    message: str = ""
    last_transition_time: datetime | None = None


class RawSummary(msgspec.Struct, gc=False):
    """`status.summary`."""

    images: list[str] | None = None


class RawStatus(msgspec.Struct, gc=False, rename="camel"):
    """All of it."""

    sync: RawComparison = msgspec.field(default_factory=RawComparison)
    health: RawHealth = msgspec.field(default_factory=RawHealth)
    operation_state: RawOperationState | None = None
    history: list[RawDeployed] | None = None
    resources: list[RawResource] | None = None
    conditions: list[RawApplicationCondition] | None = None
    summary: RawSummary = msgspec.field(default_factory=RawSummary)
    reconciled_at: datetime | None = None
    source_type: str = ""
    source_types: list[str] | None = None
