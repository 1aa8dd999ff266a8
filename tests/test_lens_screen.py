"""The lens by keys: who uses a Secret and how, who runs with old values, and a restart of exactly those."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl

Opened = tuple[Driver, WorldControl]


@pytest.fixture
async def opened(demo: Demo, tmp_path: Path) -> AsyncIterator[Opened]:
    """The scene `secrets`, on its tab."""
    world = demo.world("secrets")
    async with cockpit(settings_of(world, tmp_path, alone=True, environment="development")) as driver:
        await driver.sees("sealed/reports-secrets")
        await driver.press("right", "right", "right", "right", "right")
        await driver.sees("USED BY")
        yield driver, world
    world.drop()


async def look_at(driver: Driver, name: str) -> None:
    """Enter on the Secret of that name."""
    await driver.press("slash", *name, "enter", "enter")
    await driver.sees(f"Lens: services/{name}")


async def test_who_uses_it_how_and_who_runs_with_old_values(opened: Opened) -> None:
    driver, _ = opened
    await look_at(driver, "billing-secrets")
    for words in (
        "SealedSecret of scope strict",
        "It was written after the newest key came",
        "Deployment billing  all by env: needs a restart",
        "Deployment ledger  all by volume: sees a change by itself",
        "Next: r restarts billing, invoices",
    ):
        await driver.sees(words)


@pytest.mark.slow
async def test_r_restarts_exactly_those_and_the_page_sees_it(opened: Opened) -> None:
    driver, world = opened
    await look_at(driver, "billing-secrets")
    await driver.sees("Next: r restarts billing, invoices")
    await driver.press("r")
    screen = await driver.asked("Restart 2 workloads")
    assert "services / Deployment billing" in screen
    assert "services / Deployment invoices" in screen
    assert "services / Deployment ledger" not in screen
    await driver.press("tab", "enter")
    await driver.sees("Deployment billing  all by env: no restart needed")
    await driver.sees("Deployment invoices  all by env: no restart needed")
    await driver.sees_no("Next: r restarts")
    patched = [each["path"].rsplit("/", 1)[-1] for each in world.requests("PATCH", "/deployments/")]
    assert sorted(patched) == ["billing", "invoices"]
    await driver.press("r")
    await driver.sees("No workload runs with older values of it")


async def test_a_change_while_it_is_read_asks_for_a_restart(opened: Opened) -> None:
    driver, world = opened
    await look_at(driver, "identity-secrets")
    await driver.sees("PreSync Job identity-migrate-identity  all by env: runs before the Sync phase")
    await driver.sees("The key it was sealed with is older than the newest")
    await driver.press("escape", "escape")
    await look_at(driver, "portal-secrets")
    await driver.sees("! SMTP_PASSWORD  portal needs it, none has it")
    change = {"spec": {"encryptedData": {"SMTP_PASSWORD": "AgA="}}}
    world.patch("SealedSecret", "services", "portal-secrets", change, environment="development")
    await driver.sees("the controller cannot decrypt SMTP_PASSWORD")


async def test_a_secret_that_is_nowhere_has_its_lens_and_its_why(opened: Opened) -> None:
    driver, world = opened
    await driver.press("j")
    world.delete("SealedSecret", "services", "identity-secrets", environment="development")
    await driver.sees("missing")
    await look_at(driver, "identity-secrets")
    await driver.sees("Secret identity-secrets is missing, and no SealedSecret of that name")
    await driver.sees("there is no Secret of that name")
    await driver.press("d")
    await driver.sees("Why: services/identity-secrets")
    await driver.sees("identity-migrate-identity needs it")


async def test_sealing_begins_from_the_lens(opened: Opened) -> None:
    driver, _ = opened
    await look_at(driver, "personal-secrets")
    await driver.press("V")
    await driver.sees("Verify is not for a Secret (personal-secrets)")
    await driver.press("E")
    await driver.sees("development: seal a secret")
    await driver.press("escape")
    await driver.sees("Lens: services/personal-secrets")
