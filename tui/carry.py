"""The one gate to every write: is it allowed, is the target still what was seen, and what came of it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tui.clock import Clock
from tui.errors import Conflict, DeployError, Gone, Refused, Unknown
from tui.journal import Entry, Journal, Unwritable
from tui.model.deed import Result
from tui.model.environment import Environment
from tui.model.plan import Plan, Stage, Step, Target
from tui.model.seen import digest, digest_application
from tui.store import Store
from tui.wire import write
from tui.wire.write import Object

if TYPE_CHECKING:
    from tui.carry_compose import ComposeWriter
    from tui.wire.argo_rest import ArgoRest
    from tui.wire.server import Server

_WELL = (Stage.ACCEPTED, Stage.DONE)
_ATTEMPTS = 3  # of a write that meets another one


@dataclass(frozen=True, slots=True)
class Outcome:
    """ASKED: it waits for others; ACCEPTED: follow it; DONE: a file is written; FAILED: nothing (more) was
    written; UNKNOWN: sent once, and nobody knows."""

    stage: Stage
    text: str
    results: tuple[Result, ...] = ()
    condition: DeployError | None = None  # the journal could not be written


@dataclass(slots=True)
class _Run:
    """One plan on its way."""

    plan: Plan
    server: Server
    environment: Environment
    stale: Callable[[], bool]
    journal: Journal
    clock: Clock
    who: str
    compose: ComposeWriter | None = None
    rest: ArgoRest | None = None
    condition: DeployError | None = None
    results: list[Result] = field(default_factory=list)


async def out(
    plan: Plan,
    *,
    server: Server,
    store: Store,
    environment: Environment,
    readonly: bool,
    stale: Callable[[], bool],
    journal: Journal,
    clock: Clock,
    who: str,
    compose: ComposeWriter | None = None,
    rest: ArgoRest | None = None,
) -> Outcome:
    """Carries a confirmed plan out, step by step, up to the first that fails; never raises a DeployError.

    `compose` writes where the environment is a Compose project, `rest` what steps want by Argo CD's server.
    """
    run = _Run(plan, server, environment, stale, journal, clock, who, compose, rest)
    try:
        _allowed(run, store, readonly)
        await _journal_works(run)
        for step in plan.steps:
            result = await _step(run, step)
            run.results.append(result)
            if result.stage not in _WELL:
                break
    except DeployError as error:
        return Outcome(Stage.FAILED, str(error), tuple(run.results), run.condition)
    return _outcome(run)


def _outcome(run: _Run) -> Outcome:
    if not (results := tuple(run.results)):
        return Outcome(Stage.ASKED, f"waits for {run.plan.awaits[0].target.name}", (), run.condition)
    last = results[-1]
    text = last.text
    if len(run.plan.steps) > 1:
        accepted = sum(result.stage in _WELL for result in results)
        text = f"{accepted} of {len(run.plan.steps)} accepted"
        if last.stage not in _WELL:
            text += f", then {last.step.target.name}: {last.text}"
    return Outcome(last.stage, text, results, run.condition)


def _allowed(run: _Run, store: Store, readonly: bool) -> None:
    """Refused before anything is asked of the network."""
    if readonly or run.environment.readonly:
        raise Refused("read-only: nothing is written", "start without --readonly, or look at readonly:")
    if run.environment.name != run.plan.environment:
        raise Refused(f"the plan is for {run.plan.environment}, not {run.environment.name}")
    if not run.plan.steps and not run.plan.awaits:
        raise Refused("nothing to do: every target is left out")
    _fresh_link(run)
    for kind in {step.target.kind for step in run.plan.steps}:
        link = store.link(kind)
        if link is not None and not link.usable:
            raise Refused(f"the link to {kind}s is {link.state}", "wait until it is live")


def _fresh_link(run: _Run) -> None:
    if run.stale():
        raise Refused(f"the link to {run.environment.name} is stale", "wait until it is live")


async def _journal_works(run: _Run) -> None:
    """A protected environment takes no deed that leaves no trace."""
    try:
        await asyncio.to_thread(run.journal.check)
    except Unwritable as error:
        run.condition = error
        if run.environment.protected:
            hint = f"{run.environment.name} is protected; {error.hint}"
            raise Refused(error.title, hint) from error


async def _step(run: _Run, step: Step) -> Result:
    entry = Entry(
        when=run.clock.now(),
        id=uuid.uuid4().hex,
        phase="asked",
        who=run.who,
        environment=run.environment.name,
        deed=step.deed,
        target=step.target,
        plan=step.words,
        command=run.plan.command,
    )
    failed = await _note(run, entry)
    if failed is not None and run.environment.protected:
        return Result(step, Stage.FAILED, str(failed))
    try:
        _fresh_link(run)
        result = await _write(run, step)
    except Unknown as error:
        result = Result(step, Stage.UNKNOWN, str(error))
    except DeployError as error:
        result = Result(step, Stage.FAILED, str(error))
    result = replace(result, id=entry.id)
    told = f"{result.stage}: {result.text}"
    ended = "end" if result.stage.over else "outcome"
    await _note(
        run,
        replace(
            entry,
            when=run.clock.now(),
            phase=ended,
            before=result.before,
            after=result.after,
            outcome=told,
        ),
    )
    return result


async def _note(run: _Run, entry: Entry) -> DeployError | None:
    try:
        await asyncio.to_thread(run.journal.append, entry)
    except Unwritable as error:
        run.condition = error
        return error
    return None


async def _write(run: _Run, step: Step) -> Result:
    """Reads, compares, writes; again when another writer came between."""
    if run.compose is not None:
        return await run.compose.write(step)
    target = step.target
    if "draft" in step.arguments:
        return await _write_file(step)
    if "object" in step.arguments:
        return await _create(run, step)
    make = write.DEEDS[step.deed]
    for attempt in range(1, _ATTEMPTS + 1):
        fresh = await _unchanged(run.server, target)
        asked = replace(step, arguments={**step.arguments, "who": run.who})
        ready = await make(run.server, asked, fresh, run.clock.now())
        try:
            if step.arguments.get("by") == "rest":
                return await _by_rest(run, asked, fresh)
            made = await write.send(run.server, target, ready, fresh["metadata"]["resourceVersion"])
        except Conflict as error:
            if attempt == _ATTEMPTS:
                hint = f"tried {_ATTEMPTS} times; look again"
                raise Conflict(f"{target.words} is being changed by others", hint) from error
            continue
        except Unknown as error:
            return await _look(run.server, step, ready, fresh, error)
        step = _as_made(step, made)
        before, after = ready.before or _revision(fresh), _revision(made)
        # A Deployment gets its new number from the controller, later: the deed's end tells it.
        return Result(step, Stage.ACCEPTED, "accepted", before=before, after=after if after != before else "")
    raise AssertionError("the last attempt returns or raises")


async def _by_rest(run: _Run, step: Step, fresh: Object) -> Result:
    """Through Argo CD's server, with its token's rights."""
    from tui.wire import argo_write  # it imports httpx, which the first paint does not wait for

    if run.rest is None:
        raise Refused("Argo CD's server can't be asked", "see server: and token: under argocd:")
    await argo_write.send(run.rest, step, fresh)
    return Result(step, Stage.ACCEPTED, f"accepted by Argo CD at {run.rest.host}")


async def _write_file(step: Step) -> Result:
    """Conflict when the file is not as it was read; its end is here: what is committed is up to people."""
    from tui.chart_draft import write as write_draft  # it imports cryptography, which the start does not need

    await asyncio.to_thread(write_draft, step.arguments["draft"])
    return Result(step, Stage.DONE, "written, not committed")


async def _create(run: _Run, step: Step) -> Result:
    """An object that was not there when the plan was made."""
    try:
        made = await write.create(run.server, step.target, step.arguments["object"])
    except Conflict as error:
        title = f"{step.target.words} was made by somebody else while you looked"
        raise Refused(title, "nothing was written; look again") from error
    return Result(_as_made(step, made), Stage.ACCEPTED, "accepted")


def _as_made(step: Step, made: Object) -> Step:
    """With the generation that was written, for a deed that is followed by it."""
    if "generation" not in step.arguments:
        return step
    meta: dict[str, Any] = made["metadata"]
    arguments = {**step.arguments, "generation": meta.get("generation", 0)}
    return replace(step, target=replace(step.target, uid=meta["uid"]), arguments=arguments)


async def _unchanged(server: Server, target: Target) -> Object:
    """The object as it is now; Refused when it is not the one that the plan was made for."""
    hint = "nothing was written; look again"
    try:
        fresh = await write.read(server, target.kind, target.namespace, target.name)
    except Gone as error:
        raise Refused(f"{target.words} was deleted while you looked", hint) from error
    meta: dict[str, Any] = fresh["metadata"]
    if meta["uid"] != target.uid:
        raise Refused(f"{target.words} was replaced while you looked: it is another object now", hint)
    if meta.get("deletionTimestamp"):
        raise Refused(f"{target.words} is being deleted", hint)
    if target.digest and _seen(target, fresh) != target.digest:
        title = f"{target.words} changed while you looked: generation {meta.get('generation', '?')}"
        raise Refused(title, hint)
    return fresh


def _seen(target: Target, fresh: Object) -> str:
    """The digest that the record of that object would have now."""
    if target.kind == "Application":
        return digest_application(fresh["spec"], fresh.get("operation"))
    return digest(fresh["spec"])


async def _look(server: Server, step: Step, ready: write.Write, fresh: Object, error: Unknown) -> Result:
    """After a lost answer: only what a read can tell, the write is never sent again."""
    target = step.target
    before = _revision(fresh)
    try:
        now = await write.read(server, target.kind, target.namespace, target.name)
    except Gone:
        if ready.method == "DELETE":
            return Result(step, Stage.ACCEPTED, "accepted (its answer was lost, the object is gone)")
        return Result(step, Stage.UNKNOWN, f"{error.title}; and it is gone now", before=before)
    except DeployError as blind:
        text = f"{error.title}; and it can't be looked at: {blind.title}"
        return Result(step, Stage.UNKNOWN, text, before=before)
    if now["metadata"]["uid"] == target.uid and ready.landed(now):
        text = "accepted (its answer was lost, the object has the change)"
        return Result(step, Stage.ACCEPTED, text, before=before, after=_revision(now))
    text = f"{error.title}; the object does not have the change now: it may still come"
    return Result(step, Stage.UNKNOWN, text, before=before, after=_revision(now))


def _revision(thing: Object) -> str:
    annotations = thing["metadata"].get("annotations") or {}
    number = annotations.get("deployment.kubernetes.io/revision")
    return str(number or (thing.get("status") or {}).get("updateRevision") or "")
