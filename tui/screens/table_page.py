"""A whole screen that is one table with a filter: rows, a header above, keys below."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from widgets.filter_bar import FilterBar
from widgets.header_line import HeaderLine
from widgets.key_line import Hint, KeyLine
from widgets.live_table import LiveTable


class TablePage(Screen[None]):
    """Who inherits fills `table` and `header`; `hints` are its keys besides those of the filter and back."""

    DEFAULT_CSS = """
    TablePage #table { height: 1fr; border: round $primary; padding: 0 1; }
    """
    BINDINGS = [
        Binding("escape,q", "close", "Back", show=False),
        Binding("slash", "filter", "Filter", show=False),
    ]

    def __init__(self, table: LiveTable, hints: Sequence[Hint]) -> None:
        """The table's id is "table"."""
        super().__init__()
        self.table = table
        self.header = HeaderLine(id="header")
        self._bar = FilterBar(id="table-filter")
        self._hints = hints

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.table
        yield self._bar
        yield KeyLine([*self._hints, Hint("esc", "Back", keep=True)])

    @on(FilterBar.Changed)
    @on(FilterBar.Cleared)
    def _filtered(self, message: FilterBar.Changed | FilterBar.Cleared) -> None:
        message.stop()
        self.table.set_filter(message.filter)

    def action_filter(self) -> None:
        """Shows only lines that match."""
        self._bar.open(self.table)

    def action_close(self) -> None:
        """Back to the cockpit; first out of the filter and the marks."""
        if self.table.filter:
            self._bar.clear()
        elif self.table.marks:
            self.table.clear_marks()
        else:
            self.dismiss(None)
