"""The waves pane in each state of a sync, side by side in one picture; and the words of it in the report."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
from textual.app import App, ComposeResult
from textual.containers import Grid, Vertical

from tests.hooks import (
    FAILED,
    NEW,
    OLD,
    application,
    done,
    hook,
    manifests,
    moving,
    over,
    plain,
    reached,
    recorded,
    rendered,
    row,
    run_of,
)
from tests.looks.gallery import GOLDENS, REPORTS
from tests.records import NOW, deployment
from tests.test_board import FIRST, surveyed
from tui.app import Cockpit
from tui.model.application import Operation
from tui.model.environment import Environment
from tui.model.goose import GooseKind, GooseRun
from tui.model.schema import WAITING, Waiting, schema_meta
from tui.panes.base import View
from tui.panes.waves import WavesPane
from tui.recorder import Recorder
from tui.sessions import AnySession
from tui.store import Link, LinkState, Store
from tui.survey import Survey
from tui.theme import THEMES

ERROR = 'goose run: ERROR 00005_x.sql: failed to run SQL migration: ERROR: relation "t" (SQLSTATE 42P01)'
ALL = [row(name) for name in ("identity", "auth", "legal")]
GOOSE = {"identity": reached(6), "auth": GooseRun(1, "00005_step.sql", 5, NOW - 29, NOW - 7)}
LOCKED = Waiting(
    schema_meta(WAITING, "", "1"), "auth_db", 900, 40, NOW, by_pid=812, by_state="idle in transaction"
)


def states() -> Mapping[str, Survey]:
    """A judgement for each, by its name."""
    known, old = rendered(manifests()), manifests("1", OLD)
    gone = done("identity", "1", ago=3650)
    held = run_of("identity", ago=55, active=0)
    auth = moving(
        FIRST.replace("identity-migrate-identity", "identity-migrate-auth"), ALL[0], row("auth", "Running")
    )
    at_work = [done("identity", ago=58), run_of("auth", ago=45)]
    waits = moving(
        "waiting for healthy state of apps/Deployment/identity and 1 more resources",
        *ALL,
        plain("SealedSecret", "identity-secrets"),
        plain("Deployment"),
    )
    jobs = [done(name, ago=58) for name in ("identity", "auth", "legal")]
    ended = {name: reached(6) for name in ("identity", "auth", "legal")}
    ahead = {**ended, "auth": GooseRun(0, "", 18, NOW - 40, NOW - 30, GooseKind.NOTHING)}
    failed = run_of("identity", ago=58, active=0, failed=2, conditions=FAILED)
    return {
        "asked": surveyed(application(operation=Operation("a"), state=None), (), known),
        "blocked": surveyed(moving("Sync operation blocked by sync window"), (), known),
        "old Job": surveyed(
            moving(FIRST.replace("completion", "deletion")),
            [replace(gone, meta=replace(gone.meta, deleted=NOW))],
            known,
        ),
        "at work": surveyed(auth, at_work, known, goose=GOOSE),
        "locked": surveyed(auth, at_work, known, goose=GOOSE, more=[LOCKED]),
        "unnoticed": surveyed(
            moving(FIRST, row("identity", "Running")), [done("identity", ago=30)], known, goose=GOOSE
        ),
        "resources": surveyed(waits, jobs, known, goose=ended, more=[deployment("identity", 3, ready=1)]),
        "held": surveyed(
            moving(FIRST, row("identity", "Running")),
            [replace(held, meta=replace(held.meta, deleted=NOW - 20))],
            known,
        ),
        "failed": surveyed(
            application(state=over("Failed", row("identity", "Failed"))),
            [failed],
            known,
            goose={"identity": GooseRun(error=ERROR)},
        ),
        "done": surveyed(application(state=over("Succeeded", *ALL)), jobs, known, goose=ended),
        "ahead": surveyed(application(state=over("Succeeded", *ALL)), jobs, known, goose=ahead),
        "next": surveyed(
            application(),
            (),
            rendered(replace(manifests(), hooks=(hook("identity"), hook("auth", "1"))), old),
        ),
        "red": surveyed(
            application(state=over("Succeeded", operation=Operation(apply_only=True))),
            (),
            known,
            recordings=[recorded("identity", "2"), recorded("auth"), recorded("legal", "2")],
        ),
        "last run": surveyed(
            moving(FIRST, row("identity", "Running")),
            [run_of("identity", ago=40)],
            rendered(problem="no checkout"),
        ),
        "not watched": surveyed(application(state=over("Succeeded", *ALL)), (), known, recordings=()),
        "ghost": surveyed(replace(moving(FIRST, row("identity", "Running")), operation=None), (), known),
    }


@dataclass(frozen=True)
class Shown:
    """As much of a session as the pane asks for."""

    store: Store
    environment: Environment
    link: Link
    error: None = None
    recorder: Recorder | None = None


class States(App[None]):
    """A pane for each."""

    CSS_PATH = Path(__file__).parents[2] / "tui" / Cockpit.CSS_PATH
    CSS = "Grid { grid-size: 4; grid-columns: 36; grid-rows: 15; } WavesPane { height: 15; }"

    def __init__(self) -> None:
        super().__init__()
        self.states = states()

    def compose(self) -> ComposeResult:
        with Grid():
            for name in self.states:
                pane = WavesPane(now=lambda: NOW)
                pane.border_title, pane.service = name, "identity"
                yield Vertical(pane)

    def on_mount(self) -> None:
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = next(iter(THEMES.values())).name

    def show(self) -> None:
        for pane, survey in zip(self.query(WavesPane), self.states.values(), strict=True):
            session = cast(AnySession, Shown(survey.store, survey.environment, Link(LinkState.LIVE, NOW)))
            pane.show(View(session, survey, None))


@pytest.fixture
def anywhere() -> Iterator[None]:
    """The same picture in any time zone and terminal."""
    with pytest.MonkeyPatch.context() as changed:
        changed.delenv("NO_COLOR", raising=False)
        changed.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("anywhere")
async def test_each_state(request: pytest.FixtureRequest) -> None:
    app = States()
    async with app.run_test(size=(144, 60)) as pilot:
        await pilot.pause()
        app.show()
        await pilot.pause()
        app.show()
        await pilot.pause()
        picture = re.sub(r"terminal-\d+-", "terminal-", app.export_screenshot(simplify=True))
    golden = GOLDENS / "waves-states.svg"
    if request.config.option.update_snapshots:
        golden.write_text(picture, encoding="utf-8")
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / golden.name).write_text(picture, encoding="utf-8")
    assert NEW in app.states["at work"].boards.all["Application/identity-production"].manifests.revision
    assert golden.read_text(encoding="utf-8") == picture, (
        "if it is meant: pytest tests/looks --snapshot-update"
    )
