"""From a key to its end: a view opens its screen; a deed is refused, planned, confirmed, carried out."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from tui.actions.base import Action, Asked, Deed
from tui.actions.guard import digest
from tui.carry import out
from tui.errors import DeployError
from tui.model.plan import Plan, Stage
from tui.screens.views import VIEWS
from tui.store import LinkState, Record, Store

if TYPE_CHECKING:
    from tui.app import Cockpit
    from tui.screens.cockpit import CockpitScreen


def run(cockpit: Cockpit, screen: CockpitScreen, action: Action, targets: tuple[Record, ...]) -> None:
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
        opener(cockpit, screen, targets)


async def _deed(cockpit: Cockpit, deed: Deed, targets: tuple[Record, ...]) -> None:
    from tui.screens.confirm import Confirm

    view, environment = cockpit.view, cockpit.environment
    if view is None:
        return _say(cockpit, f"{environment.name} is not read by this version.")
    targets = tuple(record for record in targets if deed.fits(record.meta.kind))
    if not targets:
        return _say(cockpit, f"{deed.words}: no {', '.join(sorted(deed.kinds))} is under the cursor.")
    session = view.session
    asked = Asked(
        session.store,
        environment,
        targets,
        now=cockpit.clock.now(),
        context=session.client.server.access.context,
    )
    refused = deed.refuse(asked)
    if len(refused) >= len(targets):
        return _say(cockpit, refused[0].text)
    try:
        plan = deed.plan(asked)
    except DeployError as error:
        return _say(cockpit, str(error))
    dialog = Confirm(environment, plan, cockpit.colour(environment), lambda: changed(session.store, plan))
    if not await cockpit.push_screen_wait(dialog):
        return None
    confirmed = cockpit.clock.now()
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
    if outcome.stage is Stage.FAILED:
        session.review()  # it may be a right that was taken away
    cockpit.deeds.began(plan, outcome, confirmed)
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
