"""Foreign text made safe for the screen: no control sequence, no bidi trick, colours kept on request."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.color import Color
from rich.style import Style
from rich.text import Text

# Every part may be broken off: what begins a sequence is consumed at once, and hostile input costs no more.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]?"
)
_BREAK = re.compile("\r?\n|[\r\v\f\x85\u2028\u2029]")
_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff"  # controls but tab; halves of surrogate pairs
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f"  # direction, line separators
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u3164\ufeff\uffa0"  # unseen
    "\ufe00-\ufe0f\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # variations, steering of scripts
    "\U000e0000-\U000e0fff]"  # tags
)
_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_TAB = 8
_MOST_CODES = 32


def clean(text: str) -> str:
    """One safe line: a line break becomes a blank, a tab blanks up to its stop, what steers or hides goes."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub("", _BREAK.sub(" ", _SEQUENCE.sub("", text).rstrip("\r\n"))).expandtabs(_TAB)


def clean_lines(text: str) -> list[str]:
    """Each line of a text, safe; a line feed at its end makes no empty line."""
    return [clean(line) for line in text.removesuffix("\n").split("\n")]


def ansi_text(text: str, base: str = "") -> Text:
    """One line in which colours and weights (SGR) are styles over the tone `base`, all else as `clean`.

    As on a terminal only what follows the last carriage return is seen; colours set before it stay.
    """
    painted = Text(style=base)
    text = text.rstrip("\r\n")
    hidden, _, text = text.rpartition("\r")
    if "\x1b" not in text and "\x1b" not in hidden:
        return painted.append(clean(text))
    pen = Style()
    for match in _SGR.finditer(hidden):
        pen = _sgr(pen, match[1])
    column = at = 0
    for match in _SGR.finditer(text):
        column += _append(painted, text[at : match.start()], pen, column)
        pen, at = _sgr(pen, match[1]), match.end()
    _append(painted, text[at:], pen, column)
    return painted


def _append(painted: Text, text: str, pen: Style, column: int) -> int:
    """Add text that begins at `column`, where its tabs count from; says how many characters it became."""
    lead = column % _TAB if "\t" in text else 0
    shown = clean(" " * lead + text)[lead:]
    painted.append(shown, pen)
    return len(shown)


_ATTRIBUTES: dict[int, Style] = {
    1: Style(bold=True),
    2: Style(dim=True),
    3: Style(italic=True),
    4: Style(underline=True),
    7: Style(reverse=True),
    22: Style(bold=False, dim=False),
    23: Style(italic=False),
    24: Style(underline=False),
    27: Style(reverse=False),
    39: Style(color="default"),
    49: Style(bgcolor="default"),
}


@lru_cache(1024)
def _sgr(pen: Style, parameters: str) -> Style:
    """The pen after one `ESC [ parameters m`; codes that are not on the list change nothing."""
    codes = parameters.split(";")[:_MOST_CODES]
    while codes:
        first, *more = codes.pop(0).split(":")
        code = _number(first)
        if code == 0:
            pen = Style()
        elif code == 4 and more[:1] == ["0"]:
            pen += _ATTRIBUTES[24]
        elif code in _ATTRIBUTES:
            pen += _ATTRIBUTES[code]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            pen += Style(color=Color.from_ansi(code - 30 if code < 90 else code - 82))
        elif 40 <= code <= 47 or 100 <= code <= 107:
            pen += Style(bgcolor=Color.from_ansi(code - 40 if code < 100 else code - 92))
        elif code in (38, 48):
            colour = _extended(more) if more else _extended(codes)
            if colour is not None:
                pen += Style(color=colour) if code == 38 else Style(bgcolor=colour)
    return pen


def _extended(codes: list[str]) -> Color | None:
    """Takes the 256-colour or true-colour argument of 38 or 48 off the front; None when it is broken off."""
    kind = codes.pop(0) if codes else ""
    if kind == "5" and codes:
        return Color.from_ansi(min(_number(codes.pop(0)), 255))
    if kind == "2" and len(codes) >= 3:
        if len(codes) == 4 and not codes[0]:
            codes.pop(0)  # `38:2::r:g:b` names a colour space, always empty
        red, green, blue = (min(_number(codes.pop(0)), 255) for _ in range(3))
        return Color.from_rgb(red, green, blue)
    return None


def _number(digits: str) -> int:
    """A code; longer ones than any that exist are as unknown as 9999."""
    return int(digits or 0) if len(digits) < 5 else 9999
