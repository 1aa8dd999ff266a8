"""Verify, seal again, and what is applied to the cluster: asked by keys, told by the controller."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cockpit import Driver
from tests.demo_control import Demo
from tests.sealing_form import Checkout, checkout, focus, open_form
from tui.panes.secrets import SecretsPane
from tui.panes.work import WorkPane
from tui.screens.cockpit import CockpitScreen
from widgets.choice import Choice


@pytest.fixture
def place(demo: Demo, tmp_path: Path) -> Iterator[Checkout]:
    world = demo.world("secrets", speed=4)
    yield checkout(world, tmp_path)
    world.drop()


async def choose(driver: Driver, name: str) -> None:
    """The cursor on a SealedSecret of the Secrets tab."""
    screen = driver.app.screen
    assert isinstance(screen, CockpitScreen)
    work = screen.query_one(WorkPane)
    view = driver.app.view
    assert view is not None
    store = view.session.store

    def chosen() -> bool:
        work.go(work.find(SecretsPane))
        found = store.get("SealedSecret", "services", name)
        if found is not None:
            work.current.table.select(found.meta.uid)
        return [(one.meta.kind, one.meta.name) for one in screen.targets()] == [("SealedSecret", name)]

    await driver.until(chosen)


async def to_the_cluster(driver: Driver) -> None:
    """Chooses the cluster to write to."""
    place = driver.app.screen.query_one("#place", Choice)
    await driver.until(lambda: "apply to the cluster" in place.options)
    place.focus()
    for _ in range(place.options.index("apply to the cluster")):
        await driver.press("right")
    await driver.until(lambda: place.options[place.index] == "apply to the cluster")


def secret_of(place: Checkout, name: str) -> dict[str, str]:
    found = place.world.get("Secret", "services", name)
    data = (found or {}).get("data") or {}
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


async def test_verify_names_the_key_and_what_it_was_sealed_for(place: Checkout) -> None:
    async with place.cockpit() as driver:
        await choose(driver, "reports-secrets")
        await driver.press("V")
        await driver.sees("✗ SMTP_PASSWORD")
        await driver.sees("sealed for namespace default")


@pytest.mark.slow
async def test_verify_looks_at_the_checkout_before_it_is_committed(place: Checkout) -> None:
    async with place.cockpit() as driver:
        await choose(driver, "billing-secrets")
        await driver.press("V")
        await driver.sees("✓ DATABASE_URL")
        await driver.sees("services/billing/helm/values-prod.yaml")
        await driver.sees("✗ JWT_SECRET")


async def test_sealing_again_writes_the_controllers_ciphertext_into_the_file(place: Checkout) -> None:
    sealed = place.world.get("SealedSecret", "services", "billing-secrets")
    assert sealed is not None
    old = sealed["spec"]["encryptedData"]["JWT_SECRET"]
    place.file.write_text(place.file.read_text().replace("AgOld==", old))
    async with place.cockpit() as driver:
        await choose(driver, "billing-secrets")
        await driver.press("ctrl+e")
        await driver.asked("no value left the cluster")
        await driver.press("tab", "enter")
        await driver.sees("written, not committed")
    fresh = place.encrypted()["JWT_SECRET"]
    assert fresh != old
    assert place.open(fresh, "services/billing-secrets") == "demo"


async def test_what_cannot_be_opened_cannot_be_sealed_again(place: Checkout) -> None:
    async with place.cockpit() as driver:
        await choose(driver, "reports-secrets")
        await driver.press("ctrl+e")
        await driver.sees("can't seal it again")


async def test_a_key_is_added_in_the_cluster_and_followed_to_synced(place: Checkout) -> None:
    async with place.cockpit() as driver:
        form = await open_form(driver, "billing")
        await to_the_cluster(driver)
        await driver.sees("DATABASE_URL")
        await focus(driver, form, "JWT_SECRET")
        await driver.press(*"fresh", "ctrl+s")
        await driver.asked("unchanged: DATABASE_URL")
        await driver.press("tab", "enter")
        await driver.until(lambda: secret_of(place, "billing-secrets").get("JWT_SECRET") == "fresh")
        await driver.until(lambda: "Synced" in driver.app.deeds.all[-1].progress.text)
        assert secret_of(place, "billing-secrets")["DATABASE_URL"] == "demo"
    assert place.git("status", "--short") == ""


async def test_a_new_sealed_secret_is_made_and_followed(place: Checkout) -> None:
    async with place.cockpit() as driver:
        await open_form(driver, "search")
        await driver.press(*"KEY=value")
        await to_the_cluster(driver)
        await driver.press("ctrl+s")
        await driver.asked("Seal services/search-secrets, strict")
        await driver.press("tab", "enter")
        await driver.until(lambda: driver.app.deeds.all and driver.app.deeds.all[-1].progress.stage.over)
        assert "Synced" in driver.app.deeds.all[-1].progress.text
    assert secret_of(place, "search-secrets") == {"KEY": "value"}
