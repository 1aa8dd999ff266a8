"""An event's row, newest first."""

from __future__ import annotations

from typing import cast

from tui.model.cluster import Event
from tui.present.cells import age, cached, forget_gone, seen, text
from tui.store import Store
from tui.survey import Survey
from widgets.live_table import Column, Row, Span, Tone

COLUMNS = (
    Column("last", "LAST", 4, right=True),
    Column("type", "TYPE", 7, from_width=90),
    Column("reason", "REASON", 10, most=22),
    Column("object", "OBJECT", 12, most=44),
    Column("message", "MESSAGE", 20, most=200, grow=1, from_width=60),
    Column("count", "COUNT", 5, right=True, from_width=100),
    Column("namespace", "NAMESPACE", 10, most=24, from_width=130),
)


def rows(store: Store, survey: Survey, namespaces: frozenset[str] | None, now: float) -> list[Row]:
    """Rows of all events in view, newest first."""
    wants = survey.environment.wants
    found = [
        event
        for event in cast("list[Event]", list(store.all("Event")))
        if seen(event.about_namespace, namespaces) and wants(event.about_namespace)
    ]
    found.sort(key=lambda event: -event.at)
    made = [cached(survey, "event", event.meta.uid, (event,), row) for event in found]
    forget_gone(survey, "event", made)
    return made


def row(event: Event) -> Row:
    """One event; warnings stand out."""
    tone = Tone.LOOK if event.type == "Warning" else Tone.QUIET
    about = f"{event.about_kind.lower()}/{event.about_name}"
    message = " ".join(event.message.split())
    return Row(
        event.meta.uid,
        (
            age(event.at),
            text(event.type, tone),
            text(event.reason, tone),
            text(about),
            text(message, Tone.PLAIN if event.type == "Warning" else Tone.QUIET),
            text(str(event.count) if event.count > 1 else "", Tone.QUIET),
            text(event.about_namespace, Tone.QUIET),
        ),
        (-event.at, event.type, event.reason, about, message, event.count, event.about_namespace),
        sign=Span("~", Tone.LOOK) if event.type == "Warning" else Span(""),
    )
