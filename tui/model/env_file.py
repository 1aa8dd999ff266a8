"""`.env` files as the common tools write them; a broken line is told with its number, never its value."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui.model.plaintext import Plaintext

_ASSIGNMENT = re.compile(r"(?:export[ \t]+)?([^\s=#'\"]+)[ \t]*=[ \t]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$", "`": "`", "'": "'"}


class BrokenLine(ValueError):
    """A line that is no assignment; `line` begins at 1, `why` never quotes a value."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line
        self.why = why


@dataclass(frozen=True, slots=True)
class Assignment:
    """`KEY=value` of a line; `remark` is what may be a slip of the line itself, "" mostly."""

    key: str
    value: Plaintext
    line: int
    remark: str = ""


def parse(text: str) -> tuple[Assignment, ...]:
    """In the order of the file, the last of equal keys alone; nothing is expanded. BrokenLine."""
    reader = _Reader(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    found: dict[str, Assignment] = {}
    while (one := reader.next()) is not None:
        before = found.pop(one.key, None)
        if before is not None:
            remark = f"given twice: the one in line {before.line} does not count"
            one = Assignment(one.key, one.value, one.line, remark)
        found[one.key] = one
    return tuple(found.values())


class _Reader:
    """A place in the text; each `next` takes one assignment, which may span lines inside quotes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def next(self) -> Assignment | None:
        """None at the end of the text."""
        while self._at < len(self._text):
            end = self._end_of_line()
            line = self._text[self._at : end].strip()
            if line and not line.startswith("#"):
                return self._assignment()
            self._at = end + 1
        return None

    def _end_of_line(self) -> int:
        end = self._text.find("\n", self._at)
        return len(self._text) if end < 0 else end

    def _assignment(self) -> Assignment:
        number = self._line
        while self._text[self._at] in " \t":
            self._at += 1
        match = _ASSIGNMENT.match(self._text, self._at)
        if match is None:
            raise BrokenLine(number, "expected KEY=value")
        self._at = match.end()
        quote = self._text[self._at : self._at + 1]
        if quote and quote in "'\"":
            value, remark = self._quoted(quote, number), ""
        else:
            value, remark = self._bare()
        return Assignment(match[1], Plaintext(value), number, remark)

    def _bare(self) -> tuple[str, str]:
        """To the end of the line; ` #` begins a comment, a `#` inside a word does not."""
        end = self._end_of_line()
        raw = self._text[self._at : end]
        self._at = end + 1
        comment = re.search(r"(?:^|[ \t])#", raw)
        value = (raw[: comment.start()] if comment else raw).strip()
        if comment:
            return value, "what follows # is taken for a comment: quote the value if it is not"
        inside = " " in value or "'" in value or '"' in value
        return value, "blanks or quotes inside are kept: quote the whole value to be clear" if inside else ""

    def _quoted(self, quote: str, number: int) -> str:
        """Single quotes take everything as it is; double ones know escapes; both may span lines."""
        self._at += 1
        parts: list[str] = []
        while self._at < len(self._text):
            letter = self._text[self._at]
            if letter == quote:
                self._at += 1
                self._rest(number)
                return "".join(parts)
            if letter == "\\" and quote == '"' and self._at + 1 < len(self._text):
                escaped = self._text[self._at + 1]
                self._at += 2
                parts.append("" if escaped == "\n" else _ESCAPES.get(escaped, f"\\{escaped}"))
                continue
            parts.append(letter)
            self._at += 1
        raise BrokenLine(number, f"the quote {quote} is never closed")

    def _rest(self, number: int) -> None:
        """Only a comment may follow the closing quote."""
        end = self._end_of_line()
        rest = self._text[self._at : end].strip()
        if rest and not rest.startswith("#"):
            raise BrokenLine(self._line, "something follows the closing quote")
        self._at = end + 1
