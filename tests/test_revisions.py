"""Rolling back at the keys: which revision is under the cursor, what is written, what is known later."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tui.panes.work import WorkPane
from tui.screens.revisions import Revisions


@asynccontextmanager
async def opened(
    world: WorldControl, state: Path, environment: str = "development", size: tuple[int, int] = (120, 36)
) -> AsyncIterator[Driver]:
    async with cockpit(settings_of(world, state, alone=True, environment=environment), size) as driver:
        await driver.sees("● live")
        await driver.sees("deploy/personal")
        await driver.read()
        yield driver


@pytest.fixture
def small(demo: Demo) -> Iterator[WorldControl]:
    world = demo.world("small")
    yield world
    world.drop()


def patches(world: WorldControl) -> list[str]:
    return [one["path"].rpartition("/")[2] for one in world.requests("PATCH")]


async def on(driver: Driver, world: WorldControl, kind: str, namespace: str, name: str) -> None:
    """The cursor of the Workloads tab on that one."""
    found = world.get(kind, namespace, name, environment=driver.app.front)
    assert found is not None
    await driver.press("right")
    await driver.sees("ROLLOUT")
    await driver.until(
        lambda: driver.app.screen.query_one(WorkPane).current.table.select(found["metadata"]["uid"])
    )


def dialog(driver: Driver) -> Revisions:
    found = driver.app.screen
    assert isinstance(found, Revisions)
    return found


async def test_up_and_down_choose_and_what_was_typed_counts_for_one(
    small: WorldControl, tmp_path: Path
) -> None:
    async with opened(small, tmp_path, "production") as driver:
        await driver.press("R")
        screen = await driver.sees("from revision 3 to revision 2")
        assert "yes, 2 pods serve now" in screen
        assert "no, none of its pods is ready" in screen
        assert "1.9.0" in screen
        await driver.press(*"personal")
        assert dialog(driver).ready
        await driver.press("down")
        await driver.sees("from revision 3 to revision 1")
        await driver.sees("not known whether revision 1 was ever ready")
        assert not dialog(driver).ready
        await driver.press("up", "up")
        await driver.sees("revision 3 of personal is what it has now")
        await driver.press(*"personal", "enter")
        assert patches(small) == []
        await driver.press("down", *"personal", "enter")
        await driver.sees("accepted")
        assert patches(small) == ["personal"]


@pytest.mark.slow
async def test_nothing_known_is_no_choice_and_what_was_seen_is_known_later(
    small: WorldControl, tmp_path: Path
) -> None:
    async with opened(small, tmp_path) as driver:
        driver.app.deeds.ready.steady = 0.0
        await on(driver, small, "Deployment", "services", "auth")
        await driver.press("R")
        await driver.sees("no other revision is known to have been ready: choose one")
        await driver.press("tab", "enter")  # the button can't be reached
        assert patches(small) == []
        await driver.press("R", "down")
        await driver.sees("Roll auth back from revision 3 to revision 2")
        await driver.press("tab", "enter")
        await driver.sees("done, revision 4")
        assert patches(small) == ["auth"]
        await driver.press("R")
        await driver.sees("Roll auth back from revision 4 to revision 3")
        await driver.sees("seen ready since this cockpit opened")
        await driver.press("escape")
    async with opened(small, tmp_path) as driver:  # the next day
        await on(driver, small, "Deployment", "services", "auth")
        await driver.press("R")
        await driver.sees("choose one with up and down")


async def test_a_stateful_set_goes_back_too(small: WorldControl, tmp_path: Path) -> None:
    async with opened(small, tmp_path, size=(80, 24)) as driver:
        await on(driver, small, "StatefulSet", "data", "postgres")
        await driver.press("R", "down")
        await driver.sees("Roll postgres back from revision 2 to revision 1")
        await driver.sees("15.4")
        await driver.press("tab", "enter")
        await driver.sees("accepted")
        assert patches(small) == ["postgres"]


async def test_a_crash_does_not_stop_it_and_another_operator_does(
    small: WorldControl, tmp_path: Path
) -> None:
    async with opened(small, tmp_path) as driver:
        await driver.press("R")
        await driver.sees("from revision 3 to revision 2")
        seen = dialog(driver)._asked.store.versions(("Deployment",))
        small.patch(
            "Deployment",
            "services",
            "personal",
            {"metadata": {"annotations": {"seen": "again"}}},
            environment="development",
        )
        await driver.until(lambda: dialog(driver)._asked.store.versions(("Deployment",)) != seen)
        assert dialog(driver).ready
        small.patch(
            "Deployment", "services", "personal", {"spec": {"minReadySeconds": 7}}, environment="development"
        )
        await driver.sees("personal was changed by somebody else: minReadySeconds. Look again")
        await driver.press("tab", "enter")
        assert patches(small) == []


async def test_without_a_journal_nothing_is_written_where_it_is_protected(
    small: WorldControl, tmp_path: Path
) -> None:
    (tmp_path / "deploytui" / "journal.jsonl").mkdir(parents=True)
    async with opened(small, tmp_path, "production") as driver:
        await driver.press("R")
        await driver.sees("no deed in production")
        assert patches(small) == []
    async with opened(small, tmp_path) as driver:
        await driver.press("R")
        await driver.sees("journal: the journal can't be used")
        await driver.press("tab", "enter")
        await driver.sees("Not in the journal")
        assert patches(small) == ["personal"]


async def test_what_was_left_while_running_is_told_and_followed(small: WorldControl, tmp_path: Path) -> None:
    async with opened(small, tmp_path) as driver:
        await driver.press("R")
        await driver.sees("from revision 3 to revision 2")
        small.freeze()
        await driver.press("tab", "enter")
        await driver.sees("accepted")
        await driver.sees("1 deed")
        await driver.press("ctrl+q", "ctrl+q")
    async with opened(small, tmp_path) as driver:
        await driver.sees("left while running:")
        await driver.press("O")
        await driver.sees("(left while running)")
        small.freeze(False)
        screen = await driver.sees("revision 4")
        assert "asked" in screen
        await driver.press("escape")
        await driver.sees_no("1 deed")
