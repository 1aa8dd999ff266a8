"""The live table: any number of rows, the visible ones painted, a cursor that is an object, not a line."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from textual import events
from textual.binding import Binding
from textual.message import Message

from widgets.filter import Filter
from widgets.live_table_columns import Column, Row
from widgets.live_table_face import TableFace
from widgets.live_table_lines import Lines, row_text
from widgets.since import Cell, Part, Since
from widgets.tone import Span, Tone

__all__ = ["Cell", "Column", "LiveTable", "Part", "Row", "Since", "Span", "Tone"]

HOLD = 2.0
"""Seconds after a key for which the lines keep their order."""


class LiveTable(TableFace, can_focus=True):
    """Rows in, identities out: `set_rows` takes frozen rows, `targets` says whom a deed is for."""

    HELP = "Moves with j k g G and the arrows; < > choose the sort column, = its order."

    BINDINGS = [
        Binding("down,j", "move(1)", "Down", show=False, id="table.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="table.up"),
        Binding("home,g", "go(0)", "First", show=False, id="table.first"),
        Binding("end,G", "go(1)", "Last", show=False, id="table.last"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.page-down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.page-up"),
        Binding("enter", "open", "Open", show=False, id="table.open"),
        Binding("space", "mark", "Mark", show=False, id="table.mark"),
        Binding(
            "less_than_sign",
            "sort_column(-1)",
            "Sort by the column before",
            show=False,
            id="table.sort-before",
        ),
        Binding(
            "greater_than_sign", "sort_column(1)", "Sort by the next column", show=False, id="table.sort-next"
        ),
        Binding("equals_sign", "sort_order", "Other order", show=False, id="table.sort-order"),
    ]

    class About(Message):
        """Something about one table; `control` makes `@on(LiveTable.Opened, "#pods")` work."""

        def __init__(self, table: LiveTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> LiveTable:
            return self.table

    class Highlighted(About):
        """The cursor stands on another object, or its own went or came back (see `table.cursor_row`)."""

        def __init__(self, table: LiveTable, row_id: Hashable | None) -> None:
            super().__init__(table)
            self.row_id = row_id

    class Opened(About):
        """Enter on a living row."""

        def __init__(self, table: LiveTable, row_id: Hashable) -> None:
            super().__init__(table)
            self.row_id = row_id

    class Marked(About):
        """The marks changed by the user's hand."""

    class MarksVanished(About):
        """Marked objects are gone; their marks were dropped."""

        def __init__(self, table: LiveTable, row_ids: frozenset[Hashable]) -> None:
            super().__init__(table)
            self.row_ids = row_ids

    class SortChanged(About):
        """The user chose another sort column or order."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        now: Callable[[], float],
        markable: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(columns, now, id, classes)
        self._markable = markable
        self._held_until: float | None = None
        self._moved = False
        self._told: tuple[Hashable | None, bool] = (None, False)

    # What it shows

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Rows in default order; row objects that are the same as before cost nothing."""
        before, at = self.seen(), self.lines.at
        vanished = self.lines.replace(rows, self._holding())
        if vanished is None:
            return
        self.settle(before, at, keep_line=self._moved or self.scroll_offset.y > 0)
        self._tell()
        if vanished:
            self.post_message(self.MarksVanished(self, vanished))

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns: begins anew, since the old rows do not fit them."""
        self.lines.sort = None
        self.forget()
        self._take_columns(columns)
        self.fit_anew()

    def forget(self) -> None:
        """As new: no rows, cursor nor marks (another environment); sort and filter stay."""
        fresh = Lines()
        fresh.sort, fresh.filter = self.lines.sort, self.lines.filter
        before, at = self.seen(), self.lines.at
        self.lines = fresh
        self._moved = False
        self._held_until = None
        self.settle(before, at)
        self.scroll_to(y=0, animate=False, force=True, immediate=True)
        self.fit_anew()
        self._tell()

    def set_filter(self, new: Filter | None) -> None:
        """Hides what does not match; a cursor whose row is then hidden goes to the first line."""
        before, at = self.seen(), self.lines.at
        self.lines.set_filter(new or Filter())
        self.settle(before, at)
        self.bring_into_view()
        self.fit_anew()
        self._tell()

    def tick(self) -> None:
        """Once a second: lets go of a held order, and repaints the visible lines whose times grew."""
        if self._held_until is not None and not self._holding():
            self._held_until = None
            self._arrange()
        self.repaint_grown()

    def hold(self) -> None:
        """A key was pressed: the lines keep their order for two seconds."""
        self._held_until = self._now() + HOLD
        self._moved = True
        self.lines.wish = None

    # What it says

    @property
    def cursor(self) -> Hashable | None:
        """The id of the object that the cursor stands on, also when that object is gone."""
        return self.lines.cursor

    @property
    def cursor_row(self) -> Row | None:
        """The living row under the cursor; None when it is gone, or hidden."""
        return self.lines.current

    @property
    def gone(self) -> str:
        """The first words of the row whose object went under the cursor; "" while it is there."""
        return row_text(self.lines.ghost).partition("  ")[0] if self.lines.ghost is not None else ""

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """The marked ids, also hidden ones, in default order; else the cursor's; empty when that is gone."""
        return self.lines.targets()

    @property
    def marks(self) -> frozenset[Hashable]:
        return self.lines.marks

    @property
    def hidden_marks(self) -> int:
        return self.lines.hidden_marks()

    @property
    def shown(self) -> int:
        """Living rows that pass the filter."""
        return self.lines.alive

    @property
    def total(self) -> int:
        return len(self.lines.rows)

    @property
    def filter(self) -> Filter:
        return self.lines.filter

    @property
    def sort(self) -> tuple[str, bool] | None:
        """The sort column's id and whether reversed; None is the order in which rows are given."""
        chosen = self.lines.sort
        return None if chosen is None else (self._columns[chosen[0]].id, chosen[1])

    @sort.setter
    def sort(self, chosen: tuple[str, bool] | None) -> None:
        """Raises ValueError for a column that is not there."""
        index = None if chosen is None else [column.id for column in self._columns].index(chosen[0])
        self.lines.sort = None if chosen is None or index is None else (index, chosen[1])
        self._arrange()
        self.refresh()

    def select(self, row_id: Hashable) -> bool:
        """Moves the cursor to that object; False when it has no line."""
        before, at = self.seen(), self.lines.at
        found = self.lines.select(row_id)
        if found:
            self.settle(before, at, keep_line=False)
            self.bring_into_view()
            self._tell()
        return found

    def wish(self, row_id: Hashable) -> None:
        """Moves the cursor to that object now, or as soon as it has a line if no key comes before."""
        if not self.select(row_id):
            self.lines.wish = row_id

    def clear_marks(self) -> None:
        if self.lines.marks:
            self.lines.marks = frozenset()
            self.refresh()

    # Keys

    def action_move(self, lines: int) -> None:
        self._move(self.lines.at + lines)

    def action_page(self, pages: int) -> None:
        self._move(self.lines.at + pages * self.page)

    def action_go(self, last: int) -> None:
        self._move(len(self.lines.shown) if last else 0)

    def action_open(self) -> None:
        if (row := self.cursor_row) is not None:
            self.post_message(self.Opened(self, row.id))

    def action_mark(self) -> None:
        if self._markable and self.lines.toggle_mark():
            self.hold()
            self.repaint([self.lines.at - self.scroll_offset.y])
            self.post_message(self.Marked(self))

    def action_sort_column(self, step: int) -> None:
        """The default order is one of the stops, before the first column."""
        stops = [None, *(self._columns[place.column].id for place in self._places)]
        now = self.sort[0] if self.sort is not None else None
        chosen = stops[(stops.index(now) + step) % len(stops)] if now in stops else None
        self.sort = None if chosen is None else (chosen, False)
        self.post_message(self.SortChanged(self))

    def action_sort_order(self) -> None:
        if self.sort is not None:
            self.sort = (self.sort[0], not self.sort[1])
            self.post_message(self.SortChanged(self))

    def on_click(self, event: events.Click) -> None:
        line = event.get_content_offset_capture(self).y - self._header
        if 0 <= line < len(self.seen()):
            self._move(self.scroll_offset.y + line)

    # Privates

    def _move(self, to: int) -> None:
        self.hold()
        before, at = self.seen(), self.lines.at
        self.lines.move(to)
        self.settle(before, at, keep_line=False)
        self.bring_into_view()
        self._tell()

    def _arrange(self) -> None:
        before, at = self.seen(), self.lines.at
        self.lines.arrange()
        self.settle(before, at)
        self._tell()

    def _holding(self) -> bool:
        return self._held_until is not None and self._now() < self._held_until

    def _tell(self) -> None:
        """Posts Highlighted when the cursor's object is another one, went, or came back."""
        now = (self.lines.cursor, self.lines.current is not None)
        if now != self._told:
            self._told = now
            self.post_message(self.Highlighted(self, self.lines.cursor))
