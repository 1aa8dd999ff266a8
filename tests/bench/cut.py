"""A link cut and mended under churn and a log: requests to the dead server, rows and lines after it."""

from __future__ import annotations

import asyncio
import time

from tests.bench.figures import Figure, cockpit, until
from tests.bench.logs import lost_and_doubled, numbers
from tests.demo_control import Demo, WorldControl
from tests.wired import relay
from tui.app import Cockpit
from tui.panes.logs import LogsPane
from tui.panes.pods import PodsPane
from tui.panes.work import WorkPane

CUTS = (1.0, 8.0)


def measure() -> list[Figure]:
    return asyncio.run(_cut())


async def wrong_rows(app: Cockpit, world: WorldControl, within: float = 10.0) -> int:
    """Pods that are older than in a fresh list, not in it, or missing, after the feed had time to take it."""
    store = app.sessions["production"].store
    fresh = {pod["metadata"]["uid"]: int(pod["metadata"]["resourceVersion"]) for pod in world.all("Pod")}

    def wrong() -> int:
        held = {one.meta.uid: int(one.meta.version) for one in store.all("Pod")}
        behind = sum(held.get(uid, -1) < version for uid, version in fresh.items())
        return behind + len(held.keys() - fresh.keys())

    try:
        await until(lambda: not wrong(), within)
    except TimeoutError:
        return wrong()
    return 0


async def _cut() -> list[Figure]:
    demo = Demo.start("--pods", "200", "--churn", "100", "--log-rate", "2000")
    world = demo.attach("demo")
    figures = []
    try:
        async with relay(world) as link, cockpit(world, link) as app:
            await until(lambda: app.screen.query(WorkPane) and app.sessions)
            work = app.screen.query_one(WorkPane)
            work.go(work.find(PodsPane))
            session, logs = app.sessions["production"], app.screen.query_one(LogsPane)
            first = next(iter(sorted(pod["metadata"]["name"] for pod in world.all("Pod"))))
            await until(lambda: session.link.usable and session.store.count("Pod") == 200)
            uid = next(one.meta.uid for one in session.store.all("Pod") if one.meta.name == first)
            await until(lambda: work.current.table.select(uid))
            await until(lambda: len(numbers(logs.log_view.ring)) > 1000)
            for seconds in CUTS:
                before, began = link.connections, time.perf_counter()
                link.cut()
                await asyncio.sleep(seconds)
                asked = link.connections - before
                shown = session.link.state.value
                link.mend()
                await until(lambda: session.link.usable)
                back = time.perf_counter() - began - seconds
                await asyncio.sleep(2.5)  # the tail's own pause, and what was written meanwhile
                wrong = await wrong_rows(app, world)
                lost, doubled = lost_and_doubled(numbers(logs.log_view.ring))
                what, most = f"link cut for {seconds:g} s ({shown})", int(seconds * len(app.sessions)) + 4
                figures += [
                    Figure(f"{what}: requests meanwhile", f"<= {most}", str(asked), asked <= most),
                    Figure(f"{what}: wrong rows", "0", str(wrong), not wrong),
                    Figure(f"{what}: lines lost, doubled", "0, 0", f"{lost}, {doubled}", not lost + doubled),
                    Figure(f"{what}: live again after", "", f"{back:.1f} s", True),
                ]
    finally:
        demo.stop()
    return figures
