"""CPU and memory of the pods in front, asked for again and again, since metrics cannot be watched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from tui.clock import Clock
from tui.errors import DeployError, Forbidden, Gone
from tui.model.record import Record
from tui.store import EVERYWHERE, Change, Store
from tui.wire.kinds.base import Unreadable
from tui.wire.kinds.pod_usage import KIND

if TYPE_CHECKING:
    from tui.wire.kube import Client

EVERY = 15.0
"""Seconds; metrics-server itself measures that often."""
_AT_ONCE = 500  # pods
SELDOM = 300.0
"""Seconds until a cluster without metrics is asked again."""


async def read_usage(
    client: Client, store: Store, clock: Clock, scopes: Callable[[], Iterable[str]], front: Callable[[], bool]
) -> None:
    """Until it is cancelled. Where nothing comes the records go: what is old is not shown as now."""
    while True:
        wait = EVERY
        if front():
            try:
                await _read(client, store, EVERYWHERE)
            except Forbidden:
                wait = await _one_by_one(client, store, scopes())
            except Gone:
                store.drop(KIND.name)
                wait = SELDOM
            except DeployError:
                store.drop(KIND.name)
        elif any(store.all(KIND.name)):
            store.drop(KIND.name)
        await clock.sleep(wait)


async def _one_by_one(client: Client, store: Store, namespaces: Iterable[str]) -> float:
    """Namespace by namespace; seconds until the next time."""
    wait = SELDOM
    for namespace in namespaces:
        try:
            await _read(client, store, namespace)
            wait = EVERY
        except DeployError:
            store.drop_scope(KIND.name, namespace)
    return wait


async def _read(client: Client, store: Store, scope: str) -> None:
    found: dict[str, Record] = {}
    async for page in client.pages(KIND, scope, limit=0):
        for raws in _sliced(page.items):
            for raw in raws:
                try:
                    record = KIND.read(raw)
                except Unreadable:
                    continue  # one number less; there is nothing that anybody could mend
                found[record.meta.uid] = record
                store.apply(Change(KIND.name, record.meta.uid, record))
            await asyncio.sleep(0)  # a key may come in between
    store.replace(KIND.name, scope, found)


def _sliced(items: list[bytes]) -> Iterator[list[bytes]]:
    """Parts that hold up nobody for more than some milliseconds."""
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))
