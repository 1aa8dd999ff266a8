"""Deeds on their way, the newest first: a title and a line for each stage with its time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tui.model.deed import Moment, OpenDeed
from tui.model.plan import Stage
from widgets.plan_body import Section
from widgets.tone import Span, Tone

_TONES = {
    Stage.ASKED: Tone.QUIET,
    Stage.ACCEPTED: Tone.PLAIN,
    Stage.ROLLING: Tone.MOVING,
    Stage.DONE: Tone.GOOD,
    Stage.FAILED: Tone.BAD,
    Stage.UNKNOWN: Tone.LOOK,
}


def sections(deeds: Iterable[OpenDeed]) -> list[Section]:
    """One of each deed."""
    return [_section(one) for one in reversed([*deeds])]


def _section(one: OpenDeed) -> Section:
    title = f"{one.environment}: {one.plan.title}"
    if one.left:
        title += " (left while running)"
    lines = [_line(moment) for moment in one.moments]
    return Section(title, _TONES[one.progress.stage], lines)


def _line(moment: Moment) -> list[Span]:
    stage, text = moment.progress.stage, moment.progress.text
    at = datetime.fromtimestamp(moment.at, UTC).strftime("%H:%M:%S")
    said = "" if text == str(stage) else text.removeprefix(f"{stage}, ")
    return [
        Span(f"{at}  ", Tone.QUIET),
        Span(f"{stage:<9}", _TONES[stage]),
        Span(f" {said}" if said else ""),
    ]
