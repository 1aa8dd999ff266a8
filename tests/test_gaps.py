"""What cannot be read is said beside what can: kinds without a right, objects that do not decode, keys."""

from __future__ import annotations

from pathlib import Path

from tests.cockpit import cockpit, settings_of
from tests.demo_control import Demo
from tests.demo_objects import running_pod
from tests.test_cockpit import writes

READS = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
NO_PODS = {**READS, "apiGroups": ["apps", "batch"]}


async def test_rights_that_are_missing_are_said_and_come_back(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    world.user("guest", [NO_PODS])
    settings = settings_of(world, tmp_path, alone=True, environment="development", user="guest")
    async with cockpit(settings, size=(200, 50)) as driver:
        await driver.sees("deploy/personal")
        screen = await driver.sees("forbidden: ")
        assert "Pod" in screen[screen.index("forbidden: ") :].splitlines()[0]
        store = driver.app.sessions["development"].store
        await driver.until(lambda: store.right("patch", "deployments.apps", "services"))
        await driver.press("R")
        await driver.sees("You may not patch deployments in services")
        await driver.press("right", "right")
        await driver.sees("pods")
        await driver.sees("forbidden: Pod")
        world.user("guest", [READS])
        driver.app.sessions["development"].review()
        await driver.sees("CrashLoopBackOff")
        await driver.sees_no("forbidden: Pod")
        assert writes(world) == []
    world.drop()


async def test_an_object_that_does_not_decode_is_named_beside_the_others(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    bad = running_pod("bad")
    bad["status"]["phase"] = 7
    world.put(bad, environment="development")
    settings = settings_of(world, tmp_path, alone=True, environment="development")
    async with cockpit(settings, size=(200, 50)) as driver:
        await driver.sees("deploy/personal")
        await driver.press("right", "right")
        await driver.sees("1 unreadable: Pod services/bad: status.phase: Expected `str`, got `int`")
        await driver.sees("auth-")
        world.delete("Pod", "services", "bad", grace=0, environment="development")
        await driver.sees_no("unreadable")
    world.drop()
