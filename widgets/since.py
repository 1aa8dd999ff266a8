"""Times that grow by themselves: a cell names the moment, the paint says how long ago it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from widgets.tone import Span, Tone

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Since:
    """A moment in seconds since the epoch, painted as before + "41 s" + after; None is painted as "-"."""

    at: float | None
    tone: Tone = Tone.PLAIN
    before: str = ""
    after: str = ""

    def words(self, now: float) -> str:
        return "-" if self.at is None else f"{self.before}{ago(now - self.at)}{self.after}"


Part: TypeAlias = Span | Since
Cell: TypeAlias = tuple[Part, ...]


def ago(seconds: float) -> str:
    """Whole seconds, minutes, hours (to two days, as kubectl) or days; a clock that is behind gives "0 s"."""
    if seconds < MINUTE:
        return f"{max(0, int(seconds))} s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)}m"
    if seconds < 2 * DAY:
        return f"{int(seconds // HOUR)}h"
    return f"{int(seconds // DAY)}d"


def words(part: Part, now: float) -> str:
    return part.text if isinstance(part, Span) else part.words(now)
