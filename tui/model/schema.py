"""What PostgreSQL itself says: the version of each schema by goose's own table, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.model.job import Job
from tui.model.key import Meta
from tui.model.record import Record

SCHEMA, WAITING = "Schema", "Waiting"
"""Kinds of the store: versions by database, and backends that wait for a lock."""
PLACE = "{database}"
_PATIENCE = 10.0  # seconds that a migration may take before anybody asks what it waits for


@dataclass(frozen=True, slots=True)
class Postgres:
    """Where an environment's PostgreSQL is asked: in that pod, or in the first ready one of the selector."""

    namespace: str
    pod: str = ""
    selector: str = ""
    container: str = ""  # "" is the pod's first
    user: str = ""
    command: tuple[str, ...] = ("psql",)
    database: str = PLACE  # how `identity_db` is called there: "prod_{database}"

    def ours(self, actual: str) -> str:
        """The policy's name of a database there, "" where it is of another environment."""
        before, _, after = self.database.partition(PLACE)
        if not actual.startswith(before) or not actual.endswith(after):
            return ""
        return actual[len(before) : len(actual) - len(after)]


@dataclass(frozen=True, slots=True)
class Schema:
    """A record of kind SCHEMA: one database as goose left it. `database` "" stands for the whole server."""

    meta: Meta
    database: str
    actual: str = ""  # its name there
    version: int | None = None  # the newest that is applied; None where goose has no table
    rows: int = 0  # of goose_db_version
    applied: float | None = None  # when that version was, epoch seconds by the server's clock
    at: float = 0.0  # when it was read
    problem: str = ""  # why it could not be


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record of kind WAITING: one backend that waits for the lock of another."""

    meta: Meta
    database: str  # the policy's name
    pid: int
    waits: float  # seconds, when it was asked
    at: float  # when that was
    query: str = ""
    by_pid: int = 0
    by_state: str = ""  # "idle in transaction", "active"
    by_since: float = 0.0  # seconds in that state
    by_who: str = ""  # application or user
    by_query: str = ""

    def words(self, now: float) -> str:
        """`waits 40 s for pid 812, idle in transaction`."""
        seconds = self.waits + max(0.0, now - self.at)
        who = f" ({self.by_who})" if self.by_who else ""
        state = f", {self.by_state}" if self.by_state else ""
        return f"waits {seconds:.0f} s for pid {self.by_pid}{who}{state}"


def schemas(records: Iterable[Record]) -> dict[str, Schema]:
    """Of `store.all(SCHEMA)` those that were read, by the policy's name of the database."""
    found = (one for one in records if isinstance(one, Schema))
    return {one.database: one for one in found if one.database and not one.problem}


def schema_versions(stores: Mapping[str, Iterable[Record]]) -> dict[tuple[str, str], Schema]:
    """By environment and database, of what each store has of kind SCHEMA."""
    return {
        (environment, database): one
        for environment, records in stores.items()
        for database, one in schemas(records).items()
    }


def problem(records: Iterable[Record]) -> str:
    """Why PostgreSQL could not be asked, "" where it answered or nobody asks."""
    return next((one.problem for one in records if isinstance(one, Schema) and one.problem), "")


def waiting(records: Iterable[Record], database: str) -> Waiting | None:
    """Of `store.all(WAITING)` the one of that database that waits longest."""
    found = [one for one in records if isinstance(one, Waiting) and one.database == database]
    return max(found, key=lambda one: one.waits, default=None)


def is_slow(job: Job, last: float | None, now: float) -> bool:
    """Whether a migration that runs takes longer than its last good run did (seconds)."""
    return job.started is not None and now - job.started > max(_PATIENCE, last or 0.0)


def schema_meta(kind: str, namespace: str, name: str) -> Meta:
    """Identity of a record that no object of the cluster stands behind."""
    return Meta(kind, namespace, name, f"{kind}/{name}")
