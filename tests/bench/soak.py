"""`python -m tests.bench.soak --minutes 10`: churn, cuts and a log flood; a row of the table each minute.

Memory has to level off; wrong rows, lost and doubled lines have to be 0. Lost means that nothing says so.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import time
from dataclasses import dataclass

from tests.bench.cut import wrong_rows
from tests.bench.figures import cockpit, until
from tests.bench.logs import NUMBER, numbers
from tests.demo_control import Demo, WorldControl
from tests.link import Link
from tests.wired import relay
from tui.app import Cockpit
from tui.model.log import Seam, SeamKind
from tui.panes.logs import LogsPane
from tui.panes.pods import PodsPane
from tui.panes.work import WorkPane
from widgets.ring import Ring

LOAD = ("--pods", "500", "--churn", "200", "--log-rate", "5000")
COLUMNS = ("minute", "RSS MB", "lines", "lost", "told", "doubled", "requests", "lists", "cuts", "wrong rows")
"""`told`: lines that rotation took (10 MiB, as a kubelet does) while the link was cut, and a seam says so."""


def resident() -> float:
    """Megabytes at this moment."""
    with open("/proc/self/status") as file:
        found = re.search(r"VmRSS:\s+(\d+) kB", file.read())
    assert found is not None
    return int(found[1]) * 1024 / 1e6


async def trouble(link: Link, chance: random.Random, until_: float) -> int:
    """Cuts and freezes until then, with calm between; how many."""
    count = 0
    while time.monotonic() < until_ - 20:
        await asyncio.sleep(chance.uniform(5, 12))
        count += 1
        (link.cut if chance.random() < 0.7 else link.freeze)()
        await asyncio.sleep(chance.choice((0.3, 2.0, 7.0)))
        link.mend()
    await asyncio.sleep(max(0.0, until_ - time.monotonic()))
    return count


async def keys(app: Cockpit, until_: float) -> None:
    """Somebody moves about meanwhile, and comes back to where they were."""
    while time.monotonic() < until_:
        for key in ("down", "down", "up", "up"):
            app.simulate_key(key)
            await asyncio.sleep(0.01)
        await asyncio.sleep(1)


async def opened(app: Cockpit, world: WorldControl) -> LogsPane:
    """The table of pods with the cursor on the one that writes, and its log."""
    await until(lambda: app.screen.query(WorkPane) and app.sessions)
    work = app.screen.query_one(WorkPane)
    work.go(work.find(PodsPane))
    store, logs = app.sessions["production"].store, app.screen.query_one(LogsPane)
    first = min(pod["metadata"]["name"] for pod in world.all("Pod"))
    await until(lambda: any(one.meta.name == first for one in store.all("Pod")))
    uid = next(one.meta.uid for one in store.all("Pod") if one.meta.name == first)
    await until(lambda: work.current.table.select(uid))
    await until(lambda: len(numbers(logs.log_view.ring)) > 1000)
    logs.pinned = True
    return logs


@dataclass
class Lines:
    """What the ring shows after line `last`: how many, and those that are missing with a seam and without."""

    last: int
    count: int = 0
    lost: int = 0
    told: int = 0
    doubled: int = 0

    def read(self, ring: Ring) -> None:
        """Goes through all that is kept; lines up to `last` were counted before."""
        said, start = False, self.last
        for _, payload in ring.lines(ring.first, ring.total - ring.first):
            if isinstance(payload, Seam):
                said = said or payload.kind is SeamKind.LOSS
                continue
            found = NUMBER.search(payload) if isinstance(payload, bytes) else None
            if found is None or int(found[1]) <= start:
                said = False
                continue
            number, missing = int(found[1]), int(found[1]) - self.last - 1
            self.count += 1
            self.doubled += missing < 0
            if self.last and missing > 0:
                self.told, self.lost = self.told + missing * said, self.lost + missing * (not said)
            self.last, said = max(self.last, number), False


async def soak(minutes: int, seed: int) -> int:
    """The wrong rows, doubled lines and lines lost without a word of all minutes together."""
    chance, faults, last = random.Random(seed), 0, 0
    demo = Demo.start(*LOAD)
    world = demo.attach("demo")
    try:
        async with relay(world) as link, cockpit(world, link) as app:
            logs = await opened(app, world)
            print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
            for minute in range(1, minutes + 1):
                world.clear_requests()
                end = time.monotonic() + 60
                cuts, _ = await asyncio.gather(trouble(link, chance, end), keys(app, end))
                wrong = await wrong_rows(app, world, 30.0)
                lines = Lines(last)
                lines.read(logs.log_view.ring)
                last = lines.last
                asked = world.requests()
                lists = sum("watch=" not in str(one) and "/log" not in one["path"] for one in asked)
                seen = (lines.count, lines.lost, lines.told, lines.doubled)
                row = (minute, f"{resident():.0f}", *seen, len(asked), lists, cuts, wrong)
                print("| " + " | ".join(map(str, row)) + " |", flush=True)
                faults += wrong + lines.lost + lines.doubled
    finally:
        demo.stop()
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak")
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    typed = parser.parse_args()
    return 1 if asyncio.run(soak(typed.minutes, typed.seed)) else 0


if __name__ == "__main__":
    sys.exit(main())
