"""A search pattern that reads raw log bytes fast and marks painted text."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import AnyStr, Protocol

_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_EQUALS = re.compile(r"(?<![?<P\[])=")
_EQUALS_OR_JSON = r'(?:=|":\\s*"?)'


class Finder(Protocol):
    """Tells which lines are looked for. Pure: may run in a thread."""

    def lines(self, data: bytes) -> list[int]:
        """Which lines of `data` (each ends in a line feed) are, counted from 0, ascending."""
        ...


class Both:
    """The lines that two finders find."""

    def __init__(self, one: Finder, other: Finder) -> None:
        self._one, self._other = one, other

    def lines(self, data: bytes) -> list[int]:
        found = self._one.lines(data)
        also = set(self._other.lines(data)) if found else ()
        return [line for line in found if line in also]


class Matcher:
    """One pattern: a regular expression when it compiles, else the words as they stand.

    Case counts only when the pattern mixes it. `key=value` finds the member of a JSON line too, which is
    painted so. With `stamped`, the first word of a line, its time, is not searched: it is often not shown.
    """

    def __init__(self, pattern: str, *, stamped: bool = False) -> None:
        self.pattern = pattern
        self._stamped = stamped
        self._any_case = not _mixed(_ESCAPED.sub("", pattern))
        self._literal = _compiled(pattern) is None or _SPECIAL.search(pattern) is None
        expression = re.escape(pattern) if self._literal else pattern
        painted = _compiled(expression, re.IGNORECASE if self._any_case else 0)
        self._painted = painted or re.compile(re.escape(pattern))
        self._needle = (pattern.lower() if self._any_case else pattern).encode("utf-8", "replace")
        if self._any_case:
            # Lowering a block and searching without IGNORECASE is three times faster than IGNORECASE.
            lowered = re.sub(r"\\.|[^\\]+", lambda part: _lower(part[0]), expression, flags=re.DOTALL)
            expression = lowered if _compiled(lowered) else expression
        if "=" in pattern:
            self._literal = False
            widened = _EQUALS.sub(_EQUALS_OR_JSON, expression)
            expression = widened if _compiled(widened) else expression
        self._raw = _compiled(expression.encode("utf-8", "replace")) or re.compile(re.escape(self._needle))

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where painted text matches, as (start, end) in characters."""
        for match in self._painted.finditer(text):
            if match.end() > match.start():
                yield match.span()

    def lines(self, data: bytes) -> list[int]:
        """Which lines of `data` (each ends in a line feed) match, counted from 0, ascending."""
        if self._any_case:
            data = data.lower()
        return self._literal_lines(data) if self._literal else self._regex_lines(data)

    def _literal_lines(self, data: bytes) -> list[int]:
        found: list[int] = []
        find, needle = data.find, self._needle
        line = start = 0  # `start` is where `line` begins
        at = find(needle)
        while at >= 0:
            passed = data.count(b"\n", start, at)
            if passed:
                line += passed
                start = data.rfind(b"\n", start, at) + 1
            end = find(b"\n", at)
            if self._stamped:
                at = find(needle, self._text_start(data, start, end), end + 1)
            if at >= 0:
                found.append(line)
            line, start = line + 1, end + 1
            at = find(needle, start)
        return found

    def _regex_lines(self, data: bytes) -> list[int]:
        # Line by line: `\s` or `[^x]` would run over line feeds, and one call stays short for other threads.
        search = self._raw.search
        if not self._stamped:
            return [n for n, line in enumerate(data.split(b"\n")[:-1]) if search(line)]
        return [
            n
            for n, line in enumerate(data.split(b"\n")[:-1])
            if search(line[self._text_start(line, 0, len(line)) :])
        ]

    @staticmethod
    def _text_start(data: bytes, start: int, end: int) -> int:
        return data.find(b" ", start, end) + 1 or start


def _mixed(text: str) -> bool:
    return any(c.isupper() for c in text) and any(c.islower() for c in text)


def _lower(part: str) -> str:
    """A piece of an expression in small letters; what is escaped means something else in capitals."""
    return part if part.startswith("\\") else part.lower()


def _compiled(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr] | None:
    """None when it is no expression; what may mean something else in a later Python is no warning here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            return re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError):
        return None
