"""Why an Application does not sync: the one reason first, then what ran, what it is made of, what is out."""

from __future__ import annotations

from tui.model.application import Application, ApplicationCondition, OperationState, ResourceResult
from tui.model.application_health import ApplicationHealth, why_not
from tui.model.commits import KIND as COMMIT
from tui.model.commits import Authored
from tui.model.held import block_words, held_block, held_words
from tui.model.operation import Grade, kind_of
from tui.model.rolled_back import rolled_back, short
from tui.model.sync_window import window_words
from tui.present.application import current
from tui.present.cells import moment
from tui.store import Store
from tui.survey import Survey
from widgets.live_table import Span, Tone
from widgets.plan_body import Section

_SHOWN = 20
Line = list[Span]


def sections(store: Store, survey: Survey, application: Application, now: float) -> list[Section]:
    """The page of `d` for an application, without its events."""
    one = survey.apps.all.get(application.meta.uid)
    if one is None:
        return [Section("It is gone", Tone.LOOK)]
    board = survey.boards.of(application)
    made = [
        _reason(store, survey, one, len(board.waiting) if board is not None else 0, now),
        _last(application.state)
        if application.state is not None
        else Section("No operation ran yet", Tone.BOLD),
        _made_of(store, one, now),
    ]
    out = [each for each in application.resources if each.status not in ("", "Synced")]
    if out:
        lines = [
            [
                Span(f"{each.kind} {each.namespace}/{each.name}".replace(" /", " ")),
                Span(f"  {each.status}", Tone.LOOK),
            ]
            + ([Span("  to be pruned", Tone.LOOK)] if each.prune else [])
            for each in out[:_SHOWN]
        ]
        more = f", the first {_SHOWN}" if len(out) > _SHOWN else ""
        made.append(Section(f"Out of sync: {len(out)}{more}", Tone.BOLD, lines))
    if application.conditions:
        made.append(Section("Conditions", Tone.BOLD, [_condition(each) for each in application.conditions]))
    return made


def _reason(store: Store, survey: Survey, one: ApplicationHealth, waiting: int, now: float) -> Section:
    """Next to the reason what tells more: the Job and its pods of a hook have pages of their own."""
    application = one.application
    right = store.right("patch", "applications.argoproj.io", application.meta.namespace)
    refused = ""
    if right is not None and not right.allowed:
        refused = f"you may not patch applications in {application.meta.namespace}"
    words = why_not(one, now, waiting=waiting, refused=refused)
    trouble = one.trouble or survey.by_uid.get(application.meta.uid)
    if not words and trouble is None:
        return Section("It is in sync, and nothing waits", Tone.GOOD)
    lines: list[Line] = []
    if trouble is not None and trouble.cause not in words and words not in trouble.cause:
        lines.append([Span(trouble.cause, Tone.BAD)])
    if one.now.since is not None and one.now.word:
        lines.append([Span(f"since {moment(one.now.since)}", Tone.QUIET)])
    if trouble is not None:
        lines += [[Span(line)] for text in trouble.evidence for line in text.splitlines() if line.strip()]
    kind, name = one.now.about
    if kind:
        lines.append(
            [Span(f"Next: {kind} {name}, its row in {'Jobs' if kind == 'Job' else 'its tab'}", Tone.ACCENT)]
        )
    bad = trouble is not None or one.now.grade is Grade.BAD
    return Section(words or (trouble.cause if trouble else ""), Tone.BAD if bad else Tone.LOOK, lines)


def _last(state: OperationState) -> Section:
    operation = state.operation
    who = "Argo CD itself" if operation.automated else operation.username or "nobody who gave a name"
    special = kind_of(operation)
    title = f"Operation: {state.phase}{f', {special}' if special else ''}"
    ended = f", ended {moment(state.finished)}" if state.finished is not None else ""
    lines: list[Line] = [[Span(f"by {who}, began {moment(state.started)}{ended}")]]
    if state.message:
        lines.append([Span(state.message)])
    revision = state.revision or " ".join(state.revisions) or operation.revision
    if revision:
        lines.append([Span(f"commit {short(revision)}", Tone.QUIET)])
    lines += [[Span(f"{name}: {value}", Tone.QUIET)] for name, value in operation.info]
    lines += [_result(row) for row in state.results[:_SHOWN]]
    return Section(title, Tone.BOLD, lines)


def _result(row: ResourceResult) -> Line:
    """Hooks say `Synced` beside `Failed`: their own phase counts."""
    state = row.hook_phase if row.hook_type else row.status
    bad = row.hook_phase in ("Failed", "Error") or row.status in ("SyncFailed", "PruneFailed")
    what = f"{row.hook_type or row.sync_phase} {row.kind} {row.name}".strip()
    return [Span(f"{what}  "), Span(state, Tone.BAD if bad else Tone.QUIET), Span(f"  {row.message}")]


def _made_of(store: Store, one: ApplicationHealth, now: float) -> Section:
    application, source = one.application, one.application.source
    place = application.destination
    lines: list[Line] = []
    if source is not None:
        what = source.chart or source.path
        values = f" with {', '.join(source.value_files)}" if source.value_files else ""
        lines.append([Span(f"from {source.repository} {what}{values}, follows {source.target or 'HEAD'}")])
    lines.append([Span(f"to {place.name or place.server}, namespace {place.namespace or '(its own)'}")])
    last = application.deployed
    if last is not None:
        who = "Argo CD itself" if last.automated else last.username or "nobody who gave a name"
        lines.append([Span(f"deployed {short(current(application))} {moment(last.deployed)} by {who}")])
    else:
        lines.append([Span("never deployed")])
    author = store.by_uid(COMMIT, current(application))
    if isinstance(author, Authored):
        commit = author.commit
        lines.append([Span(f"  {commit.author}, {moment(commit.at)}: {commit.subject}", Tone.QUIET)])
    compared = application.revision or " ".join(application.revisions)
    lines.append(
        [Span(f"last compared with {short(compared) or '-'} {moment(application.reconciled)}".rstrip())]
    )
    lines.append([Span(f"health {one.health.word} ({one.health.source})"), Span(f"  {one.health.text}")])
    mode = block_words(application.automated)
    lines.append([Span(f"syncs {mode}, project {application.project}")])
    if application.held:
        lines.append(
            [Span(f"{held_words(application)}; it was: {block_words(held_block(application))}", Tone.LOOK)]
        )
    back = rolled_back(application)
    if back is not None:
        lines.append([Span(back.words, Tone.LOOK)])
    if one.differs:
        lines.append([Span(one.differs, Tone.LOOK)])
    if words := window_words(one.window, now):
        lines.append([Span(f"sync window: {words}", Tone.LOOK)])
    return Section("Application", Tone.BOLD, lines)


def _condition(one: ApplicationCondition) -> Line:
    tone = Tone.LOOK if one.type.endswith("Warning") else Tone.BAD
    return [
        Span(one.type, tone),
        Span(f"  {' '.join(one.message.split())}"),
        Span(f"  {moment(one.since)}", Tone.QUIET),
    ]
