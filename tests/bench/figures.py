"""What all benchmarks share: lines of the table, quantiles, memory, a cockpit that is driven from inside."""

from __future__ import annotations

import asyncio
import http.client
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from tests.cockpit import settings_of
from tests.demo_control import WorldControl
from tests.link import Link
from tui.app import Cockpit


@dataclass(frozen=True)
class Figure:
    """One measured value; `ratio` is to a yardstick of the same run where the machine matters."""

    what: str
    budget: str
    value: str
    within: bool
    ratio: str = ""


def figure(
    what: str, value: float, most: float, unit: str, *, yardstick: float = 0.0, of: str = ""
) -> Figure:
    """A value that must not be above `most`; the yardstick is in the same unit."""
    ratio = f"{value / yardstick:.1f} x {of} ({yardstick:.3g} {unit})" if yardstick else ""
    return Figure(what, f"< {most:g} {unit}", f"{value:.3g} {unit}", value < most, ratio)


def quantile(values: Sequence[float], part: float) -> float:
    return sorted(values)[int(part * (len(values) - 1))]


def megabytes() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


async def until(true: Callable[[], object], within: float = 60.0) -> None:
    """Waits for a state; looks often enough for milliseconds."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - the screen has no events for a benchmark
            await asyncio.sleep(0.001)


@asynccontextmanager
async def cockpit(world: WorldControl, link: Link | None = None) -> AsyncIterator[Cockpit]:
    """A cockpit of 120 x 40 without a terminal; through a relay."""
    with tempfile.TemporaryDirectory() as state:
        settings = settings_of(world, Path(state))
        if link is not None:
            text, port = world.kubeconfig.read_text(), urlsplit(world.server).port
            kubeconfig = Path(state) / "kubeconfig"
            kubeconfig.write_text(text.replace(f":{port}/", f":{link.port}/"))
            own = tuple(replace(one, kubeconfig="") for one in settings.environments)
            settings = replace(settings, kubeconfig=kubeconfig, environments=own)
        app = Cockpit(settings)
        async with app.run_test(size=(120, 40)):
            yield app


@dataclass(frozen=True)
class Wait:
    """From a key to its paint, in ms: as a person sees it, and what this process burned meanwhile."""

    wall: float
    own: float


def keys(what: str, waits: Sequence[Wait]) -> Figure:
    """The slowest but one in a hundred; on a busy machine the own part says what is ours."""
    late, own = (quantile([getattr(one, name) for one in waits], 0.99) for name in ("wall", "own"))
    half = quantile([one.wall for one in waits], 0.5)
    said = f"p50 {half:.0f} ms; own processor at p99 {own:.0f} ms"
    return Figure(f"{what}: key to paint, p99", "< 50 ms", f"{late:.0f} ms", late < 50, said)


async def answer(app: Cockpit, key: str, true: Callable[[], object]) -> Wait:
    """Presses a key and waits until what it does is true and painted."""
    began, burned, painted = time.perf_counter(), time.process_time(), asyncio.Event()
    app.simulate_key(key)
    await until(true)
    app.screen.call_after_refresh(painted.set)
    await painted.wait()
    return Wait((time.perf_counter() - began) * 1000, (time.process_time() - burned) * 1000)


class Bare:
    """The yardstick: the standard library's client and a loop that only takes bytes."""

    def __init__(self, world: WorldControl) -> None:
        url = urlsplit(world.url())
        assert url.hostname is not None
        self._root = url.path
        self._headers = {"Authorization": f"Bearer {world.token}"}
        self._made = http.client.HTTPSConnection(
            url.hostname, url.port, context=world.demo.context, timeout=60
        )

    def open(self, path: str) -> http.client.HTTPResponse:
        """The answer, from whose body nothing is read yet."""
        self._made.request("GET", self._root + path, headers=self._headers)
        return self._made.getresponse()

    def close(self) -> None:
        self._made.close()
