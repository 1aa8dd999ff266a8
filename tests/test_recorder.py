"""Recordings of migration Jobs: modes, masked passwords, and a kill in the middle."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from tests.demo_control import WorldControl
from tests.demo_world import job as migration_job
from tui.clock import Clock, SystemClock
from tui.model.job import Job
from tui.model.key import Condition, Meta, Owner
from tui.model.log import Chunk, Seam
from tui.model.pod import Container, Ended, Pod
from tui.model.recording import Recording
from tui.recorder import Recorder
from tui.recording import MOST_FILES, RecordingFile, index, masked, prune, read
from tui.store import Change, Link, LinkState, Store
from tui.wire.kube import Client

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


def recorder_of(folder: Path, kubelet: Kubelet, store: Store, clock: Clock) -> Recorder:
    """A recorder that reads from there."""
    return Recorder(folder, cast(Client, kubelet), store, clock, "production")


LINES = [b"2026-08-01T12:00:0%d.000000000Z line %d password=hunter2\n" % (n // 3, n) for n in range(20)]


async def until(true: Callable[[], object], within: float = 10) -> None:
    """Lets the others go on until it is so."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not true():
        assert loop.time() < end
        await asyncio.sleep(0.01)


class QuickClock(SystemClock):
    """Its sleeps are short, and counted in seconds."""

    slept = 0.0

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, 0.02))
        self.slept += seconds


def lines_of(recorder: Recorder) -> list[bytes]:
    """What is on the disk of the Job."""
    return [each.data for each in recorder.open("j1") if isinstance(each, Chunk)]


def count(folder: Path) -> int:
    """Lines of the only recording of a folder."""
    return sum(isinstance(each, Chunk) for path in files(folder) for each in read(path))


async def cancelled(task: asyncio.Task[None]) -> None:
    """The end of a recorder."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def recording(world: WorldControl, folder: Path) -> subprocess.Popen[bytes]:
    """A process that records the world's production."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.recording_process", str(world.kubeconfig), str(folder)]
    )


def files(folder: Path) -> list[Path]:
    """The recordings of a folder."""
    return list(folder.glob("*.log"))


async def recorded_by_process(world: WorldControl, folder: Path, enough: Callable[[], object]) -> None:
    """A process records until that is so, and is killed."""
    process = recording(world, folder)
    try:
        await until(enough)
    finally:
        process.kill()
        process.wait()


async def recorded(recorder: Recorder, wanted: int) -> list[bytes]:
    """Runs it until so many lines are on the disk, then kills it."""
    task = asyncio.create_task(recorder.run())
    await until(lambda: len(lines_of(recorder)) >= wanted)
    await cancelled(task)
    return lines_of(recorder)


async def test_a_kill_in_the_middle_leaves_no_hole_and_no_double(tmp_path: Path) -> None:
    store, kubelet = listed(JOB, pod()), Kubelet(LINES[:7])
    folder = tmp_path / "recordings"
    await recorded(recorder_of(folder, kubelet, store, SystemClock()), 7)
    (path,) = files(folder)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with path.open("ab") as file:
        file.write(b"0 2026-08-01T12:00:02.0000")  # torn by the kill
    kubelet.lines = LINES
    again = recorder_of(folder, kubelet, store, SystemClock())
    assert await recorded(again, 20) == [masked(line) for line in LINES]
    assert b"hunter2" not in path.read_bytes()
    (one,) = index(folder, "production")
    assert (one.environment, one.job, one.ended) == ("production", "identity-migrate", None)


async def test_a_finished_job_is_complete_and_not_read_again(tmp_path: Path) -> None:
    complete = Job(JOB.meta, commands=JOB.commands, conditions=(Condition("Complete", "True"),))
    store = listed(complete, pod(Ended(0, container_id="c1")))
    recorder = recorder_of(tmp_path, Kubelet(LINES), store, SystemClock())
    task = asyncio.create_task(recorder.run())
    await until(lambda: any(one.ended for one in recorder.recordings()))
    await cancelled(task)
    assert len(lines_of(recorder)) == 20


