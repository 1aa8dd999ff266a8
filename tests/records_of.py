"""A store filled with what a simulated cluster holds, by the product's own readers."""

from __future__ import annotations

import json

from tests.demo_world import World
from tui.model.workload import Workload
from tui.store import Change, Store
from tui.wire.kinds import KINDS


def filled(world: World) -> Store:
    """Every object of every kind that is read."""
    store = Store()
    refill(store, world)
    return store


def refill(store: Store, world: World) -> None:
    """What is there now replaces what was."""
    for name, kind in KINDS.items():
        records = [kind.read(json.dumps(each).encode()) for each in world.cluster.all(name)]
        store.replace(name, "", {record.meta.uid: record for record in records})


def workload(store: Store, kind: str, namespace: str, name: str) -> Workload:
    """The workload that must be there."""
    found = store.get(kind, namespace, name)
    assert isinstance(found, Workload)
    return found


def put(store: Store, record: Workload) -> Workload:
    """The changed record takes the place of the known one."""
    store.apply(Change(record.meta.kind, record.meta.uid, record))
    return record
