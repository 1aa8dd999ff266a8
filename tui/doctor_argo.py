"""Doctor's word on Argo CD: is it there, which Applications are ours, and which are not as declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from tui.argo_place import ArgoPlace
from tui.errors import DeployError, Forbidden, Gone
from tui.model.application import Application
from tui.model.application_health import differs
from tui.model.environment import Environment, SyncMode
from tui.wire.kinds import KINDS
from tui.wire.kinds.base import Unreadable
from tui.wire.plain import plain


@dataclass(frozen=True, slots=True)
class Looked:
    """`words` are for people, `differing` the applications that are not as they are declared."""

    words: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    there: bool = False


async def look(place: ArgoPlace, environment: Environment) -> Looked:
    """Lists the Applications of its namespace; an Argo CD that does not answer is one of the findings."""
    try:
        mine, all_of_them, broken = await _applications(place)
    except Gone:
        if environment.sync is SyncMode.NONE and not environment.argo.elsewhere:
            return Looked()
        return Looked((f"Argo CD is declared (sync: {environment.sync or 'not said'}) and not there",))
    except Forbidden as error:
        return Looked((f"Argo CD's applications can't be read: {plain(error.title)}",), there=True)
    except DeployError as error:
        return Looked((f"Argo CD does not answer: {plain(str(error))}",), there=True)
    out = sum(one.sync == "OutOfSync" for one in mine)
    auto = sum(one.automated is not None for one in mine)
    words = [
        f"Argo CD in {place.namespace}: {len(mine)} of {all_of_them} applications are this environment's, "
        f"{out} out of sync, {auto} sync by themselves"
    ]
    if all_of_them and not mine:
        words.append("none is: check selector, destination or context of argocd, or the namespaces")
    if broken:
        words.append(f"{len(broken)} can't be read: {broken[0]}")
    told = [(one.meta.name, differs(one, environment)) for one in sorted(mine, key=lambda one: one.meta.name)]
    return Looked(tuple(words), tuple(f"{plain(name)} {plain(text)}" for name, text in told if text), True)


async def _applications(place: ArgoPlace) -> tuple[list[Application], int, list[str]]:
    """Those of this environment, how many there are in all, and those that can't be read."""
    kind = place.chosen(KINDS["Application"])
    mine, count, broken = [], 0, []
    async for page in place.client.pages(kind, place.namespace):
        for raw in page.items:
            count += 1
            try:
                one = cast(Application, kind.read(raw))
            except Unreadable as error:
                broken.append(str(error))
                continue
            if kind.keeps is None or kind.keeps(one):
                mine.append(one)
    return mine, count, broken
