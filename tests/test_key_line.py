"""The painted lines at the top and the bottom: what stays when there is no room."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from widgets.header_line import HeaderLine
from widgets.key_line import Hint, KeyLine
from widgets.tone import Span, Tone

HINTS = [
    Hint("r", "Restart identity"),
    Hint("R", "Roll back", dim=True),
    Hint("/", "Filter"),
    Hint("?", "Help", keep=True),
]


class Stage(App[None]):
    def compose(self) -> ComposeResult:
        yield HeaderLine()
        yield KeyLine(HINTS)

    @property
    def keys(self) -> str:
        return self.query_one(KeyLine).render_line(0).text

    @property
    def header(self) -> str:
        return self.query_one(HeaderLine).render_line(0).text


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, " r Restart identity   R Roll back   / Filter   ? Help"),
        (50, " r Restart identity   R Roll back   ? Help"),
        (30, " r Restart identity   ? Help"),
        (20, " ? Help"),
        (5, " ? H…"),
    ],
)
async def test_key_line_drops_from_the_right_but_keeps_help(width: int, line: str) -> None:
    app = Stage()
    async with app.run_test(size=(width, 4)):
        assert app.keys == line.ljust(width)


async def test_keys_are_told_from_words_and_dim_ones_from_both() -> None:
    app = Stage()
    async with app.run_test(size=(80, 4)) as pilot:
        line = app.query_one(KeyLine)
        styles = {segment.text.strip(): segment.style for segment in line.render_line(0)}
        key, words, dim = styles["r"], styles["Restart identity"], styles["Roll back"]
        assert key is not None
        assert words is not None
        assert dim is not None
        assert len({key.color, words.color, dim.color}) == 3
        line.set_keys([Hint("x", "\x1b[2JBoo [/x]")])
        await pilot.pause()
        assert app.keys.strip() == "x ·[2JBoo [/x]"


async def test_header_loses_its_right_part_and_then_the_end() -> None:
    app = Stage()
    async with app.run_test(size=(60, 4)) as pilot:
        header = app.query_one(HeaderLine)
        header.set("PRODUCTION", "error", [Span("● ", Tone.GOOD), Span("live services")], [Span("12:04:31")])
        assert app.header == " PRODUCTION   ● live services" + " " * 22 + "12:04:31 "
        await pilot.resize_terminal(34, 4)
        assert app.header == " PRODUCTION   ● live services     "
        await pilot.resize_terminal(22, 4)
        assert app.header == " PRODUCTION   ● live… "
        await pilot.resize_terminal(8, 4)
        assert app.header == " PRODUC…"


@pytest.mark.parametrize("colour", ["error", "$error", "#ff5f87", "no such colour", ""])
async def test_badge_stands_out_in_any_colour(colour: str) -> None:
    app = Stage()
    async with app.run_test(size=(60, 4)):
        header = app.query_one(HeaderLine)
        header.set("日本\x1b", colour, [], [])
        badge, rest = list(header.render_line(0))[:2]
        assert badge.text == " 日本· "
        assert badge.style
        assert rest.style
        assert badge.style.reverse or badge.style.bgcolor != rest.style.bgcolor
        assert cell_len(app.header) == 60
