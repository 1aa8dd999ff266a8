"""Where the objects of Argo CD are read: its namespace, its cluster, and those of one environment alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.model.application import Application
from tui.model.environment import Environment
from tui.model.record import Record
from tui.wire.kinds import KINDS
from tui.wire.kinds.base import Kind

if TYPE_CHECKING:
    from tui.wire.kube import Client

ARGO = frozenset(kind.name for kind in KINDS.values() if kind.argo)


class ArgoPlace:
    """`client` is that of the cluster in which Argo CD runs, often the environment's own."""

    def __init__(self, environment: Environment, own: Client, client: Client | None) -> None:
        self.client = client or own
        self.namespace = environment.argo.namespace
        self._own = own
        self._environment = environment

    @property
    def elsewhere(self) -> bool:
        """Whether it runs in another cluster."""
        return self.client is not self._own

    def client_of(self, kind: str) -> Client:
        """Whom to ask for objects of a kind."""
        return self.client if kind in ARGO else self._own

    def chosen(self, kind: Kind) -> Kind:
        """The kind with only what belongs to this environment: several may share one Argo CD."""
        return replace(kind, keeps=self._keeps) if kind.name == "Application" else kind

    def resources(self) -> Mapping[str, tuple[Client, str]]:
        """Where rights to its objects are asked."""
        return {KINDS[name].resource: (self.client, self.namespace) for name in ARGO}

    def _keeps(self, record: Record) -> bool:
        if not isinstance(record, Application):
            return False
        one, access = self._environment, self._own.server.access
        clusters = frozenset({one.name, one.context, access.server.rstrip("/")} - {""})
        return one.argo.owns(record, one.wants, clusters)
