"""From a key to its end: a view opens its screen; a deed is refused, planned, confirmed, carried out."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.actions.base import Action, Deed
from tui.actions.guard import digest
from tui.carry import out
from tui.errors import DeployError
from tui.model.plan import Plan
from tui.store import LinkState, Record, Store
from tui.wire.kinds import KINDS

if TYPE_CHECKING:
    from tui.app import Cockpit


def run(cockpit: Cockpit, screen: Screen[None], action: Action, targets: tuple[Record, ...]) -> None:
    """Starts what the key asks for; a refusal is said in a toast, whole."""
    if isinstance(action, Deed):
        screen.run_worker(_deed(cockpit, action, targets), group="deed")
        return
    opener = VIEWS.get(action.id)
    if opener is None:
        cockpit.notify(f"{action.words} is not for this pane.", severity="warning", markup=False)
    elif action.kinds and not targets:
        cockpit.notify("Nothing is under the cursor.", severity="warning", markup=False)
    else:
        opener(cockpit, targets)


async def _deed(cockpit: Cockpit, deed: Deed, targets: tuple[Record, ...]) -> None:
    from tui.screens.confirm import Confirm

    view, environment = cockpit.view, cockpit.environment
    if view is None:
        return _say(cockpit, f"{environment.name} is not read by this version.")
    targets = tuple(record for record in targets if deed.fits(record.meta.kind))
    if not targets:
        return _say(cockpit, f"{deed.words}: no {', '.join(sorted(deed.kinds))} is under the cursor.")
    session = view.session
    refused = deed.refuse(session.store, environment, targets)
    if len(refused) >= len(targets):
        return _say(cockpit, refused[0].text)
    try:
        plan = deed.plan(
            session.store,
            environment,
            targets,
            choice=None,
            now=cockpit.clock.now(),
            context=session.client.server.access.context,
        )
    except DeployError as error:
        return _say(cockpit, str(error))
    dialog = Confirm(environment, plan, cockpit.colour(environment), lambda: changed(session.store, plan))
    if not await cockpit.push_screen_wait(dialog):
        return None
    outcome = await out(
        plan,
        server=session.client.server,
        store=session.store,
        environment=environment,
        readonly=cockpit.settings.readonly or environment.readonly,
        stale=lambda: session.link.state in (LinkState.STALE, LinkState.UNREACHABLE),
        journal=cockpit.journal,
        clock=cockpit.clock,
        who=getpass.getuser(),
    )
    cockpit.began(deed, plan, outcome)
    cockpit.notify(f"{plan.title}: {outcome.text}", markup=False)
    return None


def changed(store: Store, plan: Plan) -> str:
    """What differs from what the plan was made of, in words; "" while all is as seen."""
    for step in plan.steps:
        target = step.target
        record = store.get(target.kind, target.namespace, target.name)
        if record is None:
            return f"{target.name} is gone."
        if record.meta.uid != target.uid:
            return f"{target.name} was deleted and made anew. Look again."
        if digest(record) != target.digest:
            return f"{target.name} was changed by somebody else. Look again."
    return ""


def _say(cockpit: Cockpit, words: str) -> None:
    cockpit.notify(words, severity="warning", markup=False)


def _why(cockpit: Cockpit, targets: tuple[Record, ...]) -> None:
    from textual.content import Content

    from tui.present.describe import why
    from tui.screens.text import Reader
    from widgets.tone import printable

    view = cockpit.view
    assert view is not None
    lines: list[Content] = []
    for section in why(view.session.store, view.survey, targets[0]):
        lines.append(Content.styled(printable(section.title), "bold"))
        lines += [Content("  " + "".join(printable(span.text) for span in line)) for line in section.lines]
        lines.append(Content(""))
    cockpit.push_screen(Reader(f"Why: {targets[0].meta.path}", Content("\n").join(lines)))


def _yaml(cockpit: Cockpit, targets: tuple[Record, ...]) -> None:
    cockpit.run_worker(_read_yaml(cockpit, targets[0]), group="yaml")


async def _read_yaml(cockpit: Cockpit, record: Record) -> None:
    from tui.present.yaml import to_yaml
    from tui.screens.text import Reader, text

    view = cockpit.view
    assert view is not None
    meta = record.meta
    try:
        raw = await view.session.client.get(KINDS[meta.kind], meta.namespace, meta.name)
    except DeployError as error:
        return _say(cockpit, str(error))
    cockpit.push_screen(Reader(f"{meta.kind} {meta.path}", text(to_yaml(json.loads(raw)))))
    return None


def _help(cockpit: Cockpit, targets: tuple[Record, ...]) -> None:
    from tui.actions import ACTIONS
    from tui.screens.text import Reader, text

    lines = [f"{', '.join(action.keys):<12} {action.words:<18} {action.help}" for action in ACTIONS]
    lines += ["", "1..5 tab   go to a pane          left right   tabs of pane 4", "ctrl+q     leave"]
    cockpit.push_screen(Reader("Help", text("\n".join(lines))))


def _journal(cockpit: Cockpit, targets: tuple[Record, ...]) -> None:
    from tui.screens.text import Reader, text

    lines = [
        f"{datetime.fromtimestamp(one.when, UTC):%Y-%m-%d %H:%M:%S}  {one.environment}  {one.phase:<8} "
        f"{one.plan}  {one.target.words}  {one.outcome}  ({one.who})"
        for one in cockpit.journal.entries()
    ]
    cockpit.push_screen(Reader("Journal", text("\n".join(lines) or "no deed yet")))


VIEWS: dict[str, Callable[[Cockpit, tuple[Record, ...]], None]] = {
    "why": _why,
    "yaml": _yaml,
    "help": _help,
    "journal": _journal,
}
