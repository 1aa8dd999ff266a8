"""Five panes and who has room: columns and frames change by themselves, without a new look at every style.

Textual works the styles of all below a widget out again when a class of it or the focus within it changes:
with seven tables in pane 4 that takes 20 ms and more at a key. Here only what looks otherwise is asked to.
"""

from __future__ import annotations

from textual import events
from textual.screen import Screen
from textual.widget import Widget

from tui.panes.logs import LogsPane

NARROW = 100
"""Columns below which the left column shows only when one of its panes has the focus."""
LOW = 36
"""Lines below which pane 3 then has all of that column."""


class FramedScreen(Screen[None]):
    """`make_room` is told what is wanted; the width of the terminal decides with it."""

    def __init__(self) -> None:
        super().__init__()
        self.full_log = False  # the log has the whole screen
        self._left = False  # a pane of the left column had the focus last
        self._waves = False  # and it was pane 3

    def make_room(
        self, *, left: bool | None = None, waves: bool | None = None, full_log: bool | None = None
    ) -> None:
        """Shows what has room; what is not given stays as it was."""
        self._left = self._left if left is None else left
        self._waves = self._waves if waves is None else waves
        self.full_log = self.full_log if full_log is None else full_log
        alone = self.app.size.width < NARROW and self._left and not self.full_log
        self.query_one("#left").display = not self.full_log and (alone or self.app.size.width >= NARROW)
        self.query_one("#right").display = not alone
        whole = alone and self._waves and self.app.size.height < LOW
        self.query_one("#environments").display = self.query_one("#namespaces").display = not whole
        self.query_one("#work").display = not self.full_log
        self.query_one(LogsPane).fill(whole=self.full_log)

    def on_resize(self, _: events.Resize) -> None:
        """Columns come and go with the width."""
        if self.query_one_optional(LogsPane) is not None:
            self.make_room()

    def _update_focus_styles(self, focused: Widget | None = None, blurred: Widget | None = None) -> None:
        """Frames alone look otherwise with the focus in them: no style below them depends on it."""
        inside = [one for widget in (focused, blurred) if widget is not None for one in widget.ancestors]
        frames = {one for one in inside if one.has_class("pane")}
        self.app.stylesheet.update_nodes(frames, animate=False)
