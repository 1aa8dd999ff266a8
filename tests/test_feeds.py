"""Feeds against the simulator: each trouble of a list or a watch, and what the store shows of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.demo_control import WorldControl
from tests.demo_objects import config_map, running_pod
from tests.moved_clock import MovedClock
from tests.wired import QUICK, client, feeding, until
from tui.errors import Forbidden
from tui.store import LinkState, Store


def state(store: Store, kind: str = "ConfigMap") -> LinkState | None:
    link = store.links.get((kind, ""))
    return None if link is None else link.state


def names(store: Store, kind: str = "ConfigMap") -> set[str]:
    return {one.meta.name for one in store.all(kind) if one.meta.namespace == "maps"}


def watches(world: WorldControl) -> list[bool]:
    """Of each request so far whether it was a watch."""
    return ["watch" in json.dumps(one) for one in world.requests("GET", "configmaps")]


async def test_lists_and_follows(world: WorldControl) -> None:
    world.put(config_map("a"))
    store = Store()
    async with client(world) as reads, feeding(reads, store, "ConfigMap"):
        await until(lambda: state(store) is LinkState.LIVE and names(store) == {"a"})
        world.put(config_map("b"))
        await until(lambda: names(store) == {"a", "b"})
        world.delete("ConfigMap", "maps", "a")
        await until(lambda: names(store) == {"b"})
        assert state(store) is LinkState.LIVE
        assert watches(world) == [False, True], "one list and one stream told all of it"


async def test_reads_page_by_page(world: WorldControl) -> None:
    world.put(*(config_map(f"m{number}") for number in range(1203)))
    store = Store()
    async with client(world) as reads, feeding(reads, store, "ConfigMap"):
        await until(lambda: state(store) is LinkState.LIVE)
        assert len(names(store)) == 1203
    lists = [one for one in world.requests("GET", "configmaps") if "watch" not in json.dumps(one)]
    assert len(lists) >= 3


async def test_an_ended_stream_goes_on_without_a_list(world: WorldControl) -> None:
    world.put(config_map("a"))
    store = Store()
    async with client(world) as reads, feeding(reads, store, "ConfigMap"):
        await until(lambda: world.streams())
        world.put(config_map("b"))
        await until(lambda: "b" in names(store))
        world.clear_requests()
        world.end_streams("ConfigMap", cut=True)
        world.put(config_map("c"))
        await until(lambda: "c" in names(store))
        asked = world.requests("GET", "configmaps")
        assert asked
        assert all("watch" in json.dumps(one) for one in asked)
        assert names(store) == {"a", "b", "c"}


async def test_an_expired_version_lists_again(world: WorldControl) -> None:
    world.put(config_map("a"), config_map("b"))
    store = Store()
    async with client(world) as reads, feeding(reads, store, "ConfigMap"):
        await until(lambda: names(store) == {"a", "b"} and world.streams())
        world.fault("status", "watch=true", code=503)
        world.end_streams("ConfigMap")
        world.delete("ConfigMap", "maps", "a")
        world.expire()
        world.clear_faults()
        await until(lambda: names(store) == {"b"} and state(store) is LinkState.LIVE and world.streams())
        assert watches(world)[-2:] == [False, True]
        assert store.get("ConfigMap", "maps", "a") is None


async def test_a_continue_token_that_grew_too_old_lists_all_at_once(world: WorldControl) -> None:
    world.put(*(config_map(f"m{number}") for number in range(5)))
    world.fault("status", "continue=", code=410, reason="Expired", count=1)
    store = Store()
    async with (
        client(world) as reads,
        feeding(reads, store, "ConfigMap", numbers=replace(QUICK, page=2)),
    ):
        await until(lambda: state(store) is LinkState.LIVE)
        assert len(names(store)) == 5
        asked = [json.dumps(one) for one in world.requests("GET", "configmaps")]
        assert ["limit=2" in one for one in asked] == [True, True, False, False]
        assert ["continue=" in one for one in asked] == [False, True, False, False]


async def test_a_list_that_is_too_much_waits_as_long_as_it_was_told(world: WorldControl) -> None:
    world.put(config_map("a"))
    world.fault("status", "configmaps", code=429, retry_after=20, body="Too many requests", count=1)
    clock, store = MovedClock(), Store()
    async with client(world, clock=clock) as reads, feeding(reads, store, "ConfigMap", clock=clock):
        await until(lambda: state(store) is LinkState.UNREACHABLE)
        clock.move(QUICK.longest_pause)  # a pause of our own would be over
        assert len(world.requests("GET", "configmaps")) == 1
        clock.move(20)
        await until(lambda: names(store) == {"a"} and state(store) is LinkState.LIVE)


async def test_410_within_the_stream_lists_again(world: WorldControl) -> None:
    world.put(config_map("a"))
    store = Store()
    async with client(world) as reads, feeding(reads, store, "ConfigMap"):
        await until(lambda: world.streams())
        world.clear_requests()
        status = {"kind": "Status", "code": 410, "reason": "Expired"}
        world.inject("ConfigMap", json.dumps({"type": "ERROR", "object": status}) + "\n")
        await until(lambda: len(watches(world)) == 2 and world.streams())
        world.delete("ConfigMap", "maps", "a")
        await until(lambda: not names(store))
        assert watches(world) == [False, True], "one list, and the stream that goes on from it"
        assert state(store) is LinkState.LIVE


async def test_429_watches_again_without_a_list(world: WorldControl) -> None:
    world.put(config_map("a"))
    store = Store()
    async with client(world) as reads, feeding(reads, store, "ConfigMap"):
        await until(lambda: world.streams())
        world.clear_requests()
        world.fault("status", "watch=true", code=429, count=2, retry_after=0, body="Too many requests")
        world.end_streams("ConfigMap", cut=True)
        world.put(config_map("b"))
        await until(lambda: "b" in names(store))
        assert all("watch" in json.dumps(one) for one in world.requests("GET", "configmaps"))


async def test_trouble_that_lasts_is_stale_and_passes(world: WorldControl) -> None:
    world.put(config_map("a"))
    store = Store()
    async with client(world) as reads, feeding(reads, store, "ConfigMap"):
        await until(lambda: state(store) is LinkState.LIVE)
        world.fault("status", "configmaps", code=500)
        world.end_streams("ConfigMap", cut=True)
        await until(lambda: state(store) is LinkState.STALE)
        assert names(store) == {"a"}
        await until(lambda: "told to fail" in str(store.links["ConfigMap", ""].error))
        world.clear_faults()
        await until(lambda: state(store) is LinkState.LIVE)
        assert store.links["ConfigMap", ""].error is None


async def test_never_listed_is_unreachable(world: WorldControl) -> None:
    world.fault("status", "configmaps", code=500)
    store = Store()
    async with client(world) as reads, feeding(reads, store, "ConfigMap"):
        await until(lambda: state(store) is LinkState.UNREACHABLE)
        link = store.links["ConfigMap", ""]
        assert link.error is not None
        assert "told to fail" in link.error.title


async def test_a_forbidden_list_shows_nothing_and_comes_back(world: WorldControl) -> None:
    world.put(config_map("a"))
    world.user("guest", [])
    store = Store()
    async with (
        client(world, Path(world.kubeconfig_of("guest"))) as reads,
        feeding(reads, store, "ConfigMap") as feed,
    ):
        await until(lambda: state(store) is LinkState.FORBIDDEN)
        assert not names(store)
        world.user("guest", [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list", "watch"]}])
        feed.retry()
        await until(lambda: state(store) is LinkState.LIVE and names(store) == {"a"})
        assert store.links["ConfigMap", ""].error is None


async def test_list_without_watch_is_polled(world: WorldControl) -> None:
    world.put(config_map("a"))
    world.user("lister", [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}])
    store = Store()
    async with (
        client(world, Path(world.kubeconfig_of("lister"))) as reads,
        feeding(reads, store, "ConfigMap"),
    ):
        await until(lambda: state(store) is LinkState.POLLING)
        world.put(config_map("b"))
        await until(lambda: names(store) == {"a", "b"})
        error = store.links["ConfigMap", ""].error
        assert isinstance(error, Forbidden)
        assert "watch" in error.title


async def test_an_unknown_kind_is_absent(world: WorldControl) -> None:
    world.fault("status", "configmaps", code=404)
    store = Store()
    async with client(world) as reads, feeding(reads, store, "ConfigMap"):
        await until(lambda: state(store) is LinkState.ABSENT)
        assert not store.links["ConfigMap", ""].usable
        assert not world.streams()


async def test_an_unreadable_object_is_named_and_the_rest_goes_on(world: WorldControl) -> None:
    bad = running_pod("bad")
    bad["status"]["phase"] = 7
    world.put(running_pod("good"), bad)
    store = Store()
    async with client(world) as reads, feeding(reads, store, "Pod"):
        await until(lambda: state(store, "Pod") is LinkState.LIVE)
        assert store.get("Pod", "services", "good") is not None
        assert store.links["Pod", ""].unreadable == (
            "Pod services/bad: status.phase: Expected `str`, got `int`",
        )
        world.delete("Pod", "services", "bad", grace=0)
        await until(lambda: not store.links["Pod", ""].unreadable)


async def test_foreign_namespaces_stay_out(world: WorldControl) -> None:
    world.put(config_map("a"), config_map("b", "others"))
    store = Store()
    async with client(world) as reads, feeding(reads, store, "ConfigMap", wants=lambda name: name == "maps"):
        await until(lambda: state(store) is LinkState.LIVE)
        world.put(config_map("c", "others"), config_map("d"))
        await until(lambda: "d" in names(store))
        assert {one.meta.namespace for one in store.all("ConfigMap")} == {"maps"}
