"""The first line of every screen: a badge in its own colour, what is true, and small print at the right."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.strip import Strip
from textual.widget import Widget

from widgets.live_table_paint import cut, cut_spans
from widgets.tone import Span, inks, printable, tone_classes, tone_css


class HeaderLine(Widget):
    """One painted line; too narrow, it loses its right part first and then the end of the left one."""

    COMPONENT_CLASSES = set(tone_classes("header-line"))

    DEFAULT_CSS = (
        """
    HeaderLine {
        height: 1;
        background: $panel;
        """
        + tone_css("header-line")
        + "}"
    )

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown: tuple[str, str, tuple[Span, ...], tuple[Span, ...]] = ("", "", (), ())

    def set(self, badge: str, badge_colour: str, left: Sequence[Span], right: Sequence[Span]) -> None:
        """The colour is a theme variable ("error"), a name or "#rrggbb"; an unknown one reverses it."""
        shown = (printable(badge), badge_colour, tuple(left), tuple(right))
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y or not width:
            return Strip.blank(width, base)
        badge, colour, left, right = self._shown
        tones = inks(self, "header-line")
        segments: list[Segment] = []
        if badge:
            segments.append(Segment(cut(f" {badge} ", width), base + self._badge_style(colour)))
        segments.append(Segment("  " if badge else " ", base))
        used = sum(cell_len(segment.text) for segment in segments)
        spans, size = cut_spans(left, max(0, width - used))
        segments += [Segment(span.text, base + tones[span.tone]) for span in spans]
        used += size
        room = width - used - 3
        if right and room >= sum(cell_len(printable(span.text)) for span in right):
            spans, size = cut_spans(right, room)
            segments.append(Segment(" " * (width - used - size - 1), base))
            segments += [Segment(span.text, base + tones[span.tone]) for span in spans]
        return Strip(segments).adjust_cell_length(width, base)

    def _badge_style(self, colour: str) -> Style:
        known = self.app.theme_variables.get(colour.removeprefix("$"), colour)
        try:
            ground = Color.parse(known)
        except ColorParseError:
            return Style(bold=True, reverse=True)
        text = ground.get_contrast_text(1.0)
        return Style(bold=True, color=text.rich_color, bgcolor=ground.rich_color)
