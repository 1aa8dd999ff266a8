"""Migrations: which Jobs run goose, on which database of which service, and what goose's lines mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tui.model.job import Job

_STAMP = r"^(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?"
_APPLIED = re.compile(_STAMP + r"(OK {3}|EMPTY )(\S+) \(([^)]+)\)$")
_VERSION = re.compile(_STAMP + r"goose: successfully migrated database to version: (\d+)")
_NOTHING = re.compile(_STAMP + r"goose: no migrations to run\. current version: (\d+)")
_ERROR = re.compile(_STAMP + r"(goose run: .*|goose: duplicate version .*|panic: goose: .*)$")
_FILE = re.compile(r"\b(\d+_[\w.-]+\.(?:sql|go))\b")
_GOOSE = re.compile(r"(?:^|[\s/'\"])goose(?=$|[\s'\"])")
_MIGRATE = re.compile(r"(?:^|-)migrat\w*(?:-|$)")
_DSN = re.compile(r"\$[{(]?([A-Z][A-Z0-9_]*?)_(?:DATABASE_URL|DB_URL|DATABASE_DSN|DSN|POSTGRES_URL)\b")
_NAMED = re.compile(r"\b([a-z][a-z0-9_]*_db)\b")


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
class Migration:
    """What a migration Job migrates; "" is not known."""

    service: str
    database: str


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


def is_migration(job: Job) -> bool:
    """Whether that Job runs goose: by its commands, its image, its component label, else by its name."""
    labels = job.meta.labels
    return (
        any(_GOOSE.search(command) for command in job.commands)
        or any(_repository(image) == "goose" for image in job.images)
        or labels.get("app.kubernetes.io/component") in ("migration", "migrations", "migrate")
        or _MIGRATE.search(job.meta.name) is not None
    )


def migration(job: Job) -> Migration:
    """The service and database of a migration Job, from labels, commands, image, name and Secrets."""
    parts = _MIGRATE.split(job.meta.name, maxsplit=1)
    service = job.meta.labels.get("app.kubernetes.io/name") or (parts[0] if len(parts) > 1 else job.meta.name)
    service = service.removesuffix("-service")
    return Migration(service, _database(job, parts[1] if len(parts) > 1 else ""))


def _database(job: Job, rest: str) -> str:
    """The name of a database by hints that hold no secret: the variable's name, an image's tag, the Job's."""
    for text in (*job.commands, *job.images):
        if found := _DSN.search(text):
            return f"{found[1].lower()}_db"
        if named := _NAMED.search(text):
            return named[1]
    hint = re.sub(r"-?\d+$", "", rest)
    if hint:
        return f"{hint.replace('-', '_').removesuffix('_db')}_db"
    for secret in (*job.secrets_env, *job.references.secrets):
        head = re.split(r"-(?:db|database|postgres|secrets?)", secret, maxsplit=1)[0]
        if head != secret:
            return f"{head.replace('-', '_')}_db"
    return ""


def _repository(image: str) -> str:
    """The last word of an image's name, without registry, tag and digest."""
    return image.split("@", 1)[0].rsplit("/", 1)[-1].split(":", 1)[0]
