"""Where lines stand on the screen: wrapping one, and stepping from row to row without laying out the rest."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from rich.cells import cell_len, get_character_cell_size

HeightOf = Callable[[int], int]


class Place(NamedTuple):
    """A row of the screen's text: a line by number, and which of its rows."""

    line: int
    row: int = 0


class Shown(Protocol):
    """The line numbers that are shown, in order."""

    def first(self) -> int | None: ...

    def last(self) -> int | None: ...

    def near(self, line: int) -> int | None:
        """The line itself, else the next one shown, else the last."""

    def step(self, line: int, by: int) -> int | None:
        """The line `by` shown lines further on (negative: back), clipped at the ends."""


class Every:
    """All lines in [start, stop)."""

    def __init__(self, start: int, stop: int) -> None:
        self._start, self._stop = start, stop

    def first(self) -> int | None:
        return self._start if self._start < self._stop else None

    def last(self) -> int | None:
        return self._stop - 1 if self._start < self._stop else None

    def near(self, line: int) -> int | None:
        return self.step(line, 0)

    def step(self, line: int, by: int) -> int | None:
        return max(self._start, min(self._stop - 1, line + by)) if self._start < self._stop else None


class Only:
    """The lines of an ascending sequence."""

    def __init__(self, lines: Sequence[int]) -> None:
        self._lines = lines

    def first(self) -> int | None:
        return self._lines[0] if self._lines else None

    def last(self) -> int | None:
        return self._lines[-1] if self._lines else None

    def near(self, line: int) -> int | None:
        return self.step(line, 0)

    def step(self, line: int, by: int) -> int | None:
        if not self._lines:
            return None
        # From a line that is not shown, one step back is the nearest shown line above it.
        at = (bisect_left(self._lines, line) if by <= 0 else bisect_right(self._lines, line) - 1) + by
        return self._lines[max(0, min(len(self._lines) - 1, at))]


def walk(shown: Shown, place: Place, by: int, height_of: HeightOf) -> Place:
    """The place `by` rows down (negative: up), clipped at the first row and the last."""
    line, row = place
    row += by
    while row < 0:
        before = shown.step(line, -1)
        if before is None or before >= line:
            return Place(line, 0)
        line = before
        row += height_of(line)
    while row >= (height := height_of(line)):
        after = shown.step(line, 1)
        if after is None or after <= line:
            return Place(line, height - 1)
        row -= height
        line = after
    return Place(line, row)


def lowest_top(shown: Shown, rows: int, height_of: HeightOf) -> Place | None:
    """The top place that puts the very last row into the last of `rows`; None when nothing is shown."""
    last = shown.last()
    if last is None:
        return None
    return walk(shown, Place(last, height_of(last) - 1), 1 - rows, height_of)


def rows_from(shown: Shown, top: Place, rows: int, height_of: HeightOf) -> list[Place]:
    """The places of `rows` screen rows from `top` on, fewer at the end."""
    places: list[Place] = []
    line, row = top
    while True:
        height = height_of(line)
        places.extend(Place(line, n) for n in range(row, min(height, row + rows - len(places))))
        if len(places) >= rows:
            return places
        after = shown.step(line, 1)
        if after is None or after <= line:
            return places
        line, row = after, 0


def wrap_points(text: str, width: int) -> list[int]:
    """Where to break text into pieces of `width` cells at most: after a space where there is one, else hard.

    A space that does not fit stays at the end of its piece, to be cropped.
    """
    if width < 1:
        return []
    points: list[int] = []
    start, ascii_only = 0, text.isascii()
    if cell_len(text) <= width:
        return points
    while True:
        end = start + width if ascii_only else _fits(text, start, width)
        if end >= len(text):
            return points
        space = end if text[end] == " " else text.rfind(" ", start + width // 2, end)
        start = space + 1 if space >= 0 else end
        points.append(start)


def _fits(text: str, start: int, width: int) -> int:
    """The end of the longest piece from `start` that fits in `width` cells, at least one character."""
    room = width
    for at in range(start, len(text)):
        room -= get_character_cell_size(text[at])
        if room < 0:
            return max(at, start + 1)
    return len(text)
