"""The line that names the keys: painted, not composed, so a new set of hints costs one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from widgets.live_table_paint import cut
from widgets.tone import ink, printable

BETWEEN = 3
"""Blank cells between hints."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A key and what it does; dim: it can't act now; keep: it stays when the line is too short for all."""

    key: str
    words: str
    dim: bool = False
    keep: bool = False


def cells(hint: Hint) -> int:
    return cell_len(f"{printable(hint.key)} {printable(hint.words)}")


def fitting(hints: Sequence[Hint], width: int) -> list[Hint]:
    """What fits in `width` cells with a cell of margin, dropping from the right, kept ones last."""
    left = list(hints)
    total = 1 + sum(cells(hint) + BETWEEN for hint in left) - BETWEEN
    for keep in (False, True):
        for hint in reversed(hints):
            # The last one stays and is cut: an empty line would say that there are no keys.
            if total <= width or len(left) <= 1:
                return left
            if hint.keep == keep:
                left.remove(hint)
                total -= cells(hint) + BETWEEN
    return left


class KeyLine(Widget):
    """One painted line of hints."""

    COMPONENT_CLASSES = {"key-line--key", "key-line--words", "key-line--dim"}

    DEFAULT_CSS = """
    KeyLine {
        height: 1;
        background: $panel;
        & > .key-line--key { color: $text-accent; text-style: bold; }
        & > .key-line--words { color: $text; }
        & > .key-line--dim { color: $text-muted; }
        &:nocolor > .key-line--dim { text-style: dim; }
    }
    """

    def __init__(
        self, hints: Sequence[Hint] = (), *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._hints = tuple(hints)

    def set_keys(self, hints: Sequence[Hint]) -> None:
        if (new := tuple(hints)) != self._hints:
            self._hints = new
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, base)
        key, words, dim = (base + ink(self, f"key-line--{part}") for part in ("key", "words", "dim"))
        segments: list[Segment] = []
        room = width
        for number, hint in enumerate(fitting(self._hints, width)):
            for text, style in (
                (" " * (BETWEEN if number else 1), base),
                (printable(hint.key), dim if hint.dim else key),
                (f" {printable(hint.words)}", dim if hint.dim else words),
            ):
                room -= self._add(segments, text, style, room)
        return Strip(segments).adjust_cell_length(width, base)

    @staticmethod
    def _add(segments: list[Segment], text: str, style: Style, room: int) -> int:
        text = cut(text, room)
        if text:
            segments.append(Segment(text, style))
        return cell_len(text)
