"""A Docker engine for tests: the simulated one of a world, told what to do over the control address."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.demo_control import WorldControl
from tui.clock import SystemClock
from tui.compose_session import ComposeSession, Numbers
from tui.model.environment import Environment, Platform
from tui.survey import Survey
from tui.wire.docker import Engine
from tui.wire.server import Servers

_PATIENCE = 15.0  # seconds until a test is told what it saw instead
SOON = Numbers(gather=0.01, file=0.2, retries=(0.05, 0.1))


@dataclass(frozen=True, slots=True)
class EngineControl:
    """The engine of one world."""

    world: WorldControl
    endpoint: str
    file: Path

    @classmethod
    def of(cls, world: WorldControl) -> EngineControl:
        """That world's."""
        told = world.demo.call(f"worlds/{world.name}")
        return cls(world, told["engine"], Path(told["compose"]))

    def do(self, what: str, name: str = "", **more: Any) -> dict[str, str]:
        """add, create, start, stop, restart, die, remove, write, health, switch."""
        made: dict[str, str] = self.world.demo.call(
            f"worlds/{self.world.name}/engine", {"what": what, "name": name, **more}
        )
        return made or {}


@dataclass(slots=True)
class Lived:
    """A session that is live, with its judgement."""

    session: ComposeSession
    survey: Survey

    async def sees(self, what: Callable[[], bool]) -> None:
        """Waits until that holds of what the store has."""
        store = self.session.store
        kinds = ("ComposeService", "Pod", "Job", "Event", "links", "goose", "Namespace")
        try:
            async with asyncio.timeout(_PATIENCE):
                while not what():
                    versions = store.versions(kinds)
                    self.survey.refresh(SystemClock().now())
                    if not what():
                        await store.changed(kinds, versions)
        except TimeoutError:
            raise AssertionError(self.told()) from None

    def told(self) -> str:
        """What there is to see."""
        rows = [f"{one.workload.meta.path}: {one.rollout.text}" for one in self.survey.workloads.values()]
        rows += [f"{one.job.meta.path}: {one.status} {one.goose}" for one in self.survey.jobs.values()]
        rows += [str(one) for one in self.survey.troubles]
        return "\n".join([str(self.session.link), *rows])

    def rollout(self, service: str) -> str:
        """The words of a service's rollout, "" while there is no such service."""
        for one in self.survey.workloads.values():
            if one.workload.meta.name == service:
                return one.rollout.text
        return ""


@asynccontextmanager
async def live(
    endpoint: str, file: Path, *, recordings: Path | None = None, environment: Environment | None = None
) -> AsyncIterator[Lived]:
    """A session on that engine, from start to stop."""
    clock = SystemClock()
    servers = Servers(clock, environ={})
    environ = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_H")}
    engine = Engine(servers, clock, {**environ, "DOCKER_HOST": endpoint}, file.parent)
    where = environment or Environment("local", platform=Platform.COMPOSE, file=str(file))
    session = ComposeSession(where, engine, clock, environ=environ, numbers=SOON, recordings=recordings)
    session.start()
    try:
        yield Lived(session, Survey(session.store, where))
    finally:
        await session.stop()
        await servers.close()
