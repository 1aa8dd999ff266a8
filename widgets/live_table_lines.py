"""Which rows stand where and which of them is meant: cursor and marks are identities, never numbers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from operator import is_
from typing import Any

from widgets.filter import Filter
from widgets.live_table_columns import Row
from widgets.since import Since


class Lines:
    """The rows in default order, and what filter, sort and hold make of them; `at` is the cursor's line.

    When the object under the cursor goes, its last row stays in `shown` as `ghost` until the cursor moves.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.shown: list[Row] = []
        self.cursor: Hashable | None = None
        self.ghost: Row | None = None
        self.wish: Hashable | None = None  # where the cursor is to go as soon as that object has a line
        self.at = -1
        self.marks: frozenset[Hashable] = frozenset()
        self.sort: tuple[int, bool] | None = None
        self.filter = Filter()
        self._by_id: dict[Hashable, Row] = {}
        self._texts: dict[Hashable, tuple[Row, str]] = {}

    @property
    def current(self) -> Row | None:
        """The living row under the cursor; None when it is gone or hidden."""
        return self.shown[self.at] if self.at >= 0 and self.ghost is None else None

    @property
    def alive(self) -> int:
        """Lines that are not the ghost."""
        return len(self.shown) - (self.ghost is not None)

    def targets(self) -> tuple[Hashable, ...]:
        """The marked ids in default order, else the cursor's."""
        if self.marks:
            return tuple(row.id for row in self.rows if row.id in self.marks)
        return () if self.current is None else (self.current.id,)

    def hidden_marks(self) -> int:
        if not self.filter or not self.marks:
            return 0
        return len(self.marks) - sum(row.id in self.marks for row in self.shown)

    def replace(self, rows: Sequence[Row], held: bool) -> frozenset[Hashable] | None:
        """Takes rows (of two with one id the first); gives the marks that vanished, None: nothing changed."""
        if len(rows) == len(self.rows) and all(map(is_, rows, self.rows)):
            return None
        by_id = {row.id: row for row in rows}
        if len(by_id) < len(rows):
            by_id = {row.id: row for row in reversed(rows)}
            rows = [row for row in rows if by_id[row.id] is row]
        self.rows, self._by_id = list(rows), by_id
        vanished = self.marks - by_id.keys()
        self.marks -= vanished
        self.arrange(held)
        return vanished

    def arrange(self, held: bool = False) -> None:
        """Makes `shown` anew; held: lines keep their order, the new ones come last."""
        shown = self._passing()
        if held:
            passing = {row.id: row for row in shown} if self.filter else self._by_id
            kept = [row for line in self.shown if (row := passing.get(line.id)) is not None]
            if len(kept) < len(shown):
                known = {row.id for row in kept}
                kept += [row for row in shown if row.id not in known]
            shown = kept
        elif self.sort is not None:
            shown = by_column(shown, *self.sort)
        if self.wish is not None and any(row.id == self.wish for row in shown):
            self.cursor, self.wish = self.wish, None
        if self.cursor is None and shown:
            self.cursor = shown[0].id
        at = self._find(shown)
        if at < 0 and self.at >= 0:
            self.ghost = self.ghost or self.shown[self.at]
            at = min(self.at, len(shown))
            shown = [*shown[:at], self.ghost, *shown[at:]]
        else:
            self.ghost = None
        self.shown, self.at = shown, at

    def set_filter(self, new: Filter) -> None:
        """A cursor whose row is now hidden goes to the first line: besides a movement only this moves it."""
        self.filter = new
        if not new:
            self._texts.clear()
        if self.ghost is None:
            self.at = -1
        self.arrange()
        if self.at < 0 and self.shown:
            self.move(0)

    def move(self, to: int) -> None:
        """To that line, or the nearest; a ghost under the cursor ends, and so does a wish."""
        self.wish = None
        if self.ghost is not None:
            self.shown = [*self.shown[: self.at], *self.shown[self.at + 1 :]]
            to -= to > self.at
            self.ghost = None
        self.at = max(0, min(to, len(self.shown) - 1)) if self.shown else -1
        self.cursor = self.shown[self.at].id if self.shown else None

    def select(self, row_id: Hashable) -> bool:
        """Moves to the line of that object, if it has one."""
        row = self._by_id.get(row_id)
        if row is None:
            return False
        if row_id != self.cursor or self.at < 0:
            at = next((at for at, line in enumerate(self.shown) if line.id == row_id), None)
            if at is None:
                return False
            self.move(at)
        return True

    def toggle_mark(self) -> bool:
        if self.current is None:
            return False
        self.marks ^= {self.current.id}
        return True

    def _find(self, shown: Sequence[Row]) -> int:
        if 0 <= self.at < len(shown) and shown[self.at].id == self.cursor:
            return self.at
        return next((at for at, row in enumerate(shown) if row.id == self.cursor), -1)

    def _passing(self) -> list[Row]:
        """The rows that the filter lets through; the cursor's row stays as long as it is on screen."""
        if not self.filter:
            return self.rows
        stays = self.cursor if self.at >= 0 else None
        matches = self.filter.matches
        return [
            row for row in self.rows if matches(self._text(row)) or (stays is not None and row.id == stays)
        ]

    def _text(self, row: Row) -> str:
        known = self._texts.get(row.id)
        if known is None or known[0] is not row:
            if len(self._texts) > 2 * len(self.rows):
                self._texts.clear()
            known = self._texts[row.id] = (row, row_text(row))
        return known[1]


def row_text(row: Row) -> str:
    """What a filter sees of a row: all its words, but no times, or rows would come and go by themselves."""
    return "  ".join(
        "".join(part.before + part.after if isinstance(part, Since) else part.text for part in cell)
        for cell in row.cells
    )


def by_column(rows: Sequence[Row], index: int, reverse: bool) -> list[Row]:
    """Sorted by that column's values, equal ones in default order, those without a value last either way."""
    keys: list[Any] = [row.keys[index] if index < len(row.keys) else None for row in rows]
    order = [at for at, key in enumerate(keys) if key is not None]
    order.sort(key=keys.__getitem__, reverse=reverse)
    last = [row for row, key in zip(rows, keys, strict=True) if key is None]
    return [rows[at] for at in order] + last
