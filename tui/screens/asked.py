"""From a key to its end: a view opens its screen; a deed is refused, planned, confirmed, carried out."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
from typing import TYPE_CHECKING, cast

from tui.actions.base import Action, Asked, Deed
from tui.actions.forms import form
from tui.actions.guard import digest, left
from tui.actions.hold import Hold
from tui.actions.past import template_now
from tui.actions.refresh import Refresh
from tui.actions.roll_back import RollBack
from tui.actions.sync import SYNC, SYNC_ALL, Sync, anew
from tui.carry import Outcome, out
from tui.carry_compose import ComposeWriter
from tui.errors import DeployError, Refused
from tui.journal import Unwritable
from tui.model.application import Application
from tui.model.compose_state import ComposeState
from tui.model.deed import OpenDeed
from tui.model.environment import Platform
from tui.model.plan import Plan, Stage
from tui.model.template import differences
from tui.model.workload import Workload
from tui.screens.able import unread
from tui.screens.confirm import Confirm
from tui.screens.sync import SyncDialog
from tui.screens.views import VIEWS
from tui.screens.ways_back import WaysBack
from tui.store import LinkState, Record, Store

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from tui.app import Cockpit
    from tui.compose_session import ComposeSession
    from tui.screens.cockpit import CockpitScreen
    from tui.session import Session
    from tui.sessions import AnySession
    from tui.wire.argo_rest import ArgoRest
    from tui.wire.server import Server


def run(cockpit: Cockpit, screen: CockpitScreen, action: Action, targets: tuple[Record, ...]) -> None:
    """Starts what the key asks for; a refusal is said in a toast, whole."""
    action = form(action, cockpit.environment.platform)
    opener = VIEWS.get(action.id)
    if opener is None and isinstance(action, Deed):
        screen.run_worker(_deed(cockpit, screen, action, targets), group="deed")
    elif opener is None:
        cockpit.notify(f"{action.words} is not for this pane.", severity="warning", markup=False)
    elif action.kinds and not targets:
        cockpit.notify("Nothing is under the cursor.", severity="warning", markup=False)
    else:
        opener(cockpit, screen, targets)


async def _deed(cockpit: Cockpit, screen: CockpitScreen, deed: Deed, targets: tuple[Record, ...]) -> None:
    view, environment = cockpit.view, cockpit.environment
    if view is None:
        return _say(cockpit, unread(cockpit).partition("\n")[0])
    if other := deed.elsewhere(environment):
        return _say(cockpit, other)
    session = view.session
    if (compose := _compose(session)) is not None:
        try:
            await compose.refresh()
        except DeployError as error:
            return _say(cockpit, str(error))
    targets = deed.of(session.store, targets)
    if not targets and deed.whole:
        return _say(cockpit, deed.empty)
    if not targets:
        return _say(cockpit, f"{deed.words}: no {', '.join(sorted(deed.kinds))} is under the cursor.")
    asked = Asked(
        session.store,
        environment,
        targets,
        now=cockpit.clock.now(),
        context=session.client.server.access.context,
        known_ready=cockpit.deeds.ready.of(environment.name),
        recordings=session.recorder.recordings() if session.recorder is not None else (),
        recorded=frozenset(session.recorder.running() if session.recorder is not None else ()),
        images=cockpit.deeds.images.of(environment.name),
        boards=view.survey.boards.all,
    )
    refused = deed.refuse(asked)
    if len(refused) >= len(targets):
        said = [one.words for one in refused] if len(targets) > 1 else [refused[0].text]
        return _say(cockpit, "\n".join(said))
    journal = await journal_state(cockpit)
    if journal != "on" and environment.protected:
        return _say(cockpit, f"no deed in {environment.name}, which is protected: {journal}")
    try:
        dialog = _dialog(cockpit, deed, asked, journal)
    except DeployError as error:
        return _say(cockpit, str(error))
    plan = await cockpit.push_screen_wait(dialog)
    while plan is None and dialog.instead is not None:
        dialog = dialog.instead
        plan = await cockpit.push_screen_wait(dialog)
    if plan is not None:
        begin = _next if isinstance(deed, Sync) and plan.deed == SYNC.id else carried
        for each in plan.apart or (plan,):
            await begin(cockpit, session, each)
        screen.source.table.clear_marks()
    return None


def go_on(cockpit: Cockpit, one: OpenDeed) -> None:
    """A plan that waited for this one begins when that is done, and is said to be left when it failed."""
    then, session = one.plan.then, cockpit.sessions.get(one.environment)
    if then is None or session is None:
        return
    if one.progress.stage is Stage.DONE:
        cockpit.run_worker(_next(cockpit, session, then), group="deed")
    else:
        names = ", ".join(step.target.name for step in then.every)
        _say(cockpit, f"{one.environment}: not begun, since {one.plan.title} failed: {names}")


async def _next(cockpit: Cockpit, session: AnySession, plan: Plan) -> None:
    """A sync, looked at anew: what was allowed when it was confirmed need not be so now."""
    async with cockpit.deeds.turn:
        await _anew(cockpit, session, plan)


async def _anew(cockpit: Cockpit, session: AnySession, plan: Plan) -> None:
    asked = Asked(
        session.store,
        session.environment,
        (),
        now=cockpit.clock.now(),
        boards=cockpit.surveys[session.environment.name].boards.all,
    )
    try:
        going = [one.plan for one in cockpit.deeds.going(plan.environment)]
        await carried(cockpit, session, anew(asked, plan, going))
    except Refused as error:
        _say(cockpit, f"{plan.title}: {error}")
        one = cockpit.deeds.began(plan, Outcome(Stage.FAILED, str(error)), asked.now)
        try:
            await cockpit.deeds.note(one, "end")
        except Unwritable as unwritable:
            _say(cockpit, str(unwritable))


async def carried(cockpit: Cockpit, session: AnySession, plan: Plan) -> Outcome:
    """Sends a confirmed plan through the gate, takes it under watch, and says what came of it."""
    environment, confirmed = session.environment, cockpit.clock.now()
    compose = _compose(session)
    # A link does not matter to files.
    files = bool(plan.steps) and all("draft" in step.arguments for step in plan.steps)
    outcome = await out(
        plan,
        server=_server(session, plan),
        store=session.store,
        environment=environment,
        readonly=cockpit.settings.readonly or environment.readonly,
        stale=lambda: not files and session.link.state in (LinkState.STALE, LinkState.UNREACHABLE),
        journal=cockpit.journal,
        clock=cockpit.clock,
        who=getpass.getuser(),
        compose=ComposeWriter(compose, os.environ, cockpit.clock) if compose is not None else None,
        rest=None if compose is not None else _rest(cast("Session", session)),
    )
    if outcome.stage is Stage.FAILED:
        session.review()  # it may be a right that was taken away
    cockpit.deeds.began(plan, outcome, confirmed)
    well = outcome.stage in (Stage.ASKED, Stage.ACCEPTED, Stage.DONE)
    severity: SeverityLevel = "information" if well else "error"
    cockpit.notify(f"{plan.title}: {outcome.text}", severity=severity, markup=False)
    if outcome.condition is not None:
        _say(cockpit, f"Not in the journal: {outcome.condition}")
    return outcome


def _server(session: AnySession, plan: Plan) -> Server:
    """Of the cluster in which the plan's objects are: Argo CD may run in another one."""
    if _compose(session) is not None or not plan.steps:
        return session.client.server
    return cast("Session", session).argo.client_of(plan.steps[0].target.kind).server


