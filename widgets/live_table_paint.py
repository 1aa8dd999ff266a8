"""From rows to strips: cells cut to their places, in the tones of the row's state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets.live_table_columns import GAP, LEAD, Column, Place, Row
from widgets.since import words
from widgets.tone import Span, Tone, printable

GONE = "gone"
MARK = "•"
UP, DOWN = "▲", "▼"


@dataclass(frozen=True, slots=True)
class Inks:
    """The styles of one table, resolved from its component classes."""

    base: Style
    tones: dict[Tone, Style]
    header: Style
    cursor: Style
    mark: Style
    ghost: Style
    stale: Style


@dataclass(frozen=True, slots=True)
class State:
    """Everything besides its row that decides how a line looks."""

    cursor: bool = False
    marked: bool = False
    ghost: bool = False
    stale: bool = False


def cut(text: str, width: int) -> str:
    """At most `width` cells, with an ellipsis at the end of what was cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def cut_spans(spans: Sequence[Span], width: int) -> tuple[list[Span], int]:
    """The spans as far as `width` cells go, cleaned, and the cells they take."""
    texts = [printable(span.text) for span in spans]
    sizes = [cell_len(text) for text in texts]
    left = width
    over = sum(sizes) > width
    fitting: list[Span] = []
    for span, text, size in zip(spans, texts, sizes, strict=True):
        if over and size >= left:
            # Room for nothing more: even a span that just fits must show that others follow it.
            text = cut(text, left) if size > left else cut(text + " ", left)
            fitting.append(Span(text, span.tone))
            left -= cell_len(text)
            break
        if text:
            fitting.append(Span(text, span.tone))
            left -= size
    return fitting, width - left


def times(row: Row, places: Sequence[Place], now: float) -> tuple[str, ...]:
    """The row's growing words as they are now; while these are equal its strip is still true."""
    return tuple(
        part.words(now) for place in places for part in row.cells[place.column] if not isinstance(part, Span)
    )


def paint_row(
    row: Row,
    columns: Sequence[Column],
    places: Sequence[Place],
    width: int,
    now: float,
    inks: Inks,
    state: State,
) -> Strip:
    ground = inks.base
    if state.marked:
        ground += inks.mark
    if state.cursor:
        ground += inks.cursor
    plain = row.tone

    def style(tone: Tone) -> Style:
        if state.ghost:
            return ground + inks.ghost
        if ground.reverse:
            return ground  # tones would be grounds of their own, and the bar ragged
        inked = ground + inks.tones[plain if tone is Tone.PLAIN else tone]
        # A tone is measured on the plain ground; the cursor's attributes are for every cell of its line.
        return inked + inks.stale if state.stale else inked

    blank = style(Tone.PLAIN)
    sign, size = cut_spans((row.sign,), 1)
    segments = [Segment(span.text, style(span.tone)) for span in sign]
    segments.append(Segment(" " * (1 - size), blank))
    segments.append(Segment(MARK if state.marked else " ", style(Tone.ACCENT)))
    for number, place in enumerate(places):
        spans = [
            part if isinstance(part, Span) else Span(words(part, now), part.tone)
            for part in row.cells[place.column]
        ]
        fitting, size = cut_spans(spans, place.width)
        gap = GAP if number else 0
        pad = place.width - size
        before, after = (gap + pad, 0) if columns[place.column].right else (gap, pad)
        segments.append(Segment(" " * before, blank))
        segments += [Segment(span.text, style(span.tone)) for span in fitting]
        segments.append(Segment(" " * after, blank))
    strip = Strip([segment for segment in segments if segment.text])
    if state.ghost:
        word = f"  {GONE} "
        body = strip.adjust_cell_length(max(0, width - len(word)), blank)
        return Strip([*body, Segment(word[: max(0, width)], blank)]).adjust_cell_length(width, blank)
    return strip.adjust_cell_length(width, blank)


def paint_header(
    columns: Sequence[Column], places: Sequence[Place], width: int, sort: tuple[int, bool] | None, inks: Inks
) -> Strip:
    """Titles over their columns; the sorted one's arrow stands in the gap beside it where there is one."""
    style = inks.base + inks.header
    line, start = "", LEAD
    for number, place in enumerate(places):
        column = columns[place.column]
        arrow = "" if sort is None or sort[0] != place.column else DOWN if sort[1] else UP
        title = printable(column.title)
        if column.right:
            text = cut(arrow + title, place.width + (1 if arrow and number else 0))
            start_of_text = start + place.width - cell_len(text)
        else:
            last = number == len(places) - 1
            text = cut(title, place.width - (1 if arrow and last else 0)) + arrow
            start_of_text = start
        line = set_cell_size(line, max(start_of_text, cell_len(line))) + text
        start += place.width + GAP
    return Strip([Segment(line, style)]).adjust_cell_length(width, style)
