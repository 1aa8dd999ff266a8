"""The log of what is selected: containers come and go with the store, their lines leave in batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from tui.clock import Clock
from tui.errors import DeployError
from tui.merge import batched, merge, utc
from tui.model.log import Batch, Chunk, Seam, SeamKind, Source
from tui.model.pod import Pod
from tui.resume import whole
from tui.store import Store
from tui.tail_container import STALL, ContainerTail
from tui.tail_inbox import Inbox
from tui.tail_parts import Logs, Wanted
from tui.tail_state import at_second

MOST = 20  # containers followed at once
LINES = 200  # of each container, at first
MORE = 4  # times the lines that are shown, when older ones are asked for
SILENT = 60  # seconds after which a log is called silent
WINDOW = 0.25  # seconds in which lines of several containers are put in order
SKEW = 5  # seconds by which clocks may differ: a pod made before that is not new
HISTORY = 6  # windows in which all histories should have come
KINDS = ("Pod", "Job", "ReplicaSet")

Shown = tuple[bytes, int]
"""Of one container: the first line that is shown, with its line feed, and how many are."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be followed now."""

    pods: tuple[Pod, ...]
    container: str = ""  # one of them; all when empty
    previous: bool = False
    since: str | None = None  # RFC3339; instead of the last lines
    waits: str = ""  # said while there is no pod: "the pod of job identity_db"
    label: str = ""  # stands for every pod's name: the database of a migration


@dataclass(frozen=True, slots=True)
class TailStatus:
    """How the tail is doing."""

    following: int = 0
    total: int = 0
    lines: int = 0
    lost: int = 0  # known to be lost
    unknown_loss: bool = False
    last_at: float | None = None  # time of the last line by the node's clock
    words: str = ""


def of_pod(store: Store, uid: str) -> tuple[Pod, ...]:
    """That pod, while it exists."""
    found = store.by_uid("Pod", uid)
    return (found,) if isinstance(found, Pod) else ()


def of_owner(store: Store, uid: str) -> tuple[Pod, ...]:
    """All pods below a workload or a Job; of a Deployment through its ReplicaSets."""
    owners = [uid, *(made.meta.uid for made in store.children(uid, "ReplicaSet"))]
    owners += [made.meta.uid for made in store.children(uid, "Job")]
    return tuple(pod for owner in owners for pod in store.children(owner, "Pod") if isinstance(pod, Pod))


