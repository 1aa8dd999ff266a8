"""A search pattern that reads raw log bytes fast and marks painted text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")
_ESCAPED = re.compile(r"\\.")


class Matcher:
    """One pattern: a regular expression when it compiles, else the words as they stand.

    Case counts only when the pattern has a capital letter. With `stamped`, the first word of a line (its
    time) is not searched, since it is often not on the screen.
    """

    def __init__(self, pattern: str, *, stamped: bool = False) -> None:
        self.pattern = pattern
        self._stamped = stamped
        self._any_case = not any(c.isupper() for c in _ESCAPED.sub("", pattern))
        expression, self._literal = pattern, _SPECIAL.search(pattern) is None
        try:
            re.compile(pattern)
        except re.error:
            expression, self._literal = re.escape(pattern), True
        flags = re.IGNORECASE if self._any_case else 0
        self._painted = re.compile(expression, flags)
        # Lowering a block and searching without IGNORECASE is three times faster than IGNORECASE.
        self._raw = re.compile(expression.encode("utf-8", "replace"))
        self._needle = (pattern.lower() if self._any_case else pattern).encode("utf-8", "replace")

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
