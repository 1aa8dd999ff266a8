"""An Application's row: the worst first, coloured by what ran last as well as by sync and health."""

from __future__ import annotations

from tui.model.application import Application
from tui.model.application_health import ApplicationHealth, Source
from tui.model.commits import KIND as COMMIT
from tui.model.commits import Authored, Commit
from tui.model.held import held_words
from tui.model.operation import Grade
from tui.model.rolled_back import rolled_back, short
from tui.model.sync_window import window_words
from tui.present.cells import SIGNS, TONES, cached, forget_gone, seen, text
from tui.survey import Survey
from widgets.live_table import Cell, Column, Row, Since, Span, Tone

COLUMNS = (
    Column("name", "NAME", 14, most=34),
    Column("sync", "SYNC", 9, most=18),
    Column("health", "HEALTH", 11, most=20),
    Column("now", "NOW", 10, most=18),
    Column("revision", "REVISION", 8, most=15, from_width=70),
    Column("deployed", "DEPLOYED", 8, most=16, from_width=156),
    Column("wanted", "WANTED", 15, most=22, from_width=104),
    Column("auto", "AUTO", 9, from_width=86),
    Column("window", "WINDOW", 7, most=44, from_width=170),
    Column("why", "WHY", 24, most=160, grow=3, from_width=84),
)
_NOW = {Grade.BAD: Tone.BAD, Grade.LOOK: Tone.LOOK, Grade.MOVING: Tone.MOVING, Grade.QUIET: Tone.QUIET}
_SYNC = {"Synced": Tone.QUIET, "OutOfSync": Tone.LOOK, "Unknown": Tone.LOOK}
_HEALTH = {
    "Healthy": Tone.QUIET,
    "Progressing": Tone.MOVING,
    "Degraded": Tone.BAD,
    "Missing": Tone.LOOK,
    "Suspended": Tone.LOOK,
    "Unknown": Tone.LOOK,
    "not deployed": Tone.QUIET,
}
_WORST = ("Degraded", "Missing", "Unknown", "Progressing", "Suspended", "Healthy", "not deployed")


def rows(survey: Survey, namespaces: frozenset[str] | None, now: float) -> list[Row]:
    """Rows of the applications that deploy into the namespaces in view, worst first."""
    minute = now // 60 * 60  # a window's words count minutes
    made, store = [], survey.store
    for uid, one in survey.apps.all.items():
        if not seen(one.application.destination.namespace, namespaces):
            continue
        board = survey.boards.all.get(uid)
        waiting = len(board.waiting) if board is not None else 0
        timed = minute if one.window.by or one.window.error else 0.0
        author = store.by_uid(COMMIT, current(one.application))
        commit = author.commit if isinstance(author, Authored) else None
        made.append(cached(survey, "apps", uid, (one, waiting, timed, commit), row))
    made.sort(key=lambda each: (each.keys[3], each.keys[1], each.keys[2], each.keys[0]))
    forget_gone(survey, "apps", made)
    return made


def row(one: ApplicationHealth, waiting: int, now: float, commit: Commit | None) -> Row:
    """One application; `waiting` are its migrations that a sync would run, `commit` is the deployed one."""
    application, doing = one.application, one.now
    meta, trouble = application.meta, one.trouble
    rank = _rank(one, waiting)
    return Row(
        meta.uid,
        (
            (Span(meta.name, Tone.BOLD if trouble is not None else Tone.PLAIN),),
            sync_cell(application, waiting),
            _health(one),
            _doing(one),
            text(short(current(application))),
            _deployed(application),
            _wanted(application),
            (Span(one.mode, Tone.LOOK if one.mode == "held" or one.differs else Tone.QUIET),),
            _window(one, now),
            _why(one, now, commit),
        ),
        (
            meta.name,
            {"OutOfSync": 0, "Unknown": 1}.get(application.sync, 2),
            _WORST.index(one.health.word) if one.health.word in _WORST else 2,
            rank,
            current(application),
            last.deployed if (last := application.deployed) is not None else None,
            application.revision,
            one.mode,
            one.window.until,
            doing.text,
        ),
        sign=SIGNS[trouble.severity] if trouble is not None else Span(""),
    )


def _rank(one: ApplicationHealth, waiting: int) -> int:
    """The place in the order: trouble, what moves, what is out of sync, the rest."""
    if one.trouble is not None:
        return int(one.trouble.severity)
    if one.now.moves:
        return 2
    if one.application.sync != "Synced" and one.health.word != "not deployed":
        return 3
    return 4 if waiting or one.now.grade is Grade.LOOK or one.differs else 5