class Tail:
    """Follows what `choose` says, asked again whenever pods, Jobs or ReplicaSets change."""

    def __init__(
        self,
        client: Logs,
        store: Store,
        clock: Clock,
        choose: Callable[[], Selection],
        *,
        lines: int | None = LINES,
        most: int = MOST,
        stall: float = STALL,
    ) -> None:
        self._client, self._store, self._clock, self._choose = client, store, clock, choose
        self._lines = lines  # per container, at first
        self._most, self._stall = most, stall
        self._inbox = Inbox()
        self._tails: dict[tuple[str, str], ContainerTail] = {}
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._total = 0
        self._waits = ""
        self._gathered = False
        self._handing = False  # between the first and the last batch of what was taken

    @property
    def status(self) -> TailStatus:
        """The figures of now, and them in words."""
        figures = [tail.figures for tail in self._tails.values()]
        newest = max((utc(one.last_stamp) for one in figures), default=b"")
        last = datetime.fromisoformat(newest[:19].decode() + "+00:00").timestamp() if newest else None
        lost = sum(one.lost for one in figures)
        unknown = any(one.unknown_loss for one in figures)
        status = TailStatus(
            sum(not one.finished for one in figures),
            self._total,
            sum(one.lines for one in figures),
            lost,
            unknown,
            last,
        )
        return replace(status, words=self._words(status))

    @property
    def drained(self) -> bool:
        """Whether all containers that are known were read to their end, and all of it was handed out."""
        finished = all(tail.figures.finished for tail in self._tails.values())
        return finished and self._inbox.empty and not self._handing

    def _words(self, status: TailStatus) -> str:
        if not self._tails:
            return f"waiting for {self._waits or 'a pod'}"
        words: list[str] = []
        said = {tail.figures.words for tail in self._tails.values() if not tail.figures.finished}
        runs = not all(one.startswith("ended") for one in said)
        if not status.following:
            words.append("ended")
        elif len(said) == 1 and "" not in said:
            words += said
        else:
            words.append("following" if runs else "ended, waits to start again")
        if self._total > len(self._tails):
            words.append(f"{len(self._tails)} of {self._total} containers")
        if status.last_at is not None and runs:
            age = max(0, round(self._clock.now() - status.last_at))
            words.append(
                f"last line {age} s ago" if age < SILENT else f"silent since {at_second(status.last_at)}"
            )
        words.append("lines may be missing" if status.unknown_loss else f"{status.lost} lost")
        return ", ".join(words)

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """Lines and seams, at most 256 KiB at a time, until it is closed; to be iterated once."""
        manager = asyncio.create_task(self._manage(), name="tail")
        manager.add_done_callback(lambda _: self._inbox.wake())
        try:
            while True:
                await self._inbox.ready()
                if manager.done():
                    await manager
                if len(self._tails) > 1:
                    await self._gather()
                self._handing = True
                for batch in batched(merge(self._inbox.take())):
                    yield batch
                self._handing = False
        finally:
            manager.cancel()
            await asyncio.gather(manager, return_exceptions=True)

    async def _gather(self) -> None:
        """Lets lines of several containers come together; at first until all histories are there."""
        for _ in range(1 if self._gathered else HISTORY):
            await self._clock.sleep(WINDOW)
            if all(tail.caught_up for tail in self._tails.values()):
                break
        self._gathered = True

    async def _manage(self) -> None:
        fresh, began = False, self._clock.now() - SKEW
        async with asyncio.TaskGroup() as group:
            while True:
                versions = self._store.versions(KINDS)
                wanted = self._wanted(fresh, began)
                for key in [key for key in self._tails if key not in wanted]:
                    self._drop(key)
                for key, one in wanted.items():
                    if key in self._tails or len(self._tails) >= self._most:
                        continue
                    if one.new and not any(uid == one.uid for uid, _ in self._tails):
                        text = f"new pod {one.pod}"
                        await self._inbox.put(Seam(SeamKind.NEW_POD, text, self._clock.now()))
                    tail = ContainerTail(
                        self._client, self._store, self._clock, self._inbox, one, self._stall
                    )
                    self._tails[key] = tail
                    self._tasks[key] = group.create_task(tail.run(), name=f"log {one.pod} {one.container}")
                fresh = True
                await self._store.changed(KINDS, versions)

    def _drop(self, key: tuple[str, str]) -> None:
        """Ends a tail whose pod was unselected; one whose pod is gone says so and ends by itself."""
        if self._store.by_uid("Pod", key[0]) is not None:
            self._tasks.pop(key).cancel()
            del self._tails[key]
        elif self._tasks[key].done():
            del self._tasks[key], self._tails[key]

    def _wanted(self, fresh: bool, began: float) -> dict[tuple[str, str], Wanted]:
        """Containers in the order of interest: of pods that are not ready first, then the newest."""
        chosen = self._choose()
        self._waits = chosen.waits
        pods = sorted(chosen.pods, key=lambda pod: (_ready(pod), -pod.meta.created, pod.meta.name))
        tail = None if chosen.since else self._lines
        made: dict[tuple[str, str], Wanted] = {}
        for pod in pods:
            names = [one.name for one in pod.containers if chosen.container in ("", one.name)]
            new = fresh and pod.meta.created > began
            for name in names:
                label = chosen.label or pod.meta.name
                make = partial(Wanted, pod.meta.namespace, pod.meta.name, pod.meta.uid, name)
                made[pod.meta.uid, name] = make(
                    label if len(names) == 1 else f"{label} {name}",
                    None if new else tail,
                    chosen.since,
                    chosen.previous,
                    new,
                )
        self._total = len(made)
        return made

    async def older(self, shown: Mapping[Source, Shown]) -> list[Chunk]:
        """What stands before the first shown line of each container that is still followed.

        One request each, with four times the lines that are shown; a first line that is in its answer no
        more (the file was rotated) leaves that container as it is.
        """
        found: list[Chunk] = []
        for source, (first, count) in shown.items():
            tail = self._tails.get((source.uid, source.container))
            if tail is None or tail.source != source:
                continue
            data = await self._read_back(source, tail.wanted.previous, MORE * max(count, LINES))
            at = (b"\n" + data).find(b"\n" + first)
            if at > 0:
                found.append(Chunk(source, data[:at], data.count(b"\n", 0, at), replayed=True))
        return found

    async def _read_back(self, source: Source, previous: bool, count: int) -> bytes:
        where = (source.namespace, source.pod, source.container)
        try:
            async with self._client.log(*where, follow=False, previous=previous, tail=count) as chunks:
                return await whole(chunks)
        except DeployError:
            return b""  # what is shown stays


def _ready(pod: Pod) -> bool:
    mains: Iterable[bool] = (one.ready for one in pod.containers if one.part != "init")
    return all(mains)
