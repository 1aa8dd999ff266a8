"""The sheet of a log view: builds the rows of the screen from the ring and from where the view stands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget

from widgets.log_layout import Every, Only, Place, Shown, lowest_top, rows_from
from widgets.log_paint import LinePainter, Look, Paint, rule
from widgets.log_place import Room, Standing
from widgets.log_search import Search
from widgets.matcher import Matcher
from widgets.ring import Line, Ring
from widgets.tone import Tone, ground, ink, inks, tone_classes, tone_css

GUTTER = 2
"""Cells before each line, for the sign of the cursor."""


class LogSheet(Widget):
    """Lines by number, the newest at the foot. `paint` turns a line into text when it is visible."""

    COMPONENT_CLASSES = {"log-view--cursor", "log-view--foot", "log-view--match"} | tone_classes("log-view")
    DEFAULT_CSS = f"""
    LogSheet {{
        width: 1fr;
        height: 1fr;
        &>.log-view--cursor {{ background: $primary-muted; }}
        &>.log-view--foot {{ color: $text-primary; text-style: bold; }}
        &>.log-view--match {{ color: $text-warning; background: $warning-muted; text-style: bold underline; }}
        {tone_css("log-view")}
    }}
    """

    def __init__(self, paint: Paint, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ring = Ring()
        self._painter = LinePainter(paint)
        self._standing = Standing()
        self._pattern: Matcher | None = None
        self._search: Search | None = None  # for the pattern
        self._sieve: Search | None = None  # for the lines that a filter lets through
        self._wrap = self._only_matching = False
        self._side = 0
        self._held_total = 0  # of the ring, when the view was held
        self._tones: Mapping[str, Style] = {}
        self._frame: list[Strip] | None = None  # the rows of the screen, until something changes
        self._places: list[Place | None] = []  # what each row shows; None for a notice

    @property
    def following(self) -> bool:
        """It sticks to the end."""
        return self._standing.following

    @property
    def cursor_line(self) -> int | None:
        """The line under the cursor; None while following."""
        return self._standing.cursor

    @property
    def current(self) -> int | None:
        """The line that `copy` takes: the cursor's, else the last visible one."""
        if self._standing.cursor is not None:
            return self._standing.cursor
        self._rows()
        return next((place.line for place in reversed(self._places) if place), None)

    @property
    def wrap(self) -> bool:
        """Long lines go on below, instead of to the right."""
        return self._wrap

    @wrap.setter
    def wrap(self, wrap: bool) -> None:
        self._wrap, self._side = wrap, 0
        self._show()

    def plain(self, number: int) -> str:
        """A line as it is painted, without its colours; "" when it is gone."""
        lines = self.ring.lines(number, 1)
        return self._painter.text(lines[0]).plain if lines else ""

    def render_line(self, y: int) -> Strip:
        rows = self._rows()
        return rows[y] if y < len(rows) else Strip.blank(self.size.width, self.rich_style)

    def on_resize(self) -> None:
        self._show()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._tones = {}
        self._frame = None

    # Inside

    def _show(self) -> None:
        self._frame = None
        self.refresh()

    def _sifted(self) -> Search | None:
        """Whose lines alone are shown; None shows all."""
        return self._search if self._only_matching and self._search is not None else self._sieve

    def _shown(self) -> Shown:
        sifted = self._sifted()
        return Only(sifted.matches) if sifted else Every(self.ring.first, self.ring.total)

    def _room(self, *, held: bool = True) -> Room:
        """The rows for lines: held, the foot takes one, and the notice of evicted lines may take another."""
        rows = self.size.height - (1 + (self.ring.evicted > 0) if held else 0)
        return Room(self._shown(), max(1, rows), self._height_of)

    def _line(self, number: int) -> Line:
        return self.ring.lines(number, 1)[0]

    def _strips(self, number: int) -> list[Strip]:
        if not self._tones:
            match = ink(self, "log-view--match") + ground(self, "log-view--match")
            self._tones = {str(tone): style for tone, style in inks(self, "log-view").items()} | {
                "match": match
            }
        look = Look(max(1, self.size.width - GUTTER), self._wrap, self._tones, self._pattern)
        return self._painter.strips(number, self._line, look, self.app.console)

    def _height_of(self, number: int) -> int:
        return len(self._strips(number))

    def _new(self) -> int:
        """Lines that came since the view was held."""
        if sifted := self._sifted():
            return len(sifted.matches) - bisect_left(sifted.matches, self._held_total)
        return self.ring.total - self._held_total

    def _rows(self) -> list[Strip]:
        if self._frame is None:
            self._frame = self._build() if self.size.height and self.size.width else []
        return self._frame

    def _build(self) -> list[Strip]:
        room, height = self._room(), self.size.height
        if self.following:
            top = lowest_top(room.shown, height, room.height_of)
            places = rows_from(room.shown, top, height, room.height_of) if top else []
            self._places = list(places)
            return [self._row(place) for place in places]
        self._places = list(self._standing.places(room._replace(rows=max(1, height - 1))))
        if self.ring.evicted and self._standing.top == Place(self.ring.first):
            self._places = [None, *self._places][: height - 1]
        rows = [self._row(place) for place in self._places]
        rows += [Strip.blank(self.size.width, self.rich_style)] * (height - 1 - len(rows))
        return [*rows, self._foot()]

    def _row(self, place: Place | None) -> Strip:
        width, base = self.size.width, self.rich_style
        if place is None:
            words = Text(
                f"{self.ring.evicted:,} lines left the buffer".replace(",", " "), self._tones[Tone.LOOK]
            )
            text = rule(words, width - GUTTER)
            strip = Strip(text.render(self.app.console))
            sign = ""
        else:
            strip = self._strips(place.line)[place.row]
            strip = strip.crop(self._side, self._side + width - GUTTER)
            sign = ""
            if place.line == self._standing.cursor:
                base += ground(self, "log-view--cursor")
                sign = ">" if place.row == 0 else ""
        gutter = Segment(sign.ljust(GUTTER), self._tones[Tone.ACCENT])
        return Strip([gutter, *strip]).adjust_cell_length(width, Style()).apply_style(base)

    def _foot(self) -> Strip:
        new, width = self._new(), self.size.width
        words = f"+{new:,} new ↓  G to follow".replace(",", " ") if new else "held  G to follow"
        style = self.rich_style + ink(self, "log-view--foot" if new else f"log-view--tone-{Tone.QUIET}")
        return Strip([Segment(words.center(width), style)]).adjust_cell_length(width, style)
