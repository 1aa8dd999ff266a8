"""`d`: the cause first, its evidence, the last lines of what crashed, live; and what kubectl describes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl

Opened = tuple[Driver, WorldControl]


@pytest.fixture
async def small(demo: Demo, tmp_path: Path) -> AsyncIterator[Opened]:
    """The scene `small`, with the cursor on the stuck personal."""
    world = demo.world("small")
    async with cockpit(settings_of(world, tmp_path, alone=True, environment="production")) as driver:
        await driver.sees("rollout is stuck")
        yield driver, world
    world.drop()


async def test_one_key_gives_cause_evidence_services_and_the_last_lines(small: Opened) -> None:
    driver, _ = small
    await driver.press("d")
    await driver.sees("Why: services/personal")
    screen = await driver.sees("Last lines of personal")
    assert screen.index("rollout is stuck: personal crashes") < screen.index("Last lines of personal")
    assert "Next: " in screen
    assert "panic" in screen  # of its stack trace


async def test_the_page_follows_what_happens_while_it_is_read(small: Opened) -> None:
    driver, world = small
    await driver.press("d")
    await driver.sees("Why: services/personal")
    world.delete("Deployment", "services", "personal")
    await driver.sees("personal is gone; this is what was last seen")


async def test_once_more_shows_what_kubectl_describes_and_back(small: Opened) -> None:
    driver, _ = small
    await driver.press("d")
    await driver.sees("Why: services/personal")
    await driver.press("d")
    await driver.sees("Describe: services/personal")
    await driver.sees("Selector:")
    await driver.press("d")
    await driver.sees("rollout is stuck")


async def test_a_service_without_pods_is_trouble_of_its_own(small: Opened) -> None:
    driver, world = small
    world.put(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": "lost",
                "namespace": "services",
                "creationTimestamp": "2020-01-01T00:00:00Z",
            },
            "spec": {"selector": {"app": "nobody"}, "ports": [{"port": 80}]},
        }
    )
    await driver.sees("svc/lost")
    await driver.sees("no workload has pods with")
    auth = world.get("Deployment", "services", "auth")
    assert auth is not None
    labels = auth["spec"]["selector"]["matchLabels"]
    world.patch("Service", "services", "lost", {"spec": {"selector": {"app": None, **labels}}})
    await driver.sees_no("svc/lost")
