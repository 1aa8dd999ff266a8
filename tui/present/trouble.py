"""A trouble's row: object, cause in words, since when."""

from __future__ import annotations

from tui.model.health import Trouble
from tui.present.cells import SHORT, SIGNS, TONES, age, cached, forget_gone, seen, text
from tui.store import Store
from tui.survey import Survey
from widgets.live_table import Column, Row, Span, Tone

COLUMNS = (
    Column("object", "OBJECT", 18, most=44),
    Column("cause", "CAUSE", 18, most=200, grow=1),
    Column("namespace", "NAMESPACE", 10, most=24, from_width=84),
    Column("since", "SINCE", 5, right=True, from_width=46),
)


def of(survey: Survey, namespaces: frozenset[str] | None) -> list[Trouble]:
    """The troubles in view, worst first."""
    return [one for one in survey.troubles if seen(one.namespace, namespaces)]


def rows(store: Store, survey: Survey, namespaces: frozenset[str] | None, now: float) -> list[Row]:
    """Rows of the troubles in view, worst first; a row's id is the uid of its object."""
    made = [cached(survey, "trouble", one.uid, (one,), row) for one in of(survey, namespaces)]
    forget_gone(survey, "trouble", made)
    return made


def row(one: Trouble) -> Row:
    """One trouble."""
    name = f"{SHORT.get(one.kind, one.kind.lower())}/{one.name}"
    return Row(
        one.uid,
        (
            (Span(name, Tone.BOLD),),
            text(one.cause, TONES[one.severity]),
            text(one.namespace, Tone.QUIET),
            age(one.since, Tone.PLAIN),
        ),
        (name, one.cause, one.namespace, -one.since if one.since is not None else None),
        sign=SIGNS[one.severity],
    )
