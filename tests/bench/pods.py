"""Ten thousand pods: listed and shown, memory, and keys while a thousand changes a second arrive."""

from __future__ import annotations

import asyncio
import gc
import json
import time

from tests.bench.figures import Bare, Figure, answer, cockpit, figure, keys, megabytes, until
from tests.demo_control import Demo, WorldControl
from tui.app import Cockpit
from tui.panes.pods import PodsPane
from tui.panes.work import WorkPane
from widgets.live_table import LiveTable

PODS = 10_000
CHANGES = 1_000  # a second
KEYS = 150


def measure() -> list[Figure]:
    return asyncio.run(_shown()) + asyncio.run(_keys())


def _made(*options: str) -> tuple[Demo, WorldControl]:
    """A simulator whose pods are all there."""
    demo = Demo.start("--pods", str(PODS), *options)
    world = demo.attach("demo")
    bare = Bare(world)
    while True:
        with bare.open("/api/v1/pods?limit=1") as body:
            if json.load(body)["metadata"].get("remainingItemCount") == PODS - 1:
                bare.close()
                return demo, world
        time.sleep(0.2)


def _read_bare(world: WorldControl) -> float:
    """Seconds in which a bare loop reads the same pages, and decodes only where the next one is."""
    bare, more, began = Bare(world), "", time.perf_counter()
    while True:
        with bare.open(f"/api/v1/pods?limit=500{more}") as body:
            head = body.read()[:400]
        token = head.partition(b'"continue":"')[2].partition(b'"')[0].decode()
        if not token:
            bare.close()
            return time.perf_counter() - began
        more = f"&continue={token}"


async def _pods(app: Cockpit) -> LiveTable:
    """The table of pods, on top."""
    await until(lambda: app.screen.query(WorkPane) and app.sessions)
    work = app.screen.query_one(WorkPane)
    work.go(work.find(PodsPane))
    return work.current.table


async def _shown() -> list[Figure]:
    demo, world = _made()
    try:
        bare = _read_bare(world)
        before = megabytes()
        async with cockpit(world) as app:
            table = await _pods(app)
            began = time.perf_counter()
            await until(lambda: table.shown == PODS)
            shown = time.perf_counter() - began
            most = megabytes()
    finally:
        demo.stop()
    return [
        figure("10 000 pods listed and shown", shown, 2.0, "s", yardstick=bare, of="a bare loop"),
        figure("its memory (RSS, the most)", most, 200.0, "MB", yardstick=before, of="before opening"),
    ]


async def _keys() -> list[Figure]:
    demo, world = _made("--churn", str(CHANGES))
    try:
        async with cockpit(world) as app:
            table = await _pods(app)
            await until(lambda: table.shown == PODS)
            await until(lambda: app.sessions["production"].link.usable)
            gc.collect()
            store = app.sessions["production"].store
            version, began, burned = store.version["Pod"], time.perf_counter(), time.process_time()
            waits = []
            for number in range(KEYS):
                key, before = ("down", "up")[number // 15 % 2], table.cursor
                waits.append(await answer(app, key, lambda before=before: table.cursor != before))  # type: ignore[misc]
                await asyncio.sleep(0.03)
            passed = time.perf_counter() - began
            changes = (store.version["Pod"] - version) / passed
            busy = 100 * (time.process_time() - burned) / passed
    finally:
        demo.stop()
    return [
        keys(f"10 000 pods, {changes:.0f} changes/s taken", waits),
        Figure("its processor", "", f"{busy:.0f} % of a core", True),
    ]
