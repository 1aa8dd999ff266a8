"""Pane 3 where Argo CD deploys: a sync's phases and waves, also those that have not begun, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from tui.model.application import Application
from tui.model.goose import GooseKind, GooseRun
from tui.model.health import JobHealth
from tui.model.hooks import Hook, short
from tui.model.step import Board, Step, StepState, WaveGroup
from tui.model.verdict import Ran
from tui.present import waves as plain
from tui.present.cells import InView
from tui.present.waves import Words
from tui.survey import Survey
from widgets.live_table import Cell, Row, Since, Span, Tone
from widgets.since import ago

QUIET, LOOK, BAD, GOOD, MOVING = Tone.QUIET, Tone.LOOK, Tone.BAD, Tone.GOOD, Tone.MOVING
MOST = 50
"""Boards that are shown where none is selected."""


def title_of(name: str, environment: str) -> str:
    """What an application is called where its environment goes without saying: `identity`."""
    bare = name.removesuffix(f"-{environment}").removeprefix(f"{environment}-")
    return bare.removesuffix("-service") or name


def shown(survey: Survey, namespaces: frozenset[str] | None, service: str) -> tuple[list[Row], bool]:
    """The lines of all boards that are to be seen, and whether the selected application is among them."""
    environment, in_view = survey.environment.name, InView(survey, namespaces)
    there = [one for one in survey.boards.all.values() if in_view[one.application.destination.namespace]]
    found = chosen(there, service, environment)
    kept = survey.kept.setdefault("boards", {})
    made: list[Row] = []
    for one in found:
        uid = one.application.meta.uid
        known = kept.get(uid)
        if known is None or known[0][0] is not one:
            known = kept[uid] = ((one,), rows(one, environment))
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


def rows(one: Board, environment: str) -> list[Row]:
    """A line for the application, for each phase and each wave, and what there is to say below."""
    at = one.application.meta.uid
    title = title_of(one.application.meta.name, environment)
    made = [plain.line(at, (Span(title, Tone.BOLD), Span("  "), *headline(one)))]
    width = max((len(step.hook.label) for step in one.steps), default=0)
    phase, digits = "", 2
    for group in one.groups:
        if group.phase != phase:
            phase = group.phase
            digits = max(2, *(len(str(each.number)) for each in one.groups if each.phase == phase))
            made.append(plain.line(f"{at}/{phase}", (Span(phase, QUIET), *_origin(one, phase))))
        number = f"{group.number:>{digits}} "
        for step in group.steps:
            made += _lines(step_id(at, step.hook), number, step.hook.label.ljust(width), step)
        if group.resources:
            count = len(group.resources)
            label = f"{count} resource{'s' if count > 1 else ''}".ljust(width)
            made += _lines(f"{at}/{phase}/{group.number}", number, label, group)
    if one.problem and (one.moving or not one.waiting):
        made.append(plain.line(f"{at}//", (Span(f"   not rendered: {one.problem}", QUIET),)))
    return made


def step_id(application_uid: str, hook: Hook) -> str:
    """The identity of a hook's line: it stays the same when its Job comes and goes."""
    return f"{application_uid}/{hook.phase}/{hook.namespace}/{hook.name}"


def headline(one: Board) -> Cell:
    """What the application is doing, or how its last sync ended."""
    application, state = one.application, one.application.state
    if one.moving:
        return _moving(application)
    red = sum(verdict.red for verdict in one.verdicts)
    if red:
        return (Span(f"synced without {'its migration' if red == 1 else f'{red} migrations'}", BAD),)
    if one.waiting:
        count = len(one.waiting)
        wait = f"{count} migration{'s wait' if count > 1 else ' waits'}"
        return (Span(f"Synced, but {wait}" if application.sync == "Synced" else wait, LOOK),)
    if state is None:
        return (Span("never synced", QUIET),)
    if state.phase != "Succeeded":
        return (Since(state.finished, BAD, f"{state.phase.lower()} ", " ago"),)
    return (Since(state.finished, QUIET, f"synced {short(state.revision)} ", " ago"),)


