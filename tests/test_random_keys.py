"""Any keys on a world that churns and a link that fails: no crash, no write unasked, no cursor lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tui.panes.work import WorkPane
from tui.screens.cockpit import CockpitScreen
from tui.screens.confirm import Confirm

# The shell and k9s would want a terminal, and what leaves would end the run.
KEYS = (
    *"1234500jjjkkgGdlpyJcrRvDEu/~<>=[]-?. ",
    *("enter", "escape", "escape", "tab", "shift+tab", "left", "right", "up", "down", "pagedown", "pageup"),
    *("ctrl+z", "ctrl+k", "ctrl+l", "home", "end", "backspace"),
)
NAMES = {"/": "slash", "~": "tilde", "<": "less_than_sign", ">": "greater_than_sign", "=": "equals_sign"}
NAMES |= {"[": "left_square_bracket", "]": "right_square_bracket", "-": "minus", "?": "question_mark"}
NAMES |= {".": "full_stop", " ": "space"}


@pytest.mark.parametrize("seed", [1])
async def test_two_hundred_keys(demo: Demo, tmp_path: Path, seed: int) -> None:
    await hammer(demo, tmp_path, seed, 200)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
async def test_two_thousand_keys(demo: Demo, tmp_path: Path, seed: int) -> None:
    await hammer(demo, tmp_path, seed, 2000)


async def hammer(demo: Demo, state: Path, seed: int, presses: int) -> None:
    """Presses keys; a failure names the seed and the keys that led to it."""
    world, dice, pressed, confirmed = demo.world("policy"), random.Random(seed), [], 0
    async with cockpit(settings_of(world, state, environment="development")) as driver:
        await driver.sees("● live")
        for number in range(presses):
            disturb(world, dice, number)
            key = dice.choice(KEYS)
            pressed.append(key)
            confirmed += key == "enter" and isinstance(driver.app.screen, Confirm)
            await driver.press(NAMES.get(key, key))
            assert driver.app.is_running, f"seed {seed}: {pressed[-20:]}"
            if number % 5 == 0:
                await rests(driver, f"seed {seed}: {pressed[-20:]}")
    assert driver.app.return_code in (None, 0)
    written = [
        one
        for one in world.requests()
        if one["method"] not in ("GET", "HEAD") and "selfsubject" not in one["path"]
    ]
    assert confirmed or not written
    world.drop()


async def rests(driver: Driver, history: str) -> None:
    """While no key is pressed the cursor stays on its object, whatever the world does."""
    if not isinstance(driver.app.screen, CockpitScreen):
        return
    table = driver.app.screen.query_one(WorkPane).current.table
    before, waits = table.cursor, table.lines.wish
    await driver.pilot.pause()
    if before is not None and waits is None and isinstance(driver.app.screen, CockpitScreen):
        now = driver.app.screen.query_one(WorkPane).current.table
        assert now is not table or now.cursor == before, history


def disturb(world: WorldControl, dice: random.Random, number: int) -> None:
    """Now and then streams end, versions expire, answers are late or missing."""
    if number % 20 == 10:
        what = dice.choice(("end", "cut", "expire", "status", "latency"))
        if what in ("end", "cut"):
            world.end_streams(cut=what == "cut", environment="development")
        elif what == "expire":
            world.expire("development")
        elif what == "status":
            world.fault("status", "/development/", code=503)
        else:
            world.fault("latency", "/development/", seconds=0.3)
    elif number % 20 == 0:
        world.clear_faults()
