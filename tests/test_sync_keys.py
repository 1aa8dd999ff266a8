"""A sync at the keys, on the simulator's Argo CD: its options, its end, and one database after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cockpit import Driver, cockpit
from tests.demo_argo import play
from tests.demo_control import Demo, WorldControl
from tui.panes.work import WorkPane
from tui.screens.cockpit import CockpitScreen
from tui.settings import Options, load


@pytest.fixture
def world(demo: Demo) -> Any:
    made = demo.world("argo", speed=15.0)
    yield made
    made.drop()


@asynccontextmanager
async def apps(world: WorldControl, state: Path, *, protected: bool = False) -> AsyncIterator[Driver]:
    """The Apps tab of production, as the bench is configured."""
    namespaces = {"services": "prod-services", "gateway": "prod-gateway"}
    production = {
        "context": "production",
        "branch": "main",
        "sync": "manual",
        "protected": protected,
        "namespaces": namespaces,
        "argocd": {"selector": "environment=production"},
    }
    config = state / "config.yaml"
    config.write_text(yaml.safe_dump({"environments": {"production": production}}))
    options = Options(config=config, kubeconfig=world.kubeconfig, environment="production")
    environ = {"XDG_STATE_HOME": str(state), "HOME": str(state)}
    async with cockpit(load(options, environ=environ, cwd=state, home=state), (180, 44)) as driver:
        await driver.sees("● live")
        while "REVISION" not in driver.screen():
            await driver.press("right")
        await driver.sees("gateway-produ")
        yield driver


async def on(driver: Driver, world: WorldControl, name: str) -> None:
    """The cursor on that application."""
    found = world.get("Application", "argocd", name)
    assert found is not None
    uid = found["metadata"]["uid"]
    await driver.until(lambda: driver.app.screen.query_one(WorkPane).current.table.select(uid))


def asked(world: WorldControl) -> list[str]:
    """Names of the applications that were written, in that order."""
    return [one["path"].rpartition("/")[2] for one in world.requests("PATCH", "applications/")]


async def test_a_sync_with_its_options_to_its_end(world: WorldControl, tmp_path: Path) -> None:
    play(world, "pending", "personal", "production")
    async with apps(world, tmp_path, protected=True) as driver:
        await on(driver, world, "personal-production")
        await driver.sees("1 out")
        screen = driver.app.screen
        assert isinstance(screen, CockpitScreen)
        screen.action_ask("sync-all")
        await driver.sees("Type personal-production to go on")
        play(world, "freeze")
        await driver.sees("sync window: denied by")
        play(world, "thaw")
        await driver.sees_no("sync window: denied by")
        await driver.press("escape")
        await driver.sees_no("Type personal-production")
        await driver.press("S")
        await driver.sees("Type personal-production to go on")
        await driver.press("down", "right")
        await driver.sees("no hook runs, so 1 migration of it does not run either")
        await driver.press("right")
        await driver.sees("runs PreSync")
        await driver.press(*"personal-production", "enter")
        await driver.until(lambda: driver.app.deeds.all and not driver.app.deeds.going())
        (deed,) = driver.app.deeds.all
        assert "done, personal-production at" in deed.progress.text
        assert "personal_db at 4" in deed.progress.text
        screen.action_ask("sync-all")
        await driver.sees("nothing is out of sync here")
    found = world.get("Application", "argocd", "personal-production")
    assert found is not None
    operation = found["status"]["operationState"]["operation"]
    assert operation["sync"]["revision"] == found["status"]["sync"]["revision"]
    assert operation["sync"]["syncStrategy"] == {"hook": {}}
    assert found["status"]["sync"]["status"] == "Synced"


@pytest.mark.slow
async def test_two_that_migrate_one_database_go_one_after_the_other(
    world: WorldControl, tmp_path: Path
) -> None:
    async with apps(world, tmp_path) as driver:
        for name in ("auth-production", "identity-production"):
            await on(driver, world, name)
            await driver.press("space")
        await driver.press("S")
        await driver.sees("migrate auth_db: one after the other")
        await driver.press("tab", "enter")
        await driver.until(lambda: len(asked(world)) == 1)
        await driver.sees("1 deed")
        first = asked(world)[0]
        await driver.until(lambda: len(asked(world)) == 2)
        before = world.get("Application", "argocd", first)
        assert before is not None
        assert before["status"]["operationState"]["phase"] == "Succeeded"
        await driver.until(lambda: not driver.app.deeds.going())
    assert sorted(asked(world)) == ["auth-production", "identity-production"]


@pytest.mark.slow
async def test_one_whose_database_another_operation_migrates_waits_for_its_end(
    demo: Demo, tmp_path: Path
) -> None:
    world = demo.world("argo", speed=6.0)  # 10 s of migrations, to confirm in
    async with apps(world, tmp_path) as driver:
        play(world, "slow-migration", "identity", "production")
        await on(driver, world, "auth-production")
        await driver.press("S")
        await driver.sees("begins when identity-production is done, which migrates auth_db now")
        await driver.press("tab", "enter")
        await driver.until(lambda: driver.app.deeds.all)
        assert "waits for identity-production" in driver.app.deeds.all[0].progress.text
        assert asked(world) == []
        await driver.until(lambda: asked(world) == ["auth-production"])
        other = world.get("Application", "argocd", "identity-production")
        assert other is not None
        assert other["status"]["operationState"]["phase"] == "Succeeded"
        await driver.until(lambda: len(driver.app.deeds.all) == 2 and not driver.app.deeds.going())
        waited, synced = driver.app.deeds.all
        assert "identity-production is over (Succeeded)" in waited.progress.text
        assert "done, auth-production at" in synced.progress.text
