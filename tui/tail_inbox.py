"""Where container tails put what they read until one flush takes it; full, it makes sockets wait."""

from __future__ import annotations

import asyncio

from tui.model.log import Chunk, Seam

FULL = 4 << 20  # bytes: more than a fifth of a second of 50 000 lines


class Inbox:
    """Pieces in the order they came, all taken at once."""

    def __init__(self) -> None:
        self._items: list[Chunk | Seam] = []
        self._size = 0
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    async def put(self, item: Chunk | Seam) -> None:
        """Waits while more than 4 MiB wait to be taken."""
        await self._room.wait()
        self._items.append(item)
        if isinstance(item, Chunk):
            self._size += len(item.data)
            if self._size >= FULL:
                self._room.clear()
        self._some.set()

    @property
    def empty(self) -> bool:
        """Whether nothing waits to be taken."""
        return not self._items

    async def ready(self) -> None:
        """Waits until there is something, or until `wake`."""
        await self._some.wait()

    def wake(self) -> None:
        """Lets `ready` return though nothing came."""
        self._some.set()

    def take(self) -> list[Chunk | Seam]:
        """Everything there is; makes room."""
        items, self._items, self._size = self._items, [], 0
        self._some.clear()
        self._room.set()
        return items
