"""The store: indexes, versions, stamps, and lists that replace what was known."""

from __future__ import annotations

import asyncio

from tui.model.cluster import Event, Named
from tui.model.key import Meta, Owner
from tui.store import Change, Link, LinkState, Right, Store


def named(kind: str, name: str, *, uid: str = "", owner: Owner | None = None, namespace: str = "a") -> Named:
    return Named(Meta(kind, namespace, name, uid or name, owner=owner))


def put(store: Store, *records: Named | Event) -> None:
    for one in records:
        store.apply(Change(one.meta.kind, one.meta.uid, one))


def test_an_equal_record_is_no_change() -> None:
    store = Store()
    assert store.apply(Change("Pod", "p", named("Pod", "p")))
    before = store.version["Pod"]
    assert not store.apply(Change("Pod", "p", named("Pod", "p")))
    assert not store.apply(Change("Pod", "other", None))
    assert store.version["Pod"] == before


def test_the_same_name_with_another_uid_is_another_object() -> None:
    store = Store()
    put(store, named("Pod", "p", uid="1"), named("Pod", "p", uid="2"))
    store.apply(Change("Pod", "1", None))
    found = store.get("Pod", "a", "p")
    assert found is not None
    assert found.meta.uid == "2"


def test_what_a_pod_does_shows_on_its_deployment() -> None:
    store = Store()
    put(store, named("Deployment", "d"), named("ReplicaSet", "r", owner=Owner("Deployment", "d", "d")))
    before = store.stamp("d")
    put(store, named("Pod", "p", owner=Owner("ReplicaSet", "r", "r")))
    assert store.stamp("d") > before
    assert [one.meta.name for one in store.children("r", "Pod")] == ["p"]
    store.apply(Change("Pod", "p", None))
    assert not list(store.children("r", "Pod"))


def test_what_is_told_of_a_pod_shows_on_its_deployment() -> None:
    store = Store()
    put(store, named("Deployment", "d"), named("ReplicaSet", "r", owner=Owner("Deployment", "d", "d")))
    put(store, named("Pod", "p", owner=Owner("ReplicaSet", "r", "r")))
    before = store.stamp("d")
    put(store, Event(Meta("Event", "a", "e", "e"), about_kind="Pod", about_uid="p"))
    assert store.stamp("d") > before


def test_events_are_found_by_what_they_are_about() -> None:
    store = Store()
    put(store, Event(Meta("Event", "a", "e", "e"), about_uid="d"))
    assert [one.meta.name for one in store.events("d")] == ["e"]
    assert store.stamp("d") > 0
    store.apply(Change("Event", "e", None))
    assert not list(store.events("d"))


def test_a_list_replaces_its_scope_only() -> None:
    store = Store()
    put(store, named("Pod", "p"), named("Pod", "q", namespace="b"))
    store.replace("Pod", "a", {"n": named("Pod", "n")})
    assert {one.meta.name for one in store.all("Pod")} == {"n", "q"}
    store.replace("Pod", "", {})
    assert store.count("Pod") == 0


def test_a_dropped_scope_takes_its_link_along() -> None:
    store = Store()
    put(store, named("Pod", "p"), named("Pod", "q", namespace="b"))
    store.set_link("Pod", "a", Link(LinkState.LIVE, 0))
    store.set_link("Pod", "b", Link(LinkState.STALE, 0))
    store.drop_scope("Pod", "b")
    link = store.link("Pod")
    assert link is not None
    assert link.usable
    assert [one.meta.name for one in store.all("Pod")] == ["p"]
    store.drop("Pod")
    assert store.link("Pod") is None


def test_rights_hold_for_a_namespace_or_everywhere() -> None:
    store = Store()
    store.set_rights({("patch", "pods", ""): Right(True), ("patch", "pods", "a"): Right(False)})
    in_a, in_b = store.right("patch", "pods", "a"), store.right("patch", "pods", "b")
    assert in_a is not None
    assert not in_a.allowed
    assert in_b is not None
    assert in_b.allowed
    assert store.right("get", "pods", "a") is None


async def test_a_reader_waits_for_its_kinds() -> None:
    store = Store()
    seen = store.versions(("Pod",))
    waiting = asyncio.create_task(store.changed(("Pod",), seen))
    put(store, named("Job", "j"))
    await asyncio.sleep(0)
    assert not waiting.done()
    put(store, named("Pod", "p"))
    assert await waiting != seen
