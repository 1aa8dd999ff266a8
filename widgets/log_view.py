"""The log view: follows the end of a log, or holds its place while lines arrive; finds and marks."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.binding import Binding
from textual.message import Message

from widgets.log_layout import Place
from widgets.log_paint import Paint
from widgets.log_search import Search
from widgets.log_sheet import LogSheet
from widgets.log_status import LogStatus
from widgets.matcher import Both, Finder, Matcher
from widgets.ring import Ring

SIDE_CELLS = 8
WHEEL_ROWS = 3


class LogView(LogSheet, can_focus=True):
    """The sheet with its keys, its search and its status."""

    BINDINGS = [
        Binding("down,j", "move(1)", show=False, id="log.down"),
        Binding("up,k", "move(-1)", show=False, id="log.up"),
        Binding("pagedown", "page(1)", show=False, id="log.page-down"),
        Binding("pageup", "page(-1)", show=False, id="log.page-up"),
        Binding("home,g", "top", show=False, id="log.first"),
        Binding("end,G", "bottom", show=False, id="log.last"),
        Binding("left", "sideways(-1)", show=False, id="log.left"),
        Binding("right", "sideways(1)", show=False, id="log.right"),
        Binding("n", "next_match(1)", show=False, id="log.next-match"),
        Binding("N", "next_match(-1)", show=False, id="log.previous-match"),
    ]

    @dataclass
    class StatusChanged(Message):
        """The status is not what it was."""

        view: LogView
        status: LogStatus

        @property
        def control(self) -> LogView:
            """For `@on` with a selector."""
            return self.view

    def __init__(self, paint: Paint, *, id: str | None = None, stamped: bool = True) -> None:
        """With `stamped`, the first word of a line is its time, which searches skip."""
        super().__init__(paint, id=id)
        self._stamped = stamped
        self._filter: Finder | None = None
        self._scanning = False
        self._wants_match = False  # the newest match is to be shown
        self._early = False  # the search began before the first line: its match may still come
        self._lost = 0
        self._held_evicted = 0
        self._seen: tuple[int, ...] = ()
        self._told = LogStatus()

    # What it shows

    def attach(self, ring: Ring) -> None:
        """Another ring: follows its end."""
        self.ring = ring
        self._standing.follow()
        self._look_for()
        self.repaint()

    def changed(self) -> None:
        """Called at the tick: repaints when lines came or went, or the search got on."""
        self._catch_up()
        ring = self.ring
        found = (len(one.matches) if one else 0 for one in (self._search, self._sieve))
        seen = (ring.generation, ring.total, ring.first, *found)
        if seen != self._seen:
            if self._seen and seen[0] != self._seen[0]:
                self._painter.forget()
            self._seen = seen
            self._show()

    def repaint(self) -> None:
        """How lines are painted has changed."""
        self._painter.forget()
        self._show()

    def search(self, pattern: str) -> None:
        """Marks what matches, now and in lines to come, and goes to the newest match; "" ends the search."""
        self._pattern = Matcher(pattern, stamped=self._stamped) if pattern else None
        self._only_matching = self._only_matching and bool(pattern)
        self._wants_match = bool(pattern)
        self._early = self.ring.total == self.ring.first
        self._look_for()
        self._show()

    def sift(self, finder: Finder | None) -> None:
        """Shows only the lines that it finds; all again with None."""
        self._filter = finder
        self._look_for()
        self._stay_in_sight()

    @property
    def only_matching(self) -> bool:
        """Only lines that the search finds are shown."""
        return self._only_matching

    @only_matching.setter
    def only_matching(self, only: bool) -> None:
        self._only_matching = only and self._search is not None
        self._stay_in_sight()

    @property
    def lost(self) -> int:
        """Lines that the owner knows to be lost; for the status only."""
        return self._lost

    @lost.setter
    def lost(self, lost: int) -> None:
        self._lost = lost
        self._tell()

    @property
    def status(self) -> LogStatus:
        """For the frame of the pane."""
        ring, search, held = self.ring, self._search, not self.following
        return LogStatus(
            lines=ring.total - ring.first,
            first=ring.first,
            following=not held,
            held_new=self._new() if held else 0,
            cursor=self._standing.cursor,
            pattern=self._pattern.pattern if self._pattern else "",
            matches=len(search.matches) if search else 0,
            match_index=search.place(self._standing.cursor) if search else 0,
            searching=search is not None and not search.done,
            only_matching=self._only_matching,
            sifted=len(self._sieve.matches) if self._sieve else None,
            at_top=held and self._standing.top == Place(self._shown().first() or 0),
            wrap=self._wrap,
            evicted_while_held=max(0, ring.evicted - self._held_evicted) if held else 0,
            lost=self._lost,
        )

    # Keys

    def action_move(self, by: int) -> None:
        """The cursor by lines; up holds the view."""
        if by > 0 and self.following:
            return
        if self.following:
            end = self._shown().last()
            self._hold()
            self._standing.cursor = end
        self._standing.move(self._room(), by)
        self._show()

    def action_page(self, by: int) -> None:
        """A screen up or down."""
        self._scroll(by * max(1, self.size.height - 2))

    def action_top(self) -> None:
        """The oldest line that is kept."""
        self._hold()
        self._standing.cursor = self._shown().first()
        self._standing.reveal(self._room())
        self._show()

    def action_bottom(self) -> None:
        """Follow the end."""
        self._standing.follow()
        self._show()

    def action_toggle_follow(self) -> None:
        """Hold where it is, or follow."""
        if self.following:
            self._hold()
            self._show()
        else:
            self.action_bottom()

    def action_toggle_wrap(self) -> None:
        """Wrap long lines, or clip them."""
        self.wrap = not self.wrap

    def action_only_matching(self) -> None:
        """Show the matches alone, or all lines."""
        self.only_matching = not self.only_matching

    def action_next_match(self, by: int) -> None:
        """To the match after (1) or before (-1) the cursor, around the ends; when following, the newest."""
        line = self._search.hop(self._standing.cursor, by) if self._search else None
        if line is not None:
            self._hold()
            self._standing.go(self._room(), line)
        self._show()

    def action_sideways(self, by: int) -> None:
        """Eight cells to the right or left, when lines are clipped."""
        if not self._wrap:
            self._side = max(0, self._side + by * SIDE_CELLS)
            self._show()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(-WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(WHEEL_ROWS)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self._places):
            place = self._places[offset.y]
            self._hold()
            self._standing.cursor = place.line if place else self._standing.cursor
            self._standing.reveal(self._room())
            self._show()

    # Inside

    def _show(self) -> None:
        super()._show()
        self._tell()

    def _tell(self) -> None:
        status = self.status
        if status != self._told:
            self._told = status
            self.post_message(self.StatusChanged(self, status))

    def _hold(self) -> None:
        if self.following:
            self._wants_match = False
            self._standing.hold(self._room(held=True), self.size.height)
            self._held_total, self._held_evicted = self.ring.total, self.ring.evicted

    def _scroll(self, by: int) -> None:
        if by > 0 and self.following:
            return
        self._hold()
        self._standing.scroll(self._room(), by)
        self._show()

    def _stay_in_sight(self) -> None:
        """Other lines are shown: a held view keeps its cursor's line, or the nearest one, in sight."""
        if not self.following:
            self._standing.centre(self._room())
        self._show()

    def _look_for(self) -> None:
        """Searches the ring from its beginning, for the filter and for the pattern among what it leaves."""
        self.workers.cancel_group(self, "search")
        self._scanning = False
        sieve, pattern = self._filter, self._pattern
        self._sieve = Search(sieve, self.ring) if sieve else None
        both = Both(pattern, sieve) if pattern and sieve else pattern
        self._search = Search(both, self.ring) if both else None
        self._catch_up()

    def _catch_up(self) -> None:
        """Search what has not been searched: a little at once, much in a worker."""
        searches = [one for one in (self._sieve, self._search) if one is not None]
        if self._scanning or not searches:
            return
        if all(one.settle() for one in searches):
            self._go_to_match()
        else:
            self._scanning = True
            self.run_worker(self._scan(searches), group="search", exclusive=True)

    async def _scan(self, searches: list[Search]) -> None:
        for one in searches:
            await one.scan()
        self._scanning = False
        self._go_to_match()
        self._show()

    def _go_to_match(self) -> None:
        """To the newest match of a new search, which may have been typed before the first lines came."""
        if self._wants_match and self._search is not None and self.ring.total > self.ring.first:
            found = bool(self._search.matches)
            self._wants_match = self._early and not found
            if found and not self._search.place(self._standing.cursor):
                self.action_next_match(-1)
