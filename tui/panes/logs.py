"""Pane 5: the logs of what is selected; a tail begins when the cursor rests on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.worker import Worker

from tui.clock import Clock
from tui.errors import DeployError
from tui.model.log import Seam, SeamKind, Source
from tui.panes import log_file, log_selection
from tui.panes.base import View
from tui.panes.log_flow import LogFlow
from tui.panes.log_selection import REACHES, Request, Scope
from tui.present.log import LogPainter, Times
from tui.present.log_filter import AtLeast
from tui.present.log_level import Level
from tui.store import Record
from tui.tail import Tail
from widgets.filter_bar import FilterBar
from widgets.log_view import LogView
from widgets.ring import Ring
from widgets.tone import literal

REST = 0.2
"""Seconds for which the cursor has to rest before its logs are fetched."""

_LEVELS = (None, Level.ERROR, Level.WARN)
_FILTERED = {Level.ERROR: "errors only", Level.WARN: "warnings and errors"}


class LogsPane(Vertical):
    """Follows the selection; `pinned` keeps what is shown, `previous` shows the run before."""

    BINDINGS = [
        *[
            Binding(
                str(number), f"reach({number})", f"{one.help} (full log)", show=False, id=f"logs.{one.id}"
            )
            for number, one in enumerate(REACHES)
        ],
        Binding("s", "follow", "Follow the end, or hold", show=False, id="logs.follow"),
        Binding("w", "wrap", "Wrap long lines, or clip them", show=False, id="logs.wrap"),
        Binding("t", "timestamps", "Times on or off", show=False, id="logs.timestamps"),
        Binding("f", "frame", "Frame on or off (full log)", show=False, id="logs.frame"),
        Binding("m", "mark", "A line to find this moment again", show=False, id="logs.mark"),
        Binding("o", "scope", "One container or attempt, or all", show=False, id="logs.scope"),
        Binding("e", "level", "Errors only, warnings too, all", show=False, id="logs.level"),
        Binding(
            "ampersand", "only_matching", "Only what the search finds", show=False, id="logs.only-matching"
        ),
        Binding("x", "raw", "JSON lines as they came", show=False, id="logs.raw"),
        Binding("c", "copy", "Copy the line", show=False, id="logs.copy"),
        Binding("ctrl+s", "save", "Save all lines in a file", show=False, id="logs.save"),
    ]

    def __init__(self, *, clock: Clock, ring_bytes: int, folder: Path | None = None) -> None:
        """Logs are saved in `folder`, without one in the current folder."""
        super().__init__(id="logs", classes="pane")
        self.border_title = "5 Logs"
        self._clock = clock
        self._ring_bytes = ring_bytes
        self._folder = folder or Path()
        self._painter = LogPainter()
        self.log_view = LogView(self._paint, id="log-view")
        self.search_bar = FilterBar(id="log-search")
        self.pinned = False
        self.whole = self._frameless = False  # it has the whole screen; and no frame then
        self.previous = False  # the run before the present one
        self._level: Level | None = None
        self._view: View | None = None
        self._wanted: Request | None = None
        self._since = 0.0  # when it became that
        self._shown: Request | None = None
        self._flow: LogFlow | None = None
        self._problem = ""
        self._top: int | None = None  # number of the first line that is here, while the view is held there

    def compose(self) -> ComposeResult:
        yield self.log_view
        yield self.search_bar

    def _paint(self, tag: Hashable | None, payload: object) -> Text:
        return self._painter.paint(cast("Source | None", tag), cast("bytes | Seam", payload))

    # What is shown

    def show(self, view: View, targets: tuple[Record, ...]) -> None:
        """At each tick: begins a tail when another selection has rested, and paints what came."""
        self._view = view
        wanted = self._next(view, targets[0] if targets else None)
        if wanted is not None:
            if self._wanted is None or wanted.identity != self._wanted.identity:
                self._since = self._clock.monotonic()
            self._wanted = wanted
            new = self._shown is None or wanted.identity != self._shown.identity
            if new and self._clock.monotonic() - self._since >= REST:
                self._begin(view, wanted)
        self.log_view.changed()
        self._tell()

    def _next(self, view: View, record: Record | None) -> Request | None:
        """What is asked for now: the same of another row as of the first time, or of the pinned one."""
        old = self._wanted
        record = log_selection.logged(view, record) if record is not None else None
        if old is not None and (self.pinned or record is None):
            record = old.record
        if record is None:
            return None
        if old is None or old.record.meta.uid != record.meta.uid:
            return Request(record, self.previous)
        reach = old.reach if self.whole else REACHES[0]
        return replace(old, record=record, previous=self.previous, reach=reach)

    def fill(self, *, whole: bool) -> None:
        """It gets the whole screen, or gives it back; without a frame only there."""
        self.whole = whole
        self.set_class(whole and self._frameless, "-frameless")

    def leave(self) -> None:
        """What is shown is of an environment that is not in front any more."""
        if self._shown is None or self.pinned:
            return
        self.workers.cancel_group(self, "logs")
        self._wanted = self._shown = self._flow = self._view = None
        self.log_view.attach(Ring(self._ring_bytes))
        self._tell()

    def _begin(self, view: View, request: Request) -> None:
        record = request.record
        if self._shown is None or self._shown.record.meta.uid != record.meta.uid:
            self.log_view.wrap = record.meta.kind == "Job"
        self._shown, self._problem = request, ""
        since = log_selection.since(request.reach, self._clock.now())
        recorder = view.session.recorder
        replay = recorder.replay(record.meta.uid) if recorder is not None else None
        tail = replay or Tail(
            view.session.client,
            view.session.store,
            self._clock,
            lambda: log_selection.selection(view, request, since),
            lines=request.reach.lines,
        )
        ring = Ring(self._ring_bytes)
        self._flow = LogFlow(tail, ring, folds=record.meta.kind == "Job" and not request.scope.rest)
        self.log_view.attach(ring)
        if request.reach is REACHES[1]:
            self.log_view.action_top()
        self._start(partial(self._follow, self._flow), "logs")

    def _start(self, work: Callable[[], Coroutine[None, None, None]], group: str) -> Worker[None]:
        """In place of what the group was doing. Not a coroutine: one that never starts would warn."""
        return self.run_worker(work, group=group, exclusive=True)

    async def _follow(self, flow: LogFlow) -> None:
        try:
            await flow.run()
        except DeployError as error:
            self._problem = str(error)

    @on(LogView.StatusChanged)
    def _status_changed(self, message: LogView.StatusChanged) -> None:
        message.stop()
        top = self.log_view.ring.first if message.status.at_top else None
        came_up, self._top = top not in (None, self._top), top
        if came_up and self._flow is not None:
            self._start(self._flow.older, "older")

    def _tell(self) -> None:
        """Title: what is shown and how the tail does. Subtitle: how it is looked at."""
        title = "5 Logs"
        if self._shown is not None and self._view is not None and self._flow is not None:
            scope = self._shown.scope
            if scope == Scope():
                scope = log_selection.scopes(self._view, self._shown.record)[0]
            status = self._flow.tail.status
            self.log_view.lost = status.lost
            pinned = " (pinned)" if self.pinned else ""
            title += f"  {self._shown.words(scope)}{pinned} ── {self._problem or status.words}"
        if literal(title) != self.border_title:
            self.border_title = literal(title)
        seen = self.log_view.status
        words = (
            f"{_FILTERED[self._level]}: {seen.sifted}" if self._level else "",
            f"/{seen.pattern} {seen.match_index or '-'} of {seen.matches}" if seen.pattern else "",
            "only matching" if seen.only_matching else "",
            "wrapped" if seen.wrap else "",
            "raw" if self._painter.options.raw else "",
        )
        subtitle = literal(", ".join(word for word in words if word))
        if subtitle != self.border_subtitle:
            self.border_subtitle = subtitle

    # Keys

    @on(FilterBar.Changed)
    @on(FilterBar.Cleared)
    def _search(self, message: FilterBar.Changed | FilterBar.Cleared) -> None:
        message.stop()
        self.log_view.search(message.filter.text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Beside other panes, numbers go to panes; in the full log they say how far back it begins."""
        return action not in ("reach", "frame") or self.whole

    def _ask(self, **changes: object) -> None:
        """The same log, otherwise; at the next tick."""
        if self._wanted is not None:
            self._wanted = replace(self._wanted, **changes)  # type: ignore[arg-type]
            self._since = 0.0

    def action_reach(self, number: int) -> None:
        """How far back the log begins."""
        self._ask(reach=REACHES[number])
        if number != 1:
            self.log_view.action_bottom()

    def action_scope(self) -> None:
        """The next of: what matters most, all of it, one container after the other."""
        if self._wanted is None or self._view is None:
            return
        found = log_selection.scopes(self._view, self._wanted.record)
        at = found.index(self._wanted.scope) if self._wanted.scope in found else 0
        following = found[(at + 1) % len(found)]
        if len(found) == 1:
            self.app.notify("There is one container, and it is shown.", markup=False)
        self._ask(scope=following if following.rest else Scope())

    def action_level(self) -> None:
        """All lines, errors only, warnings and errors."""
        self._level = _LEVELS[(_LEVELS.index(self._level) + 1) % len(_LEVELS)]
        self.log_view.sift(AtLeast(self._level) if self._level else None)

    def action_follow(self) -> None:
        """Follow the end, or hold the view."""
        self.log_view.action_toggle_follow()

    def action_wrap(self) -> None:
        """Wrap long lines, or clip them."""
        self.log_view.action_toggle_wrap()

    def action_timestamps(self) -> None:
        """Times on or off."""
        options = self._painter.options
        options.times = Times.OFF if options.times is not Times.OFF else Times.TIME
        self.log_view.repaint()

    def action_frame(self) -> None:
        """Without a frame, the terminal's own selection copies lines alone."""
        self._frameless = not self._frameless
        self.fill(whole=True)

    def action_mark(self) -> None:
        """A rule with the time at the end of the log."""
        self.log_view.ring.seam(Seam(SeamKind.MARK, "marked", self._clock.now()))
        self.log_view.changed()

    def action_only_matching(self) -> None:
        """Hides the lines that the search does not find, or shows them again."""
        self.log_view.action_only_matching()

    def action_raw(self) -> None:
        """JSON lines as they came, or read."""
        self._painter.options.raw = not self._painter.options.raw
        self.log_view.repaint()

    def action_copy(self) -> None:
        """The line under the cursor, else the last one, through the terminal (OSC 52)."""
        if self.log_view.current is not None:
            self.app.copy_to_clipboard(self.log_view.plain(self.log_view.current))
            self.app.notify("The line was sent to the clipboard.", markup=False)

    def action_save(self) -> None:
        """All lines that are kept, in a file of their own."""
        if self._shown is not None and self._view is not None:
            environment = self._view.session.environment.name
            self._start(partial(self._save, environment, self._shown.record), "save")

    async def _save(self, environment: str, record: Record) -> None:
        ring, meta = self.log_view.ring, record.meta
        path = self._folder / log_file.file_name(environment, meta.namespace, meta.name, self._clock.now())
        blocks = ring.snapshot(ring.first, ring.total)
        try:
            count = await asyncio.to_thread(log_file.save, path, blocks)
        except OSError as error:
            words = f"The log was not saved: {path}: {error.strerror or error}"
            self.app.notify(words, severity="error", markup=False)
        else:
            self.app.notify(f"{count} lines saved in {path}", markup=False)
