"""What an Application says in its spec and again in its operations: sources, retries, what is asked for."""

from __future__ import annotations

from typing import Any

import msgspec

from tui.model.application import Operation, Retry, SelectedResource, Source
from tui.model.sync_window import go_duration


class RawNamed(msgspec.Struct, gc=False):
    """A pair of name and value: a Helm parameter, a line of `info`."""

    name: str = ""
    value: str = ""


class RawHelm(msgspec.Struct, gc=False, rename="camel"):
    """Of a source that is a chart."""

    release_name: str = ""
    value_files: list[str] | None = None
    parameters: list[RawNamed] | None = None
    values: str = ""
    values_object: msgspec.Raw = msgspec.Raw(b"null")


class RawSource(msgspec.Struct, gc=False):
    """Where manifests come from."""

    repository: str = msgspec.field(name="repoURL", default="")
    path: str = ""
    target: str = msgspec.field(name="targetRevision", default="")
    chart: str = ""
    ref: str = ""
    helm: RawHelm | None = None
    kustomize: dict[str, Any] | None = None

    def made(self) -> Source:
        """The record."""
        helm = self.helm or RawHelm()
        return Source(
            repository=self.repository,
            path=self.path,
            target=self.target,
            chart=self.chart,
            value_files=tuple(helm.value_files or ()),
            release=helm.release_name,
            ref=self.ref,
            parameters=tuple((one.name, one.value) for one in helm.parameters or ()),
            kustomize=self.kustomize is not None,
            inline_values=bool(helm.values) or bytes(helm.values_object) not in (b"null", b"{}"),
        )


class RawBackoff(msgspec.Struct, gc=False, rename="camel"):
    """Go durations, or a number of seconds without a unit."""

    duration: str = ""
    factor: int | None = None
    max_duration: str = ""


class RawRetry(msgspec.Struct, gc=False):
    """Of a policy and of an operation; `{}` where the API server or the controller copied none."""

    limit: int = 0
    backoff: RawBackoff | None = None

    def made(self) -> Retry:
        """The record, with Argo CD's own numbers where it says nothing."""
        backoff = self.backoff or RawBackoff()
        usual = Retry()
        return Retry(
            limit=self.limit,
            duration=_seconds(backoff.duration, usual.duration),
            factor=usual.factor if backoff.factor is None else backoff.factor,
            longest=_seconds(backoff.max_duration, usual.longest),
        )


class RawSelected(msgspec.Struct, gc=False):
    """One of the resources that a selective sync is for."""

    group: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""


class RawStrategy(msgspec.Struct, gc=False):
    """`apply` leaves hooks out; none, or `hook`, runs them."""

    apply: dict[str, Any] | None = None
    hook: dict[str, Any] | None = None


class RawSync(msgspec.Struct, gc=False, rename="camel"):
    """What is asked for."""

    revision: str = ""
    revisions: list[str] | None = None
    prune: bool = False
    dry_run: bool = False
    sync_strategy: RawStrategy | None = None
    resources: list[RawSelected] | None = None
    auto_heal_attempts_count: int = 0
    sync_options: list[str] | None = None


class RawInitiator(msgspec.Struct, gc=False):
    """Who asked."""

    username: str = ""
    automated: bool = False


class RawOperation(msgspec.Struct, gc=False, rename="camel"):
    """An operation as it was asked for."""

    initiated_by: RawInitiator = msgspec.field(default_factory=RawInitiator)
    sync: RawSync | None = None
    retry: RawRetry | None = None
    info: list[RawNamed] | None = None

    def made(self) -> Operation:
        """The record."""
        sync = self.sync or RawSync()
        strategy = sync.sync_strategy or RawStrategy()
        how = strategy.apply if strategy.apply is not None else strategy.hook
        return Operation(
            username=self.initiated_by.username,
            automated=self.initiated_by.automated,
            revision=sync.revision,
            revisions=tuple(sync.revisions or ()),
            prune=sync.prune,
            dry_run=sync.dry_run,
            apply_only=strategy.apply is not None,
            force=bool((how or {}).get("force")),
            resources=tuple(
                SelectedResource(one.group, one.kind, one.name, one.namespace) for one in sync.resources or ()
            ),
            self_heal_attempts=sync.auto_heal_attempts_count,
            sync_options=tuple(sync.sync_options or ()),
            retry=self.retry.made() if self.retry is not None else Retry(),
            info=tuple((one.name, one.value) for one in self.info or ()),
        )


def _seconds(text: str, usual: float) -> float:
    """Argo CD takes a bare number as seconds; what it can't read is a failed retry there, the usual here."""
    if text.isdecimal():
        return float(text)
    try:
        return go_duration(text) if text else usual
    except ValueError:
        return usual
