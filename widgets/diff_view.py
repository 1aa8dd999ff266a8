"""The difference of two texts, line by line, what did not change folded."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.clean import clean_lines
from widgets.tone import Tone, inks, tone_classes, tone_css

CONTEXT = 3
JUNK_FROM = 4_000
"""Lines from which on difflib may take frequent lines for noise: worse differences, but in good time."""


class DiffView(ScrollView, can_focus=True):
    """Removed lines with `-`, added ones with `+`, three lines around them, `⋯` for the rest."""

    COMPONENT_CLASSES = set(tone_classes("diff-view"))
    DEFAULT_CSS = f"""
    DiffView {{
        width: 1fr;
        height: 1fr;
        {tone_css("diff-view")}
    }}
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[tuple[str, Tone]] = []

    def set_diff(self, before: str, after: str, labels: tuple[str, str]) -> None:
        """Show what leads from `before` to `after`; `labels` name them at the head."""
        self._lines = list(difference(before, after, labels))
        self.virtual_size = Size(max(cell_len(line) for line, _ in self._lines), len(self._lines))
        self.scroll_to(0, 0, animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        x, first = self.scroll_offset
        width, base = self.size.width, self.rich_style
        if first + y >= len(self._lines):
            return Strip.blank(width, base)
        line, tone = self._lines[first + y]
        return Strip([Segment(line, base + inks(self, "diff-view")[tone])]).crop_extend(x, x + width, base)


def difference(before: str, after: str, labels: tuple[str, str]) -> Iterator[tuple[str, Tone]]:
    """The lines of a folded difference, clean, each with its tone."""
    old, new = clean_lines(before), clean_lines(after)
    if old == new:
        yield "no difference", Tone.QUIET
        return
    yield f"--- {labels[0]}", Tone.QUIET
    yield f"+++ {labels[1]}", Tone.QUIET
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=len(old) > JUNK_FROM)
    shown = 0  # lines of `old` so far
    for group in matcher.get_grouped_opcodes(CONTEXT):
        yield from _fold(group[0][1] - shown)
        for word, old_start, old_end, new_start, new_end in group:
            if word == "equal":
                yield from ((f"  {line}", Tone.PLAIN) for line in old[old_start:old_end])
            else:
                yield from ((f"- {line}", Tone.BAD) for line in old[old_start:old_end])
                yield from ((f"+ {line}", Tone.GOOD) for line in new[new_start:new_end])
        shown = group[-1][2]
    yield from _fold(len(old) - shown)


def _fold(count: int) -> Iterator[tuple[str, Tone]]:
    if count:
        yield f"⋯ {count} {'line' if count == 1 else 'lines'} the same", Tone.QUIET
