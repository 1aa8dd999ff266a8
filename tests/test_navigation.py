"""The way through the cockpit by keys: history, enter, esc, namespaces, marks, the cursor, help, palette."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.screen import Screen

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tests.engine_control import EngineControl
from tui.panes.namespaces import NamespacesPane
from tui.panes.waves import WavesPane
from tui.panes.work import WorkPane
from tui.screens.cockpit import CockpitScreen
from tui.screens.confirm import Confirm
from tui.screens.scopes import SCOPES, keys_of
from tui.screens.text import Reader
from widgets.live_table import LiveTable

Opened = tuple[Driver, WorldControl]


@pytest.fixture
async def small(demo: Demo, tmp_path: Path) -> AsyncIterator[Opened]:
    """Development in front, which is not protected."""
    world = demo.world("small")
    async with cockpit(settings_of(world, tmp_path, environment="development")) as driver:
        await driver.sees("● live")
        await driver.sees("deploy/personal")
        await driver.read()
        yield driver, world
    world.drop()


def table(driver: Driver) -> LiveTable:
    """The one on top of pane 4."""
    return work(driver).current.table


def work(driver: Driver) -> WorkPane:
    screen = driver.app.screen_stack[1]
    return screen.query_one(WorkPane)


def tab(driver: Driver) -> str:
    return work(driver).current.title


async def on_workload(driver: Driver, world: WorldControl, name: str) -> str:
    """The Workloads tab with the cursor on that Deployment; its uid."""
    found = world.get("Deployment", "services", name, environment="development")
    assert found is not None
    await driver.press("4")
    while tab(driver) != "Workloads":
        await driver.press("left" if tab(driver) in ("Pods", "Jobs", "Apps", "Events") else "right")
    await driver.sees("done, revision")
    uid = str(found["metadata"]["uid"])
    assert table(driver).select(uid)
    return uid


async def test_views_are_found_again_in_both_directions(small: Opened) -> None:
    driver, world = small
    auth = await on_workload(driver, world, "auth")
    await driver.press("enter")
    await driver.sees("of auth")
    assert tab(driver) == "Pods"
    assert table(driver).total == 3
    await driver.press("left_square_bracket")
    assert (tab(driver), table(driver).cursor) == ("Workloads", auth)
    await driver.press("right_square_bracket")
    await driver.sees("of auth")
    await driver.press("minus")
    assert tab(driver) == "Workloads"
    await driver.press("minus")
    assert tab(driver) == "Pods"
    await driver.press("escape")
    assert tab(driver) == "Workloads"
    await driver.press("right_square_bracket", "right_square_bracket")
    await driver.sees("No view after this one")


async def test_history_crosses_environments_with_filter_and_cursor(small: Opened) -> None:
    driver, world = small
    auth = await on_workload(driver, world, "auth")
    await driver.press("slash", *"auth", "enter")
    await driver.sees("1 of")
    await driver.press("1", "j", "enter")
    await driver.sees("STAGING")
    await driver.sees("all namespaces")
    assert not table(driver).filter
    await driver.press("minus")
    await driver.sees("DEVELOPMENT")
    await driver.sees("1 of")
    assert table(driver).cursor == auth


async def test_marks_and_filter_go_and_the_cursor_stays_by_environment(small: Opened) -> None:
    driver, world = small
    auth = await on_workload(driver, world, "auth")
    await driver.press("greater_than_sign", "space")
    await driver.sees("1 marked")
    await driver.press("1", "j", "enter")
    await driver.sees("STAGING")
    await driver.press("1", "k", "enter")
    await driver.sees("DEVELOPMENT")
    await driver.sees("auth ")
    assert table(driver).cursor == auth
    assert table(driver).marks == frozenset()
    assert table(driver).sort is not None


async def test_several_namespaces_are_marked_and_zero_brings_all(small: Opened) -> None:
    driver, world = small
    await on_workload(driver, world, "auth")
    await driver.press("2")
    namespaces = driver.app.screen.query_one(NamespacesPane)
    for name in ("services", "data"):
        assert namespaces.table.select(name)
        await driver.press("space")
    assert driver.app.namespaces == frozenset({"services", "data"})
    await driver.sees("data, services")
    await driver.press("enter")
    await driver.sees("postgres")
    await driver.sees_no("log-agent")
    await driver.press("0")
    await driver.sees("log-agent")
    assert namespaces.table.marks == frozenset()
    await driver.press("2", "G", "enter")
    await driver.sees_no("postgres")
    assert driver.app.namespaces == frozenset({"observability"})


async def test_trouble_opens_its_object_and_an_event_what_it_is_about(small: Opened) -> None:
    driver, world = small
    personal = world.get("Deployment", "services", "personal", environment="development")
    assert personal is not None
    await driver.press("enter")
    await driver.sees("done, revision")
    assert (tab(driver), table(driver).cursor) == ("Workloads", personal["metadata"]["uid"])
    world.event("Deployment", "services", "auth", "Tested", "about auth", environment="development")
    await driver.press("right", "right", "right", "right", "right")
    await driver.sees("about auth")
    await driver.press("slash", *"about auth", "enter", "enter")
    await driver.sees("done, revision")
    auth = world.get("Deployment", "services", "auth", environment="development")
    assert auth is not None
    assert (tab(driver), table(driver).cursor) == ("Workloads", auth["metadata"]["uid"])


async def test_a_job_and_a_wave_open_their_logs(small: Opened) -> None:
    driver, world = small
    await driver.press("right", "right", "right")
    await driver.sees("DURATION")
    await driver.until(lambda: table(driver).cursor_row is not None)
    await driver.press("enter")
    await driver.sees_no("1 Environments")
    await driver.press("escape")
    await driver.sees("1 Environments")
    assert table(driver).has_focus
    await driver.press("3")
    (job,) = (
        one
        for one in world.all("Job", environment="development")
        if one["metadata"]["name"].startswith("identity")
    )
    waves = driver.app.screen.query_one(WavesPane).table
    assert waves.select(job["metadata"]["uid"])
    await driver.press("enter")
    await driver.sees_no("1 Environments")
    await driver.sees("00042_")
    await driver.press("escape")
    await driver.sees("1 Environments")


async def test_escape_clears_the_filter_then_the_marks_then_goes_back(small: Opened) -> None:
    driver, world = small
    await on_workload(driver, world, "auth")
    await driver.press("slash", *"auth", "enter", "space")
    await driver.sees("1 marked")
    await driver.press("escape")
    await driver.sees_no("1 of")
    assert len(table(driver).marks) == 1
    await driver.press("escape")
    assert not table(driver).marks
    await driver.press("escape")
    assert tab(driver) == "Trouble"
    await driver.press("q")
    await driver.sees("ctrl+q or :q leaves")


async def test_hidden_marks_are_counted_and_vanished_ones_said(small: Opened) -> None:
    driver, world = small
    await on_workload(driver, world, "auth")
    await driver.press("space")
    assert table(driver).select(
        (world.get("Deployment", "services", "search", environment="development") or {})["metadata"]["uid"]
    )
    await driver.press("space", "slash", *"auth", "enter")
    await driver.sees("Restart 2 marked (1 hidden)")
    world.delete("Deployment", "services", "search", environment="development")
    await driver.sees("1 marked object is gone")
    await driver.sees("Restart 1 marked")


async def test_marks_end_with_their_deed(small: Opened) -> None:
    driver, world = small
    await on_workload(driver, world, "auth")
    await driver.press("space", "k", "space")
    await driver.sees("Restart 2 marked")
    await driver.press("r")
    await driver.asked("Cancel")
    await driver.press("tab", "enter")
    await driver.sees("accepted")
    await driver.sees_no("2 marked")
    assert len([one for one in world.requests("PATCH") if "/apps/v1/" in one["path"]]) == 2


async def test_no_deed_falls_on_the_neighbour_of_what_is_gone(small: Opened) -> None:
    driver, world = small
    auth = await on_workload(driver, world, "auth")
    world.delete("Deployment", "services", "auth", environment="development")
    await driver.sees("gone")
    assert table(driver).cursor == auth
    await driver.press("r")
    await driver.sees("auth is gone: choose another row")
    assert not isinstance(driver.app.screen, Confirm)
    await driver.press("j", "r")
    await driver.asked("Cancel")


async def test_a_key_that_cannot_act_says_why(small: Opened) -> None:
    driver, _ = small
    await driver.press("right", "right")
    await driver.until(lambda: table(driver).cursor_row is not None)
    await driver.press("r")
    await driver.sees("Restart is not for a Pod")


async def test_help_begins_with_what_has_the_focus_and_names_what_cannot_act(small: Opened) -> None:
    driver, _ = small
    await driver.press("right", "right")
    await driver.sees("CrashLoopBackOff")
    await driver.press("question_mark")
    screen = await driver.sees("not now: Restart is not for a Pod")
    for words in ("logs", "Filter", "YAML"):
        assert words in screen
    await driver.press("escape", "l", "question_mark")
    screen = await driver.sees("In the log")
    assert "Find and show" not in screen.partition("In the log")[0]


@pytest.mark.slow
async def test_the_palette_finds_workloads_namespaces_environments_and_leaves(small: Opened) -> None:
    driver, world = small
    auth = world.get("Deployment", "services", "auth", environment="development")
    assert auth is not None
    await driver.press("colon", *"deployment services/auth")
    await driver.sees("Goes to it")
    await driver.press("enter")
    await driver.sees("done, revision")
    assert (tab(driver), table(driver).cursor) == ("Workloads", auth["metadata"]["uid"])
    await driver.press("colon", *"namespace data")
    await driver.sees("Shows its objects only")
    await driver.press("enter")
    await driver.sees("postgres")
    assert driver.app.namespaces == frozenset({"data"})
    await driver.press("colon", *"environment stag")
    await driver.sees("Brings it to the front")
    await driver.press("enter")
    await driver.sees("STAGING")
    await driver.press("colon", "q")
    await driver.sees("Leave (q)")
    await driver.press("enter")
    await driver.pilot.pause()
    assert not driver.app.is_running or driver.app.return_code == 0


@pytest.mark.slow
async def test_an_environment_without_its_engine_says_so_everywhere(small: Opened) -> None:
    driver, world = small
    engine = EngineControl.of(world)
    engine.do("switch", healthy=False)
    await driver.sees("start Docker")
    await driver.press("colon", *"environment local")
    await driver.sees("Brings it to the front")
    await driver.press("enter")
    await driver.sees("LOCAL")
    await driver.sees("no Docker engine at tcp://")
    await driver.press("r", "d", "l", "enter", "right", "slash", "x", "enter", "escape", "0", "space")
    await driver.press("2", "enter", "3", "enter", "5", "4", "question_mark", "escape")
    assert isinstance(driver.app.screen, CockpitScreen)
    engine.do("switch", healthy=True)
    engine.do("add", service="laptop")
    await driver.press("4")
    await driver.sees("laptop")  # it comes alive by itself
    await driver.press("1", "j", "enter")
    await driver.sees("DEVELOPMENT")
    await driver.sees("done, revision")


async def test_a_context_that_is_missing_is_said_where_its_rows_would_be(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    settings = settings_of(world, tmp_path, environment="staging")
    elsewhere = [
        replace(one, context="nowhere") if one.name == "staging" else one for one in settings.environments
    ]
    async with cockpit(replace(settings, environments=tuple(elsewhere))) as driver:
        await driver.sees('context "nowhere" does not exist')
        await driver.press("r", "l", "right", "question_mark", "escape", "1", "G", "enter")
        await driver.sees("PRODUCTION")
        await driver.sees("done, revision")
    world.drop()


async def test_every_pane_is_reached_in_a_small_terminal(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    async with cockpit(settings_of(world, tmp_path, environment="production"), (80, 24)) as driver:
        await driver.sees("deploy/personal")
        await driver.read()
        for key, words in (("1", "ENVIRONMENT"), ("2", "NAMESPACE"), ("3", "PreSync"), ("4", "CAUSE")):
            await driver.press(key)
            await driver.sees(words)
        await driver.press("3")
        await driver.sees_no("NAMESPACE")  # it has the whole column
        await driver.press("5")
        assert driver.app.screen.focused is not None
        assert driver.app.screen.focused.id == "log-view"
        await driver.press("2", "G", "enter")
        await driver.sees("observability")
        assert table(driver).has_focus
    world.drop()


@pytest.mark.parametrize("scope", SCOPES)
def test_no_scope_has_a_key_twice(scope: str) -> None:
    keys = [key for one in keys_of(SCOPES[scope]) for key in one.keys]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("screen", [Confirm, Reader])
def test_no_screen_has_a_key_twice(screen: type[Screen[object]]) -> None:
    keys = [each.key for each in Binding.make_bindings(screen.BINDINGS)]
    assert sorted(keys) == sorted(set(keys))


async def test_the_key_line_of_the_full_log_shows_the_logs_keys(small: Opened) -> None:
    driver, _ = small
    await driver.sees("Restart")
    await driver.press("l")
    screen = await driver.sees("s Follow")
    assert "esc Back" in screen
    assert "Restart" not in screen.splitlines()[-1]
    await driver.press("escape")
    await driver.sees("Roll back")
