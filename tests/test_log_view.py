"""The log view: follows, holds its place while lines arrive, wraps, finds, counts what it let go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from itertools import pairwise

import pytest
from rich.text import Text
from textual.app import App, ComposeResult

from widgets.log_layout import wrap_points
from widgets.log_status import LogStatus
from widgets.log_view import LogView
from widgets.ring import Ring
from widgets.tone import Tone


def paint(tag: Hashable | None, line: bytes | object) -> Text:
    if not isinstance(line, bytes):
        return Text(str(line), Tone.BAD)
    text = Text(line.decode())
    if b"ERROR" in line:
        text.overflow = "fold"
    return text


class OneView(App[None]):
    """A log view alone."""

    def __init__(self) -> None:
        super().__init__()
        self.log_view = LogView(paint, stamped=False)
        self.told: list[LogStatus] = []

    def compose(self) -> ComposeResult:
        yield self.log_view

    def on_log_view_status_changed(self, message: LogView.StatusChanged) -> None:
        self.told.append(message.status)

    def write(self, start: int, stop: int) -> None:
        """Lines with their numbers as text."""
        self.log_view.ring.append("a", "".join(f"line {n}\n" for n in range(start, stop)).encode())
        self.log_view.changed()

    def shown(self) -> list[str]:
        """What is painted."""
        return [self.log_view.render_line(y).text.rstrip() for y in range(self.log_view.size.height)]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a state of the view, which has no event
            await asyncio.sleep(0)


async def test_it_follows_the_end() -> None:
    app = OneView()
    async with app.run_test(size=(40, 6)):
        app.write(0, 3)
        assert app.shown() == ["  line 0", "  line 1", "  line 2", "", "", ""]
        app.write(3, 100)
        assert app.shown() == [f"  line {n}" for n in range(94, 100)]
        assert app.log_view.current == 99


async def test_a_held_view_stands_still_and_counts_what_is_new() -> None:
    app = OneView()
    async with app.run_test(size=(40, 6)) as pilot:
        app.write(0, 100)
        await pilot.press("k")
        held = app.shown()[:5]
        assert held == ["  line 94", "  line 95", "  line 96", "  line 97", "> line 98"]
        app.write(100, 228)
        assert app.shown()[:5] == held
        assert "+128 new ↓  G to follow" in app.shown()[5]
        await pilot.pause()
        assert app.told[-1].held_new == 128
        assert not app.told[-1].following
        await pilot.press("j")
        assert app.shown()[4] == "> line 99"
        await pilot.press("G")
        assert app.shown()[5] == "  line 227"
        assert app.log_view.status.following


async def test_keys_reach_both_ends() -> None:
    app = OneView()
    async with app.run_test(size=(40, 6)) as pilot:
        app.write(0, 100)
        await pilot.press("g")
        assert app.shown()[0] == "> line 0"
        await pilot.press("pagedown", "pagedown")
        assert app.shown()[0] == "> line 8"
        await pilot.press("pageup", "pageup", "pageup")
        assert app.shown()[0] == "> line 0"
        for _ in range(30):
            await pilot.press("pagedown")
        assert app.shown()[4] == "> line 99"


async def test_a_held_view_goes_to_the_oldest_line_when_its_own_are_evicted() -> None:
    app = OneView()
    async with app.run_test(size=(40, 6)) as pilot:
        app.log_view.attach(Ring(most_bytes=1 << 18))
        app.write(0, 100)
        await pilot.press("k", "k")
        app.write(100, 100_000)
        ring, status = app.log_view.ring, app.log_view.status
        assert status.evicted_while_held == ring.evicted > 0
        words = f"{ring.evicted:,}".replace(",", " ")
        assert app.shown()[0].startswith(f"  ── {words} lines left the buffer ──")
        assert app.shown()[1] == f"> line {ring.first}"


async def test_older_lines_that_come_in_front_do_not_move_a_held_view() -> None:
    app = OneView()
    async with app.run_test(size=(40, 6)) as pilot:
        app.write(100, 200)
        await pilot.press("k", "k", "k")
        held = app.shown()
        app.log_view.ring.replace([("a", "".join(f"line {n}\n" for n in range(200)).encode())])
        app.log_view.changed()
        assert app.shown() == held
        await pilot.press("g")
        assert app.shown()[0] == "> line 0"


async def test_long_lines_wrap_or_are_clipped_and_move_sideways() -> None:
    app = OneView()
    async with app.run_test(size=(12, 6)) as pilot:
        app.log_view.ring.append("a", b"one two three four five\n" + b"0123456789abcdefghij\n")
        app.log_view.changed()
        assert app.shown()[:3] == ["  one two th", "  0123456789", ""]
        await pilot.press("right")
        assert app.shown()[:2] == ["  three four", "  89abcdefgh"]
        app.log_view.action_toggle_wrap()
        assert app.shown() == ["  one two", "  three four", "  five", "  0123456789", "  abcdefghij", ""]


async def test_a_line_may_ask_never_to_be_clipped() -> None:
    app = OneView()
    async with app.run_test(size=(12, 6)):
        app.log_view.ring.append("a", b"ERROR of many words\n")
        app.log_view.changed()
        assert app.shown()[:3] == ["  ERROR of", "  many words", ""]


async def test_a_wrapped_line_taller_than_the_view_is_read_row_by_row() -> None:
    app = OneView()
    async with app.run_test(size=(12, 4)) as pilot:
        app.log_view.action_toggle_wrap()
        app.log_view.ring.append("a", "".join(f"{n:<10}" for n in range(10)).encode() + b"\nend\n")
        app.log_view.changed()
        await pilot.press("g")
        seen = [app.shown()[0]]
        for _ in range(7):
            await pilot.press("j")
            seen.append(app.shown()[0])
        assert [row.strip("> ") for row in seen] == [str(n) for n in range(8)]
        await pilot.press("j")
        assert app.shown()[2] == "> end"


async def test_a_seam_is_a_rule_across_the_view() -> None:
    app = OneView()
    async with app.run_test(size=(30, 4)):
        app.log_view.ring.seam("restarted: exit 137")
        app.log_view.changed()
        assert app.shown()[0] == "  ── restarted: exit 137 ─────"


async def test_search_hops_around_and_shows_only_what_matches() -> None:
    app = OneView()
    async with app.run_test(size=(20, 6)) as pilot:
        app.write(0, 1000)
        app.log_view.search("line .*77$")
        assert (app.log_view.status.matches, app.log_view.status.match_index) == (10, 10)
        assert app.log_view.cursor_line == 977
        await pilot.press("n")
        assert app.log_view.cursor_line == 77
        await pilot.press("N", "N")
        assert app.log_view.cursor_line == 877
        app.log_view.action_only_matching()
        assert app.shown()[:5] == ["  line 577", "  line 677", "  line 777", "> line 877", "  line 977"]
        app.write(1000, 1100)
        assert app.log_view.status.held_new == 1
        await pilot.press("G")
        assert app.shown()[5] == "  line 1077"
        app.log_view.search("")
        assert app.shown()[5] == "  line 1099"


async def test_a_long_log_is_searched_in_the_background() -> None:
    app = OneView()
    async with app.run_test(size=(20, 6)):
        app.write(0, 100_000)
        app.log_view.search("999")
        assert app.log_view.status.searching
        app.write(100_000, 100_010)
        await until(lambda: not app.log_view.status.searching)
        expected = [n for n in range(100_010) if "999" in str(n)]
        assert app.log_view.status.matches == len(expected)
        await until(lambda: app.log_view.cursor_line == expected[-1])


class Odd:
    """Finds every second line."""

    def lines(self, data: bytes) -> list[int]:
        return list(range(1, data.count(b"\n"), 2))


async def test_a_filter_shows_its_lines_alone_and_a_search_stays_among_them() -> None:
    app = OneView()
    async with app.run_test(size=(20, 4)):
        app.write(0, 30)
        app.log_view.sift(Odd())
        assert app.shown() == ["  line 23", "  line 25", "  line 27", "  line 29"]
        assert app.log_view.status.sifted == 15
        app.log_view.search("line 1")
        assert app.log_view.status.matches == 6
        assert app.log_view.cursor_line == 19
        app.write(30, 40)
        app.log_view.action_only_matching()
        assert app.shown()[:3] == ["  line 15", "  line 17", "> line 19"]
        app.log_view.sift(None)
        assert app.log_view.status.matches == 11
        app.log_view.search("")
        app.log_view.action_bottom()
        assert app.shown()[-1] == "  line 39"


async def test_a_search_typed_before_the_first_line_goes_to_its_match_then() -> None:
    app = OneView()
    async with app.run_test(size=(20, 4)):
        app.log_view.search("line 5")
        app.write(0, 3)
        assert app.log_view.following
        app.write(3, 30)
        assert app.log_view.cursor_line == 5
        app.log_view.search("line 4")
        app.log_view.action_bottom()
        app.write(30, 45)
        assert app.log_view.following


async def test_typing_on_stays_on_a_line_that_still_matches() -> None:
    app = OneView()
    async with app.run_test(size=(20, 4)):
        app.write(0, 30)
        for typed in ("l", "li", "line", "line 2"):
            app.log_view.search(typed)
            assert app.log_view.cursor_line == 29


async def test_it_tells_when_nothing_older_is_shown() -> None:
    app = OneView()
    async with app.run_test(size=(20, 4)) as pilot:
        app.write(0, 30)
        assert not app.log_view.status.at_top
        app.log_view.action_top()
        await pilot.pause()
        assert app.told[-1].at_top
        app.log_view.action_move(1)
        app.log_view.action_page(1)
        assert not app.log_view.status.at_top


async def test_a_line_of_a_megabyte_is_cut_and_says_so() -> None:
    app = OneView()
    async with app.run_test(size=(40, 6)):
        app.log_view.ring.append("a", b"y" * (1 << 20) + b"\n")
        app.log_view.changed()
        assert app.shown()[0] == "  " + "y" * 38
        assert app.log_view.plain(0).endswith("y … +983 040 bytes")


async def test_an_emptied_log_shows_nothing() -> None:
    app = OneView()
    async with app.run_test(size=(20, 4)) as pilot:
        app.write(0, 10)
        await pilot.press("g")
        app.log_view.ring.clear()
        app.log_view.changed()
        assert app.shown()[:3] == ["", "", ""]
        await pilot.press("k", "j", "pageup", "n", "G")
        app.write(0, 2)
        assert app.shown()[:2] == ["  line 0", "  line 1"]


@pytest.mark.parametrize(
    ("text", "width", "pieces"),
    [
        ("short", 10, ["short"]),
        ("one two three", 8, ["one two ", "three"]),
        ("one two three", 7, ["one two ", "three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("界界界", 4, ["界界", "界"]),
        ("界界", 1, ["界", "界"]),
    ],
)
def test_where_lines_break(text: str, width: int, pieces: list[str]) -> None:
    points = [0, *wrap_points(text, width), len(text)]
    assert [text[a:b] for a, b in pairwise(points)] == pieces
