"""What a filter line means: a substring, `~` a regular expression, `!` what must not match, `!~` both."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter line; with a bad expression it has `error` words and lets everything through."""

    text: str = ""
    error: str = ""
    needle: str = ""
    pattern: re.Pattern[str] | None = None
    negated: bool = False

    @classmethod
    def parse(cls, text: str) -> Filter:
        body = text.strip()
        negated = body.startswith("!")
        if negated:
            body = body[1:].lstrip()
        if not body.startswith("~"):
            return cls(text, needle=body.casefold(), negated=negated)
        try:
            pattern = re.compile(body[1:], re.IGNORECASE) if body[1:] else None
        except (re.error, OverflowError, RecursionError) as problem:
            return cls(text, error=f"not a regular expression: {problem}")
        return cls(text, pattern=pattern, negated=negated)

    def __bool__(self) -> bool:
        """Whether it can hide anything."""
        return bool(self.needle or self.pattern)

    def matches(self, text: str) -> bool:
        if self.pattern is not None:
            return (self.pattern.search(text) is None) == self.negated
        if self.needle:
            return (self.needle not in text.casefold()) == self.negated
        return True
