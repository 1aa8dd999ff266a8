"""What goose prints (facts 5): its lines, and how far a run has come by them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

_STAMP = r"^(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?"
_APPLIED = re.compile(_STAMP + r"(OK {3}|EMPTY )(\S+) \(([^)]+)\)$")
_VERSION = re.compile(_STAMP + r"goose: successfully migrated database to version: (\d+)")
_NOTHING = re.compile(_STAMP + r"goose: no migrations to run\. current version: (\d+)")
_ERROR = re.compile(_STAMP + r"(goose run: .*|goose: duplicate version .*|panic: goose: .*)$")
_FILE = re.compile(r"\b(\d+_[\w.-]+\.(?:sql|go))\b")
_STATEMENT = re.compile(r'failed to execute SQL query "(?:[^"\\]|\\.)*": ')


class GooseKind(StrEnum):
    """What a line of goose says."""

    APPLIED = "applied"
    DONE = "done"
    NOTHING = "nothing to do"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class GooseLine:
    """One meaningful line: the file with its duration, the version reached, or the error."""

    kind: GooseKind
    file: str = ""
    took: str = ""
    version: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class GooseRun:
    """How far goose has come in one attempt. Times are those of its log, epoch seconds."""

    done: int = 0  # files; goose names one only when it has finished
    file: str = ""  # the last of them, or the one that failed
    version: int | None = None  # reached
    began: float | None = None  # its first line
    at: float | None = None  # its last line
    state: GooseKind | None = None  # DONE, NOTHING or ERROR; None while it runs
    error: str = ""  # its last error line; of the attempt before while it runs


def advance(run: GooseRun, at: float | None, line: str) -> GooseRun:
    """The run after one more line."""
    if at is not None:
        run = replace(run, at=at, began=at if run.began is None else run.began)
    said = goose_line(line)
    if said is None:
        return run
    if said.kind is GooseKind.APPLIED:
        return replace(run, done=run.done + 1, file=said.file, version=said.version)
    if said.kind is GooseKind.ERROR:
        return replace(run, state=said.kind, error=said.error, file=said.file or run.file)
    return replace(run, state=said.kind, version=said.version)


def newest(runs: Iterable[GooseRun]) -> GooseRun:
    """The last attempt in which goose said something, with the error of the one before while it runs."""
    ordered = sorted(runs, key=lambda run: (bool(run.done or run.state), run.began or 0.0))
    if not ordered:
        return GooseRun()
    error = next((run.error for run in reversed(ordered) if run.error), "")
    return replace(ordered[-1], error=error) if ordered[-1].state is None else ordered[-1]


def goose_line(line: str) -> GooseLine | None:
    """What that log line says in goose's words (facts 5), None when it is none of them."""
    line = line.rstrip("\r\n")
    if found := _APPLIED.match(line):
        number = found[2].split("_", 1)[0]
        return GooseLine(GooseKind.APPLIED, found[2], found[3], int(number) if number.isdecimal() else None)
    if found := _VERSION.match(line):
        return GooseLine(GooseKind.DONE, version=int(found[1]))
    if found := _NOTHING.match(line):
        return GooseLine(GooseKind.NOTHING, version=int(found[1]))
    if found := _ERROR.match(line):
        file = _FILE.search(found[1])
        return GooseLine(GooseKind.ERROR, file[1] if file else "", error=found[1])
    return None


def goose_error(text: str) -> str:
    """goose's own error line in a longer text (a termination message, a log's end), "" when there is none."""
    for line in reversed(text.splitlines()):
        said = goose_line(line)
        if said is not None and said.kind is GooseKind.ERROR:
            return said.error
    return ""


def error_words(error: str) -> str:
    """An error line in short, the file first: `00002_x.sql: ERROR: relation "x" ... (SQLSTATE 42P07)`."""
    words = error.removeprefix("panic: ").removeprefix("goose run: ").removeprefix("goose: ")
    words = words.removeprefix("ERROR ").replace("failed to run SQL migration: ", "")
    return _STATEMENT.sub("", words)
