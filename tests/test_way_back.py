"""At the keys: an application rolled back with its automated sync held and given back; the other way back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tui.model.application import HELD
from tui.model.plan import Progress, Stage
from tui.panes.work import WorkPane

Opened = tuple[Driver, WorldControl]
AUTOMATED = {"prune": True, "selfHeal": True}


@pytest.fixture
async def opened(demo: Demo, tmp_path: Path) -> AsyncIterator[Opened]:
    """Development, where Argo CD syncs and heals by itself."""
    world = demo.world("policy", speed=8.0)
    async with cockpit(settings_of(world, tmp_path, environment="development"), (150, 44)) as driver:
        await driver.sees("● live")
        await driver.sees("─ Apps ")
        yield driver, world
    world.drop()


def application(world: WorldControl) -> dict[str, dict[str, dict[str, object]]]:
    found = world.get("Application", "argocd", "graphql-bff-development", environment="development")
    assert found is not None
    return found


async def on(driver: Driver, tab: str, kind: str, namespace: str, name: str, world: WorldControl) -> None:
    """The cursor of that tab on that one."""
    found = world.get(kind, namespace, name, environment="development")
    assert found is not None
    uid = found["metadata"]["uid"]
    work = driver.app.screen.query_one(WorkPane)
    await driver.press("4")
    while work.current.title != tab:
        await driver.press("right")
    await driver.until(lambda: work.current.table.select(uid))


async def ended(driver: Driver, count: int = 1) -> Progress:
    """The end of the newest of so many deeds."""
    deeds = driver.app.deeds
    await driver.until(lambda: len(deeds.all) == count and deeds.all[-1].progress.stage.over)
    return deeds.all[-1].progress


async def test_back_by_argo_cd_and_forward_again(opened: Opened) -> None:
    driver, world = opened
    await on(driver, "Apps", "Application", "argocd", "graphql-bff-development", world)
    await driver.press("R")
    await driver.sees("Argo CD takes all of application graphql-bff-development back.")
    await driver.press("down")
    screen = await driver.sees("automated sync is held first")
    assert "(deployment 0)" in screen
    assert "no hooks run" in screen
    await driver.press("tab", "enter")
    assert "rolled back to" in (await ended(driver)).text
    meta, spec = application(world)["metadata"], application(world)["spec"]
    assert HELD in meta["annotations"]
    assert "automated" not in spec["syncPolicy"]
    await driver.press("H")
    await driver.sees("Release automated sync of graphql-bff-development")
    await driver.press("tab", "enter")
    assert (await ended(driver, 2)).text == "done, it syncs as before: automated, prune, self-heal"
    assert application(world)["spec"]["syncPolicy"]["automated"] == AUTOMATED
    assert HELD not in (application(world)["metadata"].get("annotations") or {})


@pytest.mark.slow
async def test_an_undo_of_the_workload_alone_is_taken_back(opened: Opened) -> None:
    driver, world = opened
    await on(driver, "Workloads", "Deployment", "gateway", "graphql-bff", world)
    await driver.press("R")
    await driver.sees("ctrl+o: only Deployment graphql-bff, which self-heal reverts within seconds.")
    await driver.press("ctrl+o")
    await driver.sees("Only Deployment graphql-bff goes back, which self-heal reverts within seconds.")
    await driver.press("ctrl+o")
    await driver.sees("Argo CD takes all of application graphql-bff-development back.")
    await driver.press("ctrl+o")
    await driver.sees("CHANGE CAUSE")
    await driver.press("down")
    await driver.sees("heals itself: it takes this back within seconds")
    await driver.press("tab", "enter")
    progress = await ended(driver)
    assert progress.stage is Stage.FAILED
    assert progress.text.startswith(
        "graphql-bff was changed back: application graphql-bff-development heals itself"
    )
