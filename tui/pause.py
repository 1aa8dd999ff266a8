"""Pauses between attempts: each longer than the last, with chance in it, until all was calm for a while."""

from __future__ import annotations

import random

from tui.clock import Clock


class Pauses:
    """As client-go's backoff: `first` seconds, doubled up to `longest`, each up to twice that by chance."""

    def __init__(self, clock: Clock, rng: random.Random, first: float, longest: float, calm: float) -> None:
        self._clock = clock
        self._rng = rng
        self._first = first
        self._longest = longest
        self._calm = calm  # seconds without a pause, after which the next one is the first again
        self._next = first
        self._ended = float("-inf")

    async def take(self, asked: float | None = None) -> None:
        """As long as the server asked for, if it did."""
        if self._clock.monotonic() - self._ended > self._calm:
            self._next = self._first
        pause = asked if asked is not None else self._next * (1 + self._rng.random())
        self._next = min(self._next * 2, self._longest)
        await self._clock.sleep(min(pause, 2 * self._longest))
        self._ended = self._clock.monotonic()
