"""Pane 3: migrations of a service by phase and wave, live or recorded, with what goose said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tui.model.goose import GooseKind, GooseRun, error_words
from tui.model.health import JobHealth, series_name
from tui.model.key import condition
from tui.model.recording import Recording
from tui.model.waves import PLAIN, Wave, before, in_order, waves
from tui.present.cells import cached, forget_gone, seen
from tui.present.job import ended_at
from tui.store import Store
from tui.survey import Survey
from widgets.live_table import Cell, Column, Row, Since, Span, Tone
from widgets.live_table_columns import NO_SIGN
from widgets.since import ago

COLUMNS = (Column("wave", "", 20, most=200, grow=1), Column("last", "", 9, most=12, from_width=48))
RECENT = 86400.0
"""Seconds for which a Job that is gone is shown where its service is not the selected one."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a migration: on its line, and on those below."""

    sign: Span
    state: Cell
    detail: Cell = ()
    more: Cell = ()


def rows(
    store: Store,
    survey: Survey,
    namespaces: frozenset[str] | None,
    now: float,
    recordings: Sequence[Recording] = (),
    service: str = "",
    known: bool = False,
) -> list[Row]:
    """The selected service and those that move; all services when the selected one migrates nothing.

    `known` says that it is shown already: what is on the board of an application is not shown here.
    """
    boards = survey.boards
    jobs = {uid: one for uid, one in survey.jobs.items() if uid not in boards.jobs}
    recordings = [one for one in recordings if (one.namespace, series_name(one.job)) not in boards.series]
    groups: dict[tuple[str, str], list[Wave]] = defaultdict(list)
    for wave in waves(jobs, recordings):
        if seen(wave.namespace, namespaces) and survey.environment.wants(wave.namespace):
            groups[wave.service, wave.namespace].append(wave)
    known = known or any(service == name for name, _ in groups)
    made: list[Row] = []
    for key in sorted(groups, key=lambda key: (key[0] != service, not _moves(groups[key]), key)):
        group = groups[key]
        if key[0] != service:
            group = [wave for wave in group if wave.health or now - wave.created < RECENT]
            if not group or (known and not _moves(group)):
                continue
        made += _group(survey, key, tuple(in_order(group)))
    forget_gone(survey, "waves", made)
    return made


def _moves(group: Iterable[Wave]) -> bool:
    return any(wave.moves for wave in group)


def _group(survey: Survey, key: tuple[str, str], group: tuple[Wave, ...]) -> list[Row]:
    """A service's line, a line for each phase, and its waves."""
    at = f"{key[1]}/{key[0]}"
    made = [cached(survey, "waves", at, (at, key[0], group), _service)]
    width = max(len(wave.name) for wave in group)
    phase = PLAIN
    for wave in group:
        if wave.phase != phase:
            phase = wave.phase
            made.append(cached(survey, "waves", f"{at}/{phase}", (f"{at}/{phase}", phase), _phase))
        said = words(wave, before(wave, group))
        made.append(cached(survey, "waves", wave.uid, (wave, said, width), row))
        if said.detail:
            made.append(cached(survey, "waves", f"{wave.uid}/", (f"{wave.uid}/", said.detail), _detail))
    return made


def _service(at: str, name: str, group: tuple[Wave, ...]) -> Row:
    """Its name, and while it migrates how far it is, and since when."""
    cell: Cell = (Span(name, Tone.BOLD),)
    now = [wave for wave in group if before(wave, group) is None and wave.health is not None]
    if any(wave.status == "Running" for wave in now):
        done = sum(wave.status == "Complete" for wave in now)
        began = min(wave.created for wave in now)
        cell = (*cell, Since(began, Tone.QUIET, f"  {done} of {len(group)} done, "))
    return line(at, cell)


def _phase(at: str, phase: str) -> Row:
    return line(at, (Span(phase, Tone.QUIET),))


def _detail(id: str, cell: Cell) -> Row:
    return line(id, (Span("   "), *cell))


def line(id: str, cell: Cell, last: Cell = (), sign: Span = NO_SIGN) -> Row:
    """A line that no sort moves."""
    return Row(id, (cell, last), ("", ""), sign=sign)


