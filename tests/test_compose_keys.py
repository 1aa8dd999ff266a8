"""Deeds on a Compose project by their keys where there is no docker command, and where they do not belong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import WorldControl
from tests.engine_control import EngineControl
from tui.journal import Journal
from tui.screens.confirm import Confirm


@pytest.fixture
def engine(world: WorldControl) -> EngineControl:
    return EngineControl.of(world)


@pytest.fixture
async def local(
    world: WorldControl, engine: EngineControl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Driver]:
    """Two containers of one service, the workloads in sight."""
    monkeypatch.setenv("PATH", str(tmp_path))
    engine.file.write_text("name: platform\nservices: {api: {image: 'shop/api:1.2.0'}}\n")
    engine.do("add", service="api", image="shop/api:1.2.0", count=2)
    async with cockpit(settings_of(world, tmp_path, environment="local"), size=(130, 40)) as driver:
        await driver.sees("● live")
        await driver.press("right")
        await driver.sees("2/2")
        yield driver


async def test_r_restarts_a_service_and_is_followed_to_its_end(local: Driver) -> None:
    await local.press("r")
    await local.asked("Restart service api")
    await local.sees("a restart takes no change of the file")
    await local.sees("restart api")
    await local.press("tab", "enter")
    await local.sees("Restart service api: done")
    phases = [entry.phase for entry in Journal(local.app.settings.state).entries()]
    assert phases == ["asked", "outcome", "end"]


async def test_marked_containers_are_restarted_as_such(local: Driver) -> None:
    await local.press("right")
    await local.sees("platform-api-2")
    await local.press("space", "down", "space", "r")
    await local.asked("Restart 2 containers")
    await local.sees("docker restart platform-api-1 platform-api-2")
    await local.press("escape")
    await local.until(lambda: not isinstance(local.app.screen, Confirm))


async def test_what_cannot_be_done_says_why(local: Driver) -> None:
    await local.press("S")
    await local.sees("docker compose is not there")
    await local.press("R")
    await local.sees("no earlier image of api is known")
    await local.press("right", "ctrl+k")
    await local.sees("Delete pod is for")
    assert not isinstance(local.app.screen, Confirm)


async def test_down_asks_for_the_projects_name(local: Driver) -> None:
    local.app.screen.action_ask("down")  # type: ignore[attr-defined]  # as the palette does
    await local.asked("Take platform down")
    await local.sees("Type platform to go on")
    await local.press(*"platfor", "enter")
    assert isinstance(local.app.screen, Confirm)


async def test_containers_that_come_meanwhile_stop_it(local: Driver, engine: EngineControl) -> None:
    local.app.screen.action_ask("down")  # type: ignore[attr-defined]
    await local.asked("Take platform down")
    engine.do("add", service="api", image="shop/api:1.2.0", number=3)
    await local.sees("platform was changed by somebody else: its file or its containers")


async def test_a_cluster_has_no_up(world: WorldControl, tmp_path: Path) -> None:
    async with cockpit(settings_of(world, tmp_path, environment="development")) as driver:
        text = await driver.sees("● live")
        assert "S Up" not in text
        assert "S Sync" in text
