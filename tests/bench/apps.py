"""A thousand Applications: listed, and keys and waves while fifty of them sync three waves at once."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from http.client import HTTPException

from tests.bench.figures import Bare, Figure, answer, cockpit, figure, keys, quantile, until
from tests.demo_control import Demo, WorldControl
from tui.app import Cockpit
from tui.panes.apps import AppsPane
from tui.panes.waves import WavesPane
from tui.panes.work import WorkPane
from widgets.live_table import LiveTable
from widgets.live_table_columns import Row

APPS = 1_000
SYNCS = 50
WAVES = 3
PATH = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
MERGE = {"content-type": "application/merge-patch+json"}
OPERATION = {
    "operation": {
        "initiatedBy": {"username": "bench"},
        "sync": {"syncStrategy": {"hook": {}}, "syncOptions": ["ApplyOutOfSyncOnly=true"]},
    },
    "status": {"operationState": None},
}


def measure() -> list[Figure]:
    return asyncio.run(_measured())


def _settled() -> tuple[Demo, WorldControl]:
    """A simulator that has compared all of them, so that it is idle."""
    demo = Demo.start("--apps", str(APPS))
    world = demo.attach("demo")
    last = f"load-{APPS - 1:04d}-production"
    while "reconciledAt" not in (world.get("Application", "argocd", last) or {}).get("status", {}):
        time.sleep(0.2)
    time.sleep(1.0)
    return demo, world


def _read_bare(world: WorldControl) -> float:
    """Seconds in which a bare client reads the same list."""
    bare, began = Bare(world), time.perf_counter()
    with bare.open(PATH) as body:
        body.read()
    bare.close()
    return time.perf_counter() - began


class Completions(threading.Thread):
    """When a bare watch saw each hook Job complete: name -> time, in a thread that paints nothing."""

    def __init__(self, world: WorldControl) -> None:
        super().__init__(daemon=True)
        self.at: dict[str, float] = {}
        self._bare = Bare(world)

    def run(self) -> None:
        try:
            with self._bare.open("/apis/batch/v1/jobs?watch=1") as body:
                while line := body.readline():
                    self._note(json.loads(line))
        except (OSError, HTTPException, ValueError):
            return  # the simulator ended

    def _note(self, event: dict[str, dict[str, dict[str, object]]]) -> None:
        if "completionTime" in event["object"].get("status", {}):
            name = str(event["object"]["metadata"]["name"])
            self.at.setdefault(name, time.perf_counter())


class Painted:
    """When the waves pane said of each hook that it is done: Job's name -> time."""

    def __init__(self, table: LiveTable) -> None:
        self.at: dict[str, float] = {}
        self._table = table
        self._seen: list[Row] = []

    def look(self) -> None:
        """Reads the rows when there are others."""
        rows = self._table.lines.rows
        if rows is self._seen:
            return
        self._seen, application = rows, ""
        for row in rows:
            text = "".join(getattr(part, "text", "") for part in next(iter(row.cells), ()))
            if text.startswith("load-"):
                application = text.split()[0]
            elif text.startswith("-") and "done v" in text:
                self.at.setdefault(f"{application}-migrate{text.split()[0]}", time.perf_counter())


async def _table(app: Cockpit) -> LiveTable:
    """The table of Applications, on top."""
    await until(lambda: app.screen.query(WorkPane) and app.sessions)
    work = app.screen.query_one(WorkPane)
    work.go(work.find(AppsPane))
    return work.current.table


async def _sync(world: WorldControl) -> None:
    """All of them at once."""
    async with world.http() as http:
        names = [f"load-{number:04d}-production" for number in range(SYNCS)]
        asked = [http.patch(f"{PATH}/{name}", content=json.dumps(OPERATION), headers=MERGE) for name in names]
        assert {each.status_code for each in await asyncio.gather(*asked)} == {200}


async def _measured() -> list[Figure]:
    demo, world = _settled()
    try:
        bare = _read_bare(world)
        async with cockpit(world) as app:
            table = await _table(app)
            began = time.perf_counter()
            await until(lambda: table.shown == APPS)
            listed = time.perf_counter() - began
            gc.collect()
            completions = Completions(world)
            completions.start()
            painted = Painted(app.screen.query_one(WavesPane).table)
            await _sync(world)
            waits = await _press(app, table, painted, completions)
    finally:
        demo.stop()
    lags = [painted.at[name] - at for name, at in completions.at.items() if name in painted.at]
    late = 1000 * max(quantile(lags, 0.99), 0.0)
    what = f"event to painted wave, p99 of {len(lags)}"
    half = f"p50 {1000 * quantile(lags, 0.5):.0f} ms"
    return [
        figure("1 000 applications listed", listed, 1.0, "s", yardstick=bare, of="a bare read"),
        keys(f"{SYNCS} applications sync", waits),
        Figure(what, "< 250 ms", f"{late:.0f} ms", late < 250, half),
    ]


async def _press(app: Cockpit, table: LiveTable, painted: Painted, completions: Completions) -> list:  # type: ignore[type-arg]
    """Keys in the table until every hook is done and painted."""
    waits, number, whole = [], 0, SYNCS * WAVES
    looking = asyncio.create_task(_look(painted))
    async with asyncio.timeout(180):
        while len(completions.at) < whole or len(painted.at) < 0.9 * whole:
            # Rows that begin to move come to the top, and the cursor with its own: there "up" does nothing.
            back = number // 15 % 2 and table.lines.at > 0
            key, before = "up" if back else "down", table.cursor
            waits.append(await answer(app, key, lambda before=before: table.cursor != before))  # type: ignore[misc]
            number += 1
            if looking.done():
                looking.result()
            await asyncio.sleep(0.03)
    looking.cancel()
    return waits


async def _look(painted: Painted) -> None:
    while True:
        painted.look()
        await asyncio.sleep(0.005)
