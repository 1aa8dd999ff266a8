"""What is planned, in titled sections of toned lines, wrapped by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.clean import clean
from widgets.log_layout import wrap_points
from widgets.log_paint import resolve
from widgets.tone import Span, Tone, inks, tone_classes, tone_css

INDENT = 2


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a title in its tone; without a title they are not indented."""

    title: str = ""
    tone: Tone = Tone.PLAIN
    lines: Sequence[Sequence[Span]] = field(default=())


class PlanBody(ScrollView, can_focus=False):
    """Sections with a blank line between them; scrolls when there are more lines than room."""

    COMPONENT_CLASSES = set(tone_classes("plan-body"))
    DEFAULT_CSS = f"""
    PlanBody {{
        width: 1fr;
        height: auto;
        overflow-x: hidden;
        {tone_css("plan-body")}
    }}
    """

    def __init__(self, sections: Sequence[Section] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections = tuple(sections)
        self._width = 0
        self._lines: list[Text] = []

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Other lines; the place that was read stays as far as there are lines."""
        if tuple(sections) != self._sections:
            self._sections = tuple(sections)
            self._width = 0
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(wrapped(self._sections, width))

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    def render_line(self, y: int) -> Strip:
        self._fit()
        width, base, row = self.size.width, self.rich_style, self.scroll_offset.y + y
        if row >= len(self._lines):
            return Strip.blank(width, base)
        tones = {str(tone): style for tone, style in inks(self, "plan-body").items()}
        line = self._lines[row].copy()
        line.spans = [span._replace(style=resolve(span.style, tones)) for span in line.spans]
        segments = [Segment(part.text, part.style) for part in line.render(self.app.console)]
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def _fit(self) -> None:
        """Wrap anew when the width or the sections are others."""
        width = self.scrollable_content_region.width  # without the scrollbar
        if width != self._width:
            self._width = width
            self._lines = wrapped(self._sections, self._width)
            self.virtual_size = Size(self._width, len(self._lines))


def wrapped(sections: Sequence[Section], width: int) -> list[Text]:
    """The screen's lines at a width; spans carry tone names, what goes on below is indented twice."""
    lines: list[Text] = []
    for section in sections:
        if lines:
            lines.append(Text(end=""))
        if section.title:
            lines += _wrap([Span(section.title, section.tone)], width, 0)
        for line in section.lines:
            lines += _wrap(line, width, INDENT if section.title else 0)
    return lines


def _wrap(line: Sequence[Span], width: int, indent: int) -> list[Text]:
    text = Text(" " * indent, end="")
    for span in line:
        text.append(clean(span.text), str(span.tone))
    if not (points := wrap_points(text.plain, width)):
        return [text]
    head, rest = text.divide([points[0]])
    lead = " " * min(indent + INDENT, max(0, width - 1))
    parts = rest.divide(wrap_points(rest.plain, width - len(lead)))
    return [head, *(Text(lead, end="").append_text(part) for part in parts)]
