"""Which Compose file and engine an environment means, and whether they can be read; without a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tui.clock import Clock
from tui.errors import DeployError, Misconfigured
from tui.model.environment import Environment
from tui.settings import Settings
from tui.wire import compose_file
from tui.wire.docker import Engine
from tui.wire.server import Servers


@dataclass(frozen=True, slots=True)
class Checked:
    """`ill` says whether somebody has to mend something: an engine that only has to be started is none."""

    context: str = ""
    endpoint: str = ""
    version: str = ""
    latency_ms: float | None = None
    project: str = ""
    containers: int = 0
    error: str = ""
    ill: bool = False


def with_file(environment: Environment, settings: Settings) -> Environment:
    """With the file that is declared, else the one beside the configuration; Misconfigured for none."""
    if environment.file:
        return environment
    place = settings.config_file.parent if settings.config_file is not None else Path.cwd()
    found = compose_file.find(place)
    if found is None:
        raise Misconfigured(f"there is no Compose file in {place}", f"{environment.name}: file: names one")
    return replace(environment, file=str(found))


async def check(
    environment: Environment, settings: Settings, servers: Servers, clock: Clock, environ: Mapping[str, str]
) -> Checked:
    """Reads the file, asks the engine for its version and its containers of the project."""
    try:
        file = Path(with_file(environment, settings).file)
        engine = Engine(servers, clock, environ, Path.home(), environment.endpoint)
    except Misconfigured as error:
        return Checked(error=str(error), ill=True)
    project = await compose_file.read(file, environ, clock)
    known = Checked(engine.access.context, engine.endpoint, project=project.name)
    try:
        began = clock.monotonic()
        version = await engine.greet()
        latency = (clock.monotonic() - began) * 1000
        containers = len(await engine.containers(project.name))
    except DeployError as error:
        return replace(known, error=project.complaint or str(error), ill=bool(project.complaint))
    return replace(
        known,
        version=version,
        latency_ms=round(latency, 1),
        containers=containers,
        error=project.complaint,
        ill=bool(project.complaint),
    )
