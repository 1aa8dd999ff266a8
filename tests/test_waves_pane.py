"""Pane 3: order of waves, goose's progress, what waits, and Jobs that are gone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tests.records import NOW, deployment, filled, job, meta
from tui.model.environment import Environment
from tui.model.goose import GooseKind, GooseRun
from tui.model.job import Job
from tui.model.key import Condition
from tui.model.recording import Recording
from tui.panes.waves import WavesPane, service_of
from tui.present import job as jobs
from tui.present import waves
from tui.survey import Survey
from widgets.since import words

COMPLETE = (Condition("Complete", "True"),)
FAILED = (Condition("Failed", "True", "BackoffLimitExceeded", since=NOW - 50),)


def hook(name: str, wave: int, *, ago: float = 60.0, phase: str = "PreSync", **more: Any) -> Job:
    """A Job with Argo CD's annotations, created and started so many seconds ago."""
    said = {"argocd.argoproj.io/hook": phase, "argocd.argoproj.io/sync-wave": str(wave)}
    known = meta("Job", name, annotations=said, created=NOW - ago)
    return replace(job(name), meta=known, started=NOW - ago, **more)


def done(name: str, wave: int, *, ago: float, **more: Any) -> Job:
    """One that completed after 24 s."""
    return hook(name, wave, ago=ago, conditions=COMPLETE, finished=NOW - ago + 24, **more)


def shown(
    of: Iterable[Job],
    recordings: Sequence[Recording] = (),
    service: str = "",
    goose: dict[str, GooseRun] | None = None,
) -> list[str]:
    """The lines of the pane."""
    store = filled(of)
    for name, run in (goose or {}).items():
        store.set_goose(f"Job/{name}", run)
    survey = Survey(store, Environment("production"))
    survey.refresh(NOW)
    rows = waves.rows(store, survey, None, NOW, recordings, service)
    return [
        f"{row.sign.text or ' '} {''.join(words(part, NOW) for cell in row.cells for part in cell)}".rstrip()
        for row in rows
    ]


def test_a_run_in_the_order_of_phases_and_waves_with_what_goose_said() -> None:
    jobs = [
        hook("identity-migrate-legal", -3, ago=9),
        hook("identity-migrate-smoke", 0, ago=5, phase="PostSync"),
        done("identity-migrate-identity", -5, ago=60),
        hook("identity-migrate-auth", -4, ago=30),
    ]
    goose = {
        "identity-migrate-identity": GooseRun(2, "00043_b.sql", 43, NOW - 60, NOW - 36, GooseKind.DONE),
        "identity-migrate-auth": GooseRun(2, "00018_x.sql", 18, NOW - 29, NOW - 7),
    }
    assert shown(jobs, goose=goose) == [
        "  identity  1 of 4 done, 1m",
        "  PreSync",
        "✓ -5 identity_db  done v43 24 s",
        "▸ -4 auth_db      2 done, 30 s",
        "     silent 7 s, after 00018_x.sql",
        "▸ -3 legal_db     runs 9 s",
        "  PostSync",
        "▸  0 smoke_db     runs 5 s",
    ]


def test_jobs_of_the_run_before_wait_for_the_nearest_wave() -> None:
    old = [done("identity-migrate-auth", -4, ago=900), done("identity-migrate-legal", -3, ago=800)]
    running = hook("identity-migrate-identity", -5, ago=10)
    assert [line for line in shown([*old, running]) if "waits" in line] == [
        "· -4 auth_db      waits for -5",
        "· -3 legal_db     waits for -4",
    ]
    failed = replace(running, conditions=FAILED, active=0, failed=4)
    assert [line for line in shown([*old, failed]) if "not run" in line] == [
        "· -4 auth_db      not run: -5 failed",
        "· -3 legal_db     not run: -5 failed",
    ]


def test_a_failure_is_gooses_own_line_with_its_file() -> None:
    line = 'goose run: ERROR 00090_x.sql: failed to execute SQL query "A;": ERROR: no (SQLSTATE 42P01)'
    failed = hook("personal-migrate", -5, conditions=FAILED, active=0, failed=4)
    run = GooseRun(0, "00090_x.sql", None, NOW, NOW, GooseKind.ERROR, line)
    assert shown([failed], goose={"personal-migrate": run})[2:] == [
        "! -5 personal-migrate  failed 4x",
        "     00090_x.sql: ERROR: no (SQLSTATE 42P01)",
    ]
    store = filled([failed])
    store.set_goose("Job/personal-migrate", run)
    survey = Survey(store, Environment("production"))
    survey.refresh(NOW)
    (trouble,) = survey.troubles
    assert trouble.cause == "failed after 4 attempts: 00090_x.sql: ERROR: no (SQLSTATE 42P01)"


def recorded(name: str, uid: str, *, ago: float, **more: Any) -> Recording:
    """A recording of a Job that took 20 s and is gone."""
    base = Recording(
        "production",
        uid,
        "services",
        name,
        NOW - ago,
        created=NOW - ago,
        service="auth",
        database="auth_db",
        phase="PreSync",
        wave=-5,
        ended=NOW - ago + 21,
        status="Complete",
        started=NOW - ago,
        finished=NOW - ago + 20,
        goose=GooseRun(1, "00009_x.sql", 9, NOW, NOW, GooseKind.DONE),
    )
    return replace(base, **more)


def test_what_is_gone_stays_and_says_how_long_the_last_took() -> None:
    old = recorded("auth-migrate", "old", ago=500)
    new = recorded("auth-migrate", "new", ago=300, goose=GooseRun(version=9, state=GooseKind.NOTHING))
    lines = shown([], [new, old])
    assert lines[2] == "✓ -5 auth_db  v9 unchangedlast 20 s"
    assert lines[3].startswith("     gone, recorded ")
    alive = hook("auth-migrate", -5, ago=4)
    assert shown([alive], [new, old])[2:] == ["▸ -5 auth-migrate  runs 4 slast 20 s", "     last 20 s"]


