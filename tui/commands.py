"""The command palette: every action, environment and workload by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.actions import ACTIONS
from tui.screens import enter
from tui.screens.cockpit import CockpitScreen

if TYPE_CHECKING:
    from tui.app import Cockpit


class Actions(Provider):
    """What the palette offers on the cockpit's screen."""

    async def discover(self) -> Hits:
        for words, help_, run in self._all():
            yield DiscoveryHit(Content(words), run, words, help_)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for words, help_, run in self._all():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, Content(words), run, words, help_)

    def _all(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
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
                partial(cockpit.switch, environment.name),
            )
        if cockpit.view is not None:
            for one in cockpit.view.survey.workloads.values():
                meta = one.workload.meta
                yield f"{meta.kind} {meta.path}", "Goes to it.", partial(enter.reveal, screen, one.workload)
