"""The Secrets tab by keys: states worst first, keys and who uses them; values are never asked for."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.screen import ModalScreen

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tui.demo.sealing import KEY_LABEL
from tui.panes.secrets import SecretsPane
from tui.panes.work import WorkPane

Opened = tuple[Driver, WorldControl]


@pytest.fixture
async def opened(demo: Demo, tmp_path: Path) -> AsyncIterator[Opened]:
    """The scene `secrets`, on its tab."""
    world = demo.world("secrets")
    async with cockpit(
        settings_of(world, tmp_path, alone=True, environment="development"), (200, 40)
    ) as driver:
        await driver.sees("sealed/reports-secrets")
        await to_secrets(driver)
        yield driver, world
    world.drop()


async def to_secrets(driver: Driver) -> None:
    """The tab before Events."""
    await driver.press("right", "right", "right", "right", "right")
    await driver.sees("USED BY")


def names(driver: Driver) -> list[str]:
    """Of the rows, from the top."""
    return re.findall(r"[│╯╮]│[ !~]*([a-z]+-secrets) ", driver.screen())


async def test_the_worst_come_first_with_their_keys_and_users(opened: Opened) -> None:
    driver, _ = opened
    screen = await driver.sees("invoices")
    assert names(driver) == [
        f"{name}-secrets" for name in ("reports", "mail", "portal", "personal", "billing", "identity")
    ]
    for words in ("cannot decrypt", "not managed", "1 key missing", "not sealed", "Synced"):
        assert words in screen
    assert "no SMTP_PASSWORD, DATABASE_URL" in screen  # of the portal
    assert "billing, invoices, ledger" in screen


async def test_its_troubles_are_in_the_first_tab_and_lead_back(opened: Opened) -> None:
    driver, _ = opened
    await driver.press("left", "left", "left", "left", "left")
    for words in ("cannot decrypt SMTP_PASSWORD", "key SMTP_PASSWORD in no Secret", "is not managed"):
        await driver.sees(words[:24])
    await driver.press("slash", *"reports-s", "enter", "enter")
    await driver.sees("USED BY")
    tab = driver.app.screen.query_one(WorkPane).current
    assert isinstance(tab, SecretsPane)
    row = tab.table.cursor_row
    assert row is not None
    assert row.keys[0] == "reports-secrets"


async def test_why_says_where_it_opens_and_what_managed_means(opened: Opened) -> None:
    driver, _ = opened
    await driver.press("slash", *"reports-s", "enter", "d")
    await driver.sees("the controller says: no key could decrypt secret (SMTP_PASSWORD)")
    await driver.sees("It was sealed for the namespace default")
    await driver.sees("seal it again (E) for services/reports-secrets, strict")
    await driver.press("escape", "escape", "slash", *"mail-s", "enter", "d")
    await driver.sees("annotate the Secret with sealedsecrets.bitnami.com/managed=true")


async def test_a_sealed_secret_that_is_mended_is_quiet(opened: Opened) -> None:
    driver, world = opened
    await driver.press("G")  # the row under the cursor would stay as one that is gone
    world.delete("SealedSecret", "services", "reports-secrets", environment="development")
    await driver.sees_no("reports-secrets")
    note = {"metadata": {"annotations": {"sealedsecrets.bitnami.com/managed": "true"}}}
    world.patch("Secret", "services", "mail-secrets", note, environment="development")
    again = {"spec": {"template": {"type": "Opaque", "metadata": None}}}
    world.patch("SealedSecret", "services", "mail-secrets", again, environment="development")
    await driver.sees_no("not managed")


async def test_no_value_is_ever_asked_for(opened: Opened) -> None:
    """Neither of a Secret nor the controller's private key, whatever is opened."""
    driver, world = opened
    for name, described in (("billing-s", "Describe: "), ("personal-s", "kubectl would read")):
        await driver.press("slash", *name, "enter")
        for keys, words in (("enter", "Lens: "), ("y", "uid: "), ("d", "Why: "), ("dd", described)):
            await driver.press(*(keys if keys != "enter" else (keys,)))
            screen = await driver.sees(words)
            assert "  data:" not in screen  # neither of the YAML nor of the description
            await driver.press("escape")
            await driver.until(lambda: not isinstance(driver.app.screen, ModalScreen))
        await driver.press("escape")
    asked = [each for each in world.requests() if re.search(r"/secrets(/|$|\?)", each["path"])]
    assert asked
    assert all(each["method"] == "GET" for each in asked)
    assert all("PartialObjectMetadata" in each["headers"]["accept"] for each in asked)
    assert not any(KEY_LABEL in each["path"] for each in asked)


async def test_the_tab_is_there_only_where_there_is_something_to_read(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("secrets")
    kinds = {"apiGroups": ["apps", "batch"], "resources": ["*"], "verbs": ["*"]}
    core = {"apiGroups": [""], "resources": ["pods", "events", "namespaces"], "verbs": ["*"]}
    world.user("seer", [kinds, core])
    theirs = str(world.kubeconfig_of("seer"))
    world.config.write_text(world.config.read_text().replace(str(world.kubeconfig), theirs))
    async with cockpit(settings_of(world, tmp_path, alone=True, environment="development")) as driver:
        await driver.sees("rollout is stuck")
        await to_secrets(driver)
        await driver.sees("forbidden: Secret, SealedSecret")  # beside what workloads ask for
        await driver.sees("not known")
        await driver.press("left")
        world.fault("status", r"/apis/bitnami\.com/", code=404)
        driver.app.sessions["development"].review()
        screen = await driver.sees_no("Secrets ─")
        assert "Events" in screen
    world.drop()
