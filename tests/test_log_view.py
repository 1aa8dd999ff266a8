"""The log view: follows, holds its place while lines arrive, finds."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult

from widgets.log_view import LogView


class OneView(App[None]):
    """A log view alone."""

    def __init__(self) -> None:
        super().__init__()
        self.log_view = LogView(
            lambda tag, line: Text(line.decode() if isinstance(line, bytes) else f"-- {line} --")
        )

    def compose(self) -> ComposeResult:
        yield self.log_view

    def write(self, start: int, stop: int) -> None:
        """Lines with their numbers as text."""
        self.log_view.ring.append("a", "".join(f"line {n}\n" for n in range(start, stop)).encode())
        self.log_view.changed()

    def shown(self) -> list[str]:
        """What is painted."""
        height = self.log_view.size.height
        return [self.log_view.render_line(y).text.rstrip() for y in range(height)]


async def test_it_follows_the_end() -> None:
    app = OneView()
    async with app.run_test(size=(40, 6)):
        app.write(0, 100)
        assert app.shown() == [f"line {n}" for n in range(94, 100)]


async def test_a_held_view_stands_still_and_counts_what_is_new() -> None:
    app = OneView()
    async with app.run_test(size=(40, 6)) as pilot:
        app.write(0, 100)
        await pilot.press("k", "k")
        held = app.shown()[:5]
        app.write(100, 228)
        assert app.shown()[:5] == held == [f"line {n}" for n in range(92, 97)]
        assert "+128 new" in app.shown()[5]
        await pilot.press("G")
        assert app.shown()[5] == "line 227"
        assert app.log_view.status.following


async def test_search_hops_and_wrap_shows_all() -> None:
    app = OneView()
    async with app.run_test(size=(20, 6)) as pilot:
        app.write(0, 100)
        app.log_view.ring.append("a", b"0T needle " + b"x" * 40 + b"\n")
        app.write(100, 200)
        app.log_view.search("needle")
        assert app.log_view.status.matches == 1
        assert any("needle" in line for line in app.shown())
        app.log_view.action_toggle_wrap()
        assert "".join(app.shown()).count("x") == 40
        await pilot.press("g")
        assert app.shown()[0] == "line 0"


async def test_a_line_of_a_megabyte_is_cut_and_says_so() -> None:
    app = OneView()
    async with app.run_test(size=(40, 6)):
        app.log_view.ring.append("a", b"y" * (1 << 20) + b"\n")
        app.log_view.changed()
        assert "+983040 bytes" in app.log_view.plain(0)
