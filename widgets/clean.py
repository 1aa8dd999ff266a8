"""Foreign text made safe for the screen: no control sequence, no bidi trick, colours kept on request."""

from __future__ import annotations

import re

from rich.color import Color, ColorParseError
from rich.style import Style
from rich.text import Text

_SEQUENCE = re.compile(
    r"\x1b\[[0-9:;<=>?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, SOS, PM, APC
    r"|\x9b[0-9:;<=>?]*[ -/]*[@-~]"  # CSI as one C1 character
    r"|[\x90\x98\x9d-\x9f][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]?"
)
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_TAB = 8


def clean(text: str) -> str:
    """One safe line; a line feed becomes a blank, a tab becomes blanks, what steers is dropped."""
    if text.isascii() and text.isprintable():
        return text
    text = _SEQUENCE.sub("", text).replace("\r\n", "\n").replace("\n", " ")
    return _UNSAFE.sub("", text.expandtabs(_TAB))


def clean_lines(text: str) -> list[str]:
    """Each line of a text, safe."""
    return [clean(line) for line in text.split("\n")]


def ansi_text(text: str, base: Style | None = None) -> Text:
    """Colours and weights (SGR) as styles, all else as `clean`; a bare `\\r` starts the line anew."""
    style = base or Style()
    text = text.rstrip("\r\n")
    if "\r" in text:
        text = text.rsplit("\r", 1)[1]
    if "\x1b" not in text:
        return Text(clean(text), style=style)
    painted = Text(style=style)
    now, at = Style(), 0
    for match in _SGR.finditer(text):
        painted.append(clean(text[at : match.start()]), now)
        now = _sgr(now, match[1])
        at = match.end()
    painted.append(clean(text[at:]), now)
    return painted


_WEIGHTS: dict[int, Style] = {
    1: Style(bold=True),
    2: Style(dim=True),
    3: Style(italic=True),
    4: Style(underline=True),
    7: Style(reverse=True),
    22: Style(bold=False, dim=False),
    23: Style(italic=False),
    24: Style(underline=False),
    27: Style(reverse=False),
}


def _sgr(style: Style, codes: str) -> Style:
    numbers = [int(code) if code else 0 for code in codes.split(";")][:32]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            style = Style()
        elif code in _WEIGHTS:
            style += _WEIGHTS[code]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style += Style(color=Color.from_ansi(code - 30 if code < 90 else code - 82))
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style += Style(bgcolor=Color.from_ansi(code - 40 if code < 100 else code - 92))
        elif code in (38, 48):
            colour = _extended(numbers)
            if colour is not None:
                style += Style(color=colour) if code == 38 else Style(bgcolor=colour)
    return style


def _extended(numbers: list[int]) -> Color | None:
    """The 256-colour or true-colour argument that follows 38 or 48; None when it is broken off."""
    kind = numbers.pop(0) if numbers else 0
    try:
        if kind == 5 and numbers:
            return Color.from_ansi(min(numbers.pop(0), 255))
        if kind == 2 and len(numbers) >= 3:
            red, green, blue = (min(numbers.pop(0), 255) for _ in range(3))
            return Color.from_rgb(red, green, blue)
    except ColorParseError:
        return None
    return None
