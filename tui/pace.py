"""A key comes first: what arrives from clusters waits while one is answered, so that no flood delays it."""

from __future__ import annotations

import asyncio

ANSWER = 0.05
"""Seconds from a key to its paint: for so long after a key nothing else is begun."""
LONGEST = 0.3
"""Seconds that a tick waits at most: also while a key is held down the screen goes on."""


class Pace:
    """`typed` with every key. Its time is the loop's own: it orders work, the product's clock tells time."""

    def __init__(self) -> None:
        self._typed = self._ticked = float("-inf")

    def typed(self) -> None:
        """Somebody pressed a key."""
        self._typed = asyncio.get_running_loop().time()

    async def breathe(self) -> None:
        """Between two pieces of a stream: lets a key in, and its answer out."""
        await asyncio.sleep(0)
        left = self._typed + ANSWER - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)

    def may_tick(self) -> bool:
        """Whether a tick may begin now."""
        now = asyncio.get_running_loop().time()
        if now - self._typed < ANSWER and now - self._ticked < LONGEST:
            return False
        self._ticked = now
        return True
