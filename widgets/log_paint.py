"""From log lines to strips: painted when first seen, kept while among the last ones seen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Span, Text
from textual.cache import LRUCache
from textual.strip import Strip

from widgets.log_layout import wrap_points
from widgets.matcher import Matcher
from widgets.ring import Line

Paint = Callable[[Hashable | None, bytes | object], Text]

PAINTED_BYTES = 64 << 10  # of one line; the rest is counted, not shown
KEPT_LINES = 512


class Look(NamedTuple):
    """What strips depend on besides their line."""

    width: int
    wrap: bool
    styles: Mapping[str, Style]  # by tone name, and "match"
    matcher: Matcher | None


class LinePainter:
    """Calls `paint` for the lines that are looked at, and lays out what it returns.

    In painted text a style given as a string is a tone name, and `overflow="fold"` asks for wrapping even
    when the view does not wrap.
    """

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._kept: LRUCache[int, list[Strip]] = LRUCache(KEPT_LINES)
        self._look: Look | None = None

    def forget(self) -> None:
        """Paint all lines anew."""
        self._kept.clear()

    def text(self, line: Line) -> Text:
        """The painted line, cut after 64 KiB with a count of the rest."""
        tag, data = line
        if not isinstance(data, bytes) or len(data) <= PAINTED_BYTES:
            return self._paint(tag, data)
        text = self._paint(tag, data[:PAINTED_BYTES])
        return text.append(f" … +{len(data) - PAINTED_BYTES:,} bytes".replace(",", " "), "quiet")

    def strips(self, number: int, line: Callable[[int], Line], look: Look, console: Console) -> list[Strip]:
        """The rows of one line, at least one; not wrapped, the only row has its whole length."""
        if look != self._look:
            self._look = look
            self._kept.clear()
        strips = self._kept.get(number)
        if strips is None:
            strips = self._kept[number] = self._make(line(number), look, console)
        return strips

    def _make(self, line: Line, look: Look, console: Console) -> list[Strip]:
        text = self.text(line)
        text.end = ""
        if line[0] is None:
            text = rule(text, look.width)
        text.spans = [Span(start, end, resolve(style, look.styles)) for start, end, style in text.spans]
        text.style = resolve(text.style, look.styles)
        if look.matcher is not None and line[0] is not None:
            for start, end in look.matcher.spans(text.plain):
                text.stylize(look.styles["match"], start, end)
        if look.wrap or text.overflow == "fold":
            points = wrap_points(text.plain, look.width)
            pieces = list(text.divide(points)) if points else [text]
        else:
            pieces = [text]
        return [Strip([Segment(s.text, s.style) for s in piece.render(console)]) for piece in pieces]


def rule(words: Text, width: int) -> Text:
    """Words in a rule across the view: `── words ─────`."""
    words = words.copy()
    words.truncate(cell_len(words.plain.rstrip("─ ")))
    if not words.plain.startswith("─"):
        first = words.spans[0].style if words.spans and words.spans[0].start == 0 else words.style
        words = Text.assemble(("── ", first), words)
    rest = width - words.cell_len - 1
    if rest > 0:
        words.append(" " + "─" * rest, "quiet")
    words.end = ""
    return words


def resolve(style: str | Style, styles: Mapping[str, Style]) -> Style:
    """The style itself, or what the theme gives for a tone's name; an unknown name is plain."""
    return style if isinstance(style, Style) else styles.get(style, Style.null())
