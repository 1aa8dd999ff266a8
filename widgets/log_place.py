"""Where a log view stands: at the end, or held at a place with a cursor."""

from __future__ import annotations

from typing import NamedTuple

from widgets.log_layout import HeightOf, Place, Shown, lowest_top, rows_from, walk


class Room(NamedTuple):
    """What there is to stand in."""

    shown: Shown
    rows: int
    height_of: HeightOf


class Standing:
    """`top` and `cursor` are None while following, and while held over nothing."""

    def __init__(self) -> None:
        self.following = True
        self.top: Place | None = None
        self.cursor: int | None = None

    def follow(self) -> None:
        """Stick to the end."""
        self.following, self.top, self.cursor = True, None, None

    def hold(self, room: Room, height: int) -> None:
        """Keep the rows of a view of `height` where they are; the cursor goes to the last of `room`."""
        self.following = False
        self.top = lowest_top(room.shown, height, room.height_of)
        places = self.places(room)
        self.cursor = places[-1].line if places else None

    def places(self, room: Room) -> list[Place]:
        """The rows that a held view shows. What has gone moves it to the next line that is still shown."""
        if room.rows < 1:
            return []
        line = room.shown.first() if self.top is None else room.shown.near(self.top.line)
        if line is None:
            self.top = None
            return []
        if self.top is None or line != self.top.line:
            self.top = Place(line)
        self.top = Place(line, min(self.top.row, room.height_of(line) - 1))
        if self.cursor is not None:
            self.cursor = room.shown.near(self.cursor)
        return rows_from(room.shown, self.top, room.rows, room.height_of)

    def move(self, room: Room, by: int) -> None:
        """The cursor `by` lines on; inside a line taller than the view, the view by rows."""
        places = self.places(room)
        if not places or self.cursor is None or self.top is None:
            self.cursor = room.shown.first()
            return
        here = self.cursor
        edge = Place(here, room.height_of(here) - 1 if by > 0 else 0)
        if edge not in places and any(place.line == here for place in places):
            self.top = walk(room.shown, self.top, by, room.height_of)
            return
        self.cursor = room.shown.step(here, by)
        self.reveal(room)

    def scroll(self, room: Room, by: int) -> None:
        """The view `by` rows on; the cursor stays on its row, at the ends it goes to the end."""
        places = self.places(room)
        lowest = lowest_top(room.shown, room.rows, room.height_of)
        if not places or self.top is None or lowest is None:
            return
        row = next((n for n, place in enumerate(places) if place.line == self.cursor), 0)
        top = walk(room.shown, self.top, by, room.height_of)
        if by > 0:
            top = max(min(top, lowest), self.top)
        if top == self.top:
            self.cursor = room.shown.last() if by > 0 else room.shown.first()
            self.reveal(room)
            return
        self.top = top
        places = self.places(room)
        self.cursor = places[min(row, len(places) - 1)].line

    def go(self, room: Room, line: int | None) -> None:
        """The cursor on a line; out of sight, it comes into the upper third."""
        self.cursor = line
        self.reveal(room, centre=True)

    def reveal(self, room: Room, *, centre: bool = False) -> None:
        """Scroll as little as needed to see the cursor's line from its first row."""
        places = self.places(room)
        if self.cursor is None or not places:
            return
        height = room.height_of(self.cursor)
        first, last = Place(self.cursor, 0), Place(self.cursor, height - 1)
        if first in places and (last in places or height > room.rows):
            return
        if centre:
            self.centre(room)
        elif first < places[0] or height >= room.rows:
            self.top = first
        else:
            self.top = walk(room.shown, last, 1 - room.rows, room.height_of)

    def centre(self, room: Room) -> None:
        """The cursor's line into the upper third, without leaving room below the last line."""
        self.places(room)
        lowest = lowest_top(room.shown, room.rows, room.height_of)
        if self.cursor is not None and lowest is not None:
            self.top = min(walk(room.shown, Place(self.cursor), -(room.rows // 3), room.height_of), lowest)
