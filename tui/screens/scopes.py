"""Which keys work at the same time: one table for help, keymap and the test that none is there twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.keys import format_key
from textual.widget import Widget

from tui.panes.logs import LogsPane
from tui.screens.cockpit import CockpitScreen
from widgets.filter_bar import FilterBar
from widgets.live_table import LiveTable
from widgets.log_view import LogView

SCOPES: Mapping[str, tuple[type[Widget], ...]] = {
    "cockpit": (CockpitScreen, LiveTable),
    "log": (LogsPane, LogView),
    "filter": (FilterBar,),
}
"""Widgets whose keys are alive together; the log's go before the cockpit's while the log has the focus."""


@dataclass(frozen=True, slots=True)
class Known:
    """What one or more keys do, by the names that the terminal library gives them."""

    id: str
    keys: tuple[str, ...]
    words: str

    def shown(self, keymap: Mapping[str, str]) -> str:
        """The keys as they stand on a keyboard, the user's own before ours."""
        own = keymap.get(self.id)
        return " ".join(format_key(key) for key in (own.split(",") if own else self.keys))


def keys_of(owners: Sequence[type[Widget]]) -> list[Known]:
    """All bindings of these widgets, in their order."""
    found = []
    for owner in owners:
        for binding in owner.BINDINGS:
            assert isinstance(binding, Binding)
            keys = tuple(each.key for each in Binding.make_bindings([binding]))
            name = (binding.id or "").rpartition(".")[2].replace("-", " ")
            found.append(Known(binding.id or "", keys, binding.description or name.capitalize()))
    return found
