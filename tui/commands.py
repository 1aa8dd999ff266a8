"""The command palette: every action, environment, namespace and workload by name; q leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.actions import ACTIONS
from tui.present.namespace import namespaces
from tui.screens import enter
from tui.screens.cockpit import CockpitScreen
from widgets.tone import printable

if TYPE_CHECKING:
    from tui.app import Cockpit


Offer = tuple[str, str, Callable[[], object]]


class Actions(Provider):
    """What the palette offers on the cockpit's screen."""

    async def discover(self) -> Hits:
        for words, help_, run in self._all():
            yield DiscoveryHit(Content(words), run, words, help_)

    async def search(self, query: str) -> Hits:
        if query.strip() in ("q", "quit", "q!"):
            words, help_, run = self._leave()
            yield Hit(2.0, Content(words), run, words, help_)
            return
        matcher = self.matcher(query)
        for words, help_, run in self._all():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, Content(words), run, words, help_)

    def _all(self) -> Iterator[Offer]:
        screen, cockpit = self.screen, cast("Cockpit", self.app)
        if not isinstance(screen, CockpitScreen):
            return
        for action in ACTIONS:
            if action.id != "palette":
                yield action.words, action.help, partial(screen.action_ask, action.id)
        for environment in cockpit.settings.environments:
            yield (
                f"Environment {environment.name}",
                "Brings it to the front.",
                partial(screen.open_environment, environment.name),
            )
        yield from self._in_front(screen, cockpit)
        yield self._leave()

    def _in_front(self, screen: CockpitScreen, cockpit: Cockpit) -> Iterator[Offer]:
        view = cockpit.view
        if view is None:
            return
        for name in namespaces(view.session.store, view.survey, view.session.environment):
            yield (
                printable(f"Namespace {name}"),
                "Shows its objects only.",
                partial(screen.open_namespaces, frozenset({name})),
            )
        for one in view.survey.workloads.values():
            meta = one.workload.meta
            words = printable(f"{meta.kind} {meta.path}")
            yield words, "Goes to it.", partial(enter.reveal, screen, one.workload)

    def _leave(self) -> Offer:
        return "Leave (q)", "Ends the cockpit; asks when a deed is not at its end.", self._go

    async def _go(self) -> None:
        await cast("Cockpit", self.app).action_leave()
