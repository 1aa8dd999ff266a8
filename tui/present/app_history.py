"""A deployment's row in the dialog that rolls an Application back."""

from __future__ import annotations

from tui.model.past_deployment import PastDeployment
from tui.model.revision import EverReady
from tui.model.rolled_back import short
from tui.present.cells import age, tag, text
from widgets.live_table import Column, Row, Span, Tone

COLUMNS = (
    Column("now", "", 4),
    Column("id", "ID", 3, right=True),
    Column("commit", "REVISION", 8, most=24),
    Column("version", "VERSION", 7, most=28),
    Column("age", "AGE", 4, right=True),
    Column("ever", "EVER READY", 10, most=60, grow=1),
    Column("who", "BY", 9, most=30, grow=1, from_width=70),
)
_TONES = {EverReady.YES: Tone.GOOD, EverReady.NO: Tone.BAD, EverReady.UNKNOWN: Tone.LOOK}


def row(one: PastDeployment, chosen: bool = False) -> Row:
    """One entry of the history; its row id is Argo CD's id."""
    version = ", ".join(tag(image) for image in one.images)
    who = "automated" if one.entry.automated else one.entry.username or "-"
    return Row(
        one.id,
        (
            (Span("now" if one.current else "then" if chosen else "", Tone.BOLD),),
            (Span(str(one.id)),),
            text(short(one.commit)),
            text(version or "-"),
            age(one.entry.deployed),
            (Span(one.ever_ready, _TONES[one.ever_ready]), Span(f", {one.evidence}", Tone.QUIET)),
            text(who, Tone.QUIET),
        ),
        (one.current, one.id, one.commit, version, -one.entry.deployed, one.ever_ready.value, who),
    )
