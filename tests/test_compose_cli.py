"""The docker command as the gate runs it: its words, its end, and that it outlives who reads it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from tests.compose_project import LOCAL, asked, container, state, store
from tui.actions.compose_restart import COMPOSE_RESTART
from tui.actions.compose_up import UP
from tui.carry import Outcome, out
from tui.carry_compose import ComposeWriter
from tui.clock import SystemClock
from tui.compose_session import ComposeSession
from tui.errors import Refused, Unknown
from tui.journal import Journal
from tui.model.compose_command import Command
from tui.model.compose_run import RUN, ComposeRun
from tui.model.compose_state import PROJECT, ComposeState
from tui.model.environment import Environment
from tui.model.plan import Plan, Stage
from tui.store import Change, Store
from tui.wire.compose_cli import environ_for, run
from tui.wire.docker import Engine
from tui.wire.server import Servers

CLOCK = SystemClock()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A PATH whose first docker is the test's own."""
    (tmp_path / "bin").mkdir()
    return {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}


def docker(environ: dict[str, str], script: str) -> None:
    """What the docker command does."""
    file = Path(environ["PATH"].split(":")[0]) / "docker"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def pipe(folder: Path, name: str) -> Path:
    os.mkfifo(folder / name)
    return folder / name


async def heard(fifo: Path) -> str:
    """What is written there, once somebody does."""
    async with asyncio.timeout(15):
        return (await asyncio.to_thread(fifo.read_text)).strip()


async def test_its_lines_its_input_and_its_end(environ: dict[str, str]) -> None:
    docker(environ, 'echo "$@ at $DOCKER_HOST"; cat; echo; echo failed >&2; exit 3')
    environ = environ_for({**environ, "DOCKER_CONTEXT": "other"}, "unix:///d.sock", certificates=False)
    command = Command(("compose", "up"), given="services: {}")
    said = [one async for one in run(command, environ, CLOCK, patience=60)][-1]
    assert said.lines == ["compose up at unix:///d.sock", "services: {}", "failed"]
    assert said.code == 3
    assert "DOCKER_CONTEXT" not in environ


def test_an_engine_with_certificates_is_the_contexts_own() -> None:
    environ = environ_for({"DOCKER_CONTEXT": "far"}, "tcp://far:2376", certificates=True)
    assert environ["DOCKER_CONTEXT"] == "far"
    assert "DOCKER_HOST" not in environ


async def test_no_docker_command_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the docker command is not installed"):
        await anext(run(Command(("ps",)), {"PATH": str(tmp_path)}, CLOCK, patience=60))


async def test_what_does_not_end_in_time_is_told_to_stop_and_its_end_unknown(
    environ: dict[str, str], tmp_path: Path
) -> None:
    fifo = pipe(tmp_path, "ended")
    docker(environ, f"trap 'echo interrupted > {fifo}; exit 143' TERM; while :; do sleep 0.05; done")
    with pytest.raises(Unknown, match="did not end within"):
        async for _ in run(Command(("compose", "up")), environ, CLOCK, patience=0.5):
            pass
    assert await heard(fifo) == "interrupted"


async def test_it_goes_on_when_nobody_reads_any_more(environ: dict[str, str], tmp_path: Path) -> None:
    go, ended = pipe(tmp_path, "go"), pipe(tmp_path, "ended")
    docker(environ, f"read word < {go}; echo more; echo $word > {ended}")
    async with aclosing(run(Command(("compose", "up")), environ, CLOCK, patience=60)) as said:
        assert (await anext(said)).code is None
    await asyncio.to_thread(go.write_text, "after all\n")
    assert await heard(ended) == "after all"


# The gate


@dataclass
class Session:
    """What the writer needs of a session: `next` is what a fresh look finds."""

    engine: Engine
    store: Store
    next: ComposeState | None = None

    async def refresh(self) -> None:
        if self.next is not None:
            self.store.apply(Change(PROJECT, self.next.meta.uid, self.next))


@dataclass
class Gate:
    session: Session
    environ: dict[str, str]
    journal: Journal

    async def out(
        self,
        plan: Plan,
        *,
        environment: Environment = LOCAL,
        readonly: bool = False,
        stale: bool = False,
    ) -> Outcome:
        return await out(
            plan,
            server=self.session.engine.server,
            store=self.session.store,
            environment=environment,
            readonly=readonly,
            stale=lambda: stale,
            journal=self.journal,
            clock=CLOCK,
            who="ann",
            compose=ComposeWriter(cast(ComposeSession, self.session), self.environ, CLOCK),
        )

    def run(self, plan: Plan) -> ComposeRun | None:
        return cast(ComposeRun | None, self.session.store.by_uid(RUN, plan.steps[0].target.uid))

    async def ended(self, plan: Plan) -> ComposeRun:
        """What the docker command has said in the end."""
        kept = self.session.store
        async with asyncio.timeout(15):
            while (found := self.run(plan)) is None or not found.over:
                await kept.changed((RUN,), kept.versions((RUN,)))
        return found


