"""The ladder's rows: a version per environment, equal ones quiet, and in words what differs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tui.model.compose import SERVICE
from tui.model.environment import Environment
from tui.model.ladder import Rung, Service, Step, behind
from tui.present.cells import tag
from widgets.live_table import Cell, Column, Row, Span, Tone

NOT_DEPLOYED = "not deployed"
_WORDS = {True: "is behind", False: "is ahead of", None: "differs from"}


def columns(environments: Sequence[Environment]) -> tuple[Column, ...]:
    """The service, one column an environment, and the difference in words."""
    return (
        Column("service", "SERVICE", 10, most=30),
        *(Column(one.name, one.name.upper(), 11, most=26) for one in environments),
        Column("words", "", 16, most=70, grow=1, from_width=96),
    )


def rows(
    services: Sequence[Service], environments: Sequence[Environment], unread: frozenset[str]
) -> list[Row]:
    """`unread` are environments that were not read: nothing is said of what runs there."""
    return [_row(one, environments, unread) for one in services]


def _row(service: Service, environments: Sequence[Environment], unread: frozenset[str]) -> Row:
    known = [
        (environment.name, step)
        for environment, step in zip(environments, service.steps, strict=True)
        if environment.name not in unread
    ]
    versions = [tag(step.image) for _, step in known if step.rung is not Rung.ABSENT]
    same = len(set(versions)) == 1 and len(versions) == len(known)
    first = versions[0] if versions else ""
    cells = tuple(
        (Span("?", Tone.QUIET),) if environment.name in unread else _cell(step, first, same)
        for environment, step in zip(environments, service.steps, strict=True)
    )
    words, tone = difference(known)
    sign = Span("!", Tone.BAD) if tone is Tone.BAD else Span("")
    return Row(
        f"{service.namespace}/{service.name}",
        ((Span(service.name, Tone.PLAIN),), *cells, (Span(words, tone),)),
        (service.name, *(tag(step.image) for step in service.steps), words),
        sign=sign,
    )


def _cell(step: Step, first: str, same: bool) -> Cell:
    """Equal versions are quiet; what differs from the first environment that has it is bright."""
    if step.rung is Rung.ABSENT:
        return (Span(NOT_DEPLOYED, Tone.QUIET),)
    version = tag(step.image)
    old = tag(step.old_image) if step.old_image else ""
    if step.rung is Rung.STUCK:
        return (Span(f"{version} ✗ {old}" if old else f"{version} ✗", Tone.BAD),)
    if step.rung is Rung.MOVING:
        return (Span(f"{version} ← {old}" if old else f"{version} ▸", Tone.MOVING),)
    if same:
        return (Span(version, Tone.QUIET),)
    return (Span(version, Tone.PLAIN if version == first else Tone.BOLD),)


def _compared(before: tuple[str, Step], after: tuple[str, Step]) -> str:
    """Two neighbours in words, "" when they are equal. A Compose project is said first, with both versions:
    what was started by hand there is where the next change comes from."""
    upstream, version = tag(before[1].image), tag(after[1].image)
    if upstream == version:
        return ""
    older = behind(version, upstream)
    if before[1].kind == SERVICE:
        words = f"{before[0]} {_WORDS[None if older is None else not older]} {after[0]}"
        if older is None:
            return f"{words}: {upstream}, {version}"
        return f"{words} by {upstream} {'>' if older else '<'} {version}"
    return f"{after[0]} {_WORDS[older]} {before[0]}"


def difference(known: Sequence[tuple[str, Step]]) -> tuple[str, Tone]:
    """One service across the environments that were read: the worst thing first."""
    stuck = [name for name, step in known if step.rung is Rung.STUCK]
    if stuck:
        why = next((step.trouble for _, step in reversed(known) if step.rung is Rung.STUCK), "")
        return f"{', '.join(stuck)}: {why or 'stuck'}", Tone.BAD
    moving = [name for name, step in known if step.rung is Rung.MOVING]
    if moving:
        return f"arriving in {', '.join(moving)}", Tone.MOVING
    waits = [f"{name}: a release waits, {step.waits}" for name, step in known if step.waits]
    if waits:
        return "; ".join(waits), Tone.LOOK
    there = [(name, step) for name, step in known if step.rung is not Rung.ABSENT]
    pairs = (_compared(before, after) for before, after in pairwise(there))
    said = [words for words in pairs if words]
    absent = [name for name, step in known if step.rung is Rung.ABSENT]
    if said:
        return "; ".join(said), Tone.LOOK
    if absent:
        return f"not in {', '.join(absent)}", Tone.QUIET
    return ("same everywhere" if len(there) > 1 else ""), Tone.QUIET
