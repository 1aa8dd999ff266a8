"""Pane 5: the logs of what is selected; a tail begins when the cursor rests on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from functools import partial
from typing import cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.worker import Worker

from tui.clock import Clock
from tui.errors import DeployError
from tui.model.log import Batch, Chunk, Seam, Source
from tui.model.rollout import RolloutState
from tui.panes.base import View
from tui.present.log import LogPainter, Times
from tui.store import Record
from tui.tail import Selection, Tail, of_owner, of_pod
from widgets.filter_bar import FilterBar
from widgets.log_view import LogView
from widgets.ring import Ring

REST = 0.2
"""Seconds for which the cursor has to rest before its logs are fetched."""


class LogsPane(Vertical):
    """Follows the selection; `pin` keeps what is shown, `previous` shows the run before."""

    BINDINGS = [
        Binding("s", "follow", "Follow", show=False, id="logs.follow"),
        Binding("w", "wrap", "Wrap", show=False, id="logs.wrap"),
        Binding("t", "timestamps", "Timestamps", show=False, id="logs.timestamps"),
        Binding("ampersand", "only_matching", "Only matching", show=False, id="logs.only-matching"),
        Binding("x", "raw", "Raw JSON", show=False, id="logs.raw"),
    ]

    def __init__(self, *, clock: Clock, ring_bytes: int) -> None:
        super().__init__(id="logs", classes="pane")
        self._clock = clock
        self._ring_bytes = ring_bytes
        self._painter = LogPainter()
        self.log_view = LogView(self._paint, id="log-view")
        self.search_bar = FilterBar(id="log-search")
        self.pinned = False
        self.previous = False  # the run before the present one
        self._wanted: tuple[str, str, bool] | None = None
        self._since = 0.0
        self._shown: tuple[str, str, bool] | None = None
        self._tail: Tail | None = None
        self._worker: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield self.log_view
        yield self.search_bar

    @on(FilterBar.Changed)
    @on(FilterBar.Cleared)
    def _search(self, message: FilterBar.Changed | FilterBar.Cleared) -> None:
        message.stop()
        self.log_view.search(message.filter.text)

    def on_mount(self) -> None:
        self.border_title = "5 Logs"

    def _paint(self, tag: Hashable | None, payload: object) -> Text:
        return self._painter.paint(cast("Source | None", tag), cast("bytes | Seam", payload))

    def show(self, view: View, targets: tuple[Record, ...]) -> None:
        """Called at each tick: begins a tail when another selection has rested, and paints what came."""
        record = targets[0] if targets else None
        if record is not None and not self.pinned:
            wanted = (record.meta.kind, record.meta.uid, self.previous)
            if wanted != self._wanted:
                self._wanted, self._since = wanted, self._clock.monotonic()
            elif wanted != self._shown and self._clock.monotonic() - self._since >= REST:
                self._begin(view, record, wanted)
        self.log_view.changed()
        words = self._tail.status.words if self._tail is not None else ""
        if words != self.border_subtitle:
            self.border_subtitle = words

    def leave(self) -> None:
        """What is shown is of an environment that is not in front any more."""
        if self._shown is None or self.pinned:
            return
        if self._worker is not None:
            self._worker.cancel()
        self._wanted = self._shown = self._tail = None
        self.log_view.attach(Ring(self._ring_bytes))
        self.border_title, self.border_subtitle = "5 Logs", ""

    def show_recording(self, title: str, open_: Callable[[], Batch]) -> None:
        """Shows lines and seams of a file, such as the log of a Job that is gone."""
        self._tail = None
        self.log_view.attach(Ring(self._ring_bytes))
        self.border_title = Content(f"5 Logs  {title}, recorded").markup
        if self._worker is not None:
            self._worker.cancel()
        self._worker = self.run_worker(self._replay(open_, self.log_view.ring), group="logs")

    async def _replay(self, open_: Callable[[], Batch], ring: Ring) -> None:
        take(await asyncio.to_thread(open_), ring)

    def _begin(self, view: View, record: Record, wanted: tuple[str, str, bool]) -> None:
        self._shown = wanted
        recorder, uid = view.session.recorder, record.meta.uid
        if recorder is not None and recorder.known(uid) and not of_owner(view.session.store, uid):
            self.show_recording(record.meta.name, partial(recorder.open, uid))
            return
        self.log_view.attach(Ring(self._ring_bytes))
        tail = Tail(
            view.session.client,
            view.session.store,
            self._clock,
            lambda: selection(view, record, wanted[2]),
        )
        self._tail = tail
        pin = " pinned" if self.pinned else ""
        self.border_title = f"5 Logs  {record.meta.name}{pin}"
        if self._worker is not None:
            self._worker.cancel()
        self._worker = self.run_worker(self._follow(tail, self.log_view.ring), group="logs")

    async def _follow(self, tail: Tail, ring: Ring) -> None:
        try:
            async for batch in tail.batches():
                take(batch, ring)
        except DeployError as error:
            self.border_subtitle = str(error)

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

    def action_only_matching(self) -> None:
        """Hides the lines that the search does not find, or shows them again."""
        self.log_view.action_only_matching()

    def action_raw(self) -> None:
        """JSON lines as they came, or read."""
        self._painter.options.raw = not self._painter.options.raw
        self.log_view.repaint()


def take(batch: Batch, ring: Ring) -> None:
    """Puts what came into what is shown."""
    for piece in batch:
        if isinstance(piece, Chunk):
            ring.append(piece.source, piece.data)
        else:
            ring.seam(piece)


def selection(view: View, record: Record, previous: bool) -> Selection:
    """The pods behind what is selected, also before they exist; of a stuck workload the new ones."""
    meta, store = record.meta, view.session.store
    if meta.kind == "Pod":
        return Selection(of_pod(store, meta.uid), previous=previous, waits="a pod that is gone")
    pods = of_owner(store, meta.uid)
    health = view.survey.workloads.get(meta.uid)
    if health is not None and health.rollout.state is RolloutState.STUCK:
        newest = max(view.survey.replica_sets(health.workload), key=lambda one: one.revision, default=None)
        new = tuple(store.children(newest.meta.uid, "Pod")) if newest is not None else ()
        pods = tuple(pod for pod in pods if pod in new) or pods
    return Selection(pods, previous=previous, waits=f"the pod of {meta.kind.lower()} {meta.name}")
