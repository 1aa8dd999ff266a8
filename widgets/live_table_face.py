"""The painted side of a table: columns, scrolling, strips kept for rows that did not change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.live_table_columns import Column, Row, fit, measure
from widgets.live_table_lines import Lines
from widgets.live_table_paint import Inks, State, paint_header, paint_row, times
from widgets.tone import ground, ink, inks, printable, tone_classes, tone_css

BAR = 1
"""Cells kept free at the right: the scrollbar covers no text, and no column moves when it comes."""


class TableFace(ScrollView):
    """Paints `lines`; whoever changes them calls `settle` with what was seen before."""

    ALLOW_SELECT = False

    COMPONENT_CLASSES = {
        "live-table--cursor",
        "live-table--header",
        "live-table--mark",
        "live-table--ghost",
        "live-table--stale",
        "live-table--empty",
    } | tone_classes("live-table")

    DEFAULT_CSS = (
        """
    TableFace {
        width: 1fr;
        height: 1fr;
        color: $text;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        & > .live-table--cursor { background: $primary 12%; }
        & > .live-table--header { color: $text-muted; text-style: bold; }
        & > .live-table--mark { background: $secondary 15%; }
        & > .live-table--ghost { color: $text-muted; text-style: dim italic; }
        & > .live-table--stale { text-style: dim; }
        & > .live-table--empty { color: $text-muted; }
        &:focus > .live-table--cursor { background: $primary 28%; }
        &:ansi > .live-table--cursor { background: ansi_default; text-style: underline; }
        &:ansi:focus > .live-table--cursor { background: ansi_default; text-style: reverse; }
        &:ansi > .live-table--mark { background: ansi_default; }
        &:nocolor > .live-table--cursor { text-style: underline; }
        &:nocolor:focus > .live-table--cursor { text-style: reverse; }
        """
        + tone_css("live-table")
        + "}"
    )

    def __init__(
        self,
        columns: Sequence[Column],
        now: Callable[[], float],
        id: str | None,
        classes: str | None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.lines = Lines()
        self._now = now
        self._empty: str | Content = ""
        self._stale = False
        self._inks: Inks | None = None
        self._strips: LRUCache[tuple[Hashable, State], tuple[Row, tuple[str, ...], Strip]] = LRUCache(512)
        self._take_columns(columns)

    def _take_columns(self, columns: Sequence[Column]) -> None:
        self._columns = tuple(columns)
        self._header = int(any(column.title for column in columns))
        self._wanted = [column.width for column in columns]
        self._places = fit(self._columns, self._wanted, self.size.width - BAR)

    @property
    def empty(self) -> str | Content:
        """What is painted where there are no rows."""
        return self._empty

    @empty.setter
    def empty(self, words: str | Content) -> None:
        if words != self._empty:
            self._empty = words
            self.refresh()

    @property
    def stale(self) -> bool:
        """Whether rows are painted dim, since nobody knows whether they are still true."""
        return self._stale

    @stale.setter
    def stale(self, stale: bool) -> None:
        if stale != self._stale:
            self._stale = stale
            self.refresh()

    @property
    def page(self) -> int:
        """Rows that fit on the screen."""
        return max(1, self.size.height - self._header)

    def seen(self) -> list[Row]:
        """The rows on the screen, from the top."""
        top = self.scroll_offset.y
        return self.lines.shown[top : top + self.page]

    def settle(self, before: list[Row], at: int, keep_line: bool = True) -> None:
        """After `lines` changed: scrolls so that the cursor keeps its screen line, repaints what differs."""
        top = self.scroll_offset.y
        on_screen = 0 <= at - top < self.page
        size = Size(self.size.width, len(self.lines.shown) + self._header)
        if self.virtual_size != size:
            self.virtual_size = size
        if keep_line and on_screen and self.lines.at >= 0:
            self.scroll_to(y=max(0, top + self.lines.at - at), animate=False, force=True, immediate=True)
        self.bring_into_view(on_screen)
        if self.widen():
            return
        after = self.seen()
        if self.scroll_offset.y != top or not after or not before:
            self.refresh()
            return
        changed = [
            line
            for line in range(max(len(before), len(after)))
            if line >= len(before) or line >= len(after) or before[line] is not after[line]
        ]
        lines = {*changed, at - top, self.lines.at - top}
        if len(lines) > self.page // 2:
            self.refresh()
        else:
            self.repaint(lines)

    def repaint(self, lines: Iterable[int]) -> None:
        """Marks these screen lines (0 is the first row) as to be painted."""
        width = self.size.width
        regions = [Region(0, line + self._header, width, 1) for line in lines if 0 <= line < self.page]
        if regions:
            self.refresh(*regions)

    def repaint_grown(self) -> None:
        """Marks the visible lines whose times read otherwise than painted."""
        now, top = self._now(), self.scroll_offset.y
        grown = []
        for line, row in enumerate(self.seen()):
            known = self._strips.get((row.id, self._state(top + line)))
            if known is not None and known[1] != times(row, self._places, now):
                grown.append(line)
        self.repaint(grown)

    def bring_into_view(self, wanted: bool = True) -> None:
        """Scrolls as little as shows the cursor's line."""
        at, top = self.lines.at, self.scroll_offset.y
        if not wanted or at < 0 or top <= at < top + self.page:
            return
        to = at if at < top else at - self.page + 1
        self.scroll_to(y=to, animate=False, force=True, immediate=True)

    def widen(self) -> bool:
        """Columns grow at once for what is on the screen; whether one did."""
        wanted = measure(self._columns, self.seen(), self._now(), self._wanted)
        if wanted == self._wanted:
            return False
        self._wanted = wanted
        self._place()
        return True

    def fit_anew(self) -> None:
        """Columns may also shrink: after a resize, a filter, other columns."""
        preferred = [column.width for column in self._columns]
        self._wanted = measure(self._columns, self.seen(), self._now(), preferred)
        self._place()

    def _place(self) -> None:
        self._places = fit(self._columns, self._wanted, self.size.width - BAR)
        self._strips.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        painted = self._styles()
        if y < self._header:
            return paint_header(self._columns, self._places, width, self.lines.sort, painted)
        at = self.scroll_offset.y + y - self._header
        if at < len(self.lines.shown):
            return self._row_strip(at, width, painted)
        if not self.lines.alive:
            return self._empty_strip(at - len(self.lines.shown), width, painted)
        return Strip.blank(width, painted.base)

    def _row_strip(self, at: int, width: int, painted: Inks) -> Strip:
        row, state, now = self.lines.shown[at], self._state(at), self._now()
        grown = times(row, self._places, now)
        known = self._strips.get((row.id, state))
        if known is not None and known[0] is row and known[1] == grown:
            return known[2]
        strip = paint_row(row, self._columns, self._places, width, now, painted, state)
        self._strips[row.id, state] = (row, grown, strip)
        return strip

    def _empty_strip(self, line: int, width: int, painted: Inks) -> Strip:
        words = self._empty if isinstance(self._empty, Content) else Content(self._empty)
        clean = words.wrap(max(1, width - 2)) if words.plain else []
        if line >= len(clean):
            return Strip.blank(width, painted.base)
        style = painted.base + ink(self, "live-table--empty")
        segments = [Segment("  ", style)]
        for text, own, _ in clean[line].render_segments():
            segments.append(Segment(printable(text), style + own if own else style))
        return Strip(segments).adjust_cell_length(width, style)

    def _state(self, at: int) -> State:
        here = at == self.lines.at
        return State(
            cursor=here,
            marked=self.lines.shown[at].id in self.lines.marks,
            ghost=here and self.lines.ghost is not None,
            stale=self._stale,
        )

    def _styles(self) -> Inks:
        if self._inks is None:
            base = self.rich_style
            self._inks = Inks(
                base=Style(color=base.color, bgcolor=base.bgcolor),
                tones=inks(self, "live-table"),
                header=ink(self, "live-table--header"),
                cursor=ground(self, "live-table--cursor"),
                mark=ground(self, "live-table--mark"),
                ghost=ink(self, "live-table--ghost"),
                stale=Style(dim=True),
            )
        return self._inks

    def notify_style_update(self) -> None:
        self._inks = None
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        self.fit_anew()
        self.virtual_size = Size(self.size.width, len(self.lines.shown) + self._header)
        self.bring_into_view()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.widen()
