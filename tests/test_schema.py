"""PostgreSQL asked: which words are run, what its answers mean, when it is asked, and what is refused."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.test_recorder import JOB, QuickClock, cancelled, listed, until
from tui import settings_file
from tui.clock import SystemClock
from tui.errors import Forbidden, Misconfigured, Refused
from tui.model.key import Condition
from tui.model.schema import (
    SCHEMA,
    WAITING,
    Postgres,
    Schema,
    Waiting,
    problem,
    schema_meta,
    schema_versions,
    schemas,
    waiting,
)
from tui.schema_watch import SchemaWatch
from tui.settings_postgres import made
from tui.store import Change
from tui.wire.access import Access, Impersonation
from tui.wire.official import Target, execute
from tui.wire.postgres import Select, command_of
from tui.wire.server import Servers

WHERE = Postgres("data", "postgres-0", user="app", database="prod_{database}")
BLOCKED = Waiting(
    schema_meta(WAITING, "data", "7-812"),
    "auth_db",
    7,
    40.0,
    100.0,
    by_pid=812,
    by_state="idle in transaction",
)


def of(database: str, version: int) -> Schema:
    """A schema as it was read."""
    return Schema(schema_meta(SCHEMA, "data", database), database, f"prod_{database}", version, version + 1)


class Server:
    """Answers what it is told to; counts who asks."""

    def __init__(self) -> None:
        self.error: Forbidden | None = None
        self.asked = self.asked_who_waits = 0
        self.version = 3
        self.found: list[Schema] = []

    async def schemas(self) -> list[Schema]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.found or [of("identity_db", self.version)]

    async def waiting(self) -> list[Waiting]:
        self.asked_who_waits += 1
        return [BLOCKED]


def test_what_is_run_is_a_fixed_question_in_a_read_only_session_without_a_password() -> None:
    words = command_of(WHERE, "prod_it's", Select.VERSION)
    assert words[0] == "psql"
    assert words[-2:] == ["-c", Select.VERSION.value]
    connection = words[words.index("-d") + 1]
    assert connection.startswith("dbname='prod_it\\'s' ")
    assert "default_transaction_read_only=on" in connection
    assert "-w" in words  # it never asks for one
    assert all(one.value.startswith("SELECT ") and ";" not in one.value for one in Select)


def test_databases_of_other_environments_are_not_ours() -> None:
    assert WHERE.ours("prod_auth_db") == "auth_db"
    assert WHERE.ours("dev_auth_db") == ""
    assert Postgres("data").ours("auth_db") == "auth_db"


def test_versions_are_found_by_environment_and_database() -> None:
    broken = Schema(schema_meta(SCHEMA, "", ""), "", problem="forbidden")
    records = [of("auth_db", 4), broken]
    assert list(schemas(records)) == ["auth_db"]
    assert problem(records) == "forbidden"
    assert schema_versions({"production": records})["production", "auth_db"].version == 4


def test_who_is_waited_for_is_said_in_words() -> None:
    assert waiting([BLOCKED, replace(BLOCKED, waits=3.0)], "auth_db") == BLOCKED
    assert waiting([BLOCKED], "legal_db") is None
    assert BLOCKED.words(100.0) == "waits 40 s for pid 812, idle in transaction"
    assert BLOCKED.words(102.0) == "waits 42 s for pid 812, idle in transaction"


async def test_it_is_asked_when_a_migration_ends_and_not_without_a_reason() -> None:
    server, store = Server(), listed(JOB)
    task = asyncio.create_task(SchemaWatch(server, store, SystemClock(), lambda _: None).run())
    await until(lambda: schemas(store.all(SCHEMA)))
    server.version = 4
    store.apply(Change("Job", "j1", replace(JOB, active=1)))
    await asyncio.sleep(0.05)
    assert (server.asked, server.asked_who_waits) == (1, 0)
    store.apply(Change("Job", "j1", replace(JOB, conditions=(Condition("Complete", "True"),))))
    await until(lambda: schemas(store.all(SCHEMA))["identity_db"].version == 4)
    await cancelled(task)


async def test_a_migration_slower_than_last_time_is_asked_what_it_waits_for() -> None:
    server, began = Server(), SystemClock().now() - 60
    store = listed(replace(JOB, started=began))
    task = asyncio.create_task(SchemaWatch(server, store, SystemClock(), lambda _: 20.0).run())
    await until(lambda: waiting(store.all(WAITING), "auth_db"))
    store.apply(Change("Job", "j1", replace(JOB, started=began, conditions=(Condition("Complete", "True"),))))
    await until(lambda: not store.count(WAITING))
    await cancelled(task)
    server, store = Server(), listed(replace(JOB, started=began))
    task = asyncio.create_task(SchemaWatch(server, store, SystemClock(), lambda _: 600.0).run())
    await until(lambda: schemas(store.all(SCHEMA)))
    assert server.asked_who_waits == 0  # it took longer last time
    await cancelled(task)


async def test_a_refusal_is_said_and_what_was_known_stays() -> None:
    server, store = Server(), listed(JOB)
    task = asyncio.create_task(SchemaWatch(server, store, QuickClock(), lambda _: None).run())
    await until(lambda: schemas(store.all(SCHEMA)))
    server.error = Forbidden("exec in postgres-0 is forbidden", "needs create and get pods/exec in data")
    store.apply(Change("Job", "j1", replace(JOB, conditions=(Condition("Complete", "True"),))))
    await until(lambda: problem(store.all(SCHEMA)))
    assert schemas(store.all(SCHEMA))["identity_db"].version == 3
    await cancelled(task)


async def test_exec_is_never_done_as_somebody_else_than_was_asked() -> None:
    clock = SystemClock()
    servers = Servers(clock, environ={})
    access = Access("c", "https://127.0.0.1:1", "", "me", "c", impersonate=Impersonation(user="alice"))
    with pytest.raises(Refused, match="exec can't be done as alice"):
        await execute(servers.get(access), Target("data", "postgres-0"), ["true"], clock)
    await servers.close()


def declared(tmp_path: Path, text: str) -> Postgres | None:
    """That table in a configuration of one environment."""
    file = tmp_path / "deploytui.yaml"
    file.write_text(f"environments: {{production: {{postgres: {{database: 'prod_{{database}}'}}}}}}\n{text}")
    return made(settings_file.read(file, tmp_path).sections["production"].get("postgres"))


def test_the_table_of_an_environment_lies_over_the_top_one(tmp_path: Path) -> None:
    text = "postgres: {namespace: data, pod: postgres-0, user: app, command: [psql, -h, 127.0.0.1]}\n"
    assert declared(tmp_path, text) == replace(WHERE, command=("psql", "-h", "127.0.0.1"))
    assert declared(tmp_path, "bell: false\n") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("postgres: {pods: x}", 'yaml:2: unknown key "pods": did you mean pod?'),
        ("postgres: {pod: x, command: [env, PGPASSWORD=x, psql]}", "yaml:2: command: a password would stand"),
        ("postgres: {pod: x, database: prod}", "yaml:2: database: expected a pattern"),
        ("postgres: {pod: x, command: psql}", "yaml:2: command: expected a list"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        declared(tmp_path, text)
    assert said in str(caught.value)


async def test_a_table_that_a_migration_has_locked_does_not_keep_who_waits_from_being_told() -> None:
    server, began = Server(), SystemClock().now() - 60
    store = listed(JOB)
    task = asyncio.create_task(SchemaWatch(server, store, SystemClock(), lambda _: 1.0).run())
    await until(lambda: schemas(store.all(SCHEMA)))
    locked = Schema(schema_meta(SCHEMA, "data", "identity_db"), "identity_db", problem="lock timeout")
    server.found = [locked]
    store.apply(Change("Job", "j1", replace(JOB, started=began, active=1)))
    await until(lambda: waiting(store.all(WAITING), "auth_db"))
    assert schemas(store.all(SCHEMA))["identity_db"].version == 3
    await cancelled(task)
