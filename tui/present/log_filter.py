"""Which log lines a level lets through, found in raw bytes."""

from __future__ import annotations

import re

from tui.present.log import text_of
from tui.present.log_level import Level, level_of

_ERROR = rb"err|crit|fatal|panic|fail|traceback|goose run:|\b[EF]\d{4} |: ?[56]0\b"
_HINTS = {
    Level.WARN: re.compile(_ERROR + rb"|warn|\bW\d{4} |: ?40\b", re.IGNORECASE),
    Level.ERROR: re.compile(_ERROR, re.IGNORECASE),
}
_LETS = {Level.WARN: (Level.WARN, Level.ERROR), Level.ERROR: (Level.ERROR,)}


class AtLeast:
    """Finds the lines of a level and of worse ones, and indented lines that go on after such a one."""

    def __init__(self, level: Level) -> None:
        self.level = level

    def lines(self, data: bytes) -> list[int]:
        """Which lines of `data` are, counted from 0."""
        hint, lets = _HINTS[self.level].search, _LETS[self.level]
        found: list[int] = []
        for number, line in enumerate(data.split(b"\n")[:-1]):
            start = line.find(b" ") + 1
            if line[start : start + 1] in (b" ", b"\t"):
                if found and found[-1] == number - 1:
                    found.append(number)
            elif hint(line, start) and level_of(text_of(line)) in lets:
                found.append(number)
        return found
