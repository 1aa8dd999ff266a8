"""The log view: paints the visible lines of a ring; follows its end, or holds its place."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.strip import Strip
from textual.widget import Widget

from widgets.matcher import Matcher
from widgets.ring import Ring
from widgets.tone import ground, ink, tone_classes, tone_css

LONGEST = 64 << 10
"""Bytes of one line that are painted; the rest is counted."""

Paint = Callable[[Hashable | None, object], Text]


@dataclass(frozen=True, slots=True)
class LogStatus:
    """What the frame says: `new` lines came below a held view; `match` is the one in view, from 1."""

    lines: int
    following: bool
    new: int
    evicted: int
    matches: int
    match: int


class LogView(Widget, can_focus=True):
    """Lines by number, the newest at the foot. `paint` turns a line of the ring into text when visible."""

    COMPONENT_CLASSES = {
        "log-view--cursor",
        "log-view--foot",
        "log-view--match",
        "log-view--quiet",
    } | tone_classes("log-view")
    DEFAULT_CSS = f"""
    LogView {{
        width: 1fr;
        height: 1fr;
        &>.log-view--cursor {{ background: $boost; }}
        &>.log-view--foot {{ color: $text-primary; text-style: bold; }}
        &>.log-view--match {{ color: $background; background: $warning; }}
        &>.log-view--quiet {{ color: $text-muted; }}
        {tone_css("log-view")}
    }}
    """
    BINDINGS = [
        Binding("down,j", "move(1)", show=False, id="log.down"),
        Binding("up,k", "move(-1)", show=False, id="log.up"),
        Binding("pagedown", "page(1)", show=False, id="log.page-down"),
        Binding("pageup", "page(-1)", show=False, id="log.page-up"),
        Binding("home,g", "top", show=False, id="log.first"),
        Binding("end,G", "bottom", show=False, id="log.last"),
        Binding("n", "next_match(1)", show=False, id="log.next-match"),
        Binding("N", "next_match(-1)", show=False, id="log.previous-match"),
    ]

    def __init__(self, paint: Paint, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ring = Ring()
        self.following = True
        self.wrap = False
        self._paint = paint
        self._top = 0  # the first visible line of a held view
        self._held_at = 0  # the ring's total when the view was held
        self._painted = -1
        self._lines: list[tuple[int, list[Segment]]] = []  # of the screen, from the top
        self._cache: dict[int, Text] = {}
        self._matcher: Matcher | None = None
        self._match: int | None = None

    # What it shows

    def attach(self, ring: Ring) -> None:
        """Another ring: follows its end."""
        self.ring = ring
        self.following = True
        self._match = None
        self.repaint()

    def repaint(self) -> None:
        """How lines are painted has changed."""
        self._cache.clear()
        self._painted = -1
        self._layout()
        self.refresh()

    def changed(self) -> None:
        """Called at the tick: repaints only when lines came or went."""
        if self.ring.total != self._painted:
            self._layout()
            self.refresh()

    @property
    def status(self) -> LogStatus:
        """For the frame of the pane."""
        ring = self.ring
        new = 0 if self.following else max(0, ring.total - self._held_at)
        found = self._matches()
        at = found.index(self._match) + 1 if self._match in found else 0
        return LogStatus(ring.total - ring.first, self.following, new, ring.evicted, len(found), at)

    def search(self, pattern: str) -> None:
        """Marks what matches and goes to the newest match; "" ends the search."""
        self._matcher = Matcher(pattern, stamped=True) if pattern else None
        self._match = None
        self.repaint()
        if self._matcher is not None:
            self.action_next_match(-1)

    def plain(self, number: int) -> str:
        """A line as it is painted, without its colours."""
        return self._text(number).plain if self.ring.first <= number < self.ring.total else ""

    @property
    def current(self) -> int | None:
        """The line that `copy` takes: the match, else the last visible one."""
        return self._match if self._match is not None else (self._lines[-1][0] if self._lines else None)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        foot = self._foot() if y == self.size.height - 1 else ""
        if foot:
            style = base + ink(self, "log-view--foot")
            return Strip([Segment(foot.center(width)[:width], style)]).adjust_cell_length(width, style)
        if y >= len(self._lines):
            return Strip.blank(width, base)
        number, segments = self._lines[y]
        if number == self._match:
            base = base + ground(self, "log-view--cursor")
        painted = [Segment(segment.text, base + (segment.style or Style())) for segment in segments]
        return Strip(painted).adjust_cell_length(width, base)

    # Keys

    def action_move(self, by: int) -> None:
        """Up holds the view; down at the end follows again."""
        self._hold()
        self._top = max(self.ring.first, self._top + by)
        self._follow_at_end()

    def action_page(self, by: int) -> None:
        """A screen up or down."""
        self.action_move(by * max(1, self.size.height - 2))

    def action_top(self) -> None:
        """The oldest line that is kept."""
        self._hold()
        self._top = self.ring.first
        self._show()

    def action_bottom(self) -> None:
        """Follow the end."""
        self.following = True
        self._show()

    def action_toggle_follow(self) -> None:
        """Hold where it is, or follow."""
        if self.following:
            self._hold()
            self._show()
        else:
            self.action_bottom()

    def action_toggle_wrap(self) -> None:
        """Wrap long lines, or clip them."""
        self.wrap = not self.wrap
        self.repaint()

    def action_next_match(self, by: int) -> None:
        """To the match after (1) or before (-1) the one in view."""
        found = self._matches()
        if not found:
            return
        here = (
            self._match if self._match is not None else (self._top if not self.following else self.ring.total)
        )
        after = [number for number in found if (number > here if by > 0 else number < here)]
        if after:
            self._match = after[0] if by > 0 else after[-1]
            self._hold()
            self._top = max(self.ring.first, self._match - self.size.height // 2)
        self._show()

    # Inside

    def on_resize(self, event: events.Resize) -> None:
        self._layout()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._cache.clear()

    def _hold(self) -> None:
        if self.following:
            self.following = False
            self._held_at = self.ring.total
            self._top = self._lines[0][0] if self._lines else self.ring.first

    def _follow_at_end(self) -> None:
        if self._top + self.size.height > self.ring.total and not self.wrap:
            self.following = True
        self._show()

    def _show(self) -> None:
        self._layout()
        self.refresh()

    def _matches(self) -> list[int]:
        if self._matcher is None:
            return []
        return self.ring.find(self._matcher, self.ring.first, self.ring.total)

    def _layout(self) -> None:
        """Which lines stand on the screen: from the top of a held view, else back from the end."""
        height, ring = self.size.height, self.ring
        self._painted = ring.total
        self._top = max(self._top, ring.first)
        rows: list[tuple[int, list[Segment]]] = []
        if self.following:
            number = ring.total
            while number > ring.first and len(rows) < height:
                number -= 1
                rows[:0] = self._rows(number)
            self._lines = rows[-height:] if height else []
            return
        number = self._top
        while number < ring.total and len(rows) < height:
            rows += self._rows(number)
            number += 1
        self._lines = rows[:height]

    def _rows(self, number: int) -> list[tuple[int, list[Segment]]]:
        text, width = self._text(number), max(1, self.size.width)
        console = self.app.console
        if not self.wrap or cell_len(text.plain) <= width:
            return [(number, list(text.render(console)))]
        ends, at = [], 0
        for piece in chop_cells(text.plain, width)[:200]:
            at += len(piece)
            ends.append(at)
        return [(number, list(part.render(console))) for part in text.divide(ends[:-1])]

    def _text(self, number: int) -> Text:
        known = self._cache.get(number)
        if known is not None:
            return known
        tag, payload = self.ring.lines(number, 1)[0]
        cut = 0
        if isinstance(payload, bytes) and len(payload) > LONGEST:
            cut = len(payload) - LONGEST
            payload = payload[:LONGEST]
        text = self._paint(tag, payload)
        text.end = ""
        if cut:
            text.append(f" … +{cut} bytes", ink(self, "log-view--quiet"))
        if self._matcher is not None:
            style = ink(self, "log-view--match") + ground(self, "log-view--match")
            for start, end in self._matcher.spans(text.plain):
                text.stylize(style, start, end)
        if len(self._cache) > 2000:
            self._cache.clear()
        self._cache[number] = text
        return text

    def _foot(self) -> str:
        new = 0 if self.following else self.ring.total - self._held_at
        if new <= 0:
            return ""
        return f"+{new} new ↓  G to follow"
