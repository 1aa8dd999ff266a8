"""Goldens of past runs: the list with a retry and a gap, one run as a page, two compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.cockpit import settings_of
from tests.demo_control import Demo
from tests.looks.gallery import AT, frozen, gallery
from tests.test_past_runs import DONE, KEPT, ROW, recorded
from tui import operation_log, watch_log
from tui.model.goose import GooseKind, GooseRun
from tui.model.past_operation import Attempt
from tui.model.watched import Span

DAY = 86400.0


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether the goldens are to be taken anew."""
    return bool(request.config.getoption("--snapshot-update"))


def filled(folder: Path) -> None:
    """Three syncs of auth: one that nobody watched, one that was retried, and one that went well."""
    old, failed, good = AT - 2 * DAY, AT - 5000, AT - 600
    unseen = replace(DONE, started=old, finished=old + 25)
    attempts = (Attempt(1, "Retrying attempt #1", (ROW,)), Attempt(2, "failed (retried 1 times).", (ROW,)))
    retried = replace(
        DONE, started=failed, finished=failed + 90, phase="Failed", attempts=attempts, retries=1
    )
    for operation in (
        unseen,
        replace(retried, message=attempts[1].message),
        replace(DONE, started=good, finished=good + 38),
    ):
        operation_log.save(folder, operation)
    error = GooseRun(state=GooseKind.ERROR, error='goose run: ERROR 00003_c.sql: no table "x"')
    for number, at in enumerate((failed + 2, failed + 60)):
        lost = replace(KEPT, job_uid=f"f{number}", status="Failed", goose=error, created=at, started=at)
        recorded(
            folder,
            replace(lost, finished=at + 4, ended=at + 5, operation=failed),
            b"goose run: ERROR 00003_c.sql: no",
        )
    well = replace(
        KEPT, created=good + 2, started=good + 2, finished=good + 33, ended=good + 34, operation=good
    )
    recorded(
        folder, well, b"OK   00003_c.sql (31.2s)", b"goose: successfully migrated database to version: 3"
    )
    watch_log.note(folder, "production", Span(AT - 3 * DAY, old - 900))
    watch_log.note(folder, "production", Span(old + 3600, AT))


async def test_past_runs(demo: Demo, tmp_path: Path, update: bool) -> None:
    world = frozen(demo, "empty")
    filled(settings_of(world, tmp_path).state / "recordings")
    async with gallery(world, tmp_path, update=update, environment="production") as see:
        await see.driver.sees("● live")
        await see.press("P")
        await see.shows("screen-runs", "3 runs", "not watched 11:49 to 13:04", "attempt 2")
        await see.press("j", "j", "j", "d")
        await see.shows("screen-run", "attempt 1", "exit 0")
        await see.press("escape", "k", "k", "space", "j", "j", "space", "c")
        await see.shows("screen-compared", "Seconds of each file", "only after")
    world.drop()
