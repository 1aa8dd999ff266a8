"""The newest lines of a log, kept as blocks of bytes up to a size in bytes."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from widgets.matcher import Finder

BLOCK_BYTES = 128 << 10
RUN_BYTES = 64  # what a change of source costs in memory, roughly

Line = tuple[Hashable | None, bytes | object]


@dataclass(slots=True, eq=False)
class Block:
    """Lines `first` to `first + count`, never changed once made; a seam stands in `data` as an empty line."""

    first: int
    count: int
    data: bytes
    run_starts: tuple[int, ...]  # lines, from 0, at which another source begins to write
    run_tags: tuple[Hashable | None, ...]  # whose they are; None for a seam
    marks: dict[int, object]  # seam at line, from 0
    _offsets: array[int] | None = field(default=None, repr=False)

    @property
    def stop(self) -> int:
        return self.first + self.count

    @property
    def weight(self) -> int:
        """Bytes in memory, about."""
        return len(self.data) + RUN_BYTES * len(self.run_starts)

    def offsets(self) -> array[int]:
        """Where each line starts, and the end; made when first needed, most blocks are never looked at."""
        if self._offsets is None:
            offsets = array("Q", (0,))
            find, add, at = self.data.find, offsets.append, 0
            while at := find(b"\n", at) + 1:
                add(at)
            self._offsets = offsets
        return self._offsets

    def line(self, number: int) -> Line:
        """One line by its absolute number, without its line feed."""
        at = number - self.first
        tag = self.run_tags[bisect_right(self.run_starts, at) - 1]
        if tag is None:
            return None, self.marks[at]
        offsets = self.offsets()
        return tag, self.data[offsets[at] : offsets[at + 1] - 1]


def find_in(blocks: Iterable[Block], finder: Finder, start: int, stop: int) -> array[int]:
    """The lines in [start, stop) that match, ascending; seams never do. Pure: may run in a thread."""
    found = array("q")
    for block in blocks:
        begin, end = max(start, block.first) - block.first, min(stop, block.stop) - block.first
        if begin >= end:
            continue
        data = block.data
        if begin > 0 or end < block.count:
            offsets = block.offsets()
            data = data[offsets[begin] : offsets[end]]
        shift = block.first + begin
        found.extend(n + shift for n in finder.lines(data) if not block.marks or n + begin not in block.marks)
    return found


class Ring:
    """Lines [first, total) of the log by absolute number; the oldest go, block by block, when it is full."""

    def __init__(self, most_bytes: int = 64 << 20) -> None:
        self.most_bytes = most_bytes
        self.first = 0
        self.total = 0
        self.evicted = 0
        self.generation = 0  # raised when numbers may mean other lines than before
        self._blocks: list[Block] = []
        self._weight = 0
        self._open_block: Block | None = None
        self._start_open()

    def append(self, tag: Hashable, data: bytes) -> int:
        """Add complete lines of one source, each ending in a line feed; says how many. O(size)."""
        if not data:
            return 0
        if not data.endswith(b"\n"):
            raise ValueError("a line without its line feed")
        if tag is None:
            raise ValueError("None is the tag of seams")
        added, at = 0, 0
        while (
            len(data) - at > 2 * BLOCK_BYTES
        ):  # blocks stay small, so that search and eviction go in small steps
            cut = data.find(b"\n", at + BLOCK_BYTES) + 1
            added += self._add(tag, data[at:cut])
            at = cut
        if at < len(data):
            added += self._add(tag, data[at:] if at else data)
        return added

    def seam(self, mark: object) -> None:
        """Add one line that no source wrote."""
        self._marks[self._open_count] = mark
        self._add(None, b"\n")

    def lines(self, start: int, count: int) -> list[Line]:
        """The lines that are still here of [start, start + count)."""
        start, stop = max(start, self.first), min(start + count, self.total)
        found: list[Line] = []
        while start < stop:
            block = self._block_of(start)
            upto = min(stop, block.stop)
            found.extend(block.line(n) for n in range(start, upto))
            start = upto
        return found

    def snapshot(self, start: int, stop: int) -> tuple[Block, ...]:
        """The blocks that hold [start, stop), unchanging: `find_in` may search them in a thread."""
        begin = max(bisect_right(self._blocks, start, key=lambda block: block.first) - 1, 0)
        end = bisect_right(self._blocks, stop - 1, key=lambda block: block.first)
        blocks = tuple(self._blocks[begin:end])
        return (*blocks, self._open()) if stop > self._open_first and self._open_count else blocks

    def find(self, finder: Finder, start: int, stop: int) -> list[int]:
        """The lines in [start, stop) that match, ascending."""
        return list(find_in(self.snapshot(start, stop), finder, start, stop))

    def clear(self) -> None:
        """Forget all lines; numbers go on where they were."""
        self._blocks.clear()
        self._weight = 0
        self.first, self.evicted = self.total, 0
        self.generation += 1
        self._start_open()

    def replace(self, parts: Iterable[Line]) -> None:
        """Hold other lines: (tag, bytes) or (None, seam) in order.

        The last line keeps its number, so that a view which holds its place keeps it when older lines are put
        in front; the first number may then be negative.
        """
        parts = list(parts)
        count = sum(
            data.count(b"\n") if tag is not None and isinstance(data, bytes) else 1 for tag, data in parts
        )
        last = self.total
        self.clear()
        self.first = self.total = last - count
        self._start_open()
        for tag, data in parts:
            if tag is not None and isinstance(data, bytes):
                self.append(tag, data)
            else:
                self.seam(data)

    def _add(self, tag: Hashable | None, data: bytes) -> int:
        if not self._tags or tag is None or tag != self._tags[-1]:
            self._run_starts.append(self._open_count)
            self._tags.append(tag)
        count = data.count(b"\n")
        self._parts.append(data)
        self._open_bytes += len(data)
        self._open_count += count
        self.total += count
        self._open_block = None
        if self._open_bytes + RUN_BYTES * len(self._tags) >= BLOCK_BYTES:
            self._seal()
        return count

    def _seal(self) -> None:
        block = self._open()
        self._blocks.append(block)
        self._weight += block.weight
        self._start_open()
        gone = 0
        while self._weight > self.most_bytes and len(self._blocks) - gone > 1:
            self._weight -= self._blocks[gone].weight
            self.evicted += self._blocks[gone].count
            gone += 1
        if gone:
            del self._blocks[:gone]
            self.first = self._blocks[0].first

    def _start_open(self) -> None:
        self._open_first = self.total
        self._parts: list[bytes] = []
        self._run_starts: list[int] = []
        self._tags: list[Hashable | None] = []
        self._marks: dict[int, object] = {}
        self._open_count = self._open_bytes = 0
        self._open_block = None

    def _open(self) -> Block:
        """The lines that do not fill a block yet, as one."""
        if self._open_block is None:
            if len(self._parts) > 1:
                self._parts = [b"".join(self._parts)]
            self._open_block = Block(
                self._open_first,
                self._open_count,
                self._parts[0] if self._parts else b"",
                tuple(self._run_starts),
                tuple(self._tags),
                dict(self._marks),
            )
        return self._open_block

    def _block_of(self, number: int) -> Block:
        if number >= self._open_first:
            return self._open()
        return self._blocks[bisect_right(self._blocks, number, key=lambda block: block.first) - 1]
