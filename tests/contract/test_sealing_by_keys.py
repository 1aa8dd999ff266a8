"""Sealed in the cockpit by keys, applied, and opened by the real controller."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.contract.place import Place
from tests.contract.test_cockpit_on_cluster import opened
from widgets.choice import Choice

pytestmark = pytest.mark.cluster


async def test_the_real_controller_opens_what_the_form_applies(cluster: Place, tmp_path: Path) -> None:
    async with opened(cluster, tmp_path, cluster.namespace) as driver:
        await driver.press("E")
        await driver.sees("valid to")
        await driver.sees("the whole object")
        await driver.press(*"tried-secrets")
        place = driver.app.screen.query_one("#place", Choice)
        await driver.until(lambda: place.options == ("clipboard", "apply to the cluster"))
        place.focus()
        await driver.press("right", "ctrl+n", *"KEY=a value")
        await driver.press("ctrl+s")
        await driver.asked("can open it")
        await driver.press("tab", "enter")
        await driver.until(
            lambda: driver.app.deeds.all and driver.app.deeds.all[-1].progress.stage.over, within=60
        )
        assert "Synced" in driver.app.deeds.all[-1].progress.text
    made = await cluster.get("Secret", "tried-secrets")
    assert {key: base64.b64decode(each) for key, each in made["data"].items()} == {"KEY": b"a value"}
