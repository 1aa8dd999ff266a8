"""A link that is cut, silent, or leads to another server: what is shown, and what it costs the server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.demo_control import WorldControl
from tests.demo_objects import config_map, running_pod
from tests.link import Link
from tests.moved_clock import MovedClock
from tests.wired import client, feeding, relay, until
from tui.feeds import Numbers
from tui.model.environment import Environment
from tui.session import Session
from tui.store import LinkState, Store
from tui.wire.kinds import KINDS


def names(store: Store, kind: str, namespace: str) -> set[str]:
    return {one.meta.name for one in store.all(kind) if one.meta.namespace == namespace}


def following(store: Store) -> bool:
    link = store.links.get(("ConfigMap", ""))
    return link is not None and link.state is LinkState.LIVE


def live(made: Session) -> bool:
    """Every kind that the session reads is live; one that the server does not know does not count."""
    wanted = {kind.name for kind in KINDS.values() if kind.light or made.depth == "front"}
    absent = {name for (name, _), link in made.store.links.items() if link.state is LinkState.ABSENT}
    return {name for name, _ in made.store.links} == wanted and all(
        link.state is LinkState.LIVE for (name, _), link in made.store.links.items() if name not in absent
    )


@asynccontextmanager
async def far(world: WorldControl, depth: str = "light") -> AsyncIterator[tuple[Session, Link, MovedClock]]:
    """A session at that depth behind a relay, live, with a clock that is moved."""
    world.bookmarks(3600)
    clock = MovedClock()
    async with relay(world) as link, client(world, clock=clock, link=link) as reads:
        made = Session(Environment("production"), reads, clock)
        made.start()
        await made.front(depth == "front")
        try:
            async with asyncio.timeout(20):
                await clock.until(lambda: len(made.store.links) >= 7, most=10)
                await until(lambda: live(made) and made.version)
            yield made, link, clock
        finally:
            await made.stop()


async def attempt(link: Link, clock: MovedClock, seconds: float) -> None:
    """So much time passes, and the dead server is asked once more."""
    seen = link.connections
    clock.move(seconds)
    await until(lambda: link.connections > seen)


async def test_a_watch_that_is_silent_too_long_is_opened_again(world: WorldControl) -> None:
    world.bookmarks(3600)
    world.put(config_map("a"))
    clock, store = MovedClock(), Store()
    async with (
        client(world, clock=clock) as reads,
        feeding(reads, store, "ConfigMap", clock=clock, numbers=Numbers()),
    ):
        await until(lambda: following(store))
        world.clear_requests()
        clock.move(149)
        world.put(config_map("b"))  # a sign of life: it counts from here again
        await until(lambda: names(store, "ConfigMap", "maps") == {"a", "b"})
        clock.move(149)
        assert not world.requests("GET", "configmaps")
        clock.move(2)
        await until(lambda: len(world.requests("GET", "configmaps")) == 1)
        (asked,) = world.requests("GET", "configmaps")
        assert "watch=true" in json.dumps(asked)


@pytest.mark.parametrize(("depth", "most"), [("front", 16.0), ("light", 31.0)])
async def test_a_half_open_link_is_found(world: WorldControl, depth: str, most: float) -> None:
    world.put(running_pod("a"))
    async with far(world, depth) as (made, link, clock):
        link.freeze()
        began, moved = clock.now(), clock.moved
        await clock.until(lambda: made.link.state is LinkState.STALE, most=most)
        assert made.error is not None
        assert made.link.since <= began + 1, "stale since the last byte, not since it was noticed"
        assert clock.moved - moved <= most
        link.mend()
        await until(lambda: live(made))
        assert names(made.store, "Pod", "services") == {"a"}


@pytest.mark.parametrize(("seconds", "step"), [(1, 1), (60, 1), (600, 10)])
async def test_after_a_cut_all_is_as_in_a_fresh_list(world: WorldControl, seconds: int, step: int) -> None:
    world.put(running_pod("kept"), running_pod("goes"), running_pod("again"))
    async with far(world) as (made, link, clock):
        link.cut()
        world.delete("Pod", "services", "goes", grace=0)
        world.delete("Pod", "services", "again", grace=0)
        (anew,) = world.put(running_pod("again"))
        before, began = link.connections, clock.monotonic()
        for _ in range(seconds // step):
            await attempt(link, clock, step)
        # one attempt a second, and the one that goes at once when a stream breaks
        assert link.connections - before <= clock.monotonic() - began + 2
        if seconds > 5:
            await until(lambda: made.link.state is LinkState.STALE)
        link.mend()
        clock.move(1)
        await until(lambda: names(made.store, "Pod", "services") == {"kept", "again"} and live(made))
        found = made.store.get("Pod", "services", "again")
        assert found is not None
        assert found.meta.uid == anew["metadata"]["uid"]


@pytest.mark.parametrize("version", [7, 1_000_000])
async def test_a_server_that_is_back_with_another_history_is_read_anew(
    world: WorldControl, version: int
) -> None:
    world.put(config_map("kept"), config_map("goes"))
    clock, store = MovedClock(), Store()
    async with (
        relay(world) as link,
        client(world, clock=clock, link=link) as reads,
        feeding(reads, store, "ConfigMap", clock=clock, numbers=Numbers()),
    ):
        await until(lambda: following(store))
        link.cut()
        await until(lambda: reads.server.down_since is not None)
        world.delete("ConfigMap", "maps", "goes")
        world.put(config_map("new"))
        world.expire(version=version)
        await attempt(link, clock, 1)
        link.mend()
        clock.move(1)
        await until(lambda: names(store, "ConfigMap", "maps") == {"kept", "new"})
        await until(lambda: following(store))
        world.put(config_map("later"))
        await until(lambda: names(store, "ConfigMap", "maps") == {"kept", "new", "later"})
