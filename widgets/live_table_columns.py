"""What a table is made of, and how wide each column may be at a given width."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rich.cells import cell_len

from widgets.since import Cell, words
from widgets.tone import Span, Tone, printable

GAP = 2
"""Blank cells between columns."""
LEAD = 2
"""Cells left of the first column: the row's sign and its mark."""
NARROWEST = 4


NO_SIGN = Span("")


@dataclass(frozen=True, slots=True)
class Column:
    """Widths in cells: `width` is preferred, content may push it to `most` (0: not at all), `grow` is its
    share of what is left over; below a table of `from_width` it is not shown."""

    id: str
    title: str
    width: int
    most: int = 0
    grow: int = 0
    right: bool = False
    from_width: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One object: a cell and a sort value per column (comparable ones; None is last), a sign such as "!"."""

    id: Hashable
    cells: tuple[Cell, ...]
    keys: tuple[Any, ...] = ()
    sign: Span = NO_SIGN
    tone: Tone = Tone.PLAIN


class Place(NamedTuple):
    """A column as painted: its number in the row's cells, and its cells of width."""

    column: int
    width: int


def measure(columns: Sequence[Column], rows: Sequence[Row], now: float, least: Sequence[int]) -> list[int]:
    """The width each column wants for these rows, never less than `least`, never more than its `most`."""
    wanted = list(least)
    for index, column in enumerate(columns):
        most = max(column.most, column.width)
        if wanted[index] >= most:
            continue
        for row in rows:
            cells = sum(cell_len(printable(words(part, now))) for part in row.cells[index])
            if cells > wanted[index]:
                wanted[index] = min(cells, most)
    return wanted


def fit(columns: Sequence[Column], wanted: Sequence[int], width: int) -> tuple[Place, ...]:
    """Places at that table width: grow columns take what is left and give first, the first column last."""
    shown = [index for index, column in enumerate(columns) if width >= column.from_width]
    widths = {index: wanted[index] for index in shown}
    left = width - LEAD - sum(widths.values()) - GAP * max(0, len(shown) - 1)
    if left < 0:
        _shrink(columns, widths, -left)
    shares = sum(columns[index].grow for index in shown)
    if left > 0 and shares:
        growing = [index for index in shown if columns[index].grow]
        for index in growing:
            widths[index] += left * columns[index].grow // shares
        widths[growing[-1]] += left - sum(left * columns[index].grow // shares for index in growing)
    return tuple(Place(index, cells) for index, cells in widths.items())


def _shrink(columns: Sequence[Column], widths: dict[int, int], missing: int) -> None:
    """Takes `missing` cells: first those that content had pushed, then down to the narrowest."""
    first = next(iter(widths), -1)
    order = sorted(widths, key=lambda index: (index == first, not columns[index].grow, -index))
    for preferred in (True, False):
        for index in order:
            floor = columns[index].width if preferred else min(NARROWEST, columns[index].width)
            taken = min(missing, max(0, widths[index] - floor))
            widths[index] -= taken
            missing -= taken
