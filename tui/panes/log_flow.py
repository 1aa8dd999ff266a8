"""From a tail into the ring of the view: batches as they come, alike attempts folded, older lines before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from tui.merge import merge
from tui.model.log import Chunk, Seam, SeamKind, Source
from tui.present.log_fold import Piece, folded
from tui.replay import Replay
from tui.tail import Shown, Tail
from widgets.ring import Block, Line, Ring

_FOLDED_LINES = 20_000  # a longer log is not compared


class LogFlow:
    """One tail and its ring; with `folds`, failed attempts that are alike become one."""

    def __init__(self, tail: Tail | Replay, ring: Ring, *, folds: bool = False) -> None:
        self.tail = tail
        self.ring = ring
        self._folds = folds
        self._reaching = False

    async def run(self) -> None:
        """Fills the ring until it is cancelled; raises DeployError."""
        async for batch in self.tail.batches():
            for piece in batch:
                if isinstance(piece, Chunk):
                    self.ring.append(piece.source, piece.data)
                else:
                    self.ring.seam(piece)
            if self._folds and any(isinstance(one, Seam) and one.kind is SeamKind.END for one in batch):
                self._fold()

    def _fold(self) -> None:
        ring = self.ring
        if ring.total - ring.first > _FOLDED_LINES:
            return
        found = folded(pieces(ring.snapshot(ring.first, ring.total), ring.first))
        if found is not None:
            ring.replace(map(_line, found))

    async def older(self) -> None:
        """Puts what stands before the first lines in front of them, unless the ring is full already."""
        ring = self.ring
        if self._reaching or ring.evicted:
            return
        self._reaching = True
        try:
            upto, generation = ring.total, ring.generation
            blocks = ring.snapshot(ring.first, upto)
            shown = await asyncio.to_thread(_shown, blocks)
            front = await self.tail.older(shown)
            if not front:
                return
            whole = await asyncio.to_thread(_joined, front, blocks)
            if ring.generation == generation and not ring.evicted:
                ring.replace(map(_line, [*whole, *pieces(ring.snapshot(upto, ring.total), upto)]))
        finally:
            self._reaching = False


def pieces(blocks: Iterable[Block], start: int) -> list[Piece]:
    """Lines of a ring from number `start` on, as they came: chunks and seams."""
    found: list[Piece] = []
    for block in blocks:
        stops = (*block.run_starts[1:], block.count)
        for first, stop, tag in zip(block.run_starts, stops, block.run_tags, strict=True):
            first = max(first, start - block.first)
            if first >= stop:
                continue
            mark = block.marks.get(first)
            if isinstance(mark, Seam):
                found.append(mark)
            elif isinstance(tag, Source):
                offsets = block.offsets()
                found.append(Chunk(tag, block.data[offsets[first] : offsets[stop]], stop - first))
    return found


def _shown(blocks: tuple[Block, ...]) -> dict[Source, Shown]:
    """The first line of each source and how many there are."""
    found: dict[Source, Shown] = {}
    for piece in pieces(blocks, blocks[0].first if blocks else 0):
        if isinstance(piece, Chunk):
            first, count = found.get(piece.source, (piece.data[: piece.data.index(b"\n") + 1], 0))
            found[piece.source] = first, count + piece.count
    return found


def _joined(front: list[Chunk], blocks: tuple[Block, ...]) -> list[Piece]:
    return merge([*front, *pieces(blocks, blocks[0].first)])


def _line(piece: Piece) -> Line:
    return (piece.source, piece.data) if isinstance(piece, Chunk) else (None, piece)
