"""When Python looks for garbage: with 10 000 pods that takes 0.3 s, so it waits until nobody types."""

from __future__ import annotations

import gc

from tui.clock import Clock

EVERY = 60.0
QUIET = 3.0  # seconds without a key
LATEST = 600.0  # seconds after which it is done all the same
_YOUNG = 1_000, 5, 1_000_000
"""Python's thresholds: the young are looked at in a few ms, the old by `look` alone."""


class Litter:
    """`begin` and `end` once each; `typed` with every key, `look` now and then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._typed = self._looked = clock.monotonic()
        self._before = gc.get_threshold()

    def begin(self) -> None:
        """From now on nothing that is old is looked at by itself."""
        gc.freeze()  # what is imported stays
        gc.set_threshold(*_YOUNG)

    def end(self) -> None:
        """As it was."""
        gc.set_threshold(*self._before)

    def typed(self) -> None:
        """Somebody is at the keys."""
        self._typed = self._clock.monotonic()

    def look(self) -> bool:
        """Looks for garbage if it is time and nobody types; whether it did."""
        now = self._clock.monotonic()
        since = now - self._looked
        if since < EVERY or (now - self._typed < QUIET and since < LATEST):
            return False
        gc.collect()
        self._looked = now
        return True
