"""Hooks of any kind recorded with their application, attempts, exit codes, events; operations and gaps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from tests.test_recorder import LINES, Kubelet, QuickClock, cancelled, count, files, listed, until
from tui import evidence, operation_log, watch_log
from tui.clock import SystemClock
from tui.model.application import Application, Operation, OperationState, ResourceResult
from tui.model.cluster import Event
from tui.model.job import Job
from tui.model.key import Condition, Meta, Owner
from tui.model.past_operation import PastOperation, joined, operation_of, seen
from tui.model.pod import Container, Ended, Pod
from tui.model.recording import Recording
from tui.model.watched import Span, gaps, union, unwatched
from tui.recorder import Recorder
from tui.recording import index
from tui.recordings_folder import alone
from tui.store import Change, Link, LinkState, Store
from tui.tail_parts import InTurn
from tui.wire.kube import Client

BEGAN = 1_700_000_000.0
SMOKE = Job(
    Meta(
        "Job",
        "services",
        "auth-smoke",
        "h1",
        created=BEGAN + 2,
        annotations={
            "argocd.argoproj.io/hook": "PostSync",
            "argocd.argoproj.io/sync-wave": "3",
            "argocd.argoproj.io/tracking-id": "auth-production:batch/Job:services/auth-smoke",
        },
    ),
    commands=("/bin/smoke",),
)
ROW = ResourceResult(
    "batch", "Job", "services", "auth-smoke", "Synced", "Job failed", "PostSync", "Failed", "PostSync"
)


def attempt(number: int, code: int | None, *sidecars: str) -> Pod:
    """Pod of an attempt of the hook; `code` None: it runs."""
    meta = Meta(
        "Pod", "services", f"auth-smoke-{number}", f"p{number}", owner=Owner("Job", "auth-smoke", "h1")
    )
    ended = None if code is None else Ended(code, reason="Error" if code else "Completed", container_id="c")
    containers = tuple(
        Container(name, container_id="c", running_since=None if ended else 1.0, ended=ended)
        for name in ("smoke", *sidecars)
    )
    phase = "Running" if code is None else "Failed" if code else "Succeeded"
    return Pod(replace(meta, created=BEGAN + 2 + number), phase=phase, node="n", containers=containers)


def syncing(phase: str = "Running", **more: object) -> Application:
    """The Application that the hook belongs to, as its operation runs."""
    state = OperationState(phase, started=BEGAN, operation=Operation("alice"), revision="a" * 40)
    return Application(Meta("Application", "argocd", "auth-production", "a1"), state=replace(state, **more))  # type: ignore[arg-type]


def put(store: Store, *records: Job | Pod | Application) -> None:
    """As a feed would."""
    for record in records:
        store.apply(Change(record.meta.kind, record.meta.uid, record))


def recorder(folder: Path, store: Store, *, events: Sequence[Event] = ()) -> Recorder:
    """Reads every log as the same lines."""

    async def about(namespace: str, uids: Sequence[str]) -> list[Event]:
        return [one for one in events if one.about_uid in uids]

    return Recorder(folder, cast(Client, Kubelet(LINES)), store, QuickClock(), "production", about)


async def test_a_hook_that_is_no_migration_is_kept_with_all_attempts_and_containers(tmp_path: Path) -> None:
    store = listed(SMOKE, attempt(1, 1, "proxy"))
    put(store, syncing())
    event = Event(Meta("Event", "services", "e", "e1"), "Pod", about_uid="p1", message="password=secret lost")
    kept = recorder(tmp_path, store, events=[event])
    task = asyncio.create_task(kept.run())
    await until(lambda: len(kept.evidence("h1").exits) == 2)
    put(store, attempt(2, None, "proxy"))
    await until(lambda: count(tmp_path) == 80)
    put(store, attempt(2, 0, "proxy"), replace(SMOKE, conditions=(Condition("Complete", "True"),)))
    await until(kept.hooks)
    await cancelled(task)
    (one,) = index(tmp_path, "production")
    assert (one.application, one.operation, one.revision) == ("auth-production", BEGAN, "a" * 40)
    assert (one.phase, one.wave, one.migrates, one.status, one.attempts) == (
        "PostSync",
        3,
        False,
        "Complete",
        2,
    )
    found = kept.evidence("h1")
    assert [(each.pod, each.container, each.code) for each in found.exits] == [
        ("auth-smoke-1", "smoke", 1),
        ("auth-smoke-1", "proxy", 1),
        ("auth-smoke-2", "smoke", 0),
        ("auth-smoke-2", "proxy", 0),
    ]
    assert [each.message for each in found.events] == ["password=*** lost"]
    assert kept.recordings() == []  # it migrates nothing
    assert kept.hooks() == [one]


async def test_events_are_asked_for_once_a_few_jobs_at_a_time_and_not_at_all_where_they_are_read(
    tmp_path: Path,
) -> None:
    ended = (Condition("Complete", "True"),)
    jobs = [
        replace(SMOKE, meta=replace(SMOKE.meta, name=f"s{n}", uid=f"u{n}"), conditions=ended)
        for n in range(9)
    ]
    asked: list[str] = []
    now = most = 0

    async def about(namespace: str, uids: Sequence[str]) -> list[Event]:
        nonlocal now, most
        asked.append(uids[0])
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return []

    store = listed(*jobs)
    kept = Recorder(tmp_path, cast(Client, Kubelet([])), store, QuickClock(), "production", about)
    task = asyncio.create_task(kept.run())
    await until(lambda: len(kept.hooks()) == 9)
    assert (sorted(asked), most) == ([f"u{n}" for n in range(9)], 2)
    store.set_link("Event", "", Link(LinkState.LIVE, 0.0))
    store.apply(
        Change(
            "Event", "e1", Event(Meta("Event", "services", "e", "e1"), "Job", about_uid="h1", message="here")
        )
    )
    put(store, replace(SMOKE, conditions=ended))
    await until(lambda: len(kept.hooks()) == 10)
    await cancelled(task)
    assert len(asked) == 9
    assert [one.message for one in kept.evidence("h1").events] == ["here"]


async def test_logs_are_opened_a_few_at_a_time_but_none_waits_for_one_that_never_answers() -> None:
    opening: list[str] = []
    answers = asyncio.Event()

    class Slow:
        @asynccontextmanager
        async def log(
            self, namespace: str, pod: str, container: str, **how: object
        ) -> AsyncIterator[AsyncIterator[bytes]]:
            opening.append(pod)
            if pod.startswith("slow"):
                await answers.wait()
            yield chunks()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"line"

    class Hasty(SystemClock):
        def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
            return super().timeout(0.05)

    logs = InTurn(Slow(), Hasty(), 2)

    async def read(pod: str) -> list[bytes]:
        async with logs.log("services", pod, "c", follow=True) as found:
            return [each async for each in found]

    waits = [asyncio.create_task(read(f"slow{n}")) for n in range(2)]
    third = asyncio.create_task(read("quick"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert opening == ["slow0", "slow1"]
    assert await third == [b"line"]
    answers.set()
    assert await asyncio.gather(*waits) == [[b"line"], [b"line"]]
    assert await read("again") == [b"line"]


async def test_killed_within_a_hook_nothing_is_missing_and_nothing_twice(tmp_path: Path) -> None:
    store = listed(SMOKE, attempt(1, 1), attempt(2, None))
    for _ in range(3):
        kept = recorder(tmp_path, store)
        task = asyncio.create_task(kept.run())
        await until(lambda: count(tmp_path) >= 40)
        await cancelled(task)
    put(store, syncing(), attempt(2, 0), replace(SMOKE, conditions=(Condition("Complete", "True"),)))
    kept = recorder(tmp_path, store)
    task = asyncio.create_task(kept.run())
    await until(lambda: any(one.ended for one in kept.hooks()))
    await cancelled(task)
    assert count(tmp_path) == 40
    (path,) = files(tmp_path)
    assert path.read_bytes().count(b'{"exit"') == 2
    assert index(tmp_path, "production")[0].operation == BEGAN  # known only at the end


async def test_a_hook_that_goes_before_its_end_is_seen_is_judged_by_its_pod(tmp_path: Path) -> None:
    store = listed(SMOKE, attempt(1, None))
    kept = recorder(tmp_path, store)
    task = asyncio.create_task(kept.run())
    await until(lambda: count(tmp_path) == 20)
    put(store, attempt(1, 0))
    await asyncio.sleep(0)
    for kind, uid in (("Job", "h1"), ("Pod", "p1")):  # HookSucceeded takes both in the same second
        store.apply(Change(kind, uid, None))
    await until(kept.hooks)
    await cancelled(task)
    assert kept.hooks()[0].status == "Complete"


async def test_the_results_of_a_failed_attempt_outlive_the_retry_and_us(tmp_path: Path) -> None:
    store = listed()
    failed = syncing(message="Retrying attempt #1", finished=BEGAN + 9, retries=1, results=(ROW,))
    put(store, failed)
    task = asyncio.create_task(recorder(tmp_path, store).run())
    await until(lambda: operation_log.index(tmp_path, "production"))
    await cancelled(task)
    put(store, syncing(message="Retrying operation. Attempt #1", retries=1))
    task = asyncio.create_task(recorder(tmp_path, store).run())
    await until(lambda: len(operation_log.index(tmp_path, "production")[0].attempts) == 2)
    put(store, syncing("Failed", finished=BEGAN + 30, retries=1, results=(replace(ROW, message="again"),)))
    await until(lambda: operation_log.index(tmp_path, "production")[0].over)
    await cancelled(task)
    (one,) = operation_log.index(tmp_path, "production")
    assert [(each.number, [row.message for row in each.results]) for each in one.attempts] == [
        (1, ["Job failed"]),
        (2, ["again"]),
    ]
    assert (one.phase, one.took, one.who) == ("Failed", 30.0, "alice")


async def test_operations_without_hooks_that_ended_before_are_not_kept(tmp_path: Path) -> None:
    store = listed()
    put(store, syncing("Succeeded", finished=BEGAN + 1))
    task = asyncio.create_task(recorder(tmp_path, store).run())
    await until(lambda: watch_log.read(tmp_path, "production"))
    await cancelled(task)
    assert operation_log.index(tmp_path, "production") == []


def test_two_recorders_of_one_operation_know_what_both_saw(tmp_path: Path) -> None:
    state = syncing(results=(ROW,)).state
    assert state is not None
    mine = seen("production", "auth-production", state, None)
    late = replace(state, phase="Succeeded", finished=BEGAN + 5, results=())
    other = seen("production", "auth-production", late, None)
    operation_log.save(tmp_path, mine)
    assert operation_log.save(tmp_path, other) == operation_log.save(tmp_path, mine)
    (kept,) = operation_log.index(tmp_path, "production")
    assert (kept.phase, kept.results) == ("Succeeded", (ROW,))
    assert joined(mine, other) == joined(other, mine)
    (tmp_path / "production.x.1.operation").write_bytes(b"[]")
    assert operation_log.index(tmp_path, "production") == [kept]


def test_a_recording_finds_its_operation_by_name_else_by_time() -> None:
    first = PastOperation("p", "auth", 100.0, phase="Succeeded", finished=120.0)
    later = PastOperation("p", "auth", 200.0, phase="Running")
    one = Recording("p", "u", "services", "auth-migrate", 0.0, created=110.0, application="auth")
    assert operation_of(one, [first, later]) == first
    assert operation_of(replace(one, created=150.0), [first, later]) is None
    assert operation_of(replace(one, created=250.0), [first, later]) == later
    assert operation_of(replace(one, operation=200.0), [first, later]) == later
    assert operation_of(replace(one, application="web"), [first, later]) is None


def test_gaps_are_what_nobody_watched_but_for_moments() -> None:
    spans = [Span(100.0, 200.0), Span(150.0, 300.0), Span(310.0, 400.0), Span(900.0, 1000.0)]
    assert union(spans)[0] == Span(100.0, 300.0)
    assert gaps(spans, 100.0, 1000.0) == (Span(400.0, 900.0),)
    assert gaps(spans, 0.0, 1100.0) == (Span(0.0, 100.0), Span(400.0, 900.0), Span(1000.0, 1100.0))
    assert gaps([], 0.0, 100.0) == (Span(0.0, 100.0),)
    assert unwatched(spans, 500.0, 520.0, 2000.0) == Span(400.0, 900.0)
    assert unwatched(spans, 120.0, 200.0, 2000.0) is None
    assert unwatched([], 120.0, 200.0, 300.0) == Span(120.0, 300.0)


async def test_the_time_that_was_watched_is_joined_and_survives_nonsense(tmp_path: Path) -> None:
    watch_log.note(tmp_path, "production", Span(10.0, 20.0))
    watch_log.note(tmp_path, "production", Span(15.0, 30.0))
    assert watch_log.read(tmp_path, "production") == (Span(10.0, 30.0),)
    watches = True
    seen: list[tuple[Span, ...]] = []
    task = asyncio.create_task(
        watch_log.keep(tmp_path, "production", QuickClock(), lambda: watches, seen.append)
    )
    await until(lambda: bool(seen) and len(watch_log.read(tmp_path, "production")) == 2)
    watches = False
    now = SystemClock().now()
    await cancelled(task)
    assert watch_log.read(tmp_path, "production")[1].end <= now
    assert seen[0][0] == Span(10.0, 30.0)
    watch_log.path_of(tmp_path, "production").write_bytes(b'{"watched": [1]}')
    assert watch_log.read(tmp_path, "production") == ()


def test_a_shared_folder_makes_shared_files(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o770)
    watch_log.note(folder, "production", Span(1.0, 2.0))
    assert watch_log.path_of(folder, "production").stat().st_mode & 0o777 == 0o660


def test_a_folder_that_another_holds_is_not_waited_for_at_the_end(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(BlockingIOError):
        watch_log.note(tmp_path, "production", Span(1.0, 2.0), wait=False)
    assert watch_log.note(tmp_path, "production", Span(1.0, 2.0), wait=False) == (Span(1.0, 2.0),)


def test_exits_of_a_restarted_container_are_of_both_runs() -> None:
    container = Container("smoke", restarts=2, last=Ended(137, reason="OOMKilled"), running_since=1.0)
    (one,) = evidence.exits(replace(attempt(1, None), containers=(container,)))
    assert (one.restart, one.words) == (1, "exit 137, OOMKilled")
