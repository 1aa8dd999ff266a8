"""Past runs: joined from recordings, operations, history; gaps told; two recordings compared; the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import WorldControl
from tui.model.application import Application, Deployed, OperationState, ResourceResult
from tui.model.cluster import Event
from tui.model.comparison import FileTimes, comparable, file_times, lines_of, seconds
from tui.model.goose import GooseKind, GooseRun
from tui.model.key import Meta
from tui.model.log import Chunk, Source
from tui.model.past_operation import Attempt, PastOperation
from tui.model.past_run import Origin, of_service, past_runs
from tui.model.recording import Evidence, Exit, Recording
from tui.model.schema import SCHEMA, Schema, schema_meta
from tui.model.watched import Span as Watched
from tui.present import runs as present
from tui.recording import RecordingFile
from widgets.live_table import Row, Span

DAY = 1_700_006_400.0  # 00:00 UTC
ROW = ResourceResult(
    "batch", "Job", "services", "auth-migrate", "", "Reached", "PreSync", "Succeeded", "PreSync"
)
KEPT = Recording(
    "production",
    "u1",
    "services",
    "auth-migrate",
    DAY + 2,
    DAY + 2,
    "auth",
    "auth_db",
    "PreSync",
    -4,
    application="auth-production",
    ended=DAY + 30,
    status="Complete",
    started=DAY + 2,
    finished=DAY + 28,
    attempts=1,
    goose=GooseRun(2, "00002_b.sql", 2, state=GooseKind.DONE),
)
DONE = PastOperation(
    "production",
    "auth-production",
    DAY,
    "a" * 40,
    "Succeeded",
    "successfully synced",
    DAY + 40,
    username="alice",
    attempts=(Attempt(1, "successfully synced", (ROW,)),),
)
APP = Application(Meta("Application", "argocd", "auth-production", "a1"))


def words(rows: Iterable[Row]) -> list[str]:
    """Rows as they would be read."""
    found = []
    for row in rows:
        cells = ("".join(part.text for part in cell if isinstance(part, Span)) for cell in row.cells)
        found.append(" ".join(cells).strip())
    return found


def test_an_operation_and_its_hooks_are_one_run() -> None:
    other = replace(
        KEPT,
        job_uid="u2",
        application="",
        service="web",
        job="web-migrate",
        created=DAY + 99,
        started=DAY + 99,
    )
    runs = past_runs("production", [KEPT, other], [DONE], [], [Watched(DAY - 9, DAY + 200)], DAY + 200)
    assert [(one.service, one.outcome, len(one.recordings)) for one in runs] == [
        ("web", "Complete", 1),
        ("auth", "Succeeded", 1),
    ]
    (auth,) = of_service(runs, "auth")
    assert (auth.took, auth.who, auth.left, auth.gap) == (40.0, "alice", (), None)
    said = words(present.rows([auth]))
    assert said[0].startswith("15 Nov 00:00:00 UTC auth Succeeded 40 s aaaaaaa alice")
    assert "auth_db" in said[1]
    assert "v2, 2 files" in said[1]


def test_what_nobody_watched_says_so_and_shows_what_is_left() -> None:
    watched = [Watched(DAY - 7200, DAY - 600), Watched(DAY + 3120, DAY + 9000)]
    (run,) = past_runs("production", [], [DONE], [], watched, DAY + 9000)
    assert run.origin is Origin.RESULT
    assert run.left == (ROW,)
    said = words(present.rows([run]))
    assert "not watched 14 Nov 23:50 to 15 Nov 00:52; Argo CD's result is left" in said[0]
    assert "not recorded; Argo CD: Reached" in said[1]
    event = Event(
        Meta("Event", "services", "e", "e1"), "Job", about_name="auth-migrate", message="Created pod"
    )
    schema = Schema(schema_meta(SCHEMA, "data", "auth_db"), "auth_db", version=5, at=DAY)
    text = "\n".join(
        f"{section.title} {' '.join(part.text for line in section.lines for part in line)}"
        for section in present.page(run, {}, [event], {"auth_db": schema})
    )
    assert "this is what is left" in text
    assert "Job/auth-migrate  Succeeded  Reached" in text
    assert "Created pod" in text
    assert "auth_db  v5" in text


def test_the_state_and_the_history_of_an_application_are_runs_too_each_once() -> None:
    state = OperationState(
        "Failed", "failed", DAY + 500, DAY + 520, results=(replace(ROW, hook_phase="Failed"),)
    )
    history = (
        Deployed(0, "b" * 40, DAY - 900, DAY - 960, automated=True),
        Deployed(1, "a" * 40, DAY + 40, DAY + 0.5),
    )
    app = replace(APP, state=state, history=history)
    runs = past_runs("production", [KEPT], [DONE], [app], [], DAY + 900)
    assert [(one.outcome, one.origin) for one in runs] == [
        ("Failed", Origin.RESULT),
        ("Succeeded", Origin.RECORDED),
        ("Succeeded", Origin.HISTORY),
    ]
    assert [one.service for one in runs] == ["auth", "auth", "auth"]
    assert runs[0].gap is not None
    assert runs[2].who == "automated"


def test_what_is_read_now_runs_and_what_nobody_reads_was_cut_off() -> None:
    cut = replace(KEPT, ended=None, status="", application="", finished=None)
    runs = past_runs("production", [cut], [], [], [], DAY + 900)
    assert [(one.outcome, one.well) for one in runs] == [("cut off", False)]
    assert runs[0].gap is not None
    runs = past_runs("production", [replace(cut, status="Running")], [], [], [], DAY + 9)
    assert [(one.outcome, one.well, one.gap) for one in runs] == [("Running", None, None)]
    gone = replace(KEPT, status="Terminating", application="")
    assert past_runs("production", [gone], [], [], [], DAY)[0].outcome == "deleted early"


def test_a_run_shows_each_attempt_and_exit_code() -> None:
    failed = replace(
        DONE, phase="Failed", attempts=(Attempt(1, "failed", (ROW,)), Attempt(2, "again", (ROW,)))
    )
    (run,) = past_runs("production", [replace(KEPT, status="Failed")], [failed], [], [], DAY)
    evidence = Evidence((Exit("auth-migrate-x", "goose", code=137, reason="OOMKilled"),))
    titles = [one.title for one in present.page(run, {"u1": evidence}, [], {})]
    assert "Argo CD's result, attempt 1: failed" in titles
    assert "Argo CD's result, attempt 2: again" in titles
    lines = [
        part.text
        for one in present.page(run, {"u1": evidence}, [], {})
        for line in one.lines
        for part in line
    ]
    assert "auth-migrate-x goose: exit 137, OOMKilled" in lines


def test_two_recordings_are_compared_by_file_and_by_line() -> None:
    before = ["2026/11/24 15:00:00 OK   00001_a.sql (812ms)", "2026/11/24 15:00:01 goose: done"]
    after = ["OK   00001_a.sql (1m2.5s)", "OK   00002_b.sql (3ms)", "goose: done"]
    assert file_times(before, after) == (
        FileTimes("00001_a.sql", 0.812, 62.5),
        FileTimes("00002_b.sql", None, 0.003),
    )
    assert comparable(before) == "OK   00001_a.sql\ngoose: done"
    assert seconds("2h3µs") == 7200.000003
    assert seconds("x") is None
    chunk = Chunk(Source("n", "p", "u", "c"), b"2026-08-01T12:00:00Z one\n2026-08-01T12:00:00Z two\n", 2)
    assert lines_of((chunk,)) == ["one", "two"]
    sections = present.comparison(KEPT, KEPT, file_times(before, after))
    lines = ["".join(part.text for part in line) for line in sections[1].lines]
    assert lines[0].split() == ["00001_a.sql", "0.81", "s", "1m", "2s", "+1m", "2s"]
    assert lines[1].endswith("only after")


def recorded(folder: Path, one: Recording, *lines: bytes) -> None:
    """A recording on the disk."""
    kept = RecordingFile.open(folder, one)
    assert kept is not None
    data = b"".join(b"2026-08-01T12:00:00.000000000Z %b\n" % line for line in lines)
    kept.write((Chunk(Source("services", "auth-migrate-x", "p1", "goose"), data, len(lines)),))
    kept.note({"exit": {"pod": "auth-migrate-x", "container": "goose", "code": 0}})
    kept.end(one)
    kept.close()


async def test_past_runs_by_keys(world: WorldControl, tmp_path: Path) -> None:
    settings = settings_of(world, tmp_path)
    folder = settings.state / "recordings"
    recorded(
        folder, replace(KEPT, application=""), b"OK   00001_a.sql (812ms)", b"goose: a hostile \x1b[2J line"
    )
    second = replace(
        KEPT, job_uid="u2", application="", created=DAY + 900, started=DAY + 900, finished=DAY + 960
    )
    recorded(folder, second, b"OK   00001_a.sql (42s)", b"goose: another line")
    async with cockpit(settings) as driver:
        await driver.sees("live")
        await driver.press("P")
        await driver.sees("2 runs")
        await opened_and_compared(driver)


async def opened_and_compared(driver: Driver) -> None:
    """Enter, details, marks and the comparison."""
    await driver.press("enter")
    await driver.sees("goose: another line")
    await driver.press("escape", "d")
    await driver.sees("auth-migrate-x goose: exit 0")
    await driver.press("escape", "c")
    await driver.sees("Mark two recordings")
    await driver.press("space", "down", "space", "c")
    await driver.sees("Seconds of each file")
    text = await driver.sees("+ goose: another line")
    assert "00001_a.sql" in text
    assert "+41 s" in text
    await driver.press("escape", "escape", "escape")
    await driver.sees("1 Environments")
    await asyncio.sleep(0)
