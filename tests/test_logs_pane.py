"""The log pane by its keys, on the demo: what is shown of a row, from when, which part, and what is saved."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual import events

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tests.demo_objects import running_pod
from tui.panes.logs import LogsPane
from tui.screens import enter
from tui.screens.cockpit import CockpitScreen
from widgets.log_view import LogView

Opened = tuple[Driver, WorldControl]


@pytest.fixture
async def small(demo: Demo, tmp_path: Path) -> AsyncIterator[Opened]:
    """Production of the scene `small` in front."""
    world = demo.world("small")
    async with cockpit(settings_of(world, tmp_path, alone=True, environment="production")) as driver:
        await driver.sees("deploy/personal")
        await driver.read()
        yield driver, world
    world.drop()


def screen_of(driver: Driver) -> CockpitScreen:
    screen = driver.app.screen_stack[0 if len(driver.app.screen_stack) == 1 else 1]
    assert isinstance(screen, CockpitScreen)
    return screen


def view_of(driver: Driver) -> LogView:
    return screen_of(driver).query_one(LogsPane).log_view


def state_of(driver: Driver) -> Path:
    return driver.app.settings.state / "logs"


async def choose(driver: Driver, kind: str, name: str) -> None:
    """The cursor on the row of an object that the cluster has."""
    async with asyncio.timeout(20):
        while True:
            view = driver.app.view
            found = [one for one in view.session.store.all(kind) if one.meta.name == name] if view else []
            if found:
                break
            await driver.pilot.pause(0.02)
    enter.reveal(screen_of(driver), found[0])


async def full_log(driver: Driver, kind: str, name: str, key: str = "l") -> None:
    """The log of that object, whole screen."""
    await choose(driver, kind, name)
    await until(driver, lambda: [one.meta.name for one in screen_of(driver).targets()] == [name])
    await driver.press(key)
    await driver.sees_no("1 Environments")
    await driver.sees(f"5 Logs  {name}")


async def until(driver: Driver, true) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(20):
        while not true():
            await driver.pilot.pause(0.02)


def put(world: WorldControl, count: int, *containers: str, name: str = "talker") -> None:
    """A pod that wrote lines `text 0`, `text 1` ..., and writes nothing by itself."""
    world.put(running_pod(name, "services", *containers))
    for container in containers or ("app",):
        world.log("services", name, container, *(f"{container} text {n}." for n in range(count)))


def whole(driver: Driver) -> str:
    """All lines of the log as they are painted."""
    view = view_of(driver)
    return "\n".join(view.plain(number) for number in range(view.ring.first, view.ring.total))


async def test_a_search_in_the_full_log(small: Opened) -> None:
    driver, world = small
    put(world, 30)
    await full_log(driver, "Pod", "talker")
    await driver.sees("app text 29.")
    await driver.press("slash", *"text 1", "enter")
    await driver.sees("/text 1 11 of 11")
    await driver.press("N")
    await driver.sees("/text 1 10 of 11")
    await driver.press("n", "n")
    await driver.sees("/text 1 1 of 11")
    await driver.press("ampersand")
    await driver.sees_no("app text 2.")
    await driver.sees("only matching")
    await driver.press("ampersand")
    await driver.sees("app text 2.")
    await driver.press("slash", "escape")
    await driver.sees_no("of 11")
    await driver.sees("5 Logs  talker")


async def test_a_search_typed_before_the_first_line(small: Opened) -> None:
    driver, world = small
    world.put(running_pod("talker"))
    await full_log(driver, "Pod", "talker")
    await driver.press("slash", *"text 7", "enter")
    put(world, 9)
    await driver.sees("/text 7 1 of 1")
    assert view_of(driver).cursor_line == 7


async def test_what_is_typed_in_one_go_after_the_slash_is_searched(small: Opened) -> None:
    driver, world = small
    put(world, 30)
    await full_log(driver, "Pod", "talker")
    await driver.sees("app text 29.")
    for key in ("slash", "e", "x", "t", "space", "2", "7", "enter"):
        driver.app.post_message(events.Key(key, {"slash": "/", "space": " ", "enter": "\r"}.get(key, key)))
    await driver.sees("/ext 27 1 of 1")
    await until(driver, lambda: view_of(driver).has_focus)
    assert "errors only" not in driver.screen()


async def test_no_deed_in_the_full_log(small: Opened) -> None:
    driver, world = small
    await full_log(driver, "Deployment", "auth")
    for key in ("r", "R"):
        await driver.press(key)
        await driver.sees("No deed works in the full log")
        assert len(driver.app.screen_stack) <= 2
    assert not world.requests("PATCH")


async def test_how_lines_are_looked_at(small: Opened) -> None:
    driver, world = small
    world.put(running_pod("talker"))
    world.log(
        "services", "talker", "app", '{"level":"warn","msg":"slow","ms":9}', "ERROR no database", "fine"
    )
    world.log("services", "talker", "app", "a long line " * 20 + "its end")
    await full_log(driver, "Pod", "talker")
    assert "WARN  slow ms=9" in await driver.sees("ERROR no database")
    await driver.press("x")
    await driver.sees('{"level":"warn"')
    await driver.press("x", "e")
    await driver.sees("errors only: 1")
    await driver.sees_no("slow")
    await driver.press("e")
    await driver.sees("warnings and errors: 2")
    await driver.press("e")
    assert "its end" not in await driver.sees("fine")
    await driver.press("w")
    await driver.sees("its end")
    await driver.press("t")
    await until(driver, lambda: view_of(driver).plain(2) == "talker fine")
    await driver.press("f")
    await driver.sees_no("5 Logs")
    await driver.press("f")
    await driver.sees("5 Logs")
    await driver.press("m")
    await driver.sees("── marked")
    await driver.press("s")
    await driver.sees("held  G to follow")
    await driver.press("s")
    await driver.sees_no("held  G to follow")


async def test_from_when_on(small: Opened) -> None:
    driver, world = small
    world.put(running_pod("talker"))
    for minutes in (50, 20, 10, 3, 0.5):
        world.log("services", "talker", "app", f"{minutes} m ago", at=world.now() - minutes * 60)
    await full_log(driver, "Pod", "talker")
    await driver.sees("50 m ago")
    for key, lines in (
        ("2", 1),
        ("3", 2),
        ("4", 3),
        ("5", 4),
        ("6", 5),
        ("2", 1),
        ("1", 5),
        ("2", 1),
        ("0", 5),
    ):
        await driver.press(key)
        await until(driver, lambda lines=lines: view_of(driver).status.lines == lines)
    await driver.press("4")
    await driver.sees("talker ▸ last 15 m")
    await driver.press("escape")
    await driver.sees("1 Environments")
    await driver.sees_no("last 15 m")
    await driver.press("5", "1")
    await until(
        driver, lambda: driver.app.focused is not None and driver.app.focused.id == "environments-table"
    )


async def test_the_head_of_a_long_log_and_older_lines_at_the_top(small: Opened) -> None:
    driver, world = small
    put(world, 1000)
    await full_log(driver, "Pod", "talker")
    await until(driver, lambda: view_of(driver).status.lines == 200)
    first = view_of(driver).plain(0)
    await driver.press("g")
    await until(driver, lambda: view_of(driver).status.lines == 800)
    assert view_of(driver).cursor_line == 0
    assert view_of(driver).plain(0) == first
    await driver.press("g")
    await until(driver, lambda: view_of(driver).status.lines == 1000)
    await driver.press("0")
    await driver.sees("app text 999.")
    await driver.press("1")
    await driver.sees("app text 0.")
    await driver.sees("talker ▸ from the beginning")


async def test_one_container_or_all(small: Opened) -> None:
    driver, world = small
    put(world, 2, "web", "cache")
    await full_log(driver, "Pod", "talker")
    await driver.sees("cache text 1.")
    await driver.sees("web text 1.")
    await driver.press("o")
    await driver.sees("talker ▸ web")
    await driver.sees_no("cache text")
    await driver.press("o")
    await driver.sees("talker ▸ cache")
    await driver.sees_no("web text")
    await driver.press("o")
    await driver.sees("web text 1.")
    await driver.sees("cache text 1.")


async def test_a_stuck_workload_shows_its_new_pods_and_o_the_rest(small: Opened) -> None:
    driver, world = small
    sets = [one for one in world.all("ReplicaSet") if one["metadata"]["name"].startswith("personal-")]
    sets.sort(key=lambda one: int(one["metadata"]["annotations"]["deployment.kubernetes.io/revision"]))
    old, new = (one["metadata"]["name"] for one in sets[-2:])
    await full_log(driver, "Deployment", "personal")
    await driver.sees("personal ▸ new pods")
    await driver.sees(f"{new}-")
    assert f"{old}-" not in driver.screen()
    await driver.press("o")
    await driver.sees("personal ▸ all pods")
    await driver.sees(f"{old}-")


async def test_attempts_of_a_job_that_failed_alike_are_folded_and_wrapped(small: Opened) -> None:
    driver, _ = small
    await full_log(driver, "Job", "personal-migrate")
    text = await driver.sees("4 attempts, same error")
    assert "wrapped" in text
    await until(driver, lambda: view_of(driver).status.lines < 12)
    folded = view_of(driver).status.lines
    await driver.press("o")
    await driver.sees("personal-migrate ▸ all attempts")
    await until(driver, lambda: view_of(driver).status.lines > 3 * folded)
    assert "4 attempts" not in driver.screen()


async def test_the_run_before(small: Opened) -> None:
    driver, world = small
    put(world, 3)
    world.restart_container("services", "talker", "app", code=3)
    world.log("services", "talker", "app", "after it")
    await full_log(driver, "Pod", "talker", "p")
    await driver.sees("talker ▸ previous")
    text = await driver.sees("talker ended: exit 3")
    assert "app text 2." in text
    assert "after it" not in text
    await driver.press("l")
    text = await driver.sees("after it")
    assert "talker restarted: exit 3" in text


async def test_a_log_is_saved_whole_and_private(small: Opened) -> None:
    driver, world = small
    put(world, 150)
    world.log("services", "talker", "app", "\x1b[31mred\x1b[0m \x1b]0;title\x07", "postgres://u:hunter2@db/x")
    await full_log(driver, "Pod", "talker")
    await until(driver, lambda: view_of(driver).status.lines == 152)
    await driver.press("ctrl+s")
    await driver.sees("152 lines saved in")
    (path,) = state_of(driver).iterdir()
    lines = path.read_text().splitlines()
    assert len(lines) == 152
    assert lines[0].endswith("Z talker app text 0.")
    assert lines[150].endswith("Z talker red ")
    assert "hunter2" not in lines[151]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.name.startswith("production-services-talker-")


async def test_a_log_that_cannot_be_saved_says_why(small: Opened) -> None:
    driver, world = small
    put(world, 3)
    state_of(driver).parent.mkdir(parents=True, exist_ok=True)
    state_of(driver).write_text("a file stands where the folder should be")
    await full_log(driver, "Pod", "talker")
    await driver.press("ctrl+s")
    await driver.sees("The log was not saved")
    assert state_of(driver).read_text().startswith("a file")


async def test_a_line_is_copied(small: Opened) -> None:
    driver, world = small
    put(world, 3)
    await full_log(driver, "Pod", "talker")
    await driver.sees("app text 2.")
    await driver.press("k", "c")
    await driver.sees("The line was sent to the clipboard")
    assert driver.app.clipboard.endswith("talker app text 1.")


async def test_a_pinned_log_stays_while_the_cursor_goes(small: Opened) -> None:
    driver, world = small
    put(world, 3)
    put(world, 3, "app", name="other")
    await choose(driver, "Pod", "talker")
    await driver.sees("5 Logs  talker")
    await driver.press("full_stop")
    await driver.sees("talker (pinned)")
    await choose(driver, "Pod", "other")
    await until(driver, lambda: [one.meta.name for one in screen_of(driver).targets()] == ["other"])
    world.log("services", "talker", "app", "still followed")
    await driver.sees("still followed")
    await driver.press("full_stop")
    await driver.sees("5 Logs  other")


async def test_init_containers_and_sidecars_end_with_their_seams(small: Opened) -> None:
    driver, _ = small
    await full_log(driver, "DaemonSet", "log-agent")
    await driver.sees("exporter ")
    await until(driver, lambda: "prepare done: exit 0" in whole(driver))
