"""One Compose environment, live from start to quit: events say when to look, inspect says what is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tui.clock import Clock
from tui.compose_client import ComposeClient
from tui.compose_containers import Containers
from tui.compose_records import Places, records
from tui.errors import DeployError, Gone, Misconfigured, Unreachable
from tui.model.compose import SERVICE, Project
from tui.model.compose_state import PROJECT, ComposeState, image_names
from tui.model.environment import Environment
from tui.model.key import Meta
from tui.recorder import Recorder
from tui.rights import Need
from tui.store import EVERYWHERE, Link, LinkState, Store
from tui.survey import READS
from tui.wire import compose_file

if TYPE_CHECKING:
    from tui.wire.docker import Engine  # it imports httpx, which the first paint does not wait for

HERE = ("Pod", "Job", "Event", "Namespace", PROJECT)
"""What containers are shown as, besides the services."""
ELSEWHERE = tuple(kind for kind in READS if kind not in (SERVICE, *HERE, "goose", "links"))
_NO_SEALING = Gone("sealing does not apply to Docker Compose", "its services read files and variables")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Seconds."""

    front_silence: float = 10.0  # without an event, before the engine is asked whether it lives
    light_silence: float = 25.0
    probe: float = 5.0  # until it must have answered
    gather: float = 0.05  # in which events of a moment come together
    file: float = 10.0  # between two looks at the Compose file
    retries: tuple[float, ...] = (0.3, 1.0, 2.0, 5.0)  # between two tries to reach the engine