@pytest.fixture
async def gate(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[Gate]:
    servers = Servers(CLOCK, environ={})
    engine = Engine(servers, CLOCK, {"DOCKER_HOST": "unix:///nowhere/docker.sock"}, tmp_path)
    yield Gate(Session(engine, store(state())), environ, Journal(tmp_path / "state"))
    await servers.close()


def restarting(gate: Gate) -> Plan:
    return COMPOSE_RESTART.plan(asked(gate.session.store, "api"))


async def test_a_deed_is_accepted_when_docker_is_at_work_and_followed_to_its_end(
    gate: Gate, tmp_path: Path
) -> None:
    go = pipe(tmp_path, "go")
    docker(gate.environ, f'echo " Container shop-api-1  Restarting"; read word < {go}; echo "$@"')
    plan = restarting(gate)
    outcome = await gate.out(plan)
    assert (outcome.stage, outcome.text) == (Stage.ACCEPTED, "accepted")
    begun = gate.run(plan)
    assert begun is not None
    assert (begun.last, begun.over) == ("shop-api-1: Restarting", False)
    await asyncio.to_thread(go.write_text, "on\n")
    ended = await gate.ended(plan)
    assert ended.code == 0
    assert ended.lines[-1] == "compose -f /shop/compose.yaml -p shop restart api"
    asked_, answered = gate.journal.entries()
    assert (asked_.phase, answered.phase) == ("asked", "outcome")
    assert answered.before == f"api={'sha256:' + 'b' * 64}"
    assert answered.command == plan.command


async def test_docker_that_fails_at_once_wrote_nothing(gate: Gate) -> None:
    docker(gate.environ, 'echo "no such service: api" >&2; exit 1')
    outcome = await gate.out(restarting(gate))
    assert (outcome.stage, outcome.text) == (Stage.FAILED, "no such service: api")
    assert [entry.phase for entry in gate.journal.entries()] == ["asked", "end"]


async def test_docker_that_fails_in_the_middle_is_followed_to_that(gate: Gate) -> None:
    docker(gate.environ, 'echo " Container shop-api-1  Restarting"; echo "no space left" >&2; exit 1')
    plan = restarting(gate)
    assert (await gate.out(plan)).stage is Stage.ACCEPTED
    ended = await gate.ended(plan)
    assert (ended.code, ended.complaint) == (1, "no space left")


async def test_no_docker_command_is_no_deed(gate: Gate, tmp_path: Path) -> None:
    gate.environ["PATH"] = str(tmp_path)
    outcome = await gate.out(restarting(gate))
    assert outcome.stage is Stage.FAILED
    assert "docker command is not installed" in outcome.text


async def test_what_changed_while_one_looked_stops_it(gate: Gate) -> None:
    docker(gate.environ, "exit 0")
    other = state(container("db"), container("api", id="other"))
    plan = restarting(gate)
    gate.session.next = other
    outcome = await gate.out(plan)
    assert (outcome.stage, gate.run(plan)) == (Stage.FAILED, None)
    assert "2 of its containers were replaced" in outcome.text
    up = UP.plan(asked(gate.session.store))
    gate.session.next = state()
    outcome = await gate.out(up)
    assert (outcome.stage, gate.run(up)) == (Stage.FAILED, None)
    assert "shop changed while you looked" in outcome.text


async def test_a_file_that_became_invalid_stops_it(gate: Gate) -> None:
    plan = UP.plan(asked(gate.session.store))
    gate.session.next = state(complaint="compose.yaml:4: no such key")
    outcome = await gate.out(plan)
    assert (outcome.stage, gate.run(plan)) == (Stage.FAILED, None)
    assert outcome.text.startswith("compose.yaml:4: no such key")


async def test_readonly_and_a_stale_engine_let_nothing_through(gate: Gate) -> None:
    docker(gate.environ, "exit 0")
    plan = restarting(gate)
    for outcome in (
        await gate.out(plan, readonly=True),
        await gate.out(plan, environment=replace(LOCAL, readonly=True)),
        await gate.out(plan, stale=True),
    ):
        assert outcome.stage is Stage.FAILED
    assert gate.run(plan) is None
    assert list(gate.journal.entries()) == []
