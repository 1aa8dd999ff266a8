"""The running search of a log: which lines match so far, and what is still to be searched."""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_left

from widgets.matcher import Finder
from widgets.ring import Ring, find_in

INLINE_LINES = 1_500  # searched on the event loop: less than 5 ms with the slowest patterns
INLINE_BYTES = 1 << 20
SLICE_BLOCKS = 1  # searched in one turn of the loop: less than 3 ms with the slowest patterns


class Search:
    """One finder over one ring. `matches` ascends and covers the lines below `searched`."""

    def __init__(self, finder: Finder, ring: Ring) -> None:
        self.finder = finder
        self.ring = ring
        self.matches: array[int] = array("q")
        self.searched = ring.first
        self._generation = ring.generation

    @property
    def done(self) -> bool:
        """Every line that the ring holds has been searched."""
        return self._generation == self.ring.generation and self.searched >= self.ring.total

    def settle(self) -> bool:
        """Drop matches that left the ring and search a short rest; False when a long one needs `scan`."""
        if self._generation != self.ring.generation:
            self._generation = self.ring.generation
            self.matches, self.searched = array("q"), self.ring.first
        elif self.matches and self.matches[0] < self.ring.first:
            del self.matches[: bisect_left(self.matches, self.ring.first)]
        self.searched = max(self.searched, self.ring.first)
        if self.ring.total - self.searched > INLINE_LINES:
            return False
        if self.searched < self.ring.total:
            rest = self.ring.snapshot(self.searched, self.ring.total)
            if sum(len(block.data) for block in rest) > INLINE_BYTES:
                return False
            self.matches.extend(find_in(rest, self.finder, self.searched, self.ring.total))
            self.searched = self.ring.total
        return True

    async def scan(self) -> None:
        """Search all that is left, a little in each turn of the loop: matches show up as they are found.

        A thread would hold up the loop for longer: it gives the interpreter away only every 5 ms. Only one
        may run, and nobody may `settle` meanwhile.
        """
        while not self.settle():
            blocks = self.ring.snapshot(self.searched, self.ring.total)[:SLICE_BLOCKS]
            self.matches.extend(find_in(blocks, self.finder, self.searched, blocks[-1].stop))
            self.searched = blocks[-1].stop
            await asyncio.sleep(0)

    def hop(self, line: int | None, by: int) -> int | None:
        """The match after `line` (by 1) or before it (by -1), around the ends; from nowhere the newest."""
        if not self.matches:
            return None
        if line is None:
            return self.matches[-1]
        at = bisect_left(self.matches, line)
        on_match = at < len(self.matches) and self.matches[at] == line
        at += by if on_match else (by - 1 if by > 0 else by)
        return self.matches[at % len(self.matches)]

    def place(self, line: int | None) -> int:
        """Which match `line` is, from 1; 0 when it is none."""
        if line is None:
            return 0
        at = bisect_left(self.matches, line)
        return at + 1 if at < len(self.matches) and self.matches[at] == line else 0
