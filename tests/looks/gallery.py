"""A walk through the cockpit that compares what it sees with the goldens."""

from __future__ import annotations

import difflib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any

from textual.strip import Strip
from textual.widgets import Input

from tests.cockpit import Driver, settings_of
from tests.demo_control import Demo, WorldControl
from tui.app import Cockpit
from tui.clock import SystemClock

ROOT = Path(__file__).parents[2]
GOLDENS = ROOT / "snapshots"
REPORTS = ROOT / ".reports" / "looks"
AT = 1764590671.0
"""12:04:31 UTC on the first of December 2025."""
STILL = 4
"""Looks in a row that have to be alike before a picture is taken."""


class Frozen(SystemClock):
    """It is always the same second; waiting works as ever."""

    def now(self) -> float:
        return AT


class Gallery:
    """Takes pictures of one cockpit; `finish` tells of all that differ."""

    def __init__(self, driver: Driver, *, update: bool) -> None:
        self.driver = driver
        self._update = update
        self._wrong: list[str] = []

    async def press(self, *keys: str) -> None:
        """Presses keys."""
        await self.driver.press(*keys)

    async def shows(self, name: str, *words: str) -> None:
        """The picture of that name, once all these words are on the screen and nothing moves any more."""
        for word in words:
            await self.driver.sees(word)
        for survey in self.driver.app.surveys.values():
            survey._second = -1  # judged again with all that came since: no second passes that would do it
        picture = await self._still()
        golden = GOLDENS / f"{name}.svg"
        if self._update:
            golden.write_text(picture, encoding="utf-8")
        elif not golden.exists() or golden.read_text(encoding="utf-8") != picture:
            self._wrong.append(self._report(name, golden, picture))

    async def resize(self, width: int, height: int) -> None:
        """Another size of the terminal."""
        await self.driver.pilot.resize_terminal(width, height)

    def finish(self) -> None:
        """Fails with every picture that differs."""
        assert not self._wrong, "\n".join(
            [*self._wrong, "if it is meant: pytest tests/looks --snapshot-update"]
        )

    async def _still(self) -> str:
        for one in self.driver.app.screen.query(Input):
            one.cursor_blink = False
        alike, before = 0, None
        while alike < STILL:
            await self.driver.pilot.pause(0.1)
            now = strips_of(self.driver.app)  # much cheaper than the picture itself
            alike, before = alike + 1 if now == before else 1, now
        return picture_of(self.driver.app)

    def _report(self, name: str, golden: Path, picture: str) -> str:
        REPORTS.mkdir(parents=True, exist_ok=True)
        (REPORTS / f"{name}.svg").write_text(picture, encoding="utf-8")
        before = text_of(golden.read_text(encoding="utf-8")) if golden.exists() else []
        lines = difflib.unified_diff(before, text_of(picture), "golden", "now", lineterm="", n=0)
        return "\n".join([f"{name} differs" if before else f"{name} has no golden", *lines])


def strips_of(app: Cockpit) -> list[Strip]:
    """What is painted, line by line."""
    screen = app.screen
    return screen._compositor.render_strips(screen.size)


def picture_of(app: Cockpit) -> str:
    """The screen as SVG, without the number that makes each export's ids its own."""
    return re.sub(r"terminal-\d+-", "terminal-", app.export_screenshot(simplify=True))


def text_of(picture: str) -> list[str]:
    """The words of an SVG, line by line."""
    lines: dict[str, list[str]] = {}
    for row, words in re.findall(r'<text[^>]*? y="([^"]+)"[^>]*>(.*?)</text>', picture):
        lines.setdefault(row, []).append(unescape(words).replace("\xa0", " "))
    return ["".join(parts).rstrip() for parts in lines.values()]


@asynccontextmanager
async def gallery(
    world: WorldControl,
    state: Path,
    *,
    update: bool,
    size: tuple[int, int] = (120, 36),
    **options: Any,
) -> AsyncIterator[Gallery]:
    """A cockpit on a world that stands still."""
    app = Cockpit(settings_of(world, state, **options), Frozen())
    async with app.run_test(size=size, notifications=True) as pilot:
        taken = Gallery(Driver(app, pilot), update=update)
        yield taken
    taken.finish()


def frozen(demo: Demo, scene: str) -> WorldControl:
    """The same world each time: begun half a minute before `AT`, and stopped there."""
    world = demo.world(scene, at=AT - 30, frozen=True)
    world.step(30)
    return world
