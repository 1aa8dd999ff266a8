"""What pages about a SealedSecret ask its controller: how old the key is, where it was really sealed for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tui.errors import DeployError
from tui.model.sealed_secret import Scope, Seal, SealedSecret, SealVerdict
from tui.panes.base import View
from tui.present.cells import moment
from tui.sessions import document
from widgets.plan_body import Section
from widgets.tone import Span, Tone

if TYPE_CHECKING:
    from tui.app import Cockpit
    from tui.wire.seal_controller import SealController

MOST = 12
"""Places to try at most: the controller answers two questions a second."""


def controller_of(cockpit: Cockpit, view: View) -> SealController:
    """That of the environment, configured or found by itself."""
    from tui.wire.seal_controller import SealController  # it imports cryptography

    told = cockpit.settings.sections.get(view.session.environment.name, {}).get("sealed-secrets", {})
    place = str(told.get("controller") or "")
    return SealController(view.session.client.server, cockpit.clock, place)


async def key_age(cockpit: Cockpit, view: View, sealed: SealedSecret) -> Section:
    """Whether the newest key can have sealed it; without a title where the controller does not answer."""
    try:
        begins = (await controller_of(cockpit, view).certificate()).begins
    except DeployError:
        return Section()
    if (sealed.changed or sealed.meta.created) < begins:
        words = f"The key it was sealed with is older than the newest, which is of {moment(begins)}"
        return Section(words, Tone.LOOK, [[Span("it opens all the same; ctrl+e seals it with the newest")]])
    return Section(f"It was written after the newest key came, {moment(begins)}", Tone.QUIET)


async def sealed_for(cockpit: Cockpit, view: View, sealed: SealedSecret, verdict: SealVerdict) -> Section:
    """Where the first value that can't be opened was sealed for, as the controller tells by opening it."""
    from tui.wire.seal_controller import suspects

    meta = sealed.meta
    wanted = Seal(meta.name, meta.namespace, sealed.scope)
    records = view.session.store.all("SealedSecret")
    names = [one.meta.name for one in records if one.meta.namespace == meta.namespace]
    try:
        raw = await document(view.session, meta)
        places = suspects(wanted, names, view.session.namespaces())[:MOST]
        found = await controller_of(cockpit, view).sealed_for(json.loads(raw), verdict.keys[0], places)
    except (DeployError, KeyError) as error:
        return Section(f"The controller could not be asked why: {error}", Tone.QUIET)
    again = f"mend it: seal it again (E) for {meta.path}, {sealed.scope}, with this cluster's certificate"
    return Section(_words(wanted, found), Tone.LOOK, [[Span(again)]])


def _words(wanted: Seal, found: Seal | None) -> str:
    if found is None:
        return (
            "It opens under no name, namespace or scope that was tried: sealed with another cluster's "
            "certificate, or the controller has new keys"
        )
    if found.scope is not wanted.scope:
        note = ""
        if found.scope is not Scope.STRICT:
            note = "; the annotation alone is not looked at again, the spec has to change as well"
        return f"It was sealed with scope {found.scope}, and stands here as {wanted.scope}{note}"
    if found.namespace != wanted.namespace:
        taken = ": kubeseal takes that one where none is named" if found.namespace == "default" else ""
        return f"It was sealed for the namespace {found.namespace}{taken}"
    return f"It was sealed under the name {found.name}: a value can't be renamed with its SealedSecret"
