"""Recordings of migration Jobs: modes, masked passwords, and a kill in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tui.clock import SystemClock
from tui.model.job import Job
from tui.model.key import Condition, Meta, Owner
from tui.model.log import Chunk
from tui.model.pod import Container, Ended, Pod
from tui.recorder import Recorder
from tui.recording import index, masked
from tui.store import Change, Link, LinkState, Store

JOB = Job(Meta("Job", "services", "identity-migrate", "j1"), commands=("goose up",))


def pod(ended: Ended | None = None) -> Pod:
    meta = Meta("Pod", "services", "identity-migrate-x", "p1", owner=Owner("Job", "identity-migrate", "j1"))
    container = Container(
        "goose",
        container_id="c1",
        running_since=None if ended else 1.0,
        ended=ended,
    )
    return Pod(meta, phase="Succeeded" if ended else "Running", node="n", containers=(container,))


class Kubelet:
    """A log that is served as far as it is written, and stays open while followed."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.lines = list(lines)

    @asynccontextmanager
    async def log(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        follow: bool,
        previous: bool = False,
        since: str | None = None,
        tail: int | None = None,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        async def chunks() -> AsyncIterator[bytes]:
            for line in self.lines:
                if line[:19] >= (since or "").encode().rstrip(b"Z"):
                    yield line
            if follow:
                await asyncio.Event().wait()

        yield chunks()


def listed(*records: Job | Pod) -> Store:
    """A store whose feeds of Jobs and Pods are live."""
    store = Store()
    for kind in ("Job", "Pod"):
        store.set_link(kind, "", Link(LinkState.LIVE, 0.0))
    for record in records:
        store.apply(Change(record.meta.kind, record.meta.uid, record))
    return store


LINES = [b"2026-08-01T12:00:0%d.000000000Z line %d password=hunter2\n" % (n // 3, n) for n in range(20)]


async def until(true: Callable[[], object]) -> None:
    """Lets the others go on until it is so."""
    loop = asyncio.get_running_loop()
    end = loop.time() + 10
    while not true():
        assert loop.time() < end
        await asyncio.sleep(0.01)


async def recorded(recorder: Recorder, count: int) -> list[bytes]:
    """Runs it until so many lines are on the disk, then kills it."""
    task = asyncio.create_task(recorder.run())

    def lines() -> list[bytes]:
        return [each.data for each in recorder.open("j1") if isinstance(each, Chunk)]

    await until(lambda: len(lines()) >= count)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return lines()


async def test_a_kill_in_the_middle_leaves_no_hole_and_no_double(tmp_path: Path) -> None:
    store, kubelet = listed(JOB, pod()), Kubelet(LINES[:7])
    folder = tmp_path / "recordings"
    await recorded(Recorder(folder, kubelet, store, SystemClock(), "production"), 7)
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with path.open("ab") as file:
        file.write(b"0 2026-08-01T12:00:02.0000")  # torn by the kill
    kubelet.lines = LINES
    again = Recorder(folder, kubelet, store, SystemClock(), "production")
    assert await recorded(again, 20) == [masked(line) for line in LINES]
    assert b"hunter2" not in path.read_bytes()
    (one,) = index(folder, "production")
    assert (one.environment, one.job, one.ended) == ("production", "identity-migrate", None)


async def test_a_finished_job_is_complete_and_not_read_again(tmp_path: Path) -> None:
    complete = Job(JOB.meta, commands=JOB.commands, conditions=(Condition("Complete", "True"),))
    store = listed(complete, pod(Ended(0, container_id="c1")))
    recorder = Recorder(tmp_path, Kubelet(LINES), store, SystemClock(), "production")
    task = asyncio.create_task(recorder.run())
    await until(lambda: any(one.ended for one in recorder.recordings()))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len([each for each in recorder.open("j1") if isinstance(each, Chunk)]) == 20


async def test_a_folder_that_cannot_be_written_is_a_condition(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file stands in the way")
    store = listed(JOB)
    recorder = Recorder(tmp_path / "recordings", Kubelet(LINES), store, SystemClock(), "production")
    task = asyncio.create_task(recorder.run())
    await until(lambda: recorder.condition)
    assert not task.done()
    assert recorder.condition.startswith("recordings are off: file exists")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_passwords_are_taken_out() -> None:
    assert (
        masked(b"postgres://user:pa55@db/x password='a b' ok\n")
        == b"postgres://user:***@db/x password=*** ok\n"
    )
