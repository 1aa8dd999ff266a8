"""Tails against the simulator over HTTPS: cuts, restarts, new pods, Jobs before their pod; nothing lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from tests.demo_control import WorldControl
from tests.demo_objects import Object, running_pod, with_state
from tests.link import Link
from tui.clock import Clock, SystemClock
from tui.model.log import Chunk, Seam, SeamKind
from tui.store import Store
from tui.tail import Selection, Tail
from tui.wire.access import Access, Tls, Token
from tui.wire.kinds import pod as pods
from tui.wire.kube import Client
from tui.wire.secret import Secret
from tui.wire.server import Server


class Reader:
    """A tail that is read all the time, beside a store that the test fills from the simulator."""

    def __init__(self, world: WorldControl, client: Client, clock: Clock, **selection: object) -> None:
        self.world, self.store = world, Store()
        self.seams: list[Seam] = []
        self.chunks: list[Chunk] = []
        self.sync()
        self.tail = Tail(client, self.store, clock, lambda: self._chosen(selection))

    def _chosen(self, selection: dict[str, object]) -> Selection:
        found = tuple(self.store.all("Pod"))
        return replace(Selection(found), **selection)  # type: ignore[arg-type]

    def sync(self) -> None:
        """The store as the cluster is now."""
        found = self.world.all("Pod", "services")
        records = {each["metadata"]["uid"]: pods.KIND.read(json.dumps(each).encode()) for each in found}
        self.store.replace("Pod", "", records)

    async def read(self) -> None:
        async for batch in self.tail.batches():
            for item in batch:
                if isinstance(item, Seam):
                    self.seams.append(item)
                else:
                    assert item.count == item.data.count(b"\n")
                    self.chunks.append(item)

    @property
    def lines(self) -> list[str]:
        """Lines without their times, in the order they came."""
        whole = b"".join(chunk.data for chunk in self.chunks)
        return [line.split(b" ", 1)[1].decode() for line in whole.split(b"\n")[:-1]]

    def said(self, kind: SeamKind) -> list[str]:
        return [seam.text for seam in self.seams if seam.kind is kind]

    def has_lines(self, count: int) -> bool:
        return len(self.lines) >= count

    def has_seams(self, kind: SeamKind, count: int) -> bool:
        return len(self.said(kind)) >= count

    async def until(self, true: Callable[[], object]) -> None:
        await self.world.until(true)


@asynccontextmanager
async def reading(
    world: WorldControl, port: int | None = None, *, clock: Clock | None = None, **selection: object
) -> AsyncIterator[Reader]:
    """A reader, over the relay at that port when given."""
    url = urlsplit(world.url())
    host = f"{url.hostname}:{port or url.port}"
    access = Access(
        "production",
        f"https://{host}{url.path}",
        "services",
        "u",
        "c",
        tls=Tls(ca_file=world.authority),
        auth=Token(Secret(world.token)),
    )
    server = Server(access, SystemClock(), environ={})
    reader = Reader(world, Client(server), clock or SystemClock(), **selection)
    task = asyncio.create_task(reader.read())
    try:
        yield reader
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await server.close()


def write(world: WorldControl, first: int, stop: int, pod: str = "one", **options: object) -> None:
    world.log("services", pod, "app", *(f"line {n}" for n in range(first, stop)), **options)  # type: ignore[arg-type]


def numbered(stop: int) -> list[str]:
    return [f"line {n}" for n in range(stop)]


async def test_cuts_lose_and_double_nothing(world: WorldControl) -> None:
    world.put(running_pod("one"))
    write(world, 0, 20)
    url = urlsplit(world.url())
    async with Link(url.hostname or "", url.port or 0) as link, reading(world, link.port) as reader:
        await reader.until(lambda: len(reader.lines) == 20)
        for round_ in range(1, 4):
            link.cut()
            write(world, round_ * 20, round_ * 20 + 20)
            await reader.until(lambda: "link lost" in reader.tail.status.words)
            link.mend()
            await reader.until(partial(reader.has_seams, SeamKind.LINK, round_))
        await reader.until(lambda: len(reader.lines) >= 80)
        assert reader.lines == numbered(80)
        assert "20 lines filled in, none lost" in reader.said(SeamKind.LINK)[0]
        assert not reader.said(SeamKind.LOSS)


async def test_streams_that_the_server_ends_are_taken_up_again(world: WorldControl) -> None:
    world.put(running_pod("one"))
    async with reading(world) as reader:
        for round_ in range(3):
            write(world, round_ * 10, round_ * 10 + 10)
            await reader.until(partial(reader.has_lines, round_ * 10 + 10))
            world.end_streams("log")
        write(world, 30, 40)
        await reader.until(lambda: len(reader.lines) >= 40)
        assert reader.lines == numbered(40)


async def test_a_restart_splices_the_end_of_the_old_run_in(world: WorldControl) -> None:
    world.put(running_pod("one"))
    async with reading(world) as reader:
        write(world, 0, 5)
        await reader.until(lambda: len(reader.lines) == 5)
        write(world, 5, 10)
        world.restart_container("services", "one", "app", code=137, reason="OOMKilled")
        write(world, 10, 12)
        reader.sync()
        await reader.until(lambda: len(reader.lines) >= 12)
        assert reader.lines == numbered(12)
        (seam,) = reader.said(SeamKind.RESTART)
        assert seam.startswith("one restarted: exit 137, OOMKilled")
        assert "restart 1" in seam


async def test_a_new_pod_is_followed_from_its_first_line(world: WorldControl) -> None:
    world.put(running_pod("one"))
    async with reading(world) as reader:
        write(world, 0, 1)
        await reader.until(lambda: reader.lines == ["line 0"])
        world.put(running_pod("two"))
        write(world, 1, 3, "two")
        reader.sync()
        await reader.until(lambda: len(reader.lines) >= 3)
        assert reader.lines == numbered(3)
        assert reader.said(SeamKind.NEW_POD) == ["new pod two"]


async def test_a_job_is_followed_from_before_its_pod_to_its_end(world: WorldControl) -> None:
    async with reading(world, waits="the pod of job identity_db", label="identity_db") as reader:
        await reader.until(lambda: reader.tail.status.words == "waiting for the pod of job identity_db")
        waiting = with_state(running_pod("one"), {"waiting": {"reason": "ContainerCreating"}})
        world.put(waiting)
        reader.sync()
        await reader.until(lambda: reader.tail.status.words.startswith("waiting to start: ContainerCreating"))
        assert not world.requests("GET", "/log")
        world.put(running_pod("one"))
        reader.sync()
        write(world, 0, 3)
        await reader.until(lambda: len(reader.lines) == 3)
        world.put(finished(running_pod("one")))
        reader.sync()
        await reader.until(lambda: reader.said(SeamKind.END) == ["identity_db done: exit 0"])
        assert reader.lines == numbered(3)
        assert reader.tail.status.words.startswith("ended")


def finished(pod: Object) -> Object:
    ended = {
        "exitCode": 0,
        "reason": "Completed",
        "containerID": "containerd://one-app-0",
        "finishedAt": "2026-08-01T11:00:00Z",
    }
    pod["status"]["phase"] = "Succeeded"
    return with_state(pod, {"terminated": ended})


async def test_rotation_under_a_cut_is_said(world: WorldControl) -> None:
    world.put(running_pod("one"))
    write(world, 0, 5, at=world.now() - 60)
    url = urlsplit(world.url())
    async with Link(url.hostname or "", url.port or 0) as link, reading(world, link.port) as reader:
        await reader.until(lambda: len(reader.lines) == 5)
        link.cut()
        await reader.until(lambda: "link lost" in reader.tail.status.words)
        write(world, 5, 20)
        world.rotate("services", "one", "app", keep=3)
        link.mend()
        await reader.until(lambda: len(reader.lines) >= 8)
        assert reader.said(SeamKind.LOSS) == ["possible gap (log rotated)"]
        await reader.until(lambda: reader.said(SeamKind.LINK))
        assert reader.said(SeamKind.LINK)[0].endswith("others may be missing")
        assert "lines may be missing" in reader.tail.status.words


async def test_lines_of_pods_are_joined_by_time(world: WorldControl) -> None:
    world.put(running_pod("one"), running_pod("two"))
    begin = world.now() - 100
    for number in range(10):
        write(world, number, number + 1, "two" if number % 2 else "one", at=begin + number)
    async with reading(world) as reader:
        await reader.until(lambda: len(reader.lines) >= 10)
        assert reader.lines == numbered(10)


async def test_no_more_than_twenty_containers(world: WorldControl) -> None:
    world.put(running_pod("many", "services", *(f"c{n}" for n in range(24))))
    async with reading(world) as reader:
        await reader.until(lambda: len(world.streams()) == 20)
        assert "20 of 24 containers" in reader.tail.status.words


async def test_older_lines_are_those_before_the_first_shown(world: WorldControl) -> None:
    world.put(running_pod("one"))
    write(world, 0, 1000)
    async with reading(world) as reader:
        await reader.until(lambda: len(reader.lines) == 200)
        source, data = reader.chunks[0].source, reader.chunks[0].data
        first = data[: data.index(b"\n") + 1]
        (chunk,) = await reader.tail.older({source: (first, 200)})
        assert [line.split(b" ", 1)[1] for line in chunk.data.split(b"\n")[:-1]] == [
            f"line {n}".encode() for n in range(200, 800)
        ]
        assert chunk.count == 600
        world.rotate("services", "one", "app", keep=10)
        assert await reader.tail.older({source: (first, 200)}) == []


async def test_the_run_before_alone_and_how_it_ended(world: WorldControl) -> None:
    world.put(running_pod("one"), running_pod("two"))
    write(world, 0, 3)
    world.restart_container("services", "one", "app", code=3)
    write(world, 3, 6)
    async with reading(world, previous=True) as reader:
        await reader.until(partial(reader.has_seams, SeamKind.END, 2))
        assert reader.lines == numbered(3)
        assert sorted(reader.said(SeamKind.END)) == [
            "one ended: exit 3",
            "two: no run before this one is kept",
        ]
        assert reader.tail.status.words.startswith("ended")


async def test_lines_since_a_moment(world: WorldControl) -> None:
    world.put(running_pod("one"))
    write(world, 0, 5, at=world.now() - 600)
    write(world, 5, 8, at=world.now() - 30)
    since = datetime.fromtimestamp(world.now() - 60, UTC).isoformat(timespec="seconds")
    async with reading(world, since=since) as reader:
        write(world, 8, 9)
        await reader.until(lambda: len(reader.lines) >= 4)
        assert reader.lines == [f"line {n}" for n in range(5, 9)]


async def test_a_fresh_restart_is_shown_with_the_end_of_the_run_before(world: WorldControl) -> None:
    world.put(running_pod("one"))
    write(world, 0, 5)
    world.restart_container("services", "one", "app", code=137, reason="OOMKilled")
    write(world, 5, 8)
    async with reading(world) as reader:
        await reader.until(lambda: len(reader.lines) >= 8)
        assert reader.lines == numbered(8)
        (seam,) = reader.said(SeamKind.RESTART)
        assert seam.startswith("one restarted: exit 137, OOMKilled")
        assert "gap " in seam


async def test_a_crash_loop_shows_its_last_run_and_that_the_next_one_waits(world: WorldControl) -> None:
    ended = {
        "exitCode": 1,
        "reason": "Error",
        "containerID": "containerd://one-app-0",
        "finishedAt": "2026-08-01T11:00:00Z",
    }
    waits = {"waiting": {"reason": "CrashLoopBackOff"}}
    world.put(with_state(running_pod("one"), waits, {"terminated": ended}, 4))
    write(world, 0, 3, instance=4)
    async with reading(world) as reader:
        await reader.until(partial(reader.has_seams, SeamKind.WAIT, 1))
        assert reader.lines == numbered(3)
        assert reader.said(SeamKind.WAIT) == ["one ended: exit 1, waits to start again: CrashLoopBackOff"]
        assert reader.tail.status.words.startswith("ended: exit 1, waits to start again")


async def test_a_log_that_may_not_be_read_says_so_once_and_comes_back(world: WorldControl) -> None:
    world.put(running_pod("one"))
    world.fault("status", "/pods/one/log", code=403)
    async with reading(world, clock=Quick()) as reader:
        await reader.until(lambda: len(world.requests("GET", "/log")) > 2)
        assert len(reader.said(SeamKind.END)) == 1
        world.clear_faults()
        write(world, 0, 3)
        await reader.until(lambda: reader.lines == numbered(3))


async def test_a_half_open_link_is_found_by_asking_and_taken_up_again(world: WorldControl) -> None:
    world.put(running_pod("one"))
    write(world, 0, 5, at=world.now() - 100)
    url = urlsplit(world.url())
    async with (
        Link(url.hostname or "", url.port or 0) as link,
        reading(world, link.port, clock=Quick()) as reader,
    ):
        await reader.until(lambda: len(reader.lines) == 5)
        assert "silent since" in reader.tail.status.words
        link.freeze()
        write(world, 5, 9)
        await reader.until(lambda: "link lost" in reader.tail.status.words)
        link.cut()
        link.mend()
        await reader.until(partial(reader.has_lines, 9))
        assert reader.lines == numbered(9)
        assert not reader.said(SeamKind.LOSS)


class Quick(SystemClock):
    """A clock whose waits pass a hundred times faster."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 100)

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        return super().timeout(seconds / 20)