def _moving(application: Application) -> Cell:
    state = application.state
    if state is None or state.over:
        return (Span("asked, Argo CD has not begun", MOVING),)
    revision = short(state.revision or state.operation.revision or application.revision)
    if state.phase == "Terminating":
        return (Since(state.started, LOOK, "terminating, "),)
    if state.finished is not None:
        return (Since(state.finished, LOOK, f"waits to try again (#{state.retries}), "),)
    if application.operation is None:
        return (Since(state.started, LOOK, "ghost of a sync, "),)
    return (Since(state.started, MOVING, f"sync of {revision} "),)


def _origin(one: Board, phase: str) -> Cell:
    """Where waves that have not begun are known from."""
    ahead = (StepState.NEXT, StepState.WAITS, StepState.BEGINS, StepState.NOT_RUN)
    groups = [group for group in one.groups if group.phase == phase]
    pending = any(step.state in ahead for group in groups for step in group.steps) or any(
        group.resources and group.standing.state in ahead for group in groups
    )
    remark = f", {one.manifests.remark}" if one.manifests.remark else ""
    return (Span(f"  {one.manifests.origin.value}{remark}", QUIET),) if pending else ()


def _lines(id: str, number: str, label: str, of: Step | WaveGroup) -> list[Row]:
    said = step_words(of) if isinstance(of, Step) else resources_words(of)
    quiet = all(part.tone is QUIET for part in said.state)
    name = Span(f"{label}  ", QUIET if quiet else Tone.PLAIN)
    last: Cell = (Span(_last(of), QUIET),) if isinstance(of, Step) else ()
    made = [plain.line(id, (Span(number, QUIET), name, *said.state), last, said.sign)]
    if said.detail:
        made.append(plain.line(f"{id}/", (Span("   "), *said.detail)))
    return made


def _last(step: Step) -> str:
    """How long the good run before took, "" when none is known."""
    run = step.last
    if run is None:
        return ""
    job, kept = run.health.job if run.health else None, run.recording
    took = kept.took if kept is not None else None
    if job is not None and job.finished is not None and job.started is not None:
        took = job.finished - job.started
    return f"last {ago(took)}" if took is not None else ""


def resources_words(group: WaveGroup) -> Words:
    """The plain resources of a wave."""
    standing = group.standing
    words = standing.words or "waits"
    if standing.state is StepState.FAILED:
        return Words(Span("!", BAD), (Span("failed", BAD),), (Span(words, BAD),))
    if standing.state is StepState.DONE:
        count = f"{group.applied} applied" if group.applied else "unchanged"
        return Words(Span("✓", QUIET), (Span(count, QUIET),))
    if standing.state is not StepState.RUNNING:
        return Words(Span("·", QUIET), (_since(words, standing.since, QUIET),))
    if words == "applied":
        return Words(Span("▸", MOVING), (Span(words, MOVING),))
    what, _, ready = words.partition(": ")  # how far it is goes first: the pane is narrow
    state = (_since(ready or "waits", standing.since, MOVING),)
    return Words(Span("▸", MOVING), state, (Span(what, MOVING),))


def _since(words: str, since: float | None, tone: Tone) -> Span | Since:
    return Span(words, tone) if since is None else Since(since, tone, f"{words}, ")


