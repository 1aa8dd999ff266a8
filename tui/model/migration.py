"""Migrations: which Jobs run goose, and on which database of which service."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui.model.job import Job

_GOOSE = re.compile(r"(?:^|[\s/'\"])goose(?=$|[\s'\"])")
_MIGRATE = re.compile(r"(?:^|-)migrat\w*(?:-|$)")
_DSN = re.compile(r"\$[{(]?([A-Z][A-Z0-9_]*?)_(?:DATABASE_URL|DB_URL|DATABASE_DSN|DSN|POSTGRES_URL)\b")
_NAMED = re.compile(r"\b([a-z][a-z0-9_]*_db)\b")


@dataclass(frozen=True, slots=True)
class Migration:
    """What a migration Job migrates; "" is not known."""

    service: str
    database: str


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
