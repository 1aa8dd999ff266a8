"""The deeds of this cockpit, live: open ones and those at their end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.model.deed import OpenDeed
from tui.present.deed import sections
from tui.screens.text import Page
from widgets.plan_body import Section
from widgets.tone import Span, Tone

_NONE = Section(lines=[[Span("no deed yet", Tone.QUIET)]])


class DeedsPage(Page):
    """Follows its list while it is open; closing it ends nothing."""

    def __init__(self, deeds: Callable[[], Sequence[OpenDeed]]) -> None:
        super().__init__("Deeds", sections(deeds()) or [_NONE])
        self._deeds = deeds

    def check_seen(self) -> None:
        """At each tick: the stages as they are now."""
        self.set_sections(sections(self._deeds()) or [_NONE])
