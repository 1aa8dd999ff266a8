"""Past runs as rows, one run as a page with its evidence, and two recordings compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from tui.model.application import ResourceResult
from tui.model.cluster import Event
from tui.model.comparison import FileTimes
from tui.model.goose import GooseKind, error_words
from tui.model.past_run import Origin, Run, ending
from tui.model.recording import Evidence, Recording
from tui.model.schema import Schema
from tui.model.watched import Span as Gap
from tui.present.cells import moment, text
from widgets.live_table import Cell, Column, Row, Span, Tone
from widgets.plan_body import Section
from widgets.since import ago

COLUMNS = (
    Column("when", "BEGAN", 17, most=26),
    Column("service", "RUN", 14, most=34),
    Column("outcome", "OUTCOME", 11, most=30),
    Column("took", "TOOK", 7, most=9, right=True),
    Column("revision", "REVISION", 8, most=8, from_width=90),
    Column("who", "WHO", 6, most=14, from_width=104),
    Column("detail", "", 20, most=120, grow=1),
)
_STATUS = {"Complete": Tone.GOOD, "Failed": Tone.BAD, "Running": Tone.MOVING}
_TONES: Mapping[bool | None, Tone] = {True: Tone.GOOD, False: Tone.BAD, None: Tone.MOVING}


def rows(runs: Iterable[Run]) -> list[Row]:
    """A line for each run, and one below it for each hook that was recorded or is left."""
    made: list[Row] = []
    for run in runs:
        made.append(_run(run))
        if run.operation is not None:
            made += [_recording(one, _attempt(run, one)) for one in run.recordings]
        made += [_left(run, one) for one in run.left]
    return made


def _run(run: Run) -> Row:
    tone = _TONES[run.well]
    sign = {True: Span("✓", Tone.GOOD), False: Span("!", Tone.BAD), None: Span("▸", Tone.MOVING)}[run.well]
    cells: tuple[Cell, ...] = (
        (Span(moment(run.started), Tone.QUIET),),
        (Span(run.service, Tone.BOLD),),
        (Span(run.outcome, tone),),
        text(took(run.took)),
        text(run.revision[:7], Tone.QUIET),
        text(run.who, Tone.QUIET),
        _detail(run),
    )
    keys = (-run.started, run.service, run.outcome, run.took, run.revision, run.who, "")
    return Row(run.recordings[0].job_uid if _alone(run) else run.id, cells, keys, sign=sign)


def _alone(run: Run) -> bool:
    """A Job without an operation is one line, whose identity is the Job's."""
    return run.operation is None and len(run.recordings) == 1


def _detail(run: Run) -> Cell:
    if run.gap is not None:
        return (
            Span(gap_words(run.gap, run.started), Tone.LOOK),
            Span(f"; {run.origin.value} is left", Tone.QUIET),
        )
    if _alone(run):
        return (Span(" ".join(part for part in (run.recordings[0].job, said(run.recordings[0])) if part)),)
    if run.origin is not Origin.RECORDED:
        return (Span(run.origin.value, Tone.QUIET),)
    message = run.operation.message if run.operation is not None and run.well is False else ""
    count = len(run.recordings)
    return (Span(message or f"{count} hook{'s' * (count != 1)}", Tone.QUIET),)


def _attempt(run: Run, one: Recording) -> str:
    """Argo CD's retries make the Job of a hook anew: ", attempt 2"; "" where there was one."""
    of_it = [each for each in run.recordings if each.job == one.job]
    return f", attempt {of_it.index(one) + 1}" if len(of_it) > 1 else ""


def _recording(one: Recording, attempt: str) -> Row:
    """Below its run: sorted by nothing of its own."""
    status = ending(one)
    tone = _STATUS.get(status, Tone.LOOK)
    cells: tuple[Cell, ...] = (
        (Span(f"  {one.phase or 'job'} {one.wave}", Tone.QUIET),),
        (Span(f"  {one.database or one.job}{attempt}"),),
        (Span(f"  {status}", tone),),
        text(took(one.took)),
        (Span(""),),
        (Span(""),),
        (Span(said(one)),),
    )
    return Row(one.job_uid, cells, ("",) * len(COLUMNS))


def _left(run: Run, row: ResourceResult) -> Row:
    cells: tuple[Cell, ...] = (
        (Span(f"  {row.hook_type}", Tone.QUIET),),
        (Span(f"  {row.name}"),),
        (Span(f"  {row.hook_phase}", Tone.QUIET),),
        (Span(""),),
        (Span(""),),
        (Span(""),),
        (Span(f"not recorded; Argo CD: {row.message}", Tone.QUIET),),
    )
    return Row(f"{run.id}/{row.namespace}/{row.name}/{row.hook_type}", cells, ("",) * len(COLUMNS))


def said(one: Recording) -> str:
    """What goose reached, or its error; attempts when there were several."""
    parts = []
    if one.attempts > 1:
        parts.append(f"{one.attempts} attempts")
    if one.goose.error and one.status != "Complete":
        parts.append(error_words(one.goose.error))
    elif one.goose.state is GooseKind.NOTHING:
        parts.append(f"v{one.goose.version} unchanged")
    elif one.goose.version is not None:
        parts.append(f"v{one.goose.version}, {one.goose.done} file{'s' * (one.goose.done != 1)}")
    return ", ".join(parts)


def took(seconds: float | None) -> str:
    """`1m 8s`, `24 s`, `0.8 s`; "" when it is not known."""
    if seconds is None:
        return ""
    if 0 <= seconds < 10 and seconds != int(seconds):
        return f"{seconds:.2g} s" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"
    if 60 <= seconds < 3600:
        return f"{seconds // 60:.0f}m {seconds % 60:.0f}s"
    return ago(seconds)


