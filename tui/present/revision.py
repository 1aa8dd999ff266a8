"""A revision's row in the dialog that rolls back."""

from __future__ import annotations

from tui.model.revision import EverReady, Revision
from tui.present.cells import age, tag, text
from widgets.live_table import Column, Row, Span, Tone

COLUMNS = (
    Column("number", "REVISION", 8, right=True),
    Column("version", "VERSION", 9, most=28),
    Column("ever", "EVER READY", 10),
    Column("pods", "PODS", 5, right=True),
    Column("cause", "CHANGE CAUSE", 12, most=60, grow=1, from_width=56),
    Column("age", "AGE", 4, right=True),
)
_TONES = {EverReady.YES: Tone.GOOD, EverReady.NO: Tone.BAD, EverReady.UNKNOWN: Tone.LOOK}


def row(one: Revision) -> Row:
    """One revision; its row id is its number."""
    version = tag(one.images[0]) if one.images else ""
    return Row(
        one.number,
        (
            (Span(f"{one.number}{' now' if one.current else ''}"),),
            text(version),
            (Span(one.ever_ready, _TONES[one.ever_ready]),),
            (Span(f"{one.ready}/{one.alive}" if one.alive else "-", Tone.QUIET),),
            text(one.cause, Tone.QUIET),
            age(one.created),
        ),
        (one.number, version, one.ever_ready.value, one.alive, one.cause, -one.created),
    )
