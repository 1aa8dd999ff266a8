"""Deeds on the simulated Docker engine, and on a real one (DEPLOYTUI_TEST_DOCKER_HOST): plans come true."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.demo_control import Demo
from tests.engine_control import EngineControl, Lived, live
from tui.actions.base import Asked, Deed
from tui.actions.compose_down import DOWN
from tui.actions.compose_project import project
from tui.actions.compose_restart import COMPOSE_RESTART
from tui.actions.compose_roll_back import COMPOSE_ROLL_BACK
from tui.actions.compose_up import UP
from tui.carry import out
from tui.carry_compose import ComposeWriter
from tui.clock import SystemClock
from tui.deeds import Deeds
from tui.journal import Journal
from tui.model.compose import SERVICE
from tui.model.compose_run import RUN
from tui.model.compose_state import PROJECT, Fate, fates
from tui.model.plan import Plan, Progress, Stage
from tui.store import LinkState


def has_compose() -> bool:
    """Whether the docker command is there, with its plugin."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0


needs_docker = pytest.mark.skipif(not has_compose(), reason="there is no docker compose")
CLOCK = SystemClock()
BASE = "deploytui/busybox:1"  # the image that ../shared/compose-engine makes
LOOP = "trap exit TERM; while :; do sleep 1; done"


