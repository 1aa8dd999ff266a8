"""The cockpit on the demo, as a person at its keys: what is seen, what is written, and how it ends."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tui.app import bare_traceback
from tui.panes.work import WorkPane
from tui.screens.confirm import Confirm


@asynccontextmanager
async def on_small(demo: Demo, state: Path, environment: str) -> AsyncIterator[tuple[Driver, WorldControl]]:
    """A live cockpit on the scene `small`."""
    world = demo.world("small")
    async with cockpit(settings_of(world, state, environment=environment)) as driver:
        await driver.sees("● live")
        await driver.sees("deploy/personal")
        await driver.read()
        yield driver, world
    world.drop()


@pytest.fixture
async def small(demo: Demo, tmp_path: Path) -> AsyncIterator[tuple[Driver, WorldControl]]:
    """Production in front."""
    async with on_small(demo, tmp_path, "production") as opened:
        yield opened


@pytest.fixture
async def open_environment(demo: Demo, tmp_path: Path) -> AsyncIterator[tuple[Driver, WorldControl]]:
    """Development in front, which is not protected."""
    async with on_small(demo, tmp_path, "development") as opened:
        yield opened


def writes(world: WorldControl) -> list[str]:
    """Methods and paths of all that changed something."""
    return [
        f"{one['method']} {one['path']}"
        for one in world.requests()
        if one["method"] not in ("GET", "HEAD") and "selfsubject" not in one["path"]
    ]


async def test_it_opens_on_trouble_and_shows_every_environment(small: tuple[Driver, WorldControl]) -> None:
    driver, _ = small
    await driver.sees("rollout is stuck")
    for words in ("PRODUCTION", "● live", "protected", "development", "staging", "observability"):
        await driver.sees(words)  # the last kind may be read after the first trouble


async def test_tabs_panes_and_a_filter(small: tuple[Driver, WorldControl]) -> None:
    driver, _ = small
    await driver.press("right")
    await driver.sees("done, revision")
    await driver.press("slash", *"auth", "enter")
    await driver.sees_no("valkey", within=5)
    await driver.sees("1 of")
    await driver.press("escape")
    await driver.sees_no("1 of")
    await driver.press("right")
    await driver.sees("CrashLoopBackOff")


async def test_why_and_yaml_of_what_is_under_the_cursor(small: tuple[Driver, WorldControl]) -> None:
    driver, _ = small
    await driver.press("d")
    await driver.sees("Why: services/personal")
    await driver.press("escape", "y")
    await driver.sees("kind: Deployment")


async def test_logs_fill_the_screen_and_give_it_back(small: tuple[Driver, WorldControl]) -> None:
    driver, world = small
    await driver.press("l")
    await driver.sees_no("1 Environments")
    await driver.sees("personal-")
    await driver.press("r")
    await driver.sees("No deed works in the full log")
    await driver.press("escape")
    await driver.sees("1 Environments")
    assert writes(world) == []


async def test_a_restart_is_asked_written_once_followed_and_journaled(
    open_environment: tuple[Driver, WorldControl], tmp_path: Path
) -> None:
    driver, world = open_environment
    await driver.press("right")
    await driver.sees("done, revision")
    auth = world.get("Deployment", "services", "auth", environment="development")
    assert auth is not None
    driver.app.screen.query_one(WorkPane).current.table.select(auth["metadata"]["uid"])
    await driver.press("r")
    await driver.asked("Restart auth")
    assert writes(world) == []
    await driver.press("enter")  # Cancel has the focus
    await driver.sees_no("ctrl+y copy")
    assert writes(world) == []
    await driver.press("r")
    await driver.asked("Restart auth")
    await driver.press("tab", "enter")
    await driver.sees("accepted")
    assert len(writes(world)) == 1
    assert writes(world)[0].startswith("PATCH ")
    await driver.sees("done, revision 4")
    await driver.until(lambda: b'"phase":"end"' in driver.app.journal.path.read_bytes())
    lines = [json.loads(line) for line in driver.app.journal.path.read_text().splitlines()]
    assert [line["phase"] for line in lines] == ["asked", "outcome", "end"]
    assert lines[0]["target"]["name"] == "auth"


async def test_rolling_back_production_asks_for_the_name(small: tuple[Driver, WorldControl]) -> None:
    driver, world = small
    await driver.press("R")
    await driver.asked("Roll personal back")
    dialog = driver.app.screen
    assert isinstance(dialog, Confirm)
    assert dialog.wanted == "personal"
    await driver.press(*"persona", "enter")
    assert writes(world) == []
    await driver.press("l", "enter")
    await driver.sees("accepted")
    assert len(writes(world)) == 1


async def test_a_changed_target_stops_the_deed(small: tuple[Driver, WorldControl]) -> None:
    driver, world = small
    await driver.press("R")
    await driver.asked("Roll personal back")
    world.patch("Deployment", "services", "personal", {"spec": {"minReadySeconds": 7}})
    await driver.sees("was changed by somebody else")
    await driver.press(*"personal", "enter")
    await driver.press("escape")
    assert writes(world) == []


async def test_readonly_lets_nothing_through(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    settings = settings_of(world, tmp_path, environment="production", readonly=True)
    async with cockpit(settings) as driver:
        await driver.sees("deploy/personal")
        await driver.read()
        await driver.sees("read only")
        await driver.press("R")
        await driver.sees("production is read-only")
        await driver.press(*"personal", "enter")
        assert writes(world) == []
    world.drop()


async def test_a_dead_server_is_said_and_comes_back(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    world.fault("status", "/production/", code=503)
    async with cockpit(settings_of(world, tmp_path, environment="production")) as driver:
        await driver.sees("unreachable")
        world.clear_faults()
        await driver.sees("deploy/personal", within=40)
    world.drop()


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_it_is_usable_at_every_size(demo: Demo, tmp_path: Path, size: tuple[int, int]) -> None:
    world = demo.world("small")
    async with cockpit(settings_of(world, tmp_path, environment="production"), size) as driver:
        await driver.sees("deploy/personal")
        await driver.read()
        await driver.press("1")
        await driver.sees("staging")
        await driver.press("4")
        await driver.sees("personal")
        await driver.press("question_mark")
        await driver.sees("Help")
    world.drop()


def test_a_traceback_has_no_locals() -> None:
    def fail(token: str) -> None:
        raise ValueError(f"a bug after {len(token)} characters")

    try:
        fail("-".join(("planted", "token")))
    except ValueError as error:
        text = bare_traceback(error, error.__traceback__)
    assert "a bug after 13 characters" in text
    assert "planted-token" not in text


async def test_the_log_of_a_stuck_workload_is_that_of_its_new_pods(
    small: tuple[Driver, WorldControl],
) -> None:
    driver, world = small
    newest = max(
        (one for one in world.all("ReplicaSet") if one["metadata"]["name"].startswith("personal-")),
        key=lambda one: int(one["metadata"]["annotations"]["deployment.kubernetes.io/revision"]),
    )
    await driver.press("l")
    await driver.sees(newest["metadata"]["name"])


async def test_a_namespace_from_the_command_line(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    settings = settings_of(world, tmp_path, environment="production", namespace="services")
    async with cockpit(settings) as driver:
        await driver.sees("● live")
        assert driver.app.namespaces == frozenset({"services"})
        await driver.press("right")
        await driver.sees_no("log-agent")
    world.drop()
