"""A key comes first: what arrives from clusters waits while one is answered, so that no flood delays it."""

from __future__ import annotations

import asyncio
import contextlib

ANSWER = 0.05
"""Seconds that anything waits for a key's paint at most: the screen goes on while a key is held down."""
_TURNS = 4  # of the loop, until a key that came while it was busy has reached the cockpit


class Pace:
    """`typed` with every key. Its time is the loop's own: it orders work, the product's clock tells time."""

    def __init__(self) -> None:
        self._typed = float("-inf")
        self._key = 0
        self._painted = asyncio.Event()
        self._painted.set()

    def typed(self) -> int:
        """Somebody pressed a key; its number."""
        self._typed = asyncio.get_running_loop().time()
        self._key += 1
        self._painted.clear()
        return self._key

    def answered(self, key: int) -> None:
        """What that key did is painted: nothing waits any more, unless there was a later one."""
        if key == self._key:
            self._painted.set()

    async def breathe(self) -> None:
        """Between two pieces of a stream: lets a key in, and its answer out."""
        await asyncio.sleep(0)
        left = self._typed + ANSWER - asyncio.get_running_loop().time()
        if left > 0 and not self._painted.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._painted.wait()

    async def between(self) -> None:
        """Between two parts of a tick, of which each may keep the loop for a while."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        await self.breathe()