@dataclass
class Bench:
    """A project of its own on the engine, read live, with a journal."""

    name: str
    file: Path
    environ: dict[str, str]
    lived: Lived
    deeds: Deeds
    journal: Journal
    control: EngineControl | None  # of the simulated engine

    async def docker(self, *words: str, given: str = "") -> str:
        """What the docker command answers."""
        done = await asyncio.to_thread(
            subprocess.run,
            ["docker", *words],
            env=self.environ,
            input=given,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    async def build(self, version: str) -> str:
        """Another image under the same name; its id."""
        if self.control is not None:
            return self.control.do("build", image=f"{self.name}/api:1.0")["id"]
        text = f"FROM {BASE}\nENV VERSION={version}\n"
        return await self.docker("build", "-q", "-t", f"{self.name}/api:1.0", "-", given=text)

    def write(self, **api: object) -> None:
        """The project's file; `api` changes that service."""
        services = {
            "db": {
                "image": BASE,
                "command": ["sh", "-c", LOOP],
                "healthcheck": {"test": ["CMD", "true"], "interval": "1s"},
                "volumes": ["data:/data"],
            },
            "migrate": {
                "image": BASE,
                "command": ["echo", "done"],
                "depends_on": {"db": {"condition": "service_healthy"}},
            },
            "api": {
                "image": f"{self.name}/api:1.0",
                "command": ["sh", "-c", LOOP],
                "depends_on": {"migrate": {"condition": "service_completed_successfully"}},
                **api,
            },
        }
        self.file.write_text(
            yaml.safe_dump({"name": self.name, "services": services, "volumes": {"data": {}}})
        )

    async def plan(self, deed: Deed, *names: str) -> Plan:
        """As the dialog has it."""
        session = self.lived.session
        await session.refresh()
        records = tuple(found for name in names if (found := session.store.get(SERVICE, "local", name)))
        targets = deed.of(session.store, records)
        images = self.deeds.images.of("local")
        asked = Asked(session.store, session.environment, targets, now=CLOCK.now(), images=images)
        assert deed.refuse(asked) == ()
        return deed.plan(asked)

    async def carried(self, plan: Plan) -> Progress:
        """Through the gate and followed to its end."""
        session = self.lived.session
        asked = CLOCK.now()
        outcome = await out(
            plan,
            server=session.engine.server,
            store=session.store,
            environment=session.environment,
            readonly=False,
            stale=lambda: session.link.state is not LinkState.LIVE,
            journal=self.journal,
            clock=CLOCK,
            who="ann",
            compose=ComposeWriter(session, self.environ, CLOCK),
        )
        if outcome.stage is not Stage.ACCEPTED:
            return Progress(outcome.stage, outcome.text)
        self.deeds.began(plan, outcome, asked)
        kinds = (RUN, PROJECT, SERVICE, "Pod", "links")
        async with asyncio.timeout(90):
            while True:
                versions = session.store.versions(kinds)
                for one, phase in self.deeds.follow({"local": session.store}):
                    if phase == "end":
                        await self.deeds.note(one, phase, session.store)
                        return one.progress
                await session.store.changed(kinds, versions)

    def ids(self) -> dict[str, str]:
        """Containers by service."""
        state = project(self.lived.session.store)
        return {one.service: one.id for one in state.containers} if state is not None else {}


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[Bench]:
    endpoint = os.environ.get("DEPLOYTUI_TEST_DOCKER_HOST", "")
    if not endpoint:
        pytest.skip("DEPLOYTUI_TEST_DOCKER_HOST names no engine")
    name = f"deeds-{uuid.uuid4().hex[:8]}"
    file = tmp_path / "compose.yaml"
    try:
        async with benched(name, file, endpoint, None) as made:
            yield made
    finally:
        for words in (
            ("compose", "-f", str(file), "-p", name, "down", "--volumes", "--remove-orphans", "-t", "1"),
            ("rmi", f"{name}/api:1.0"),
        ):
            environ = {**os.environ, "DOCKER_HOST": endpoint}
            await asyncio.to_thread(subprocess.run, ["docker", *words], env=environ, capture_output=True)


@pytest.fixture
async def simulated_engine(demo: Demo) -> AsyncIterator[Bench]:
    world = demo.world()
    control = EngineControl.of(world)
    control.do("build", image=BASE)
    async with benched("platform", control.file, control.endpoint, control) as made:
        yield made
    world.drop()


def begun(name: str, file: Path) -> None:
    """A file that Compose takes, until the project's own is written."""
    file.write_text(yaml.safe_dump({"name": name, "services": {"api": {"image": BASE}}}))


@asynccontextmanager
async def benched(
    name: str, file: Path, endpoint: str, control: EngineControl | None
) -> AsyncIterator[Bench]:
    """Live, with the image that the project's file names."""
    begun(name, file)
    journal = Journal(file.parent / f"{name}-state")
    async with live(endpoint, file) as lived:
        environ = {**os.environ, "DOCKER_HOST": endpoint}
        made = Bench(name, file, environ, lived, Deeds(journal, CLOCK, "ann"), journal, control)
        await lived.sees(lambda: lived.session.link.state is LinkState.LIVE)
        await made.build("1")
        made.write()
        yield made


@pytest.fixture(
    params=[
        pytest.param("demo", marks=[needs_docker, pytest.mark.slow]),
        pytest.param("real", marks=pytest.mark.cluster),
    ]
)
def bench(request: pytest.FixtureRequest) -> Bench:
    """Either, so that the same assertions hold on both."""
    found: Bench = request.getfixturevalue("simulated_engine" if request.param == "demo" else "real")
    return found


async def test_up_creates_all_and_then_recreates_what_the_plan_says(bench: Bench) -> None:
    plan = await bench.plan(UP)
    assert plan.title == f"Bring {bench.name} up: 3 created"
    assert (await bench.carried(plan)).stage is Stage.DONE
    before = bench.ids()
    assert set(before) == {"db", "migrate", "api"}
    bench.write(environment={"LEVEL": "debug"})
    plan = await bench.plan(UP)
    assert {change.what: change.after for change in plan.changes} == {
        "migrate": "started again",
        "api": "recreated (the file changed)",
    }
    assert (await bench.carried(plan)).stage is Stage.DONE
    after = bench.ids()
    assert (after["db"], after["migrate"]) == (before["db"], before["migrate"])
    assert after["api"] != before["api"]
    state = project(bench.lived.session.store)
    assert state is not None
    assert {one.fate for one in fates(state)} == {Fate.LEFT, Fate.STARTED}


async def test_a_restart_keeps_the_container_and_begins_it_anew(bench: Bench) -> None:
    assert (await bench.carried(await bench.plan(UP))).stage is Stage.DONE
    before = bench.ids()
    plan = await bench.plan(COMPOSE_RESTART, "api")
    done = await bench.carried(plan)
    assert (done.stage, bench.ids()) == (Stage.DONE, before)
    phases = [entry.phase for entry in bench.journal.entries() if entry.deed == "compose-restart"]
    assert phases == ["asked", "outcome", "end"]


async def test_a_service_goes_back_to_the_image_before_and_up_brings_the_file_back(bench: Bench) -> None:
    old = await bench.docker("image", "inspect", f"{bench.name}/api:1.0", "--format", "{{.Id}}")
    assert (await bench.carried(await bench.plan(UP))).stage is Stage.DONE
    new = await bench.build("2")
    plan = await bench.plan(UP)
    assert any("built or pulled anew" in change.after for change in plan.changes)
    assert (await bench.carried(plan)).stage is Stage.DONE
    written = bench.file.read_text()
    back = await bench.plan(COMPOSE_ROLL_BACK, "api")
    assert (await bench.carried(back)).stage is Stage.DONE
    assert await image_of(bench) == old
    tag = await bench.docker("image", "inspect", f"{bench.name}/api:1.0", "--format", "{{.Id}}")
    assert (tag, bench.file.read_text()) == (new, written)
    assert (await bench.carried(await bench.plan(UP))).stage is Stage.DONE
    assert await image_of(bench) == new


async def test_down_keeps_the_volumes_that_it_names(bench: Bench) -> None:
    assert (await bench.carried(await bench.plan(UP))).stage is Stage.DONE
    plan = await bench.plan(DOWN)
    volume = f"{bench.name}_data"
    assert any(volume in remark.text for remark in plan.remarks)
    assert (await bench.carried(plan)).stage is Stage.DONE
    assert bench.ids() == {}
    assert await bench.docker("volume", "ls", "-q", "--filter", f"name={volume}") == volume


async def test_an_up_that_fails_says_why_in_its_own_words(bench: Bench) -> None:
    bench.write(image="localhost:1/nobody/nothing:1")
    plan = await bench.plan(UP)
    assert any("pulled first" in change.after for change in plan.changes)
    failed = await bench.carried(plan)
    assert failed.stage is Stage.FAILED
    assert "localhost:1" in failed.text


async def test_containers_that_others_replaced_stop_a_deed(bench: Bench) -> None:
    assert (await bench.carried(await bench.plan(UP))).stage is Stage.DONE
    plan = await bench.plan(COMPOSE_RESTART, "api")
    words = ("compose", "-f", str(bench.file), "-p", bench.name, "up", "-d", "--force-recreate", "api")
    before = bench.ids()["api"]
    await bench.docker(*words)
    await bench.lived.sees(lambda: bench.ids().get("api") not in (None, before))
    stopped = await bench.carried(plan)
    assert stopped.stage is Stage.FAILED
    assert "replaced while you looked" in stopped.text


async def image_of(bench: Bench) -> str:
    """The id of the image that api runs."""
    return await bench.docker("inspect", bench.ids()["api"], "--format", "{{.Image}}")
