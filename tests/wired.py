"""A client of the simulator and a feed in the background, for tests of what reads a cluster."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.demo_control import WorldControl
from tests.link import Link
from tui.clock import Clock, SystemClock
from tui.feeds import Feed, Numbers
from tui.store import Store
from tui.wire.kinds import KINDS
from tui.wire.kube import Client
from tui.wire.kubeconfig import load
from tui.wire.server import Servers

QUICK = Numbers(first_pause=0.02, longest_pause=0.1, stale_after=0.3, retry=0.3, poll=0.05)


@contextlib.asynccontextmanager
async def client(
    world: WorldControl,
    kubeconfig: Path | None = None,
    *,
    clock: Clock | None = None,
    link: Link | None = None,
) -> AsyncIterator[Client]:
    """As the production user of the world, or as another; through a relay."""
    servers = Servers(clock or SystemClock(), environ={})
    access = load(kubeconfig or world.kubeconfig, {}, Path("/nowhere")).access("production")
    if link is not None:
        port = urlsplit(access.server).port
        access = replace(access, server=access.server.replace(f":{port}/", f":{link.port}/"))
    try:
        yield Client(servers.get(access))
    finally:
        await servers.close()


@contextlib.asynccontextmanager
async def feeding(
    reads: Client, store: Store, kind: str, scope: str = "", *, clock: Clock | None = None, **options: Any
) -> AsyncIterator[Feed]:
    """A feed that runs meanwhile."""
    clock = clock or SystemClock()
    feed = Feed(reads, store, KINDS[kind], scope, clock, **{"numbers": QUICK, **options})
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def relay(world: WorldControl) -> Link:
    """A link to the world's server that can be cut and frozen."""
    url = urlsplit(world.server)
    assert url.hostname is not None
    assert url.port is not None
    return Link(url.hostname, url.port)


async def until(true: Callable[[], Any], seconds: float = 10) -> None:
    """Waits for a state."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - the store tells versions, the demo nothing
            await asyncio.sleep(0.01)