def _rest(session: Session) -> ArgoRest | None:
    return session.sync_desk.rest if session.sync_desk is not None else None


def _compose(session: AnySession) -> ComposeSession | None:
    """The session of a Compose project; its module imports httpx, which the first paint does not wait for."""
    is_compose = session.environment.platform is Platform.COMPOSE
    return cast("ComposeSession", session) if is_compose else None


def _dialog(cockpit: Cockpit, deed: Deed, asked: Asked, journal: str) -> Confirm:
    """One workload or application to roll back has its past to choose from."""
    colour = cockpit.colour(asked.environment)

    def look() -> str:
        return changed(asked.store, asked.targets)

    if isinstance(deed, Sync) and deed.id in (SYNC.id, SYNC_ALL.id):
        kept = left(asked.targets, deed.refuse(asked))  # what is left out may change as it likes
        survey = cockpit.surveys[asked.environment.name]
        desk = cast("Session", cockpit.sessions[asked.environment.name]).sync_desk
        return SyncDialog(
            asked,
            colour,
            lambda: changed(asked.store, kept),
            journal,
            now=cockpit.clock.now,
            boards=lambda: survey.boards.all,
            desk=desk,
        )
    if isinstance(deed, RollBack) and len(asked.targets) == 1:
        fetch = cast("Session", cockpit.sessions[asked.environment.name]).back_then
        ways = WaysBack(cockpit, asked, journal, look, lambda one: gone(asked.store, (one,)), fetch)
        return ways.first()
    if isinstance(deed, Hold | Refresh):  # operations come and go meanwhile, and the write looks at the rest
        return Confirm(
            asked.environment, deed.plan(asked), colour, lambda: gone(asked.store, asked.targets), journal
        )
    return Confirm(asked.environment, deed.plan(asked), colour, look, journal)


async def journal_state(cockpit: Cockpit) -> str:
    """ "on", or why no line can be written."""
    try:
        await asyncio.to_thread(cockpit.journal.check)
    except Unwritable as error:
        return str(error)
    return "on"


def gone(store: Store, targets: tuple[Record, ...]) -> str:
    """Which of them is not there any more, in words; "" while all are."""
    for seen in targets:
        meta = seen.meta
        record = store.get(meta.kind, meta.namespace, meta.name)
        if record is None:
            return f"{meta.name} is gone."
        if record.meta.uid != meta.uid:
            return f"{meta.name} was deleted and made anew. Look again: esc."
    return ""


def changed(store: Store, targets: tuple[Record, ...]) -> str:
    """What differs from what the operator saw, in words; "" while all is as seen."""
    for seen in targets:
        meta = seen.meta
        if said := gone(store, (seen,)):
            return said
        record = store.get(meta.kind, meta.namespace, meta.name)
        if record is not None and digest(record) != digest(seen):
            return f"{meta.name} was changed by somebody else: {_what(seen, record)}. Look again: esc."
    return ""


def _what(seen: Record, now: Record) -> str:
    """The first few members of the spec that differ."""
    if isinstance(seen, ComposeState):
        return "its file or its containers"
    if isinstance(seen, Application) and isinstance(now, Application):
        over = now.operation is None and seen.operation is not None
        another = "its operation is over" if over else "another operation"
        return another if seen.operation != now.operation else "its spec"
    if not isinstance(seen, Workload) or not isinstance(now, Workload):
        return "it is another one"
    found = [
        f"{change.what} {change.before or 'unset'} → {change.after or 'unset'}"
        for change in differences(template_now(seen), template_now(now))
    ]
    old, new = json.loads(seen.spec), json.loads(now.spec)
    keys = sorted({*old, *new} - {"template", "replicas"})
    found += [key for key in keys if old.get(key) != new.get(key)]
    return ", ".join(found[:3]) + (" ..." if len(found) > 3 else "")


def _say(cockpit: Cockpit, words: str) -> None:
    cockpit.notify(words, severity="warning", markup=False)