def current(application: Application) -> str:
    """The commit that was deployed last; "" when nothing ever was."""
    last = application.deployed
    return (last.revision or " ".join(last.revisions)) if last is not None else ""


def sync_cell(application: Application, waiting: int = 0) -> Cell:
    """`OutOfSync 3`, `Synced +2 mig`: Argo CD does not compare hooks."""
    word = application.sync or "not compared"
    out = sum(one.status == "OutOfSync" for one in application.resources)
    count = f" {out}" if word == "OutOfSync" and out else ""
    cell: Cell = (Span(word + count, _SYNC.get(word, Tone.LOOK)),)
    return (*cell, Span(f" +{waiting} mig", Tone.LOOK)) if waiting else cell


def _health(one: ApplicationHealth) -> Cell:
    health = one.health
    cell: Cell = (Span(health.word, _HEALTH.get(health.word, Tone.LOOK)),)
    ours = health.source is Source.COMPUTED and health.word != "not deployed"
    return (*cell, Span(" computed", Tone.QUIET)) if ours else cell


def _doing(one: ApplicationHealth) -> Cell:
    """The word, and for how long; of what is idle how long ago the last sync ended."""
    doing = one.now
    if not doing.word and one.mode == "held":
        return (Span("held", Tone.LOOK),)
    if not doing.word:
        return (Since(doing.since, Tone.QUIET, "synced "),) if doing.since is not None else text("")
    tone = _NOW[doing.grade]
    return (
        (Since(doing.since, tone, f"{doing.word} "),)
        if doing.since is not None
        else (Span(doing.word, tone),)
    )


def _deployed(application: Application) -> Cell:
    """When, and by whom unless Argo CD did it by itself."""
    last = application.deployed
    if last is None:
        return text("")
    by = f"{last.username.split()[0]} " if last.username.strip() and not last.automated else ""
    return (Since(last.deployed, Tone.QUIET, by),)


def _wanted(application: Application) -> Cell:
    """The branch, and its head where that is another commit than the deployed one."""
    source = application.source
    branch = (source.target or "HEAD") if source is not None else ""
    head = application.revision or " ".join(application.revisions)
    new = short(head) if head and head not in (current(application), branch) else ""
    # in a repository of many services a head moves for all of them, and brings something to few
    tone = Tone.QUIET if application.sync == "Synced" else Tone.LOOK
    return (Span(f"{branch} ", Tone.QUIET), Span(new, tone)) if new else text(branch, Tone.QUIET)


def _window(one: ApplicationHealth, now: float) -> Cell:
    words = window_words(one.window, now)
    return text(words, Tone.BAD if one.window.error or not one.window.manual else Tone.LOOK)


def _why(one: ApplicationHealth, now: float, commit: Commit | None) -> Cell:
    """What runs or went wrong, else trouble, else what is to be known while it rests."""
    if one.now.grade in (Grade.BAD, Grade.MOVING):
        return text(_cause_first(one), _NOW[one.now.grade])
    if one.now.word == "blocked" and (closed := window_words(one.window, now)):
        return text(f"sync window: {closed}", Tone.LOOK)
    if one.trouble is not None:
        return text(one.trouble.cause, TONES[one.trouble.severity])
    if one.now.word:
        return text(one.now.text, _NOW[one.now.grade])
    back = rolled_back(one.application)
    if back is not None:
        return text(back.words, Tone.LOOK)
    words = held_words(one.application) or window_words(one.window, now) or one.differs or one.health.text
    if not words and one.application.conditions:  # those that are no trouble: warnings
        first = one.application.conditions[0]
        words = f"{first.type}: {first.message}"
    if not words and commit is not None:
        return (Since(commit.at, Tone.QUIET, f"{commit.author} ", f": {commit.subject}"),)
    return text(words, Tone.LOOK)


def _cause_first(one: ApplicationHealth) -> str:
    """A narrow cell shows what went wrong, and not which Job: that is told below in pane 3."""
    about, words = one.now.about, one.now.text
    if one.now.word not in ("failed", "retry"):
        return words
    head, found, cause = words.partition(f"{about[0]} {about[1]}: ")
    return f"{cause} ({head}{about[0]} {about[1]})" if found and about[0] else words