def step_words(step: Step) -> Words:
    """A hook: on its line, and on the one below."""
    standing, run, verdict = step.standing, step.run, step.verdict
    if verdict is not None and verdict.red:
        return Words(Span("!", BAD), (Span(verdict.ran.value, BAD),), (Span(verdict.reason, BAD),))
    state = standing.state
    if state is StepState.NEXT:
        return Words(Span("·", LOOK), (Span(_versions(step) or standing.words, LOOK),), _files(step))
    if state in (StepState.WAITS, StepState.NOT_RUN):
        return Words(Span("·", QUIET), (_since(standing.words, standing.since, QUIET),))
    if state in (StepState.BEGINS, StepState.OLD):
        detail = (Span(standing.words, QUIET),) if state is StepState.OLD else ()
        return Words(Span("▸", MOVING), (Span("begins", MOVING),), detail)
    if state is StepState.HELD:
        return Words(Span("!", BAD), (Span("held", BAD),), (Span(standing.words, BAD),))
    if run is None:
        return _without_run(step)
    if run.health is None:
        assert run.recording is not None
        return _judged(step, plain.recorded(run.recording))
    return _judged(step, _live(step, run.health))


def _live(step: Step, health: JobHealth) -> Words:
    """Its Job is there."""
    goose = health.goose or GooseRun()
    state, newest = step.state, max((file.version for file in step.hook.files), default=None)
    nothing = goose.state is GooseKind.NOTHING and goose.version is not None
    if nothing and newest is not None and goose.version is not None and goose.version > newest:
        ahead = Span(f"database ahead of this image (v{newest})", LOOK)
        return Words(Span("~", LOOK), (Span(f"v{goose.version}", LOOK),), (ahead,))
    said = plain.live(health, _last(step))
    if state is StepState.UNNOTICED:
        waits = (Since(step.standing.since, LOOK, "Argo CD has not noticed yet, "),)
        return Words(said.sign, said.state, waits)
    if state is StepState.RUNNING and step.standing.words:
        return Words(Span("~", LOOK), said.state, (Span(step.standing.words, LOOK),))
    began = health.job.started
    if state is StepState.RUNNING and health.trouble is None and began is not None and step.todo:
        return _progress(step, goose, began)
    return said


def _progress(step: Step, goose: GooseRun, began: float) -> Words:
    """With the total and the running file of the checkout, which its image may not have: "expected"."""
    todo = step.todo
    if goose.done >= len(todo):
        state: Cell = (Since(began, MOVING, f"{goose.done} done, "),)
        return Words(Span("▸", MOVING), state, (Since(goose.at or began, QUIET, "silent "),))
    state = (Span(f"{goose.done} of {len(todo)}, ", MOVING), Since(goose.at or began, MOVING, "silent "))
    return Words(Span("▸", MOVING), state, (Span(f"expected {todo[goose.done].name}", QUIET),))


def _versions(step: Step) -> str:
    """`v4 → v6`, as far as it is known."""
    if step.before is None or not step.todo:
        return ""
    return f"v{step.before} → v{step.todo[-1].version}"


def _files(step: Step) -> Cell:
    """Which files it would apply."""
    if not step.todo:
        return (Span("its image or command differs", QUIET),)
    more = f" and {len(step.todo) - 1} more" if len(step.todo) > 1 else ""
    return (Span(f"expected {step.todo[0].name}{more}", QUIET),)


def _without_run(step: Step) -> Words:
    """Only Argo CD's word is known of it."""
    words = step.standing.words
    if step.state is StepState.FAILED:
        return Words(Span("!", BAD), (Span("failed", BAD),), (Span(words, BAD),) if words else ())
    gone = (Span("its Job is gone, and nobody watched", QUIET),)
    return Words(Span("✓", QUIET), (Span("done" if words != "not seen" else words, QUIET),), gone)


def _judged(step: Step, said: Words) -> Words:
    """With a verdict that leaves a doubt."""
    verdict = step.verdict
    if verdict is None or verdict.ran is not Ran.UNSURE:
        return said
    return Words(Span("~", LOOK), said.state, (Span(verdict.words, LOOK),))


def found_step(boards: Mapping[str, Board], id: str) -> Step | None:
    """The hook of that line."""
    uid, slash, _ = id.partition("/")
    one = boards.get(uid) if slash else None
    if one is None:
        return None
    return next((step for step in one.steps if step_id(uid, step.hook) == id), None)
