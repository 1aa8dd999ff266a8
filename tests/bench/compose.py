"""A container of Compose that writes 100 000 lines a second: lines taken, and keys meanwhile."""

from __future__ import annotations

import asyncio
import time

from tests.bench.figures import Figure, answer, cockpit, keys, until
from tests.demo_control import Demo
from tests.engine_control import EngineControl
from tui.panes.logs import LogsPane
from tui.panes.pods import PodsPane
from tui.panes.work import WorkPane

RATE = 100_000  # lines a second
SECONDS = 8.0
LINE = "GET /api/v1/items/4711 200 12 ms agent=curl request=0000deadbeef"


def measure() -> list[Figure]:
    return asyncio.run(_followed())


async def _followed() -> list[Figure]:
    demo = Demo.start("--scene", "empty")
    world = demo.attach("demo")
    EngineControl.of(world).do("add", service="flood", says=[LINE], rate=RATE)
    try:
        async with cockpit(world) as app:
            await until(lambda: app.screen.query(WorkPane) and "local" in app.sessions)
            await app.switch("local")
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
    finally:
        demo.stop()
    return [
        Figure("lines of a container taken a second, of 100 000", "", f"{rate:.0f}", True, ""),
        keys("100 000 lines/s of a container", waits),
        Figure("its processor", "", f"{busy:.0f} % of a core", True),
    ]
