"""A recording's log, whole, as the log pane would show it; and two of them compared."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from typing import cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.archive import Archive
from tui.model.comparison import comparable, file_times, lines_of
from tui.model.log import Batch, Seam, Source
from tui.model.recording import Recording
from tui.panes.log_flow import LogFlow
from tui.present.log import LogPainter
from tui.present.runs import comparison
from tui.replay import Replay
from tui.screens.text import Reader, frame_title
from widgets.diff_view import DiffView
from widgets.filter_bar import FilterBar
from widgets.log_view import LogView
from widgets.plan_body import PlanBody, Section
from widgets.ring import Ring


class RecordingScreen(ModalScreen[None]):
    """Reads the file off the loop; `/` searches in it."""

    DEFAULT_CSS = """
    RecordingScreen { align: center middle; }
    RecordingScreen #paper {
        width: 96%; height: 94%; border: round $primary; padding: 0 1; background: $surface;
    }
    """
    AUTO_FOCUS = "LogView"
    BINDINGS = [
        Binding("escape,q", "close", "Back", show=False),
        Binding("slash", "search", "Search", show=False),
        Binding("w", "wrap", "Wrap", show=False),
    ]

    def __init__(self, archive: Archive, recording: Recording, ring_bytes: int) -> None:
        super().__init__()
        self._recording = recording
        self._painter = LogPainter()
        self._view = LogView(self._paint)
        self._bar = FilterBar()
        self._flow = LogFlow(
            Replay(recording, lambda: archive.open(recording.job_uid)), Ring(ring_bytes), folds=False
        )

    def compose(self) -> ComposeResult:
        with Vertical(id="paper") as paper:
            paper.border_title = frame_title(f"{self._recording.job}: {self._flow.tail.status.words}")
            paper.border_subtitle = " / search   w wrap   esc back "
            yield self._view
            yield self._bar

    def on_mount(self) -> None:
        self._view.wrap = True
        self._view.attach(self._flow.ring)
        self.run_worker(self._flow.run(), group="recording")

    def check_seen(self) -> None:
        """At each tick: what was read so far."""
        self._view.changed()

    def _paint(self, tag: Hashable | None, payload: object) -> Text:
        return self._painter.paint(cast("Source | None", tag), cast("bytes | Seam", payload))

    def action_search(self) -> None:
        """Opens the line in which to type what is looked for."""
        self._bar.open(self._view)

    def action_wrap(self) -> None:
        """Wraps long lines, or clips them."""
        self._view.wrap = not self._view.wrap
        self._view.repaint()

    def action_close(self) -> None:
        """First out of the search."""
        if self._bar.is_open:
            self._bar.clear()
        else:
            self.dismiss(None)


class ComparisonScreen(Reader):
    """Durations of each file above, the lines that differ below."""

    DEFAULT_CSS = """
    ComparisonScreen #paper PlanBody { height: auto; max-height: 50%; margin-bottom: 1; }
    ComparisonScreen #paper DiffView { height: 1fr; }
    """
    AUTO_FOCUS = "DiffView"

    def __init__(self, sections: Sequence[Section], texts: tuple[str, str]) -> None:
        from textual.content import Content

        super().__init__("Two runs compared", Content(""))
        self._sections = sections
        self._texts = texts

    def paper(self) -> Widget:
        view = DiffView()
        view.set_diff(*self._texts, ("before", "after"))
        return Vertical(PlanBody(self._sections), view, id="paper")


async def compared(archive: Archive, one: Recording, other: Recording) -> ComparisonScreen:
    """The older one is the one before; both are read off the loop."""
    before, after = sorted((one, other), key=lambda each: each.created or each.began)

    def read() -> tuple[Batch, Batch]:
        return archive.open(before.job_uid), archive.open(after.job_uid)

    first, second = (lines_of(batch) for batch in await asyncio.to_thread(read))
    sections = comparison(before, after, file_times(first, second))
    return ComparisonScreen(sections, (comparable(first), comparable(second)))
