"""A state folder that cannot be written and a full disk: the cockpit works, and says what is not kept."""

from __future__ import annotations

import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tests.test_cockpit import writes


@asynccontextmanager
async def opened(
    demo: Demo, folder: Path, environment: str, state: Path
) -> AsyncIterator[tuple[Driver, WorldControl]]:
    world = demo.world("small")
    settings = replace(settings_of(world, folder, alone=True, environment=environment), state=state)
    async with cockpit(settings) as driver:
        await driver.sees("● live")
        await driver.sees("deploy/personal")
        await driver.read()
        yield driver, world
    world.drop()


def said(driver: Driver) -> str:
    """All toasts that are there, unwrapped."""
    return "\n".join(one.message for one in driver.app._notifications)


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A folder that cannot be made: its parent is a file."""
    file = tmp_path / "file"
    file.write_text("")
    return file / "state"


async def test_where_nothing_can_be_kept_a_protected_environment_takes_no_deed(
    demo: Demo, tmp_path: Path, nowhere: Path
) -> None:
    async with opened(demo, tmp_path, "production", nowhere) as (driver, world):
        await driver.sees("recordings are off")
        await driver.press("R")
        words = "no deed in production, which is protected: the journal can't be used: Not a directory"
        await driver.until(lambda: words in said(driver))
        await driver.press("ctrl+p", *"journal", "enter")
        await driver.until(lambda: "\nthe journal can't be used" in f"\n{said(driver)}")
        assert driver.app.is_running
        assert writes(world) == []


async def test_where_nothing_can_be_kept_an_open_environment_says_so(
    demo: Demo, tmp_path: Path, nowhere: Path
) -> None:
    async with opened(demo, tmp_path, "development", nowhere) as (driver, world):
        await driver.press("R")
        await driver.asked("Roll personal back")
        await driver.sees("journal: the journal can't be used")
        await driver.press("tab", "enter")
        await driver.sees("Not in the journal")
        assert len(writes(world)) == 1


async def test_a_disk_that_is_full_when_it_counts_stops_a_deed_in_a_protected_environment(
    demo: Demo, tmp_path: Path
) -> None:
    async with opened(demo, tmp_path, "production", tmp_path / "state") as (driver, world):
        await driver.press("R")
        await driver.asked("Roll personal back")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
        try:
            await driver.press(*"personal", "enter")
            await driver.until(lambda: "the journal can't be used: the disk is full" in said(driver))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert writes(world) == []
