"""Where one was: views as values, and the way back and forward through them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.panes.work import WorkPane
from tui.store import Record
from widgets.filter import Filter

if TYPE_CHECKING:
    from tui.screens.cockpit import CockpitScreen

KEPT = 100
"""Views that are kept, oldest dropped."""


@dataclass(frozen=True, slots=True)
class Place:
    """One view of pane 4."""

    environment: str
    namespaces: frozenset[str] | None
    tab: str
    of: Record | None
    filter: str
    cursor: Hashable | None


class Travels:
    """The views behind and before the present one, as a browser keeps them."""

    def __init__(self) -> None:
        self._past: list[Place] = []
        self._future: list[Place] = []
        self._last: Place | None = None
        self._stepping = False

    def left(self, place: Place, *, step: bool = False) -> None:
        """That view is left for another one; of `step`s in a row (tab after tab) the first is kept."""
        self._last = place
        if not (step and self._stepping):
            self._past = [*self._past[1 - KEPT :], place]
            self._future.clear()
        self._stepping = step

    def back(self, here: Place) -> Place | None:
        """The view before this one; None at the first."""
        return self._move(here, self._past, self._future)

    def forward(self, here: Place) -> Place | None:
        """The view from which one came back; None at the newest."""
        return self._move(here, self._future, self._past)

    def last(self, here: Place) -> Place | None:
        """The view that was shown before this one, however one came here."""
        found = self._last
        if found is not None:
            self.left(here)
        return found

    def _move(self, here: Place, source: list[Place], target: list[Place]) -> Place | None:
        self._stepping = False
        while source:
            found = source.pop()
            if found != here:  # entering what one is in already is no way
                target.append(here)
                self._last = here
                return found
        return None


def here(screen: CockpitScreen) -> Place:
    """The view that is shown now."""
    tab, cockpit = screen.query_one(WorkPane).current, screen.cockpit
    return Place(
        cockpit.front, cockpit.namespaces, str(tab.id), tab.of, tab.table.filter.text, tab.table.cursor
    )


async def go(screen: CockpitScreen, place: Place) -> None:
    """Shows a view as it was left; objects that are gone meanwhile are not there."""
    cockpit, work = screen.cockpit, screen.query_one(WorkPane)
    if place.environment != cockpit.front:
        await cockpit.switch(place.environment)
        if not screen.is_attached:
            return  # left meanwhile
    cockpit.namespaces = place.namespaces
    tab = next(one for one in work.tabs if one.id == place.tab)
    view = cockpit.view
    if view is not None:
        tab.bind(view)
        tab.of = place.of
        tab.filter_bar.put(place.filter)
        tab.table.set_filter(Filter.parse(place.filter))
        tab.show(view)
        tab.table.wish(place.cursor)
    work.go(tab)
