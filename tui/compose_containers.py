"""The containers of one project as they were last looked at, with their runs and what happened to them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from tui.compose_pods import Seen, event
from tui.compose_runs import Runs
from tui.errors import Gone
from tui.model.cluster import Event
from tui.model.key import Meta
from tui.model.pod import Pod
from tui.store import Record
from tui.wire.docker_shapes import Happened, one_off

if TYPE_CHECKING:
    from tui.wire.docker import Engine

_AT_ONCE = 8  # containers that are inspected at the same time
_KEPT = 300  # events
_QUIET = ("update", "rename", "create")  # actions that only say: look again


class Containers:
    """`happened` notes which to look at, `look` does; `changed` is set in between."""

    def __init__(self, engine: Engine) -> None:
        self.changed = asyncio.Event()
        self._engine = engine
        self._seen: dict[str, Seen] = {}
        self._runs: dict[str, Runs] = {}
        self._dirty: set[str] = set()
        self._pending: deque[Happened] = deque(maxlen=_KEPT)
        self._events: deque[Event] = deque(maxlen=_KEPT)
        self._told: set[tuple[int, str, str]] = set()

    @property
    def all(self) -> tuple[Seen, ...]:
        """In no particular order."""
        return tuple(self._seen.values())

    def by_name(self, name: str) -> Seen | None:
        """The container of that name."""
        return next((one for one in self._seen.values() if one.found.name == name), None)

    def of(self, meta: Meta) -> Seen | None:
        """The container of a pod, or the first of a service or Job."""
        if meta.kind == "Pod":
            return self.by_name(meta.name)
        found = [one for one in self._seen.values() if one.found.service == meta.name]
        return min(found, key=lambda one: one.found.number, default=None)

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
            if not one_off(found.labels):
                self._seen[id] = Seen(found, runs)

        try:
            await asyncio.gather(*(one(id) for id in ids))
        except BaseException:
            self._dirty |= ids
            raise

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
