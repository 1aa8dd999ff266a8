"""The containers of one project as they were last looked at, with their runs and what happened to them."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from tui.compose_pods import Seen, event
from tui.compose_runs import Runs, Window
from tui.errors import Gone
from tui.model.cluster import Event
from tui.model.compose import Inspected
from tui.model.key import Meta
from tui.model.pod import Pod
from tui.store import Record
from tui.wire.docker_shapes import Happened, one_off

if TYPE_CHECKING:
    from tui.wire.docker import Engine

_AT_ONCE = 8  # containers that are inspected at the same time
_KEPT = 300  # events
_QUIET = ("update", "rename", "create")  # actions that only say: look again
_PLACEHOLDER = re.compile(r"[0-9a-f]{12}_.")


def _in_the_making(found: Inspected) -> bool:
    """Compose recreates beside the old container, under its id and name, and renames before it starts that:
    shown so early, its log would be asked for by a name that it loses."""
    return found.state == "created" and _PLACEHOLDER.match(found.name) is not None


class Containers:
    """`happened` notes which to look at, `look` does; `changed` is set in between."""

    def __init__(self, engine: Engine) -> None:
        self.changed = asyncio.Event()
        self._engine = engine
        self._seen: dict[str, Seen] = {}
        self._runs: dict[str, Runs] = {}
        self._shown: dict[str, tuple[Seen, int]] = {}  # by name, with the number of the run
        self._dirty: set[str] = set()
        self._looking: set[str] = set()
        self._waiters: list[asyncio.Future[None]] = []
        self.watched = False
        self._pending: deque[Happened] = deque(maxlen=_KEPT)
        self._events: deque[Event] = deque(maxlen=_KEPT)
        self._told: set[tuple[int, str, str]] = set()

    @property
    def all(self) -> tuple[Seen, ...]:
        """In no particular order."""
        return tuple(self._seen.values())

    def show(self) -> tuple[Seen, ...]:
        """All, in no particular order; from now on they are what is read of."""
        self._shown = {one.found.name: (one, one.runs.number) for one in self._seen.values()}
        self._tell()
        return tuple(self._seen.values())

    def run_of(self, name: str, *, previous: bool) -> tuple[Inspected, Window | None] | None:
        """The container of that name, and where the run that is shown lies in its log, or the one before."""
        if name not in self._shown:
            return None
        seen, number = self._shown[name]
        return seen.found, seen.runs.window(number - previous)

    async def settled(self, id: str) -> None:
        """Returns once that container was looked at again and is shown, or nobody looks any more.

        Its log ended: before the next run's lines are read, it has to be known that there is one.
        """
        self._dirty.add(id)
        self.changed.set()
        while self.watched and (id in self._dirty or id in self._looking):
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    def watch(self, *, on: bool) -> None:
        """Whether somebody looks at what changes."""
        self.watched = on
        self._tell()

    def _tell(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def of(self, meta: Meta) -> Inspected | None:
        """The container of a pod, or the first of a service or Job."""
        if meta.kind == "Pod":
            return self._shown[meta.name][0].found if meta.name in self._shown else None
        found = [one.found for one, _ in self._shown.values() if one.found.service == meta.name]
        return min(found, key=lambda one: one.number, default=None)

    async def remember(self, project: str, now: float) -> None:
        """What the engine still knows of the past: how runs ended that are over."""
        async with self._engine.events(project, 0.0, until=now) as happenings:
            async for one in happenings:
                self.happened(one)

    async def list(self, project: str) -> None:
        """Looks at all that are there, and forgets what is not."""
        ids = await self._engine.containers(project)
        for id in [id for id in self._seen if id not in ids]:
            self._forget(id)
        self._dirty.update(ids)
        await self.look()

    def happened(self, one: Happened) -> None:
        """Notes an event; what it changed is read by the next `look`."""
        action, id, attributes = one.action, one.actor.id, one.actor.attributes
        key = (one.time_nano, action, id)
        if not id or action.startswith("exec_") or one_off(attributes) or key in self._told:
            return
        if len(self._told) > 4 * _KEPT:
            self._told.clear()
        self._told.add(key)
        self._runs.setdefault(id, Runs()).happened(action, one.at, attributes)
        self._pending.append(one)
        self._dirty.add(id)
        self.changed.set()

    async def look(self) -> None:
        """Inspects what changed; what went in between is forgotten."""
        ids, self._dirty = self._dirty, set()
        self._looking = ids
        self.changed.clear()
        limit = asyncio.Semaphore(_AT_ONCE)

        async def one(id: str) -> None:
            async with limit:
                try:
                    found = await self._engine.inspect(id)
                except Gone:
                    self._forget(id)
                    return
            runs = self._runs.setdefault(id, Runs())
            runs.looked(found)
            if not one_off(found.labels) and not _in_the_making(found):
                self._seen[id] = Seen(found, runs)

        try:
            await asyncio.gather(*(one(id) for id in ids))
        except BaseException:
            self._dirty |= ids
            raise
        finally:
            self._looking = set()

    def events(self, pods: Iterable[Record]) -> dict[str, Record]:
        """What happened lately, by uid; each is put into words once, after the look that followed it."""
        by_id = {cast(Pod, pod).meta.uid.partition("@")[0]: pod.meta for pod in pods}
        while self._pending:
            one = self._pending.popleft()
            meta = by_id.get(one.actor.id)
            if meta is not None and one.action not in _QUIET:
                uid = f"{one.time_nano}-{one.action}-{one.actor.id[:12]}"
                said = self._said(one)
                self._events.append(event(uid, meta.uid, meta.namespace, meta.name, one.action, one.at, said))
        return {each.meta.uid: each for each in self._events}

    def _said(self, one: Happened) -> str:
        attributes = one.actor.attributes
        if one.action == "die":
            return f"exit code {attributes.get('exitCode', '?')}"
        if one.action == "kill":
            return f"signal {attributes.get('signal', '?')}"
        seen = self._seen.get(one.actor.id)
        if one.action.startswith("health_status"):
            words = one.action.partition(": ")[2]
            said = seen.found.health_said if seen is not None else ""
            return said if words == "unhealthy" and said else words
        return f"container {attributes.get('name', '')}"

    def _forget(self, id: str) -> None:
        self._seen.pop(id, None)
        self._runs.pop(id, None)