class ComposeSession:
    """`start` and `stop` once each; everything it learns is in `store`, its own trouble in `error`."""

    def __init__(
        self,
        environment: Environment,
        engine: Engine,
        clock: Clock,
        *,
        environ: Mapping[str, str],
        numbers: Numbers | None = None,
        recordings: Path | None = None,
    ) -> None:
        self.environment = environment
        self.engine = engine
        self.store = Store()
        self.containers = Containers(engine)
        self.client = ComposeClient(engine, self.containers)
        self.recorder = (
            Recorder(recordings, self.client, self.store, clock, environment.name) if recordings else None
        )
        self.needs: frozenset[Need] = frozenset()
        self.depth: Literal["light", "front"] = "light"
        self.version = ""  # of the engine, "Docker 28.0.4"
        self.project = Project("", environment.file)
        self._places = Places(environment)
        self._clock, self._environ = clock, environ
        self._numbers = numbers or Numbers()
        self._heard = float("-inf")
        self._reached = False  # by the present try
        self._file_seen: object = None
        self._images: Mapping[str, str] = {}  # by name, as of the last refresh
        self._now = asyncio.Event()  # somebody asks not to wait for the next try
        self._running: asyncio.Task[None] | None = None
        self._link(LinkState.CONNECTING)

    # What others see

    @property
    def link(self) -> Link:
        """How the engine is: one stream brings all."""
        return self.store.links[SERVICE, EVERYWHERE]

    @property
    def error(self) -> DeployError | None:
        """Why the link is not live."""
        return None if self.link.usable else self.link.error

    def heard_age(self) -> float | None:
        """Seconds since the engine last said anything; None when it never did."""
        age = self._clock.monotonic() - self._heard
        return None if age == float("inf") else age

    def namespaces(self) -> tuple[str, ...]:
        """Those that its services are in."""
        return tuple(sorted(record.meta.name for record in self.store.all("Namespace")))

    # Life

    def start(self) -> None:
        """Begins to watch."""
        self._running = asyncio.create_task(self.run(), name=f"session {self.environment.name}")

    async def stop(self) -> None:
        """Ends everything and waits for it."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    def check(self) -> None:
        """Raises what ended its task: a bug, which would leave it deaf without a word."""
        task = self._running
        if task is not None and task.done() and not task.cancelled() and (bug := task.exception()):
            raise bug

    async def front(self, yes: bool) -> None:
        """Both depths read the same; only silence is met sooner in front."""
        self.depth = "front" if yes else "light"

    def review(self) -> None:
        """Tries at once where the engine is not there; there are no rights to ask for."""
        self._now.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch(), name="engine")
            if self.recorder is not None:
                group.create_task(self.recorder.run(), name="recorder")

    # The engine

    async def _watch(self) -> None:
        retries, failed = self._numbers.retries, 0
        while True:
            self._reached = False
            try:
                self.engine.seek()
                await self._live()
            except DeployError as error:
                if not self._reached:
                    self._lost(error)
            failed = (
                0 if self._reached else failed + 1
            )  # one that was reached is asked again before it is lost
            await self._wait(retries[min(failed, len(retries) - 1)])

    async def _wait(self, seconds: float) -> None:
        self._now.clear()
        with contextlib.suppress(TimeoutError):
            async with self._clock.timeout(seconds):
                await self._now.wait()

    async def _live(self) -> None:
        """Reads all, then what changes; returns or raises when the stream of events ends."""
        self.version = await self.engine.greet(timeout=self._numbers.probe)
        await self._read_file()
        began = self._clock.now()
        await self.containers.remember(self.project.name, began)
        async with self.engine.events(self.project.name, began) as happenings:
            await self.containers.list(self.project.name)
            self._heard = self._clock.monotonic()
            self._publish()
            self._link(LinkState.LIVE)
            self._reached = True
            self.containers.watch(on=True)

            async def read() -> None:
                async for one in happenings:
                    self._heard = self._clock.monotonic()
                    self.containers.happened(one)

            try:
                await _first_end(read(), self._look(), self._look_at_file(), self._probe())
            finally:
                self.containers.watch(on=False)

    async def _look(self) -> None:
        """Inspects what events named, a moment's together."""
        while True:
            await self.containers.changed.wait()
            await self._clock.sleep(self._numbers.gather)
            await self.containers.look()
            self._heard = self._clock.monotonic()
            self._publish()

    async def _probe(self) -> None:
        """A silent engine is asked whether it lives."""
        while True:
            front = self.depth == "front"
            limit = self._numbers.front_silence if front else self._numbers.light_silence
            age = self.heard_age() or 0.0
            if age < limit:
                await self._clock.sleep(limit - age)
                continue
            await self.engine.greet(timeout=self._numbers.probe)
            self._heard = self._clock.monotonic()

    # The file

    async def _look_at_file(self) -> None:
        while True:
            await self._clock.sleep(self._numbers.file)
            if await asyncio.to_thread(_stamp, self.project.file) != self._file_seen:
                name = self.project.name
                await self._read_file()
                if self.project.name != name:
                    raise Unreachable("the project has another name now", "it is read anew")
                self._publish()

    async def _read_file(self) -> None:
        file = Path(self.environment.file)
        seen = await asyncio.to_thread(_stamp, str(file))
        if seen != self._file_seen or not self.project.name:
            self.project = await compose_file.read(file, self._environ, self._clock)
            self._file_seen = seen

    async def refresh(self) -> None:
        """The file and the engine's images as they are now: what deeds plan with and are checked by."""
        file = Path(self.environment.file)
        self.project = await compose_file.read(file, self._environ, self._clock)
        found = await self.engine.images()
        names = ((one.id, (*(one.repo_tags or ()), *(one.repo_digests or ()))) for one in found)
        self._images = image_names(names)
        self._publish()

    # The store

    def _publish(self) -> None:
        made = records(self.project, self.containers.show(), self._places)
        for kind, found in made.items():
            self.store.replace(kind, EVERYWHERE, found)
        self.store.replace("Event", EVERYWHERE, self.containers.events(made["Pod"].values()))
        name = self.project.name
        meta = Meta(PROJECT, self.environment.name, name, f"project {name}")
        containers = tuple(one.found for one in self.containers.all)
        state = ComposeState(meta, self.project, containers, self._images)
        self.store.replace(PROJECT, EVERYWHERE, {meta.uid: state})
        if self.link.state is LinkState.LIVE:
            self._link(LinkState.LIVE)

    def _lost(self, error: DeployError) -> None:
        known = self.link.state in (LinkState.LIVE, LinkState.STALE)
        self._link(LinkState.STALE if known and not isinstance(error, Misconfigured) else _NEVER, error)

    def _link(self, state: LinkState, error: DeployError | None = None) -> None:
        """All kinds alike; a file that Compose refuses is a condition of the services."""
        before = self.store.links.get((SERVICE, EVERYWHERE))
        same = before is not None and before.state is state
        since = before.since if before is not None and same else self._clock.now()
        if before is not None and error is not None and str(before.error) == str(error):
            error = before.error  # an equal one is no change
        complaint = (self.project.complaint,) if self.project.complaint else ()
        self.store.set_link(SERVICE, EVERYWHERE, Link(state, since, error, unreadable=complaint))
        for kind in HERE:
            self.store.set_link(kind, EVERYWHERE, Link(state, since, error))
        for kind in ELSEWHERE:
            sealing = _NO_SEALING if kind in ("Secret", "SealedSecret") else None
            self.store.set_link(kind, EVERYWHERE, Link(LinkState.ABSENT, 0.0, sealing))


_NEVER = LinkState.UNREACHABLE


def _stamp(file: str) -> object:
    """Differs when the file was written."""
    try:
        stat = Path(file).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


async def _first_end(*work: Coroutine[Any, Any, None]) -> None:
    """Until one ends, in whatever way: the others end with it."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
