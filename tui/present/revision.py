"""A revision's row in the dialog that rolls back."""

from __future__ import annotations

from tui.model.revision import EverReady, Revision
from tui.present.cells import age, tag, text
from widgets.live_table import Column, Row, Span, Tone

COLUMNS = (
    Column("now", "", 4),
    Column("number", "REV", 3, right=True),
    Column("version", "VERSION", 7, most=28),
    Column("age", "AGE", 4, right=True),
    Column("pods", "PODS", 4, right=True),
    Column("ever", "EVER READY", 10, most=60, grow=1),
    Column("cause", "CHANGE CAUSE", 12, most=60, grow=1, from_width=84),
)
_TONES = {EverReady.YES: Tone.GOOD, EverReady.NO: Tone.BAD, EverReady.UNKNOWN: Tone.LOOK}


def row(one: Revision, chosen: bool = False) -> Row:
    """One revision; its row id is its number."""
    version = ", ".join(tag(image) for image in one.images)
    return Row(
        one.number,
        (
            (Span("now" if one.current else "then" if chosen else "", Tone.BOLD),),
            (Span(str(one.number)),),
            text(version),
            age(one.created),
            (Span(f"{one.ready}/{one.alive}" if one.alive else "-", Tone.QUIET),),
            (Span(one.ever_ready, _TONES[one.ever_ready]), Span(f", {one.evidence}", Tone.QUIET)),
            text(one.cause, Tone.QUIET),
        ),
        (one.current, one.number, version, -one.created, one.alive, one.ever_ready.value, one.cause),
    )