async def test_a_folder_that_cannot_be_written_is_a_condition(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file stands in the way")
    store = listed(JOB)
    recorder = recorder_of(tmp_path / "recordings", Kubelet(LINES), store, SystemClock())
    task = asyncio.create_task(recorder.run())
    await until(lambda: recorder.condition)
    assert not task.done()
    assert recorder.condition.startswith("recordings are off: file exists")
    await cancelled(task)


def test_passwords_are_taken_out() -> None:
    assert (
        masked(b"postgres://user:pa55@db/x password='a b' ok\n")
        == b"postgres://user:***@db/x password=*** ok\n"
    )


def test_no_password_of_a_url_is_left_whatever_is_in_it() -> None:
    assert masked(b"redis://:pa/5:5@host:6379 a://u:p@q@h") == b"redis://:***@host:6379 a://u:***@h"
    assert masked(b"PGPASSWORD=x DB_PASSWORD='y\n1 z'\n") == b"PGPASSWORD=*** DB_PASSWORD=***\n1 z'\n"


async def test_of_two_cockpits_one_writes_and_the_other_takes_over(tmp_path: Path) -> None:
    store, kubelet = listed(JOB, pod()), Kubelet(LINES[:9])
    first = recorder_of(tmp_path, kubelet, store, SystemClock())
    writing = asyncio.create_task(first.run())
    await until(lambda: len(lines_of(first)) == 9)
    other_store, clock = listed(JOB, pod()), QuickClock()
    other = recorder_of(tmp_path, Kubelet(LINES), other_store, clock)
    waiting = asyncio.create_task(other.run())
    await until(lambda: clock.slept > 3 and other_store.goose("j1") is not None)
    assert len(lines_of(other)) == 9
    assert other.condition == ""
    await cancelled(writing)
    await until(lambda: len(lines_of(other)) == 20)
    assert lines_of(other) == [masked(line) for line in LINES]
    await cancelled(waiting)


async def test_a_full_disk_is_said_and_no_line_is_torn(tmp_path: Path) -> None:
    store, kubelet, clock = listed(JOB, pod()), Kubelet(LINES), QuickClock()
    recorder = recorder_of(tmp_path, kubelet, store, clock)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, before[1]))
    try:
        task = asyncio.create_task(recorder.run())
        await until(lambda: recorder.condition)
        assert recorder.condition.startswith("recordings are off: file too large")
        (path,) = files(tmp_path)
        assert path.read_bytes().endswith(b"\n")
        assert not task.done()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    await until(lambda: len(lines_of(recorder)) == 20)
    assert recorder.condition == ""
    assert store.goose("j1") is not None
    await cancelled(task)


async def test_the_oldest_go_and_what_is_being_written_stays(tmp_path: Path) -> None:
    header = Recording("production", "live", "services", "a", 0.0)
    live = RecordingFile.open(tmp_path, header)
    assert live is not None
    assert RecordingFile.open(tmp_path, header) is None
    os.utime(live.path, (1, 1))
    for number in range(MOST_FILES + 3):
        (tmp_path / f"production.{number}.log").touch()
        os.utime(tmp_path / f"production.{number}.log", (2 + number, 2 + number))
    prune(tmp_path)
    left = {path.name for path in files(tmp_path)}
    assert len(left) == MOST_FILES + 1
    assert "production.live.log" in left
    assert "production.2.log" not in left
    live.close()


async def test_what_a_job_ended_with_is_in_the_index(tmp_path: Path) -> None:
    failed = b"2026-08-01T12:00:09.5Z goose run: ERROR 00002_x.sql: no\n"
    gave_up = (Condition("Failed", "True", since=1786190410.0),)
    one = replace(JOB, conditions=gave_up, failed=4, started=1786190400.0)
    store = listed(one, pod(Ended(1, container_id="c1")))
    recorder = recorder_of(tmp_path, Kubelet([failed]), store, SystemClock())
    task = asyncio.create_task(recorder.run())
    await until(lambda: recorder.recordings())
    (kept,) = index(tmp_path, "production")
    assert kept == recorder.known("j1")
    assert (kept.status, kept.attempts, kept.took) == ("Failed", 4, 10.0)
    assert kept.goose.error == "goose run: ERROR 00002_x.sql: no"
    assert store.goose("j1") == kept.goose
    await cancelled(task)
    (tmp_path / "production.x.log").write_bytes(b"not ours")
    assert index(tmp_path, "production") == [kept]
    assert index(tmp_path, "prod") == []


async def test_a_job_is_not_over_because_nobody_lists_jobs(tmp_path: Path) -> None:
    store = listed(JOB, pod())
    recorder = recorder_of(tmp_path, Kubelet(LINES), store, QuickClock())
    task = asyncio.create_task(recorder.run())
    await until(lambda: len(lines_of(recorder)) == 20)
    store.drop("Job")
    store.apply(Change("Pod", "p1", pod(Ended(0, container_id="c1"))))
    await until(lambda: isinstance(recorder.open("j1")[-1], Seam))
    assert recorder.recordings() == []
    store.apply(Change("Job", "j1", replace(JOB, conditions=(Condition("Complete", "True"),))))
    await until(lambda: recorder.recordings())
    assert recorder.recordings()[0].status == "Complete"
    await cancelled(task)


@pytest.mark.slow
async def test_killed_again_and_again_every_line_is_there_once(world: WorldControl, tmp_path: Path) -> None:
    script = {"goose": {"files": [f"{number:05d}_x.sql" for number in range(200)], "seconds": 0.03}}
    world.put(migration_job("auth-migrate", script))
    await recorded_by_process(world, tmp_path, lambda: count(tmp_path) >= 10)
    await recorded_by_process(world, tmp_path, lambda: count(tmp_path) >= 90)
    await recorded_by_process(
        world, tmp_path, lambda: [one for one in index(tmp_path, "production") if one.ended]
    )
    (path,) = files(tmp_path)
    (the_pod,) = world.all("Pod", "services")
    where = f"/api/v1/namespaces/services/pods/{the_pod['metadata']['name']}/log?timestamps=true"
    async with world.http() as http:
        everything = (await http.get(where)).content
    assert everything.count(b"\n") == 201
    assert b"".join(each.data for each in read(path) if isinstance(each, Chunk)) == everything
    seams = [each.text for each in read(path) if isinstance(each, Seam)]
    assert len(seams) == len(set(seams))
