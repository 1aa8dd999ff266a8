"""How a deed is carried out on a Compose project: a fresh look, one docker command, its words in a store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.errors import Invalid, Refused, Unknown
from tui.model import compose_command
from tui.model.compose_command import Command
from tui.model.compose_run import RUN, ComposeRun, moved
from tui.model.compose_state import PROJECT, ComposeState
from tui.model.deed import Result
from tui.model.key import Meta
from tui.model.plan import Stage, Step
from tui.store import Change, Store
from tui.wire import compose_cli, docker_write

if TYPE_CHECKING:
    from tui.clock import Clock
    from tui.compose_session import ComposeSession

PATIENCE = 1800.0  # seconds that a command has: it may pull or build images
_EARLY = 1.5  # seconds in which a command that fails at once is told as not written
_KEPT = 200  # lines
_READING: set[asyncio.Task[None]] = set()  # the loop keeps none alive by itself


@dataclass(slots=True)
class ComposeWriter:
    """Of one environment's session."""

    session: ComposeSession
    environ: Mapping[str, str]
    clock: Clock

    async def write(self, step: Step) -> Result:
        """ACCEPTED once the command is at work; its progress is a record of the store, its end too."""
        state = await self._unchanged(step)
        target, store = step.target, self.session.store
        meta = Meta(RUN, target.namespace, target.name, target.uid)
        run = ComposeRun(meta, self.clock.now())
        _tell(store, run)
        said = self._send(state, step)
        run = await self._begin(said, run)
        if run.code and not run.last:
            raise Invalid(run.complaint)
        if run.code is None:
            task = asyncio.create_task(_read_on(said, run, store), name=f"docker {step.deed}")
            _READING.add(task)
            task.add_done_callback(_READING.discard)
        before = step.arguments.get("before") or {}
        images = {one.service: one.image_id for one in state.containers if one.service in before}
        return Result(step, Stage.ACCEPTED, "accepted", before=_images(images))

    def _send(self, state: ComposeState, step: Step) -> AsyncIterator[compose_cli.Said]:
        """By the docker command; a restart by the engine alone where that has no Compose, or is not there."""
        engine = self.session.engine
        if step.deed == "compose-restart" and not state.project.by_cli:
            names = {one.id: one.name for one in state.containers if one.id in step.arguments["started"]}
            return docker_write.restart(engine.server, names)
        access = engine.access
        certificates = access.certificate is not None or access.tls.ca_file is not None
        environ = compose_cli.environ_for(self.environ, engine.endpoint, certificates=certificates)
        return compose_cli.run(_command(state, step), environ, self.clock, patience=PATIENCE)

    async def _begin(self, said: AsyncIterator[compose_cli.Said], run: ComposeRun) -> ComposeRun:
        """Until the first thing moved, or the end of what failed at once."""
        until = self.clock.monotonic() + _EARLY
        async for one in said:
            run = _tell(self.session.store, replace(run, lines=tuple(one.lines[-_KEPT:]), code=one.code))
            if any(moved(line) for line in one.lines) or self.clock.monotonic() > until:
                break
        return run

    async def _unchanged(self, step: Step) -> ComposeState:
        """The project as it is now; Refused when the plan was made for another one."""
        await self.session.refresh()
        hint = "nothing was written; look again"
        state = next(iter(self.session.store.all(PROJECT)), None)
        if not isinstance(state, ComposeState):
            raise Refused("the project is not read yet", hint)
        if state.project.complaint:
            raise Refused(state.project.complaint, hint)
        wanted = step.arguments.get("state")
        if wanted and state.digest != wanted:
            raise Refused(
                f"{state.project.name} changed while you looked: its file, containers or images", hint
            )
        started = step.arguments.get("started") or {}
        if gone := [id for id in started if id not in {one.id for one in state.containers}]:
            raise Refused(f"{len(gone)} of its containers were replaced while you looked", hint)
        return state


def _command(state: ComposeState, step: Step) -> Command:
    arguments = step.arguments
    if step.deed == "compose-restart":
        if arguments["single"]:
            return compose_command.restart_containers(arguments["names"])
        return compose_command.restart(state.project, arguments["names"])
    if step.deed == "compose-roll-back":
        return compose_command.roll_back(state.project, arguments["service"], arguments["image"])
    return {"up": compose_command.up, "down": compose_command.down}[step.deed](state.project)


async def _read_on(said: AsyncIterator[compose_cli.Said], run: ComposeRun, store: Store) -> None:
    """Its words into the store until it ends."""
    try:
        async for one in said:
            run = _tell(store, replace(run, lines=tuple(one.lines[-_KEPT:]), code=one.code))
    except Unknown as error:
        _tell(store, replace(run, lost=str(error)))


def _tell(store: Store, run: ComposeRun) -> ComposeRun:
    store.apply(Change(RUN, run.meta.uid, run))
    return run


def _images(images: Mapping[str, str]) -> str:
    """As the journal keeps them."""
    return " ".join(f"{service}={image}" for service, image in sorted(images.items()))
