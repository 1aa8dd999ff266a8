"""A Docker Compose project: services as the file declares them, containers as the engine has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tui.model.key import nothing

SERVICE = "ComposeService"  # the kind of a workload that is a service
COMPLETED = "service_completed_successfully"
NAMESPACE_LABEL = "deploytui.namespace"
JOB_LABEL = "deploytui.job"  # "true": the service is expected to end


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """One service of the file. `depends_on` is service -> condition; `restart` is "" where it is not said."""

    name: str
    image: str = ""
    replicas: int = 1
    depends_on: Mapping[str, str] = field(default_factory=nothing)
    profiles: tuple[str, ...] = ()
    restart: str = ""
    command: str = ""
    labels: Mapping[str, str] = field(default_factory=nothing)
    ports: tuple[str, ...] = ()
    health_check: bool = False
    build: bool = False
    hash: str = ""  # as `up` would label its containers; "" where the CLI was not asked


@dataclass(frozen=True, slots=True)
class Project:
    """A Compose file as read. `complaint` is why it could not be, in Compose's own words."""

    name: str
    file: str = ""
    services: Mapping[str, ServiceSpec] = field(default_factory=lambda: MappingProxyType({}))
    inactive: tuple[str, ...] = ()  # services of profiles that are off
    volumes: tuple[str, ...] = ()
    complaint: str = ""
    by_cli: bool = False  # `docker compose config` read it; else only what plain YAML says


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a container between two starts; times are epoch seconds, None is not known."""

    started: float | None
    finished: float | None = None
    exit_code: int | None = None
    oom: bool = False
    by_hand: bool = False  # somebody stopped it


@dataclass(frozen=True, slots=True)
class Inspected:
    """A container of the project as `GET /containers/{id}/json` tells it."""

    id: str
    name: str
    service: str
    number: int = 1
    image: str = ""  # as the file names it
    image_id: str = ""
    state: str = ""  # created, running, paused, restarting, exited, removing, dead
    health: str = ""  # starting, healthy, unhealthy; "" without a check
    health_said: str = ""  # the output of its last check
    health_failed: float | None = None  # when the first of the present failures was
    exit_code: int = 0
    oom: bool = False
    error: str = ""  # why it could not start
    created: float = 0.0
    started: float | None = None
    finished: float | None = None
    restarts: int = 0  # by its restart policy, since it was started by hand
    policy: str = ""
    tty: bool = False
    labels: Mapping[str, str] = field(default_factory=nothing)
    command: str = ""
    ports: tuple[str, ...] = ()
    ip: str = ""
    memory_limit: str = ""


def one_shots(services: Mapping[str, ServiceSpec], migrates: Iterable[str] = ()) -> frozenset[str]:
    """Services that are expected to end: another waits for their success, a label says so, they migrate,
    or `restart: "no"` is written and nothing of them is published or checked."""
    waited = {
        name
        for one in services.values()
        for name, condition in one.depends_on.items()
        if condition == COMPLETED
    }
    declared = {
        name
        for name, one in services.items()
        if one.labels.get(JOB_LABEL) == "true"
        or (one.restart == "no" and not one.ports and not one.health_check)
    }
    restarted = {name for name, one in services.items() if one.restart in ("always", "unless-stopped")}
    return frozenset(waited | ((declared | set(migrates)) - restarted))


def depths(services: Mapping[str, ServiceSpec], names: frozenset[str]) -> dict[str, int]:
    """The place of each one-shot in the order of `depends_on`, from 1; a cycle counts once."""
    found: dict[str, int] = {}

    def depth(name: str, above: frozenset[str]) -> int:
        if name in above or name not in services:
            return 0
        if name not in found:
            before = [depth(each, above | {name}) for each in services[name].depends_on]
            found[name] = max(before, default=0) + (name in names)
        return found[name]

    return {name: depth(name, frozenset()) for name in sorted(names) if name in services}


def served(services: Mapping[str, ServiceSpec], name: str, ends: frozenset[str]) -> str:
    """The service for which a one-shot runs: the first that waits for it and stays; "" when none does."""
    seen, ahead = {name}, [name]
    while ahead:
        now = ahead.pop(0)
        for one in services.values():
            if now in one.depends_on and one.name not in seen:
                if one.name not in ends:
                    return one.name
                seen.add(one.name)
                ahead.append(one.name)
    return ""
