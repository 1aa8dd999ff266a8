"""What the Docker Engine API sends, as far as it is read; Podman's answers have the same members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tui.model.compose import Inspected

PROJECT = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"
_NUMBER = "com.docker.compose.container-number"
_FRACTION = re.compile(r"\.(\d{6})\d+")


class Struct(msgspec.Struct, gc=False, rename="pascal"):
    """Members are written in PascalCase."""


class Listed(Struct):
    """One of GET /containers/json."""

    id: str
    labels: dict[str, str] | None = None


class HealthLog(Struct):
    """One check."""

    start: str = ""
    exit_code: int = 0
    output: str = ""


class Health(Struct):
    """Podman sends an empty one where there is no check."""

    status: str = ""
    failing_streak: int = 0
    log: list[HealthLog] | None = None


class State(Struct):
    """A container's state."""

    status: str = ""
    exit_code: int = 0
    error: str = ""
    oom_killed: bool = msgspec.field(default=False, name="OOMKilled")
    started_at: str = ""
    finished_at: str = ""
    health: Health | None = None


class Config(Struct):
    """What a container was made with."""

    image: str = ""
    tty: bool = False
    labels: dict[str, str] | None = None
    cmd: list[str] | None = None
    entrypoint: list[str] | str | None = None


class Policy(Struct):
    """The restart policy."""

    name: str = ""


class HostConfig(Struct):
    """What the engine was told."""

    restart_policy: Policy = msgspec.field(default_factory=Policy)
    memory: int = 0


class Binding(Struct):
    """Where a port is published."""

    host_ip: str = ""
    host_port: str = ""


class Network(Struct):
    """The container in one network."""

    ip_address: str = msgspec.field(default="", name="IPAddress")


class Networks(Struct):
    """Ports and addresses."""

    ports: dict[str, list[Binding] | None] | None = None
    networks: dict[str, Network | None] | None = None


class Container(Struct):
    """GET /containers/{id}/json."""

    id: str
    name: str = ""
    image: str = ""
    created: str = ""
    restart_count: int = 0
    state: State = msgspec.field(default_factory=State)
    config: Config = msgspec.field(default_factory=Config)
    host_config: HostConfig = msgspec.field(default_factory=HostConfig)
    network_settings: Networks = msgspec.field(default_factory=Networks)


class Actor(msgspec.Struct, gc=False):
    """Whom an event is about."""

    id: str = msgspec.field(default="", name="ID")
    attributes: dict[str, str] = msgspec.field(default_factory=dict, name="Attributes")


class Happened(msgspec.Struct, gc=False):
    """One line of GET /events."""

    action: str = msgspec.field(default="", name="Action")
    actor: Actor = msgspec.field(default_factory=Actor, name="Actor")
    time: int = 0
    time_nano: int = msgspec.field(default=0, name="timeNano")

    @property
    def at(self) -> float:
        """Epoch seconds."""
        return self.time_nano / 1e9 if self.time_nano else float(self.time)


class Image(Struct):
    """One of GET /images/json."""

    id: str
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None
    created: int = 0


def moment(text: str) -> float | None:
    """Epoch seconds of RFC 3339 with any number of digits; Go's zero time is None."""
    if not text or text.startswith("0001-"):
        return None
    try:
        return datetime.fromisoformat(_FRACTION.sub(r".\1", text).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def one_off(labels: Mapping[str, str]) -> bool:
    """Containers of `docker compose run` and of hooks are nobody's replica."""
    return labels.get("com.docker.compose.oneoff") == "True" or "com.docker.compose.hook" in labels


def inspected(found: Container) -> Inspected:
    """What is kept of a container."""
    state, config, health = found.state, found.config, found.state.health
    labels = config.labels or {}
    number = labels.get(_NUMBER, "1")
    checks = (health.log if health is not None else None) or []
    failing = checks[-health.failing_streak :] if health is not None and health.failing_streak else []
    status = health.status if health is not None else ""
    limit = found.host_config.memory
    return Inspected(
        id=found.id,
        name=found.name.removeprefix("/"),
        service=labels.get(_SERVICE, ""),
        number=int(number) if number.isdecimal() else 1,
        image=config.image,
        image_id=found.image,
        state=_state(state.status, found.host_config.restart_policy.name),
        health="" if status == "none" else status,
        health_said=checks[-1].output.strip() if checks else "",
        health_failed=moment(failing[0].start) if failing else None,
        exit_code=state.exit_code,
        oom=state.oom_killed,
        error=state.error,
        created=moment(found.created) or 0.0,
        started=moment(state.started_at),
        finished=moment(state.finished_at),
        restarts=found.restart_count,
        policy=found.host_config.restart_policy.name,
        tty=config.tty,
        labels=labels,
        command=_command(config),
        ports=_ports(found.network_settings),
        ip=_ip(found.network_settings),
        memory_limit=f"{limit >> 20}Mi" if limit else "",
    )


def _state(status: str, policy: str) -> str:
    """Podman's `stopped` is the moment between the end and what follows from it."""
    if status != "stopped":
        return status
    return "exited" if policy in ("", "no") else "restarting"


def _command(config: Config) -> str:
    first: Any = config.entrypoint or []
    return " ".join([*([first] if isinstance(first, str) else first), *(config.cmd or [])])


def _ports(networks: Networks) -> tuple[str, ...]:
    """`8080->80/tcp`, each once though it is bound for IPv4 and IPv6."""
    found = [
        f"{one.host_port}->{port}"
        for port, bindings in (networks.ports or {}).items()
        for one in bindings or ()
        if one.host_port
    ]
    return tuple(dict.fromkeys(found))


def _ip(networks: Networks) -> str:
    return next((one.ip_address for one in (networks.networks or {}).values() if one and one.ip_address), "")
