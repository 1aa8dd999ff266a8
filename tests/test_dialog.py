"""A dialog that is open while its object is deleted, replaced or changed; a crash loop is no change."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from textual.events import Key

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tests.test_cockpit import writes
from tui.screens.confirm import Confirm

Opened = tuple[Driver, WorldControl]
PERSONAL = ("Deployment", "services", "personal")


@pytest.fixture
async def dialog(demo: Demo, tmp_path: Path) -> AsyncIterator[Opened]:
    """The dialog to restart personal, in an environment that asks for nothing to be typed."""
    world = demo.world("small", frozen=True)
    async with cockpit(settings_of(world, tmp_path, alone=True, environment="development")) as driver:
        await driver.sees("● live")
        await driver.sees("deploy/personal")
        await driver.read()
        await driver.press("r")
        await driver.asked("Restart personal")
        yield driver, world
    world.drop()


def delete(world: WorldControl) -> None:
    world.delete(*PERSONAL, environment="development", grace=0)


def replace(world: WorldControl) -> None:
    """The same name, another object."""
    found = world.get(*PERSONAL, environment="development")
    assert found is not None
    world.delete(*PERSONAL, environment="development", grace=0)
    meta = {key: value for key, value in found["metadata"].items() if key not in ("uid", "resourceVersion")}
    world.put({**found, "metadata": meta}, environment="development")


def change(world: WorldControl) -> None:
    """What would be restarted is another version."""
    patch = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "personal:9.9.9"}]
    world.patch(*PERSONAL, patch, environment="development")


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (delete, "personal is gone"),
        (replace, "personal was deleted and made anew"),
        (change, "was changed by somebody else"),
    ],
)
async def test_what_matters_stops_the_deed_and_is_said(
    dialog: Opened, happens: Callable[[WorldControl], None], said: str
) -> None:
    driver, world = dialog
    happens(world)
    await driver.sees(said)
    await driver.press("tab", "enter", "enter")
    assert writes(world) == []


async def test_a_crash_loop_is_no_change(dialog: Opened) -> None:
    driver, world = dialog
    store = driver.app.sessions["development"].store
    seen = store.version["Deployment"]
    for restarts in range(3):
        status = {"status": {"unavailableReplicas": restarts, "collisionCount": restarts}}
        world.patch(*PERSONAL, status, environment="development")
    await driver.until(lambda: store.version["Deployment"] >= seen + 2)
    assert isinstance(driver.app.screen, Confirm)
    assert driver.app.screen.ready
    await driver.press("tab", "enter")
    await driver.sees("accepted")
    assert len(writes(world)) == 1


async def test_keys_that_come_before_a_screen_is_up_are_for_it(dialog: Opened) -> None:
    driver, world = dialog
    for key in ("escape", "r", "down", "up", "escape", "d", "k", "up", "escape", "R", "down", "escape"):
        driver.app.post_message(Key(key, key if len(key) == 1 else None))
    await driver.press("y")
    await driver.sees("kind: Deployment")
    assert not writes(world)
