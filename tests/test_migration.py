"""goose's lines, and which Jobs run it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.records import job
from tui.model.goose import (
    GooseKind,
    GooseLine,
    GooseRun,
    advance,
    error_words,
    goose_error,
    goose_line,
    newest,
)
from tui.model.job import Job
from tui.model.migration import Migration, is_migration, migration
from tui.model.waves import phase_of, wave_of

STAMP = "2026/07/24 14:05:30 "
FAILED = 'goose run: ERROR 00002_x.sql: failed to run SQL migration: ERROR: relation "x" already exists'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            f"{STAMP}OK   00001_users.sql (12.3ms)",
            GooseLine(GooseKind.APPLIED, "00001_users.sql", "12.3ms", 1),
        ),
        (
            f"{STAMP}EMPTY 00004_empty.sql (910.55µs)",
            GooseLine(GooseKind.APPLIED, "00004_empty.sql", "910.55µs", 4),
        ),
        (
            f"{STAMP}goose: successfully migrated database to version: 5",
            GooseLine(GooseKind.DONE, version=5),
        ),
        (
            f"{STAMP}goose: no migrations to run. current version: 5\n",
            GooseLine(GooseKind.NOTHING, version=5),
        ),
        (STAMP + FAILED, GooseLine(GooseKind.ERROR, "00002_x.sql", error=FAILED)),
        ("goose: no migrations to run. current version: 0", GooseLine(GooseKind.NOTHING, version=0)),
        (
            f"{STAMP}goose run: no migration files found",
            GooseLine(GooseKind.ERROR, error="goose run: no migration files found"),
        ),
        (
            "panic: goose: duplicate version 3 detected:",
            GooseLine(GooseKind.ERROR, error="panic: goose: duplicate version 3 detected:"),
        ),
        ("OK then", None),
        (f"{STAMP}Begin transaction", None),
    ],
)
def test_a_line(line: str, expected: GooseLine | None) -> None:
    assert goose_line(line) == expected


def test_the_last_error_of_a_text() -> None:
    assert goose_error(f"{STAMP}OK   00001_a.sql (1ms)\n{STAMP}{FAILED}\nexit status 1") == FAILED


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "goose run: ERROR 00090_x.sql: failed to run SQL migration: failed to execute SQL query "
            '"ALTER TABLE t ADD COLUMN \\"a\\" text;\\n": ERROR: column "a" exists (SQLSTATE 42701)',
            '00090_x.sql: ERROR: column "a" exists (SQLSTATE 42701)',
        ),
        (
            "goose run: ERROR 0002_x.sql: failed to parse SQL migration file: no",
            "0002_x.sql: failed to parse SQL migration file: no",
        ),
        ("goose run: no migration files found", "no migration files found"),
        ("panic: goose: duplicate version 3 detected:", "duplicate version 3 detected:"),
    ],
)
def test_an_error_in_short_names_the_file_first(line: str, expected: str) -> None:
    assert error_words(line) == expected


def run_of(*lines: str) -> GooseRun:
    """A run whose lines come a second apart."""
    run = GooseRun()
    for second, line in enumerate(lines):
        run = advance(run, float(second), line)
    return run


def test_a_run_counts_what_is_finished_and_ends_with_the_version() -> None:
    half = run_of(f"{STAMP}OK   00004_a.sql (1s)", f"{STAMP}OK   00005_b.sql (2s)")
    assert half == GooseRun(2, "00005_b.sql", 5, 0.0, 1.0)
    done = advance(half, 2.0, f"{STAMP}goose: successfully migrated database to version: 5")
    assert (done.state, done.version, done.done) == (GooseKind.DONE, 5, 2)


def test_the_newest_attempt_counts_and_remembers_the_error_before() -> None:
    failed = run_of(STAMP + FAILED)
    again = replace(run_of(f"{STAMP}OK   00002_x.sql (1s)"), began=9.0)
    assert newest([again, failed]) == replace(again, error=FAILED)
    silent = replace(run_of("psql: waiting"), began=9.0)
    assert newest([failed, silent]) is failed
    assert newest([]) == GooseRun()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (job("x", commands=('sh -c goose -dir /m postgres "$AUTH_DATABASE_URL" up',)), ("x", "auth_db")),
        (job("identity-migrate-legal"), ("identity", "legal_db")),
        (job("auth-service-migrate", images=("registry.example/goose:auth_db",)), ("auth", "auth_db")),
        (job("auth-migrate", secrets_env=("auth-secrets",)), ("auth", "auth_db")),
        (job("auth-migrate-29925293"), ("auth", "")),
        (job("cleanup"), None),
        (job("mongoose", commands=("mongoose up",)), None),
    ],
)
def test_whose_migration(given: Job, expected: tuple[str, str] | None) -> None:
    assert is_migration(given) == (expected is not None)
    if expected is not None:
        assert migration(given) == Migration(*expected)


def test_odd_annotations() -> None:
    assert wave_of({"argocd.argoproj.io/sync-wave": "soon"}) == 0
    assert phase_of({"helm.sh/hook": "pre-install,pre-upgrade"}) == "PreSync"