def test_a_database_that_another_image_took_further_is_ahead() -> None:
    def run(image: str, version: int) -> Recording:
        goose = GooseRun(1, "x.sql", version, NOW, NOW, GooseKind.DONE)
        return recorded("auth-migrate", f"{image}{version}", ago=500 - version, images=(image,), goose=goose)

    nothing = {"auth-migrate": GooseRun(version=43, state=GooseKind.NOTHING)}
    now = done("auth-migrate", -5, ago=50, images=("old",))
    assert shown([now], [run("old", 41), run("new", 43)], goose=nothing)[2:] == [
        "~ -5 auth-migrate  v43last 20 s",
        "     database ahead of this image (v41)",
    ]
    unchanged = ["✓ -5 auth-migrate  v43 unchangedlast 20 s"]
    assert shown([now], [run("old", 41), run("old", 43)], goose=nothing)[2:] == unchanged
    assert shown([now], [run("old", 41)], goose=nothing)[2:] == unchanged


def test_the_jobs_tab_says_the_same_of_goose() -> None:
    store = filled([job("auth-migrate")])
    store.set_goose("Job/auth-migrate", GooseRun(2, "x.sql", 9, NOW - 30, NOW - 7))
    survey = Survey(store, Environment("production"))
    survey.refresh(NOW)
    (row,) = jobs.rows(store, survey, None, NOW)
    assert "2 done, silent 7 s" in [words(part, NOW) for cell in row.cells for part in cell]


def test_what_is_long_gone_is_shown_only_of_the_selected_service() -> None:
    old = recorded("auth-migrate", "old", ago=3 * 86400, status="Failed", attempts=4)
    assert shown([], [old]) == []
    assert shown([], [old], "auth")[2] == "! -5 auth_db  failed 4x"


def test_the_selected_service_comes_first_and_quiet_ones_go() -> None:
    jobs = [
        done("auth-migrate", -5, ago=100),
        hook("identity-migrate", -5),
        done("zoo-migrate", -5, ago=90),
    ]
    services = [line.strip().split(" ")[0] for line in shown(jobs, service="zoo") if "_" not in line]
    assert [name for name in services if name in ("auth", "identity", "zoo")] == ["zoo", "identity"]
    everything = [line.strip().split(" ")[0] for line in shown(jobs, service="gateway")]
    assert [name for name in everything if name in ("auth", "identity", "zoo")] == ["identity", "auth", "zoo"]


def test_whose_migrations_go_with_what_is_selected() -> None:
    assert service_of(deployment("auth-service")) == "auth"
    assert service_of(job("identity-migrate-legal")) == "identity"
    assert service_of(job("cleanup")) == ""


@asynccontextmanager
async def on_small(demo: Demo, state: Path, **options: str) -> AsyncIterator[tuple[Driver, WorldControl]]:
    """A live cockpit on production of the scene `small`."""
    world = demo.world("small")
    async with cockpit(settings_of(world, state, alone=True, environment="production", **options)) as driver:
        await driver.sees("● live")
        yield driver, world
    world.drop()


@pytest.fixture
async def small(demo: Demo, tmp_path: Path) -> AsyncIterator[tuple[Driver, WorldControl]]:
    """It is open."""
    async with on_small(demo, tmp_path) as opened:
        yield opened


async def test_progress_and_failure_are_on_the_screen(small: tuple[Driver, WorldControl]) -> None:
    driver, _ = small
    await driver.sees("identity_db  1 done, ")
    await driver.sees("silent ")
    await driver.sees("personal_db  failed 4x")
    await driver.sees("failed after 4 attempts: 00090_wrong_column.sql")


async def select(driver: Driver, world: WorldControl, name: str) -> None:
    """The cursor of pane 3 on the line of that Job, which may be gone soon."""
    await driver.press("3")
    found = world.get("Job", "services", name)
    assert found is not None
    driver.app.screen.query_one(WavesPane).table.select(found["metadata"]["uid"])


async def test_a_wave_brings_its_log(small: tuple[Driver, WorldControl]) -> None:
    driver, world = small
    await driver.sees("identity_db  1 done, ")
    await select(driver, world, "identity-migrate-identity")
    await driver.sees("5 Logs  identity-migrate-identity")
    await driver.press("enter")
    await driver.sees_no("3 Migration waves")
    await driver.sees("OK   00042_")


async def test_a_job_that_is_gone_leaves_its_recording(small: tuple[Driver, WorldControl]) -> None:
    driver, world = small
    await driver.sees("failed after 4 attempts: 00090_wrong_column.sql")
    await select(driver, world, "personal-migrate")
    world.delete("Job", "services", "personal-migrate")
    await driver.sees("gone, recorded ")
    await select(driver, world, "identity-migrate-identity")
    await driver.sees("5 Logs  identity-migrate-identity")
    await driver.press("k", "k", "k", "enter")
    await driver.sees_no("3 Migration waves")
    await driver.sees("recorded")
    await driver.sees("00090_wrong_column.sql: failed")
    await driver.press("escape")
    await driver.sees("3 Migration waves")


async def test_recordings_that_are_off_say_so_and_progress_goes_on(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "deploytui").mkdir()
    (tmp_path / "deploytui" / "recordings").write_text("in the way")
    async with on_small(demo, tmp_path) as (driver, _):
        await driver.sees("recordings are off")
        await driver.sees("identity_db  1 done, ")
