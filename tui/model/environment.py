"""An environment as the configuration declares it: a place to deploy to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from tui.model.argo import ArgoCd


class Platform(StrEnum):
    """What an environment runs on."""

    KUBERNETES = "kubernetes"
    COMPOSE = "compose"


class SyncMode(StrEnum):
    """How Argo CD is declared to deploy there; NONE where nothing is declared."""

    NONE = ""
    AUTO = "auto"
    MANUAL = "manual"


class Confirmation(StrEnum):
    """How a deed is confirmed: by tab and enter, by typing the target, or environment and count."""

    TAB = "tab"
    NAME = "name"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Purpose:
    """A namespace of the policy: its name in this environment, what it is for, and what must be there."""

    name: str  # the policy's word ("services"), the same in all environments
    actual: str  # the namespace in this environment ("staging-services")
    text: str = ""
    expect: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """One declared environment. An empty `namespaces` means all that the cluster has."""

    name: str
    platform: Platform = Platform.KUBERNETES
    context: str = ""  # of the kubeconfig; "" is its current one
    kubeconfig: str = ""  # an own file; "" is the usual one
    branch: str = ""
    sync: SyncMode = SyncMode.NONE
    protected: bool = False
    readonly: bool = False
    file: str = ""  # of a Compose project
    endpoint: str = ""  # of its engine, "unix:///..."; "" is where the docker command finds it
    members: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    # by namespace: the services of a Compose project that are in it
    watch_by_namespace: bool = False
    namespaces: tuple[Purpose, ...] = ()
    confirm: Mapping[str, Confirmation] = field(default_factory=lambda: MappingProxyType({}))  # deed -> how
    colour: str = ""
    argo: ArgoCd = field(default_factory=ArgoCd)
    _actual: frozenset[str] = field(init=False, repr=False, compare=False)  # of `namespaces`

    def __post_init__(self) -> None:
        object.__setattr__(self, "_actual", frozenset(one.actual for one in self.namespaces))

    def wants(self, namespace: str) -> bool:
        """Whether objects of that namespace belong to this environment ("" is the cluster itself)."""
        if self.platform is Platform.COMPOSE:  # its services are in namespaces because we say so
            return True
        return not self._actual or not namespace or namespace in self._actual