def row(wave: Wave, said: Words, width: int) -> Row:
    """One migration: `-5 identity_db  done v43 24 s`, and how long the last one took."""
    number = f"{wave.number:>2} " if wave.phase or wave.number else "   "
    quiet = all(part.tone is Tone.QUIET for part in said.state)
    name = Span(wave.name.ljust(width) + "  ", Tone.QUIET if quiet else Tone.PLAIN)
    last = (Span(words_of_last(wave), Tone.QUIET),)
    return line(wave.uid, (Span(number, Tone.QUIET), name, *said.state), last, said.sign)


def words_of_last(wave: Wave) -> str:
    """How long the good run before took, "" when none was recorded."""
    took = wave.last.took if wave.last is not None else None
    return f"last {ago(took)}" if took is not None else ""


def words(wave: Wave, first: Wave | None) -> Words:
    """What is known of a migration now; `first` is the wave that it waits for."""
    if first is not None:
        failed = first.status in ("Failed", "FailureTarget")
        waits = f"not run: {first.number} failed" if failed else f"waits for {first.number}"
        return Words(Span("·", Tone.QUIET), (Span(waits, Tone.QUIET),))
    if wave.recording is not None:
        return recorded(wave.recording)
    assert wave.health is not None
    if wave.newest is not None and wave.health.goose is not None:
        ahead = Span(f"database ahead of this image (v{wave.newest})", Tone.LOOK)
        return Words(Span("~", Tone.LOOK), (Span(f"v{wave.health.goose.version}", Tone.LOOK),), (ahead,))
    return live(wave.health, words_of_last(wave))


def live(one: JobHealth, last: str) -> Words:
    """A Job that is there."""
    goose, started, ended = one.goose or GooseRun(), one.job.started, ended_at(one)
    why: Cell = (Span(one.error or (one.trouble.cause if one.trouble else ""), Tone.BAD),)
    if one.status == "Complete":
        took = ended - started if ended is not None and started is not None else None
        return Words(Span("✓", Tone.GOOD), (Span(_done(goose, took), Tone.GOOD),))
    if one.status in ("Failed", "FailureTarget"):
        return Words(Span("!", Tone.BAD), (Span(f"failed {one.attempts}x", Tone.BAD),), why)
    if one.status == "Waiting":
        held = condition(one.job.conditions, "Suspended")
        return Words(
            Span("·", Tone.QUIET), (Span(held.message if held is not None else "waits", Tone.QUIET),)
        )
    if one.status != "Running":
        return Words(Span("~", Tone.LOOK), (Span(one.status.lower(), Tone.LOOK),))
    if one.trouble is not None:
        attempt = f"attempt {max(one.attempts, 1)} of {one.job.backoff_limit + 1}"
        return Words(Span("~", Tone.LOOK), (Span(attempt, Tone.LOOK),), why)
    if started is None:
        return Words(Span("·", Tone.QUIET), (Span("not started", Tone.QUIET),))
    state = Since(started, Tone.MOVING, f"{goose.done} done, " if goose.done else "runs ")
    silent: Cell = (Span(last, Tone.QUIET),) if last else ()
    if goose.done:
        silent = (Since(goose.at, Tone.QUIET, "silent ", f", {last or f'after {goose.file}'}"),)
    return Words(Span("▸", Tone.MOVING), (state,), silent)


def recorded(one: Recording) -> Words:
    """A Job that is gone."""
    at = datetime.fromtimestamp(one.ended or one.began).astimezone().strftime("%H:%M")
    gone = Span(f"gone, recorded {at}", Tone.QUIET)
    if one.status == "Complete":
        return Words(Span("✓", Tone.QUIET), (Span(_done(one.goose, one.took), Tone.QUIET),), (gone,))
    if one.status == "Failed":
        state = Span(f"failed {one.attempts}x", Tone.LOOK)
        why = Span(f": {error_words(one.goose.error)}" if one.goose.error else "", Tone.LOOK)
        return Words(Span("!", Tone.LOOK), (state,), (gone, why))
    how = "cut off" if one.ended is None else "deleted early"
    return Words(Span("~", Tone.QUIET), (Span(how, Tone.QUIET),), (gone,))


def _done(goose: GooseRun, took: float | None) -> str:
    """`done v43 24 s`, `v43 unchanged`."""
    if goose.state is GooseKind.NOTHING:
        return f"v{goose.version} unchanged"
    version = f" v{goose.version}" if goose.version is not None else ""
    return f"done{version}" + (f" {ago(took)}" if took is not None else "")
