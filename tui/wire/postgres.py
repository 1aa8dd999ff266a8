"""PostgreSQL asked by its own psql in its own pod: a few fixed SELECTs in read-only sessions, no more."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

import msgspec

from tui.clock import Clock
from tui.errors import Gone, Invalid, Unreachable
from tui.model.schema import SCHEMA, WAITING, Postgres, Schema, Waiting, schema_meta
from tui.wire.kube import Client
from tui.wire.official import Output, Target, execute
from tui.wire.plain import plain

T = TypeVar("T")
_SEARCHED = "postgres"  # the database in which questions about all are asked
# A session that can't write, whatever it is told, and that holds nobody up.
_OPTIONS = "-c default_transaction_read_only=on -c statement_timeout=5000 -c lock_timeout=500"


class Select(Enum):
    """All that is ever asked; each answers with one JSON value. Nothing is put into them."""

    DATABASES = (
        "SELECT coalesce(json_agg(datname ORDER BY datname), '[]') FROM pg_database"
        " WHERE datallowconn AND NOT datistemplate"
    )
    TABLE = "SELECT to_json(to_regclass('goose_db_version') IS NOT NULL)"
    # Of each version the last row counts: a rollback adds one with is_applied = false.
    VERSION = (
        "SELECT json_build_object('version', max(v.version_id) FILTER (WHERE v.is_applied),"
        " 'rows', (SELECT count(*) FROM goose_db_version),"
        " 'applied', extract(epoch FROM (max(v.tstamp) FILTER (WHERE v.is_applied))::timestamptz))"
        " FROM (SELECT DISTINCT ON (version_id) version_id, is_applied, tstamp FROM goose_db_version"
        " ORDER BY version_id, id DESC) v"
    )
    WAITING = (
        "SELECT coalesce(json_agg(w), '[]') FROM (SELECT a.datname AS database, a.pid,"
        " extract(epoch FROM now() - a.query_start) AS waits, left(a.query, 300) AS query,"
        " b.pid AS by_pid, b.state AS by_state, extract(epoch FROM now() - b.state_change) AS by_since,"
        " coalesce(nullif(b.application_name, ''), b.usename) AS by_who, left(b.query, 300) AS by_query"
        " FROM pg_stat_activity a CROSS JOIN LATERAL unnest(pg_blocking_pids(a.pid)) AS x(pid)"
        " JOIN pg_stat_activity b ON b.pid = x.pid WHERE a.datname IS NOT NULL"
        " ORDER BY a.query_start LIMIT 50) w"
    )


class _Version(msgspec.Struct, gc=False):
    version: int | None = None
    rows: int = 0
    applied: float | None = None


class _Waiting(msgspec.Struct, gc=False):
    database: str
    pid: int
    waits: float | None = None
    query: str | None = None
    by_pid: int = 0
    by_state: str | None = None
    by_since: float | None = None
    by_who: str | None = None
    by_query: str | None = None


class _PodMeta(msgspec.Struct, gc=False):
    name: str = ""


class _PodCondition(msgspec.Struct, gc=False):
    type: str = ""
    status: str = ""


class _PodStatus(msgspec.Struct, gc=False):
    conditions: list[_PodCondition] | None = None


class _Pod(msgspec.Struct, gc=False):
    metadata: _PodMeta = msgspec.field(default_factory=_PodMeta)
    status: _PodStatus = msgspec.field(default_factory=_PodStatus)


class _Pods(msgspec.Struct, gc=False):
    items: list[_Pod] | None = None


class Databases:
    """One server of an environment. Raises only tui.errors."""

    def __init__(self, client: Client, where: Postgres, clock: Clock) -> None:
        self._client, self._where, self._clock = client, where, clock

    async def schemas(self) -> list[Schema]:
        """One record for each database of the environment that goose has a table in."""
        target = await self._target()
        names: list[str] = await self._ask(target, _SEARCHED, Select.DATABASES, list[str])
        found = []
        for actual in names:
            database = self._where.ours(actual)
            if not database or actual == _SEARCHED:
                continue
            meta = schema_meta(SCHEMA, self._where.namespace, database)
            try:
                if not await self._ask(target, actual, Select.TABLE, bool):
                    continue
                read = await self._ask(target, actual, Select.VERSION, _Version)
            except Invalid as error:  # of this database alone: a migration may have locked the table
                found.append(Schema(meta, database, actual, at=self._clock.now(), problem=str(error)))
                continue
            at = self._clock.now()
            found.append(Schema(meta, database, actual, read.version, read.rows, read.applied, at))
        return found

    async def waiting(self) -> list[Waiting]:
        """Who waits for a lock in the environment's databases now, and for whom."""
        asked = await self._ask(await self._target(), _SEARCHED, Select.WAITING, list[_Waiting])
        at = self._clock.now()
        return [
            Waiting(
                schema_meta(WAITING, self._where.namespace, f"{one.pid}-{one.by_pid}"),
                self._where.ours(one.database),
                one.pid,
                one.waits or 0.0,
                at,
                one.query or "",
                one.by_pid,
                one.by_state or "",
                one.by_since or 0.0,
                one.by_who or "",
                one.by_query or "",
            )
            for one in asked
            if self._where.ours(one.database)
        ]

    async def _target(self) -> Target:
        where = self._where
        if where.pod:
            return Target(where.namespace, where.pod, where.container)
        answer = await self._client.server.request(
            "GET", f"/api/v1/namespaces/{where.namespace}/pods", params={"labelSelector": where.selector}
        )
        pods = _decoded(answer.body, _Pods).items or []
        ready = [one.metadata.name for one in pods if _is_ready(one)]
        if not ready:
            raise Gone(f"no ready pod has the labels {where.selector} in {where.namespace}")
        return Target(where.namespace, ready[0], where.container)

    async def _ask(self, target: Target, database: str, question: Select, shape: type[T]) -> T:
        command = command_of(self._where, database, question)
        output = await execute(self._client.server, target, command, self._clock)
        if output.code:
            raise Invalid(f"psql in {target.pod} failed: {_complaint(output)}")
        return _decoded(output.stdout.strip().encode(), shape)


def command_of(where: Postgres, database: str, question: Select) -> list[str]:
    """The words that are run. No password is among them: psql has its own ways to one inside the pod."""
    user = ["-U", where.user] if where.user else []
    name = database.replace("\\", "\\\\").replace("'", "\\'")
    connection = f"dbname='{name}' options='{_OPTIONS}' application_name=deploytui connect_timeout=5"
    return [*where.command, "-X", "-w", "-A", "-t", "-q", *user, "-d", connection, "-c", question.value]


def _is_ready(pod: _Pod) -> bool:
    return any(one.type == "Ready" and one.status == "True" for one in pod.status.conditions or ())


def _complaint(output: Output) -> str:
    lines: Sequence[str] = output.stderr.strip().splitlines() or [f"exit {output.code}"]
    return plain(lines[0], 200)


def _decoded(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Unreachable(f"psql did not answer with what was asked: {plain(str(error), 200)}") from None
