"""Fifty thousand log lines a second: taken, lost, doubled, keys meanwhile; and a million lines filtered."""

from __future__ import annotations

import asyncio
import re
import time

from tests.bench.figures import Bare, Figure, answer, cockpit, figure, keys, until
from tests.bench.log_view import search
from tests.demo_control import Demo, WorldControl
from tui.panes.logs import LogsPane
from tui.panes.pods import PodsPane
from tui.panes.work import WorkPane
from widgets.ring import Ring

RATE = 50_000  # lines a second
SECONDS = 8.0
NUMBER = re.compile(rb'"number":(\d+)')


def measure() -> list[Figure]:
    return asyncio.run(_followed()) + asyncio.run(_filtered())


def pod_of(world: WorldControl) -> tuple[str, str]:
    """Namespace and name of the pod that writes."""
    meta = world.all("Pod")[0]["metadata"]
    return meta["namespace"], meta["name"]


def _read_bare(world: WorldControl, seconds: float = 3.0) -> float:
    """Lines a second that a loop takes which only counts them."""
    space, name = pod_of(world)
    bare, lines, began = Bare(world), 0, time.perf_counter()
    with bare.open(
        f"/api/v1/namespaces/{space}/pods/{name}/log?follow=true&timestamps=true&tailLines=1"
    ) as body:
        while (passed := time.perf_counter() - began) < seconds:
            lines += body.read1(1 << 18).count(b"\n")
    bare.close()
    return lines / passed


def numbers(ring: Ring) -> list[int]:
    """What the writer numbered, as far as it is still kept."""
    lines = (payload for _, payload in ring.lines(ring.first, ring.total - ring.first))
    found = (NUMBER.search(line) for line in lines if isinstance(line, bytes))
    return [int(one[1]) for one in found if one]


def lost_and_doubled(seen: list[int]) -> tuple[int, int]:
    whole = seen[-1] - seen[0] + 1
    return whole - len(set(seen)), len(seen) - len(set(seen))


async def _followed() -> list[Figure]:
    demo = Demo.start("--pods", "1", "--log-rate", str(RATE))
    world = demo.attach("demo")
    try:
        await until(lambda: world.all("Pod"))
        bare = _read_bare(world)
        async with cockpit(world) as app:
            await until(lambda: app.screen.query(WorkPane) and app.sessions)
            work = app.screen.query_one(WorkPane)
            work.go(work.find(PodsPane))
            view = app.screen.query_one(LogsPane).log_view
            await until(lambda: view.ring.total > RATE // 2)
            view.focus()
            ring, first, began, burned = view.ring, view.ring.total, time.perf_counter(), time.process_time()
            waits = []
            while (passed := time.perf_counter() - began) < SECONDS:
                following = view.status.following
                waits.append(await answer(app, "s", lambda was=following: view.status.following != was))  # type: ignore[misc]
                await asyncio.sleep(0.05)
            rate, busy = (ring.total - first) / passed, 100 * (time.process_time() - burned) / passed
            lost, doubled = lost_and_doubled(numbers(ring))
    finally:
        demo.stop()
    return [
        Figure(
            "log lines taken a second, of 50 000 written",
            "all",
            f"{rate:.0f}",
            rate > 0.95 * min(bare, RATE),
            f"{rate / bare:.2f} x a bare loop ({bare:.0f})",
        ),
        Figure("lost and doubled of them", "0 and 0", f"{lost} and {doubled}", not lost and not doubled),
        keys("50 000 lines/s", waits),
        Figure("its processor", "", f"{busy:.0f} % of a core", True),
    ]


async def _filtered() -> list[Figure]:
    found = []
    for words, pattern in (("a literal", "000000de"), ("a regular expression", "items/4[0-9]+2 ")):
        matches, spent, late = await search(pattern)
        what = f"1 M lines searched for {words}: loop late at most"
        found.append(figure(what, late, 50.0, "ms"))
        found.append(Figure(f"  and found {matches} lines in", "", f"{spent:.2f} s", True))
    return found
