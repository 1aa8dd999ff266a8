"""Pane 3 where Argo CD deploys: a sync's phases and waves, also those that have not begun, line by line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import cast

from tui.model.hooks import Hook
from tui.model.step import Board, Step, StepState, WaveGroup
from tui.present import waves as plain
from tui.present.cells import InView
from tui.present.step import QUIET, headline, resources_words, step_words, words_of_last
from tui.survey import Survey
from widgets.live_table import Cell, Row, Since, Span, Tone
from widgets.since import Part

NARROW, INDENT = 29, 3
MOST = 50
"""Boards that are shown where none is selected."""


def title_of(name: str, environment: str) -> str:
    """What an application is called where its environment goes without saying: `identity`."""
    bare = name.removesuffix(f"-{environment}").removeprefix(f"{environment}-")
    return bare.removesuffix("-service") or name


def shown(
    survey: Survey, namespaces: frozenset[str] | None, service: str, room: int = NARROW
) -> tuple[list[Row], bool]:
    """The lines of all boards that are to be seen, and whether the selected application is among them.

    `room` is the width of a line: what is longer and of importance goes on below.
    """
    environment, in_view = survey.environment.name, InView(survey, namespaces)
    there = [one for one in survey.boards.all.values() if in_view[one.application.destination.namespace]]
    found = chosen(there, service, environment)
    kept = survey.kept.setdefault("boards", {})
    made: list[Row] = []
    for one in found:
        uid = one.application.meta.uid
        known = kept.get(uid)
        if known is None or known[0][0] is not one or known[0][1] != room:
            known = kept[uid] = ((one, room), rows(one, environment, room))
        made += cast("list[Row]", known[1])
    if len(kept) > 2 * len(found) + MOST:
        kept.clear()
    return made, any(title_of(one.application.meta.name, environment) == service for one in found)


def chosen(boards: Iterable[Board], service: str, environment: str) -> list[Board]:
    """The selected application first, then all that move; without them those that want to be looked at."""
    named = [(title_of(one.application.meta.name, environment), one) for one in boards]
    own = [one for title, one in named if title == service]
    moving = [(title, one) for title, one in named if one.moving and title != service]
    if own or moving:
        return own + [one for _, one in sorted(moving, key=lambda each: each[0])]
    rest = sorted(named, key=lambda each: (not _wants_a_look(each[1]), each[0]))
    return [one for _, one in rest[:MOST]]


def _wants_a_look(one: Board) -> bool:
    failed = any(step.state is StepState.FAILED for step in one.steps)
    return bool(one.waiting) or failed or any(verdict.red for verdict in one.verdicts)


def rows(one: Board, environment: str, room: int = NARROW) -> list[Row]:
    """A line for the application, for each phase and each wave, and what there is to say below."""
    at = one.application.meta.uid
    title = title_of(one.application.meta.name, environment)
    made = _headed(at, title, headline(one), room)
    width = max((len(step.hook.label) for step in one.steps), default=0)
    phase, digits = "", 2
    for group in one.groups:
        if group.phase != phase:
            phase = group.phase
            digits = max(2, *(len(str(each.number)) for each in one.groups if each.phase == phase))
            made.append(plain.line(f"{at}/{phase}", (Span(phase, QUIET), *_origin(one, phase))))
        number = f"{group.number:>{digits}} "
        for step in group.steps:
            made += _lines(step_id(at, step.hook), number, step.hook.label.ljust(width), step, room)
        if group.resources:
            count = len(group.resources)
            label = f"{count} resource{'s' if count > 1 else ''}".ljust(width)
            made += _lines(f"{at}/{phase}/{group.number}", number, label, group, room)
    if one.problem and (one.moving or not one.waiting):
        made += _below(f"{at}//", (Span(f"not rendered: {one.problem}", QUIET),), room)
    return made


def step_id(application_uid: str, hook: Hook) -> str:
    """The identity of a hook's line: it stays the same when its Job comes and goes."""
    return f"{application_uid}/{hook.phase}/{hook.namespace}/{hook.name}"


def _origin(one: Board, phase: str) -> Cell:
    """Where waves that have not begun are known from."""
    ahead = (StepState.NEXT, StepState.WAITS, StepState.BEGINS, StepState.NOT_RUN)
    groups = [group for group in one.groups if group.phase == phase]
    pending = any(step.state in ahead for group in groups for step in group.steps) or any(
        group.resources and group.standing.state in ahead for group in groups
    )
    remark = f", {one.manifests.remark}" if one.manifests.remark else ""
    return (Span(f"  {one.manifests.origin.value}{remark}", QUIET),) if pending else ()


def _headed(at: str, title: str, said: Part, room: int) -> list[Row]:
    """The application and what it does, on two lines where one is too short; times take four places."""
    words = said.text if isinstance(said, Span) else f"{said.before}{said.after}59 s"
    if len(title) + 1 + len(words) <= room:
        return [plain.line(at, (Span(title, Tone.BOLD), Span(" "), said))]
    return [plain.line(at, (Span(title, Tone.BOLD),)), *_below(f"{at}/////", (said,), room)]


def _below(id: str, detail: Cell, room: int) -> list[Row]:
    """Indented; the words of a lone part go on over as many as three lines, a time comes last."""
    first = detail[0]
    text = first.text if isinstance(first, Span) else first.before
    if len(detail) > 1 or len(text) + (0 if isinstance(first, Span) else 5) <= room - INDENT:
        return [plain.line(id, (Span(" " * INDENT), *detail))]
    chunks = textwrap.wrap(text, room - INDENT, max_lines=3, placeholder=" …")
    parts: list[Part] = [Span(chunk, first.tone) for chunk in chunks]
    if isinstance(first, Since) and len(chunks[-1]) + 6 <= room - INDENT:
        parts[-1] = Since(first.at, first.tone, f"{chunks[-1]} ", first.after)
    elif isinstance(first, Since):
        parts.append(Since(first.at, first.tone, "", first.after))
    return [
        plain.line(f"{id}{'/' * number}", (Span(" " * INDENT), part)) for number, part in enumerate(parts)
    ]


def _lines(id: str, number: str, label: str, of: Step | WaveGroup, room: int) -> list[Row]:
    said = step_words(of) if isinstance(of, Step) else resources_words(of)
    quiet = all(part.tone is QUIET for part in said.state)
    name = Span(f"{label}  ", QUIET if quiet else Tone.PLAIN)
    last: Cell = (Span(words_of_last(of), QUIET),) if isinstance(of, Step) else ()
    made = [plain.line(id, (Span(number, QUIET), name, *said.state), last, said.sign)]
    if said.detail:
        made += _below(f"{id}/", said.detail, room)
    if said.more:
        made.append(plain.line(f"{id}////", (Span(" " * INDENT), *said.more)))
    return made


def found_step(boards: Mapping[str, Board], id: str) -> Step | None:
    """The hook of that line."""
    uid, slash, _ = id.partition("/")
    one = boards.get(uid) if slash else None
    if one is None:
        return None
    return next((step for step in one.steps if step_id(uid, step.hook) == id), None)
