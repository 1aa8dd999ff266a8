"""What a piece of text means to the eye: tones, which the theme colours, and spans that carry one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rich.style import Style
from textual.content import Content
from textual.widget import Widget

UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\u00ad\u200b-\u200d\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
"""Controls (C0, DEL, C1), line separators, direction marks and overrides, halves of surrogate pairs; and what
is unseen, joins or varies a glyph: terminals disagree about its width."""


class Tone(StrEnum):
    """Meanings, not colours; the six series tell neighbours (pods in a log) apart."""

    PLAIN = "plain"
    BOLD = "bold"
    QUIET = "quiet"
    BAD = "bad"
    LOOK = "look"
    MOVING = "moving"
    GOOD = "good"
    ACCENT = "accent"
    SERIES_1 = "series-1"
    SERIES_2 = "series-2"
    SERIES_3 = "series-3"
    SERIES_4 = "series-4"
    SERIES_5 = "series-5"
    SERIES_6 = "series-6"


SERIES = tuple(tone for tone in Tone if tone.startswith("series"))


@dataclass(frozen=True, slots=True)
class Span:
    """Literal text in one tone; never markup."""

    text: str
    tone: Tone = Tone.PLAIN


def printable(text: str) -> str:
    """The text with every character that could steer a terminal shown as a dot."""
    return text if text.isprintable() else UNPRINTABLE.sub("·", text)


def literal(words: str) -> str:
    """Foreign words as a frame's title or subtitle takes them, where Textual looks for markup."""
    return Content(printable(words)).markup


def tone_classes(prefix: str) -> frozenset[str]:
    """Component classes `<prefix>--tone-<tone>` for a line-API widget."""
    return frozenset(f"{prefix}--tone-{tone}" for tone in Tone)


def tone_css(prefix: str) -> str:
    """The rules for `tone_classes`, to stand inside the widget's own block of DEFAULT_CSS."""
    dark = {
        Tone.PLAIN: "color: $text",
        Tone.BOLD: "color: $text; text-style: bold",
        Tone.QUIET: "color: $text-muted",
        Tone.BAD: "color: $text-error",
        Tone.LOOK: "color: $text-warning",
        Tone.MOVING: "color: $text-primary",
        Tone.GOOD: "color: $text-success",
        Tone.ACCENT: "color: $text-accent",
    }
    dark |= dict(zip(SERIES, SERIES_ON_DARK, strict=True))
    rules = [f"& > .{prefix}--tone-{tone} {{ {rule}; }}" for tone, rule in dark.items()]
    for tone, rule in zip(SERIES, SERIES_ON_LIGHT, strict=True):
        rules.append(f"&:light > .{prefix}--tone-{tone} {{ {rule}; }}")
    return "\n".join(rules)


# No theme has six hues that are names and not judgements, so these stand for both kinds of background.
SERIES_ON_DARK = (
    "color: #b48ef0",
    "color: #6fb3ff",
    "color: #4fd0c0",
    "color: #d8a0d8",
    "color: #a8c66c",
    "color: #e0b080",
)
SERIES_ON_LIGHT = (
    "color: #6b3fb5",
    "color: #1a5fb4",
    "color: #0b6e63",
    "color: #8a2f8a",
    "color: #4a6610",
    "color: #85500f",
)


def ink(widget: Widget, component: str) -> Style:
    """The component's foreground and attributes, as they look on the widget's own background."""
    style = widget.get_component_rich_style(component)
    return _attributes(style) + Style(color=style.color)


def ground(widget: Widget, component: str) -> Style:
    """The component's background and attributes, mixed with the widget's own background."""
    style = widget.get_component_rich_style(component)
    return _attributes(style) + Style(bgcolor=style.bgcolor)


def inks(widget: Widget, prefix: str) -> dict[Tone, Style]:
    """Each tone's foreground for a widget that has `tone_classes(prefix)`."""
    return {tone: ink(widget, f"{prefix}--tone-{tone}") for tone in Tone}


def _attributes(style: Style) -> Style:
    """What is on in that style; what is off there may be on elsewhere."""
    return Style(
        bold=style.bold or None,
        dim=style.dim or None,
        italic=style.italic or None,
        underline=style.underline or None,
        reverse=style.reverse or None,
    )
