"""A world: environments (one cluster each), users, faults, the record of requests, and its own clock."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from tui.demo.access import User
from tui.demo.behaviours import make_steps
from tui.demo.cluster import Cluster
from tui.demo.engine import Engine
from tui.demo.faults import Faults
from tui.demo.logbook import LogBook
from tui.demo.scenarios import Stage

Object = dict[str, Any]

ENVIRONMENTS = ("development", "staging", "production")
# Behaviours see time go in steps no longer than this (seconds), also when the clock leaps.
_STEP = 0.25
_MOST_STEPS = 600
_MOST_EVENTS = 2000


class Stream:
    """An open watch or log that the control address can speak into, end or cut."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.wake = asyncio.Event()
        self.injected: deque[bytes] = deque()
        self.ended = False
        self.cut = False

    def tell(self) -> None:
        """Something may be there to send."""
        self.wake.set()

    async def wait(self, seconds: float | None) -> None:
        """Until told, or `seconds` have passed."""
        if not self.wake.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await self.wake.wait()
            except TimeoutError:
                return
        self.wake.clear()


class Environment:
    """One cluster with its logs and open streams."""

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self.world = world
        self.cluster = Cluster(world.now)
        self.logs = LogBook()
        self.steps = make_steps(self.cluster, self.logs)
        self.stage = Stage()
        self.streams: set[Stream] = set()
        # Lists cut into pages: (version, kind, namespace, selectors) -> what was there at that version.
        self.pages: dict[str, list[Object]] = {}

    def step(self, now: float) -> None:
        """One turn of every behaviour."""
        self.stage.step(now)
        for step in self.steps:
            step(now)

    def tidy(self) -> None:
        """Forgets the logs of pods that are gone, and the oldest events: the real ones live an hour."""
        self.logs.prune(lambda uid: self.cluster.by_uid(uid) is not None)
        events = self.cluster.all("Event")
        if len(events) > _MOST_EVENTS:
            events.sort(key=lambda each: str(each.get("lastTimestamp")))
            for event in events[: len(events) - _MOST_EVENTS]:
                meta = event["metadata"]
                self.cluster.remove("Event", meta["namespace"], meta["name"])

    def expire(self, version: int | None = None) -> None:
        """Everything listed or watched so far is too old (410); or the history is another, at `version`."""
        self.pages.clear()
        self.cluster.history.expire(version)

    def end_streams(self, kinds: Sequence[str] = (), *, cut: bool = False) -> int:
        """Ends the open streams of these kinds (all when empty), by a clean end or a cut connection."""
        found = [stream for stream in self.streams if not kinds or stream.kind in kinds]
        for stream in found:
            stream.cut = cut
            stream.ended = True
            stream.tell()
        return len(found)

    def inject(self, kind: str, line: bytes) -> int:
        """Sends raw bytes into the open streams of a kind."""
        found = [stream for stream in self.streams if stream.kind == kind]
        for stream in found:
            stream.injected.append(line)
            stream.tell()
        return len(found)


class World:
    """`at` is where its clock begins (epoch seconds; now when None); a frozen clock moves by `step` only."""

    def __init__(
        self,
        name: str,
        environments: Sequence[str] = ENVIRONMENTS,
        *,
        at: float | None = None,
        frozen: bool = False,
        speed: float = 1.0,
    ) -> None:
        self.name = name
        self.frozen = frozen
        self.speed = speed
        self.bookmark_seconds = 60.0
        self._at = time.time() if at is None else at
        self._since = time.monotonic()
        self.environments = {each: Environment(each, self) for each in environments}
        self.engine = Engine()  # the laptop's
        self.users: dict[str, User] = {}
        self.faults = Faults()
        self.requests: deque[Object] = deque(maxlen=20_000)
        self.add_user("ops", None)

    def now(self) -> float:
        """The world's own time in epoch seconds."""
        if self.frozen:
            return self._at
        return self._at + (time.monotonic() - self._since) * self.speed

    def freeze(self, frozen: bool) -> None:
        """Stops the clock, or lets it run on from where it is."""
        self._at = self.now()
        self._since = time.monotonic()
        self.frozen = frozen

    def step(self, seconds: float) -> None:
        """Moves the clock on, with a turn of the behaviours for each little while of it."""
        steps = max(1, min(_MOST_STEPS, round(seconds / _STEP)))
        for _ in range(steps):
            self._at += seconds / steps
            self.turn()

    def turn(self) -> None:
        """One turn of the behaviours of all environments."""
        now = self.now()
        for environment in self.environments.values():
            environment.step(now)
        self.engine.step(now)

    def add_user(self, name: str, rules: list[Object] | None, groups: Sequence[str] = ()) -> User:
        """A new user, or an old one (who keeps the token) with other rules."""
        old = self.users.get(name)
        token = old.token if old else secrets.token_urlsafe(24)
        self.users[name] = User(name, token, tuple(groups), rules)
        return self.users[name]

    def renew_token(self, name: str) -> User:
        """The user's old token is worth nothing from now on."""
        self.users[name].token = secrets.token_urlsafe(24)
        return self.users[name]

    def by_token(self, token: str) -> User | None:
        """Who has this token."""
        for user in self.users.values():
            if secrets.compare_digest(user.token.encode(), token.encode()):
                return user
        return None

    def close(self) -> None:
        """Ends every stream."""
        self.faults.clear()
        for environment in self.environments.values():
            environment.end_streams()
        self.engine.switch(on=False)


class Worlds:
    """All worlds of this process, and the ticker that makes them move."""

    def __init__(self) -> None:
        self.worlds: dict[str, World] = {}

    def add(self, world: World) -> None:
        """A world begins."""
        self.worlds[world.name] = world

    def drop(self, name: str) -> None:
        """A world ends, with all its streams."""
        world = self.worlds.pop(name, None)
        if world is not None:
            world.close()

    async def tick(self) -> None:
        """Ten turns a second for every world whose clock runs; never returns."""
        turns = 0
        while True:
            await asyncio.sleep(0.1)
            turns += 1
            for world in tuple(self.worlds.values()):
                if not world.frozen:
                    world.turn()
                if turns % 100 == 0:
                    for environment in world.environments.values():
                        environment.tidy()
