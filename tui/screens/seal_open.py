"""What the keys of sealing open: the form, the controller's word on a SealedSecret, and sealing again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tui.actions.seal_plan import Wanted, cluster_plan, file_plan, owner
from tui.chart import Place
from tui.chart_draft import draft, encrypted_at
from tui.errors import DeployError, Refused
from tui.model.plan import Remark, Stage, Weight
from tui.model.sealed_secret import Seal, SealedSecret
from tui.screens import able
from tui.screens.seal import SealForm
from tui.screens.seal_flow import confirmed, tell, watching
from tui.screens.seal_place import beginning
from tui.screens.text import Page
from tui.seal_desk import Desk, desk
from tui.session import Session
from tui.store import Record
from tui.wire.kinds import KINDS
from tui.wire.seal_controller import suspects
from tui.wire.sealing import Object, encrypted_of, seal_of, sealed_secret
from widgets.plan_body import Section
from widgets.tone import Span, Tone

if TYPE_CHECKING:
    from tui.app import Cockpit

_MOST = 12  # places that a value which can't be opened is tried for: two a second


def open_form(cockpit: Cockpit, targets: tuple[Record, ...]) -> None:
    """Filled with what is under the cursor."""
    session = _session(cockpit)
    if session is None:
        return
    told = f"For {targets[0].meta.name}, the first of {len(targets)} marked." if len(targets) > 1 else ""
    start = beginning(session.store, targets, cockpit.namespaces)
    cockpit.push_screen(SealForm(cockpit, session, _desk(cockpit, session), start, told))


def _session(cockpit: Cockpit) -> Session | None:
    """The one in front, where it is a cluster's; else it is said why not."""
    view = cockpit.view
    if view is not None and isinstance(view.session, Session):
        return view.session
    words = (
        able.unread(cockpit) if view is None else f"{cockpit.front} has no Sealed Secrets: it is no cluster"
    )
    cockpit.notify(words, severity="warning", markup=False)
    return None


def _desk(cockpit: Cockpit, session: Session) -> Desk:
    return desk(cockpit.settings, session.environment, session.client.server, cockpit.clock, Path.cwd())


async def verify(cockpit: Cockpit, record: Record) -> None:
    """A page: what the controller can't open, in the cluster and in the checkout, and the likely cause."""
    session = _session(cockpit)
    if session is None or not isinstance(record, SealedSecret):
        return
    at = _desk(cockpit, session)
    wanted = Seal(record.meta.name, record.meta.namespace, record.scope, record.type)
    page = Page(f"Verify: {record.meta.path}", [Section("asking the controller …", Tone.QUIET)])
    cockpit.push_screen(page)
    sections = [await _verified(at, session, "In the cluster", wanted, await _read(session, record))]
    for place in await _places(at, wanted):
        thing = sealed_secret(wanted, encrypted_at(place))
        if encrypted_of(thing):
            sections.append(await _verified(at, session, at.short(place.file), wanted, thing))
    page.set_sections(sections)


async def _verified(
    at: Desk, session: Session, title: str, wanted: Seal, thing: Object | DeployError
) -> Section:
    if isinstance(thing, DeployError):
        return Section(title, Tone.LOOK, [[Span(str(thing))]])
    try:
        shut = await at.controller.unopened(thing)
        lines = [[Span(f"✓ {key}", Tone.GOOD)] for key in encrypted_of(thing) if key not in shut]
        lines += [
            [Span(f"✗ {key}", Tone.BAD), Span(f"  {await _cause(at, session, wanted, thing, key)}")]
            for key in shut
        ]
    except DeployError as error:
        return Section(title, Tone.LOOK, [[Span(str(error))]])
    return Section(title, Tone.BAD if shut else Tone.GOOD, lines)


async def _cause(at: Desk, session: Session, wanted: Seal, thing: Object, key: str) -> str:
    """For what it was sealed instead, where trying tells it."""
    there = [one for one in session.store.all("SealedSecret") if one.meta.namespace == wanted.namespace]
    others = suspects(wanted, [one.meta.name for one in there], session.namespaces())[:_MOST]
    found = await at.controller.sealed_for(thing, key, others)
    if found is None:
        return "for another name, or with another cluster's certificate: seal it again (E)"
    words = []
    if found.scope is not wanted.scope:
        words.append(f"with scope {found.scope}, the object is {wanted.scope}")
    if found.namespace != wanted.namespace:
        words.append(f"for namespace {found.namespace}")
    if found.name != wanted.name:
        words.append(f"for the name {found.name}")
    return f"sealed {' and '.join(words)}: seal it again (E)"


async def _read(session: Session, record: Record) -> Object | DeployError:
    try:
        raw = await session.client.get(KINDS["SealedSecret"], record.meta.namespace, record.meta.name)
    except DeployError as error:
        return error
    found: Object = json.loads(raw)
    return found


async def _places(at: Desk, wanted: Seal) -> Iterable[Place]:
    """Those that are there; none where the checkout can't be read."""
    try:
        return [place for place in (await at.places(wanted)).places if place.keys]
    except DeployError:
        return []


async def rotate(cockpit: Cockpit, record: Record) -> None:
    """In the file that keeps it, else in the cluster where nobody else owns it."""
    session = _session(cockpit)
    if session is None or not isinstance(record, SealedSecret):
        return
    at = _desk(cockpit, session)
    try:
        thing = await _read(session, record)
        if isinstance(thing, DeployError):
            raise thing
        wanted = seal_of(thing)
        places = [place for place in await _places(at, wanted) if place.own]
        if not places and (why := owner(record.meta)):
            raise Refused(why, f"open the checkout that keeps it{f': {at.missing}' if at.missing else ''}")
        if places:
            thing = sealed_secret(wanted, encrypted_at(places[0]))
        fresh = encrypted_of(await at.controller.rotate(thing))
        text = f"{len(fresh)} keys sealed with the controller's newest key; no value left the cluster"
        told = Wanted(at.environment.name, wanted, "rotate", (Remark(Weight.GOOD, text),))
        if not places:
            plan, look = cluster_plan(told, record, fresh, thing), _same
        else:
            made = draft(places[0], wanted, fresh)
            plan, look = file_plan(told, made, at.short(made.file)), watching(made)
    except DeployError as error:
        cockpit.notify(str(error), severity="warning", markup=False)
        return
    if await confirmed(cockpit, session, at, plan, look) is Stage.DONE:
        await tell(cockpit, at, plan)


def _same() -> str:
    return ""  # the gate looks whether it is the same object
