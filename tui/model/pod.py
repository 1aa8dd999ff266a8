"""Pods and their containers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui.model.key import Condition, Meta
from tui.model.workload import NO_REFERENCES, References


class Part(StrEnum):
    """What a container is in its pod."""

    INIT = "init"
    SIDECAR = "sidecar"  # an init container with restartPolicy Always
    MAIN = "main"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a container ended: `state.terminated` or `lastState.terminated`."""

    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    started: float | None = None
    finished: float | None = None
    container_id: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod: what is wanted and what is. At most one of waiting, running, ended is set."""

    name: str
    part: Part = Part.MAIN
    image: str = ""
    reported: bool = False  # whether the status speaks of it at all
    container_id: str = ""
    image_id: str = ""
    ready: bool = False
    started: bool = False
    restarts: int = 0
    waiting: str = ""  # reason
    waiting_message: str = ""
    running_since: float | None = None
    ended: Ended | None = None
    last: Ended | None = None
    memory_limit: str = ""
    cpu_limit: str = ""


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod. Containers are in the order of the spec: init containers first, then the main ones."""

    meta: Meta
    phase: str = ""
    reason: str = ""
    message: str = ""
    node: str = ""
    ip: str = ""
    started: float | None = None
    conditions: tuple[Condition, ...] = ()
    containers: tuple[Container, ...] = ()
    init_total: int = 0  # len(spec.initContainers), sidecars included
    default_container: str = ""
    references: References = NO_REFERENCES
    pull_secrets: tuple[str, ...] = ()
    template_hash: str = ""  # label pod-template-hash, or controller-revision-hash

    def container(self, name: str) -> Container | None:
        """The container of that name."""
        return next((found for found in self.containers if found.name == name), None)
