"""A clock that can be moved on: what sleeps or is limited by it wakes as if the time had passed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager


class MovedClock:
    """The machine's own time and what was added to it; the network stays real."""

    def __init__(self) -> None:
        self.moved = 0.0
        self._limits: set[asyncio.Timeout] = set()

    def now(self) -> float:
        return time.time() + self.moved

    def monotonic(self) -> float:
        return time.monotonic() + self.moved

    async def sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with self._limited(seconds):
                await asyncio.Event().wait()

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        return self._limited(seconds)

    @contextlib.asynccontextmanager
    async def _limited(self, seconds: float) -> AsyncIterator[asyncio.Timeout]:
        async with asyncio.timeout(seconds) as limit:
            self._limits.add(limit)
            try:
                yield limit
            finally:
                self._limits.discard(limit)

    def move(self, seconds: float) -> None:
        """So many seconds pass at once."""
        self.moved += seconds
        for limit in self._limits:
            due = limit.when()
            if due is not None and not limit.expired():
                limit.reschedule(due - seconds)

    async def until(self, true: Callable[[], object], most: float) -> None:
        """Lets seconds pass one by one until it is true; fails when `most` of them are not enough."""
        end = self.moved + most
        while not true():
            assert self.moved < end, f"not within {most:g} s"
            self.move(1.0)
            for _ in range(100):  # turns of the loop: what woke up goes as far as it can without the network
                await asyncio.sleep(0)
