"""Ctrl+c leaves from every dialog, page and input; with a deed on its way it asks first, wherever one is."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.cockpit import Driver, settings_of
from tests.demo_control import Demo
from tests.moved_clock import MovedClock
from tui.app import Cockpit
from tui.screens.cockpit import CockpitScreen

PLACES = {
    "the filter": ("slash",),
    "the palette": ("ctrl+p",),
    "the help": ("question_mark",),
    "why": ("d",),
    "YAML": ("y",),
    "a dialog": ("r",),
    "the revisions": ("R",),
    "the seal form": ("E",),
    "the ladder": ("v",),
    "a search in the full log": ("l", "slash"),
}


def at_home(driver: Driver) -> bool:
    screen = driver.app.screen
    return (
        isinstance(screen, CockpitScreen)
        and not screen.full_log
        and not isinstance(driver.app.focused, Input)
    )


@pytest.mark.slow
async def test_ctrl_c_is_heard_everywhere(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small", frozen=True)
    clock = MovedClock()
    app = Cockpit(settings_of(world, tmp_path, environment="development"), clock)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        driver = Driver(app, pilot)
        await driver.sees("deploy/personal")
        await driver.press("r")
        await driver.asked("Restart personal")
        await driver.press("tab", "enter")
        await driver.until(lambda: app.deeds.going())
        for place, keys in PLACES.items():
            for key in keys:
                await driver.press(key)
                await driver.until(lambda: not at_home(driver))
            await driver.press("ctrl+c")
            assert app._leaving_until > clock.monotonic(), place  # it asked, and waits for a second one
            clock.move(3)
            while not at_home(driver):
                await driver.press("escape")
        assert app.is_running
        await driver.press("ctrl+c", "ctrl+c")
        await driver.until(lambda: not app.is_running)
    assert app.return_code == 0
    assert b'"phase":"left"' in app.journal.path.read_bytes()
    world.drop()
