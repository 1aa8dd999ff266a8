"""Sections of short lines, as a plan or an explanation reads: a title, and words under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from widgets.tone import Span, Tone


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of lines; each line is a row of spans."""

    title: str
    tone: Tone
    lines: Sequence[Sequence[Span]]
