"""Hostile text from a cluster: every screen shows it safely, straight and literally, and goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import hostile
from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tui.panes.apps import AppsPane
from tui.panes.jobs import JobsPane
from tui.panes.pods import PodsPane
from tui.panes.trouble import TroublePane
from tui.panes.work import WorkPane
from tui.panes.workloads import WorkloadsPane

Opened = tuple[Driver, WorldControl]


@pytest.fixture
async def attacked(demo: Demo, tmp_path: Path) -> AsyncIterator[Opened]:
    """Development of an empty world that is full of hostile text."""
    world = demo.world(frozen=True)
    hostile.put(world, "development")
    async with cockpit(settings_of(world, tmp_path, alone=True, environment="development")) as driver:
        await driver.sees("● live")
        await driver.sees("aa-")
        yield driver, world
    world.drop()


def assert_straight(driver: Driver) -> None:
    """Every line is as wide as the screen and has nothing that steers."""
    screen = driver.app.screen
    for number, strip in enumerate(screen._compositor.render_strips(screen.size)):
        assert not hostile.STEERS.search(strip.text), (number, strip.text)
        assert strip.cell_length == screen.size.width, (number, strip.text)


def choose(
    driver: Driver, tab: type[TroublePane | WorkloadsPane | PodsPane | JobsPane | AppsPane], prefix: str
) -> None:
    """Goes to a tab and puts the cursor on the object whose name begins so."""
    view = driver.app.view
    assert view is not None
    (found,) = (
        record
        for kind in ("Pod", "Deployment", "Job", "Application")
        for record in view.session.store.all(kind)
        if record.meta.name.startswith(prefix)
    )
    work = driver.app.screen.query_one(WorkPane)
    work.go(work.find(tab))
    work.current.show(view)
    work.current.table.select(found.meta.uid)


async def test_tabs_pages_and_palette_are_straight_and_literal(attacked: Opened) -> None:
    driver, _ = attacked
    for _ in driver.app.screen.query_one(WorkPane).tabs:
        await driver.sees("[red]markup[/]")
        assert_straight(driver)
        await driver.press("right")
    for key, title, tab, name in (
        ("d", "Why: ", PodsPane, "aa-"),
        ("d", "Why: ", WorkloadsPane, "ab-"),
        ("d", "Why: ", JobsPane, "ac-"),
        ("d", "Why: ", AppsPane, "ae-"),
        ("y", "apiVersion", PodsPane, "talks"),
    ):
        choose(driver, tab, name)
        await driver.press(key)
        await driver.sees(title)
        await driver.sees("[red]markup[/]")
        assert_straight(driver)
        await driver.press("escape")
    await driver.press("ctrl+p", *"ab-")
    await driver.sees("Deployment services/ab-")
    assert_straight(driver)
    await driver.press("escape", "escape")


async def test_logs_are_straight_up_to_the_last_words(attacked: Opened) -> None:
    driver, _ = attacked
    choose(driver, PodsPane, "talks")
    await driver.press("l")
    await driver.sees("the last words")
    assert_straight(driver)
    await driver.press("w")
    await driver.pilot.pause()
    assert_straight(driver)
    await driver.press("w", "home")
    await driver.sees("[red]markup[/]")
    assert_straight(driver)


async def test_dialogs_toasts_and_the_journal_are_straight_and_literal(attacked: Opened) -> None:
    driver, world = attacked
    world.fault("status", "deployments/", method="PATCH", code=403, message=hostile.TEXT * 40)
    choose(driver, WorkloadsPane, "ab-")
    await driver.press("r")
    await driver.asked("ctrl+y copy")
    await driver.sees("[red]markup[/]")
    assert_straight(driver)
    await driver.press("tab", "enter")
    await driver.sees("Restart ab-[red]markup[/]")
    await driver.until(lambda: driver.app.deeds.all)
    assert_straight(driver)
    await driver.press("ctrl+p", *"journal", "enter")
    await driver.sees("failed: ")
    assert_straight(driver)
