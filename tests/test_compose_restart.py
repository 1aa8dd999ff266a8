"""A restart on the simulated engine where there is no docker command: by the engine's own API, to its end."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.demo_control import WorldControl
from tests.engine_control import EngineControl, Lived, live
from tui.actions.base import Asked
from tui.actions.compose_project import project
from tui.actions.compose_restart import COMPOSE_RESTART
from tui.actions.compose_up import UP
from tui.carry import Outcome, out
from tui.carry_compose import ComposeWriter
from tui.clock import SystemClock
from tui.deeds import Deeds
from tui.journal import Journal
from tui.model.compose import SERVICE
from tui.model.compose_run import RUN
from tui.model.compose_state import PROJECT
from tui.model.plan import Plan, Progress, Stage
from tui.store import LinkState

CLOCK = SystemClock()


@pytest.fixture
def engine(world: WorldControl, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> EngineControl:
    """An engine with a service of two containers, and no docker command on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    made = EngineControl.of(world)
    made.file.write_text("name: platform\nservices: {api: {image: 'shop/api:1.2.0'}}\n")
    made.do("add", service="api", image="shop/api:1.2.0", count=2)
    return made


async def planned(lived: Lived, *names: str) -> Plan:
    """Of these services or containers, as the dialog has it."""
    session = lived.session
    await lived.sees(lambda: lived.rollout("api") == "up")
    await session.refresh()
    found = [session.store.get(kind, "local", name) for name in names for kind in (SERVICE, "Pod")]
    targets = tuple(record for record in found if record is not None)
    return COMPOSE_RESTART.plan(Asked(session.store, session.environment, targets, now=CLOCK.now()))


async def carried(lived: Lived, plan: Plan, journal: Journal) -> Outcome:
    session = lived.session
    return await out(
        plan,
        server=session.engine.server,
        store=session.store,
        environment=session.environment,
        readonly=False,
        stale=lambda: session.link.state is not LinkState.LIVE,
        journal=journal,
        clock=CLOCK,
        who="ann",
        compose=ComposeWriter(session, os.environ, CLOCK),
    )


async def followed(lived: Lived, plan: Plan, outcome: Outcome, journal: Journal, asked: float) -> Progress:
    """To its end."""
    deeds, held = Deeds(journal, CLOCK, "ann"), lived.session.store
    deeds.began(plan, outcome, asked)
    kinds = (RUN, PROJECT, "links")
    async with asyncio.timeout(15):
        while True:
            versions = held.versions(kinds)
            for one, phase in deeds.follow({"local": held}):
                if phase == "end":
                    return one.progress
            await held.changed(kinds, versions)


@pytest.mark.parametrize("names", [("api",), ("platform-api-2",)])
async def test_containers_begin_anew(engine: EngineControl, tmp_path: Path, names: tuple[str, ...]) -> None:
    journal = Journal(tmp_path / "state")
    async with live(engine.endpoint, engine.file) as lived:
        plan, asked = await planned(lived, *names), CLOCK.now()
        before = project(lived.session.store)
        outcome = await carried(lived, plan, journal)
        assert (outcome.stage, outcome.text) == (Stage.ACCEPTED, "accepted")
        done = await followed(lived, plan, outcome, journal, asked)
        assert done.stage is Stage.DONE
        after = project(lived.session.store)
    assert before is not None
    assert after is not None
    was, now = ({one.name: (one.id, one.started) for one in state.containers} for state in (before, after))
    begun = {name for name in now if now[name] != was[name]}
    assert begun == ({"platform-api-1", "platform-api-2"} if names == ("api",) else {"platform-api-2"})
    assert {name: id for name, (id, _) in now.items()} == {name: id for name, (id, _) in was.items()}


async def test_an_engine_that_went_away_lets_nothing_through(engine: EngineControl, tmp_path: Path) -> None:
    async with live(engine.endpoint, engine.file) as lived:
        plan = await planned(lived, "api")
        engine.do("switch", healthy=False)
        await lived.sees(lambda: lived.session.link.state is LinkState.STALE)
        outcome = await carried(lived, plan, Journal(tmp_path / "state"))
        assert outcome.stage is Stage.FAILED
        assert "stale" in outcome.text


async def test_up_says_what_is_missing(engine: EngineControl) -> None:
    async with live(engine.endpoint, engine.file) as lived:
        await planned(lived, "api")
        store = lived.session.store
        (refusal,) = UP.refuse(Asked(store, lived.session.environment, tuple(store.all(PROJECT))))
    assert "docker compose is not there" in refusal.text