def gap_words(gap: Gap, at: float = 0.0) -> str:
    """`not watched 14:10 to 15:02`, UTC as all times of the screen; days where they are not that of `at`."""
    begin, end = (datetime.fromtimestamp(each, UTC) for each in (gap.begin, gap.end))
    day = datetime.fromtimestamp(at, UTC).date()
    first = f"{begin:%H:%M}" if begin.date() == day else f"{begin:%d %b %H:%M}"
    last = f"{end:%H:%M}" if end.date() == begin.date() else f"{end:%d %b %H:%M}"
    return f"not watched {first} to {last}"


def page(
    run: Run,
    evidence: Mapping[str, Evidence],
    left: Sequence[Event],
    schemas: Mapping[str, Schema],
    problem: str = "",
) -> list[Section]:
    """All that is known of a run; `left` are events that the cluster still has of what is not recorded."""
    made = [Section("", lines=[[Span(line)] for line in _head(run)])]
    if run.gap is not None:
        made.append(Section(f"{gap_words(run.gap, run.started)}: this is what is left", Tone.LOOK))
    for attempt in run.operation.attempts if run.operation is not None else ():
        lines = [[Span(f"{_row(row)}")] for row in attempt.results]
        title = f"Argo CD's result, attempt {attempt.number}: {attempt.message}"
        made.append(Section(title, lines=lines or [[Span("no rows", Tone.QUIET)]]))
    for one in run.recordings:
        made.append(_of_recording(one, evidence.get(one.job_uid, Evidence())))
    if left:
        made.append(Section("Events that are left", lines=[[Span(event_words(one))] for one in left]))
    named = {one.database for one in run.recordings if one.database}
    versions = [one for name, one in sorted(schemas.items()) if not named or name in named]
    if versions:
        lines = [[Span(f"{one.database}  v{one.version}, read {moment(one.at)}")] for one in versions]
        made.append(Section("Schema versions now, by PostgreSQL", lines=lines))
    if problem:
        made.append(Section(f"PostgreSQL could not be asked: {problem}", Tone.LOOK))
    return made


def _head(run: Run) -> list[str]:
    when = (
        f"{moment(run.started)} to {moment(run.finished)}" if run.finished else f"since {moment(run.started)}"
    )
    took_ = f", {took(run.took)}" if run.took is not None else ""
    lines = [f"{run.service}: {run.outcome}, {when}{took_}"]
    if run.application:
        who = f", by {run.who}" if run.who else ""
        lines.append(f"operation of {run.application} at {run.revision or 'no known revision'}{who}")
    return lines


def _row(row: ResourceResult) -> str:
    phase = row.hook_type or row.sync_phase
    state = row.hook_phase or row.status
    return f"{phase:<9} {row.kind}/{row.name}  {state}  {row.message}"


def _of_recording(one: Recording, evidence: Evidence) -> Section:
    tone = Tone.BAD if one.status == "Failed" else Tone.PLAIN
    lines = [
        [Span(f"job {one.namespace}/{one.job} ({one.job_uid}), images {', '.join(one.images)}", Tone.QUIET)]
    ]
    lines += [
        [
            Span(
                f"{each.pod} {each.container}: {each.words}",
                Tone.BAD if each.code or each.signal else Tone.PLAIN,
            )
        ]
        for each in evidence.exits
    ]
    lines += [
        [Span(event_words(each), Tone.LOOK if each.type == "Warning" else Tone.QUIET)]
        for each in evidence.events
    ]
    where = f"{one.phase} {one.wave}  " if one.phase else ""
    words = " ".join(part for part in (ending(one), took(one.took), said(one)) if part)
    return Section(f"{where}{one.database or one.job}: {words}", tone, lines)


def event_words(one: Event) -> str:
    """`15:32:52 Pulled Pod/x (3x): message`."""
    times = f" ({one.count}x)" if one.count > 1 else ""
    at = datetime.fromtimestamp(one.at, UTC)
    return f"{at:%H:%M:%S} {one.reason} {one.about_kind}/{one.about_name}{times}: {one.message}"


def comparison(before: Recording, after: Recording, files: Sequence[FileTimes]) -> list[Section]:
    """How long each file took in either, the ones that differ much told by tone."""
    head = [
        f"{moment(one.created or one.began)}  {ending(one)}  {took(one.took)}  {said(one)}"
        for one in (before, after)
    ]
    width = max((len(one.file) for one in files), default=0)
    lines = [
        [
            Span(f"{one.file:<{width}}  {took(one.before) or '-':>9}  {took(one.after) or '-':>9}  "),
            _difference(one),
        ]
        for one in files
    ]
    return [
        Section(f"{before.database or before.job}: before and after", lines=[[Span(line)] for line in head]),
        Section("Seconds of each file", lines=lines or [[Span("neither names a file", Tone.QUIET)]]),
    ]


def _difference(one: FileTimes) -> Span:
    if one.before is None or one.after is None:
        only = (
            "neither ended"
            if one.before == one.after
            else "only after"
            if one.before is None
            else "only before"
        )
        return Span(only, Tone.QUIET)
    by = one.after - one.before
    much = abs(by) > 1.0 and abs(by) > 0.2 * max(one.before, one.after)
    tone = Tone.QUIET if not much else Tone.LOOK if by > 0 else Tone.GOOD
    return Span(f"{'+' if by >= 0 else '-'}{took(abs(by)) or '0 s'}", tone)
