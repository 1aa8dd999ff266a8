"""What is said of an application's sync, of one of its hooks, and of the resources of a wave."""

from __future__ import annotations

from tui.model.application import Application
from tui.model.board_moving import BLOCKED
from tui.model.goose import GooseRun
from tui.model.health import JobHealth
from tui.model.hooks import running_revision, short
from tui.model.step import Board, Step, StepState, WaveGroup
from tui.model.verdict import Ran
from tui.present import waves as plain
from tui.present.runs import gap_words
from tui.present.waves import Words
from widgets.live_table import Cell, Since, Span, Tone
from widgets.since import Part, ago

QUIET, LOOK, BAD, GOOD, MOVING = Tone.QUIET, Tone.LOOK, Tone.BAD, Tone.GOOD, Tone.MOVING


def headline(one: Board) -> Part:
    """What the application is doing, or how its last sync ended."""
    application, state = one.application, one.application.state
    if one.moving:
        return _moving(application)
    red = sum(verdict.red for verdict in one.verdicts)
    if red:
        return Span(f"synced without {'its migration' if red == 1 else f'{red} migrations'}", BAD)
    if state is not None and state.phase != "Succeeded":
        how = "terminated" if "terminated" in state.message.lower() else state.phase.lower()
        return Since(state.finished, BAD, f"{how} ", " ago")
    if one.waiting:
        count = len(one.waiting)
        wait = f"{count} migration{'s wait' if count > 1 else ' waits'}"
        return Span(f"Synced, but {wait}" if application.sync == "Synced" else wait, LOOK)
    if state is None:
        return Span("never synced", QUIET)
    return Since(state.finished, QUIET, f"synced {short(running_revision(application))} ")


def _moving(application: Application) -> Part:
    state = application.state
    if state is None or state.over:
        return Span("asked, Argo CD has not begun", MOVING)
    revision = short(running_revision(application))
    if state.message == BLOCKED:
        return Since(state.started, LOOK, "blocked by a sync window, ")
    if state.phase == "Terminating":
        return Since(state.started, LOOK, "terminating, ")
    if state.finished is not None:
        return Since(state.finished, LOOK, f"waits to try again (#{state.retries}), ")
    if application.operation is None:
        return Since(state.started, LOOK, "ghost of a sync, ")
    return Since(state.started, MOVING, f"sync of {revision} ")


def words_of_last(step: Step) -> str:
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
    far = ready.removesuffix(" ready")
    state = (_since(far or "waits", standing.since, MOVING),)
    return Words(Span("▸", MOVING), state, (Span(f"{what} to be ready" if far else what, MOVING),))


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
    if run is None or (state is StepState.FAILED and run.status not in ("Failed", "FailureTarget")):
        return _without_run(step)
    if run.health is None:
        assert run.recording is not None
        return _judged(step, plain.recorded(run.recording))
    return _judged(step, _live(step, run.health))


def _live(step: Step, health: JobHealth) -> Words:
    """Its Job is there."""
    goose = health.goose or GooseRun()
    state = step.state
    if step.newest is not None:
        ahead = Span(f"database ahead of this image (v{step.newest})", LOOK)
        return Words(Span("~", LOOK), (Span(f"v{goose.version}", LOOK),), (ahead,))
    said = plain.live(health, words_of_last(step))
    if state is StepState.UNNOTICED:
        waits = (Since(step.standing.since, LOOK, "Argo CD has not noticed yet, "),)
        return Words(said.sign, said.state, waits)
    if state is StepState.RUNNING and step.standing.words:
        return Words(Span("~", LOOK), said.state, (Span(step.standing.words, LOOK),))
    if step.blocked is not None:
        blocked = step.blocked
        words = blocked.words(blocked.at).removeprefix(f"waits {blocked.waits:.0f} s ")
        return Words(said.sign, said.state, (Since(blocked.at - blocked.waits, LOOK, f"waits {words}, "),))
    if state is StepState.RUNNING and step.others:
        also = f"{', '.join(step.others)} migrates it as well: goose takes no lock"
        return Words(said.sign, said.state, (Span(also, LOOK),))
    began = health.job.started
    if state is StepState.RUNNING and health.trouble is None and began is not None and step.todo:
        return _progress(step, goose, began)
    return said


def _progress(step: Step, goose: GooseRun, began: float) -> Words:
    """With the total and the running file of the checkout, which its image may not have: "expected"."""
    todo, last = step.todo, words_of_last(step)
    known = goose.done < len(todo)
    done = f"{goose.done} of {len(todo)}" if goose.done <= len(todo) else f"{goose.done} done"
    silent = Since(goose.at or began, QUIET, "silent ", f", {last}" if last else "")
    file: Cell = (Span(f"expected {todo[goose.done].name}", QUIET),) if known else ()
    return Words(Span("▸", MOVING), (Since(began, MOVING, f"{done}, "),), (silent,), file)


def _versions(step: Step) -> str:
    """`v4 → v6`, as far as it is known."""
    if step.before is None or not step.todo:
        return ""
    return f"v{step.before} → v{step.todo[-1].version}"


def _files(step: Step) -> Cell:
    """Which files it would apply."""
    if not step.todo:
        return (Span("image or command differs", QUIET),)
    more = f" and {len(step.todo) - 1} more" if len(step.todo) > 1 else ""
    return (Span(f"expected {step.todo[0].name}{more}", QUIET),)


def _without_run(step: Step) -> Words:
    """Only Argo CD's word is known of it."""
    words = step.standing.words
    if step.state is StepState.FAILED:
        return Words(Span("!", BAD), (Span("failed", BAD),), (Span(words, BAD),) if words else ())
    gap = step.verdict.gap if step.verdict is not None else None
    return Words(Span("✓", QUIET), (Span(gap_words(gap, gap.end) if gap else "not watched", QUIET),))


def _judged(step: Step, said: Words) -> Words:
    """With a verdict that leaves a doubt."""
    verdict = step.verdict
    if verdict is None or verdict.ran is not Ran.UNSURE:
        return said
    return Words(Span("~", LOOK), said.state, (Span(verdict.words, LOOK),))
