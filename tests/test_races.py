"""Two operators at once on one workload, and answers that get lost: one write, and the other is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cockpit import cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tests.gate import Gate, owned, restarting, rolling_back, target
from tests.link import Link
from tests.wired import relay, until
from tui.clock import SystemClock
from tui.journal import Journal
from tui.model.plan import Plan, Stage
from tui.wire.access import Access
from tui.wire.kubeconfig import load
from tui.wire.server import Server

PERSONAL = ("Deployment", "services", "personal")


@pytest.fixture
def small(demo: Demo) -> Iterator[WorldControl]:
    """The small scene; its clock stands still, so nothing moves but by us."""
    made = demo.world("small", frozen=True)
    yield made
    made.drop()


@pytest.fixture
async def operators(small: WorldControl, tmp_path: Path) -> AsyncIterator[tuple[Gate, Gate]]:
    """Two gates with connections and journals of their own."""
    gates = [Gate(small, server_of(small), Journal(tmp_path / name)) for name in "ab"]
    yield gates[0], gates[1]
    for gate in gates:
        await gate.server.close()


def access_of(world: WorldControl) -> Access:
    return load(world.kubeconfig, {}, Path("/nowhere")).access("production")


def server_of(world: WorldControl, link: Link | None = None) -> Server:
    access = access_of(world)
    if link is not None:
        port = urlsplit(access.server).port
        access = replace(access, server=access.server.replace(f":{port}/", f":{link.port}/"))
    return Server(access, SystemClock(), environ={})


def planned(world: WorldControl, deed: str) -> Plan:
    """As an operator sees it now; a roll back goes to the oldest revision."""
    if deed == "restart":
        return restarting(target(world, *PERSONAL))
    return rolling_back(world, *PERSONAL, owned(world, "ReplicaSet", *PERSONAL[1:])[0])


@pytest.mark.parametrize(
    ("one", "other"), [("restart", "restart"), ("restart", "roll-back"), ("roll-back", "roll-back")]
)
async def test_of_two_deeds_at_once_one_is_done_and_the_other_is_told(
    small: WorldControl, operators: tuple[Gate, Gate], one: str, other: str
) -> None:
    before = (small.get(*PERSONAL) or {})["metadata"]["generation"]
    plans = planned(small, one), planned(small, other)
    small.fault("latency", "deployments/personal", seconds=0.1)  # both have read before one writes
    outcomes = await asyncio.gather(*(gate.out(plan) for gate, plan in zip(operators, plans, strict=True)))
    assert sorted(outcome.stage for outcome in outcomes) == [Stage.ACCEPTED, Stage.FAILED]
    (refused,) = (outcome for outcome in outcomes if outcome.stage is Stage.FAILED)
    assert "changed while you looked" in refused.text
    assert (small.get(*PERSONAL) or {})["metadata"]["generation"] == before + 1
    for gate, outcome in zip(operators, outcomes, strict=True):
        last = list(gate.journal.entries())[-1]
        assert last.phase == ("end" if outcome.stage is Stage.FAILED else "outcome")


async def test_an_undo_after_the_others_undo_is_refused(
    small: WorldControl, operators: tuple[Gate, Gate]
) -> None:
    first, second = planned(small, "roll-back"), planned(small, "roll-back")
    assert (await operators[0].out(first)).stage is Stage.ACCEPTED
    undone = operators[0].template(*PERSONAL)
    refused = await operators[1].out(second)
    assert refused.stage is Stage.FAILED
    assert "changed while you looked" in refused.text
    assert operators[1].template(*PERSONAL) == undone
    assert len(operators[0].patches) == 1


@pytest.mark.parametrize("comes_back", [True, False])
async def test_a_cut_while_a_write_is_on_its_way_sends_it_once(
    small: WorldControl, tmp_path: Path, comes_back: bool
) -> None:
    async with relay(small) as link:
        gate = Gate(small, server_of(small, link), Journal(tmp_path))
        small.fault("latency", "deployments/personal", method="PATCH", seconds=0.3)
        carried = asyncio.create_task(gate.out(planned(small, "restart")))
        await until(lambda: gate.patches)
        link.cut()
        if comes_back:
            link.mend()
        outcome = await carried
        words = ("its answer was lost", "it may still come") if comes_back else ("can't be looked at",)
        assert any(each in outcome.text for each in words), outcome.text
        assert outcome.stage is Stage.UNKNOWN or "the object has the change" in outcome.text
        link.mend()
        await until(lambda: small.requests("GET", "deployments/personal"))
        assert len(gate.patches) == 1
        await gate.server.close()


async def test_two_cockpits_roll_back_at_once(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    ready, told = asyncio.Barrier(2), asyncio.Barrier(2)

    def generation() -> int:
        found = world.get(*PERSONAL, environment="development")
        assert found is not None
        return int(found["metadata"]["generation"])

    before = generation()

    async def operator(name: str) -> str:
        state = tmp_path / name
        state.mkdir()
        async with cockpit(settings_of(world, state, alone=True, environment="development")) as driver:
            await driver.sees("● live")
            await driver.sees("deploy/personal")
            await driver.read()
            await driver.press("R")
            await driver.asked("Roll personal back")
            await ready.wait()
            await driver.press("tab", "enter")
            await driver.until(
                lambda: (
                    driver.app.deeds.all
                    or "was changed by somebody else" in driver.screen()
                    or "changed while you looked" in driver.screen()
                )
            )
            await told.wait()
            return driver.app.deeds.all[0].results[0].stage if driver.app.deeds.all else "stopped"

    ends = await asyncio.gather(asyncio.create_task(operator("a")), asyncio.create_task(operator("b")))
    assert sorted(ends)[0] == Stage.ACCEPTED
    assert sorted(ends)[1] in (Stage.FAILED, "stopped")
    assert generation() == before + 1
    world.drop()
