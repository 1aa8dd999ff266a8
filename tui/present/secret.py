"""A Secret's row: names and keys, what its SealedSecret is at, who reads it; never a value."""

from __future__ import annotations

from tui.model.sealed_secret import Scope
from tui.model.secret_health import SecretHealth
from tui.present.cells import NO_CELL, SIGNS, TONES, InView, age, cached, forget_gone, text
from tui.survey import Survey
from widgets.live_table import Cell, Column, Row, Span, Tone

COLUMNS = (
    Column("name", "NAME", 16, most=44, grow=1),
    Column("state", "STATE", 10, most=30),
    Column("keys", "KEYS", 10, most=60, grow=2, from_width=60),
    Column("used", "USED BY", 10, most=50, grow=2, from_width=52),
    Column("scope", "SCOPE", 6, most=14, from_width=100),
    Column("namespace", "NAMESPACE", 10, most=24, from_width=84),
    Column("age", "AGE", 4, right=True, from_width=46),
)


def rows(survey: Survey, namespaces: frozenset[str] | None) -> list[Row]:
    """Rows of the Secrets in view that are sealed or read: the worst first, then what waits, what is well."""
    shown = InView(survey, namespaces)
    made = [
        cached(survey, "secret", uid, (one,), row)
        for uid, one in survey.secrets.healths.items()
        if shown[one.lens.namespace]
    ]
    made.sort(key=lambda each: (each.keys[1], each.keys[0]))
    forget_gone(survey, "secret", made)
    return made


def row(one: SecretHealth) -> Row:
    """One Secret."""
    lens = one.lens
    found = lens.sealed or lens.secret
    created = found.meta.created if found is not None else None
    tone = TONES[one.cause.severity] if one.cause else Tone.MOVING if one.waits else Tone.QUIET
    scope = "" if lens.sealed is None else str(lens.sealed.scope)
    used = ", ".join(dict.fromkeys(each.meta.name for each in lens.consumers))
    return Row(
        lens.uid,
        (
            (Span(lens.name, Tone.PLAIN if one.cause or one.waits else Tone.QUIET),),
            text(one.state, tone),
            keys(one),
            text(used) if used else text("nobody", Tone.QUIET),
            text(scope, Tone.QUIET if scope in ("", Scope.STRICT) else Tone.PLAIN),
            text(lens.namespace, Tone.QUIET),
            age(created),
        ),
        (
            lens.name,
            (_rank(one), one.state),
            ", ".join(lens.provides or lens.needed),
            used,
            scope,
            lens.namespace,
            -created if created is not None else None,
        ),
        sign=SIGNS[one.cause.severity] if one.cause is not None else Span(""),
    )


def keys(one: SecretHealth) -> Cell:
    """The keys that it lacks, those that it has, and quietly those that are asked for where nobody knows."""
    lens = one.lens
    there = lens.sealed.provides if lens.sealed is not None else ()
    wanted = [key for key in lens.needed if key not in there]
    missing = [key for key in wanted if key in lens.missing]
    asked = [key for key in wanted if key not in lens.missing]
    parts = [Span(f"no {key}", Tone.LOOK) for key in missing]
    parts += [Span(key) for key in there]
    parts += [Span(key, Tone.QUIET) for key in asked]
    cell: list[Span] = []
    for part in parts:
        cell += [Span(", ", Tone.QUIET), part] if cell else [part]
    return tuple(cell) if cell else NO_CELL


def _rank(one: SecretHealth) -> int:
    if one.cause is not None:
        return int(one.cause.severity)
    return 2 if one.waits else 3 if one.lens.sealed is None else 4
