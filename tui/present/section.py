"""A titled part of a page in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from widgets.live_table import Span, Tone


@dataclass(frozen=True, slots=True)
class Section:
    """A title, its tone, and lines of spans."""

    title: str
    tone: Tone = Tone.PLAIN
    lines: Sequence[Sequence[Span]] = ()
