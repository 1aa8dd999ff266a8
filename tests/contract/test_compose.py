"""A Compose project on the simulated engine and on a real one (DEPLOYTUI_TEST_DOCKER_HOST): the same."""

from __future__ import annotations

import asyncio
import os
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from tests.demo_control import WorldControl
from tests.engine_control import EngineControl, Lived, live
from tui.clock import SystemClock
from tui.model.log import Chunk, Seam, SeamKind
from tui.model.pod import Pod
from tui.model.pod_status import pod_status
from tui.tail import Selection, Tail

IMAGE = "deploytui/busybox:1"  # the image that ../shared/compose-engine makes
LOOP = "trap exit TERM; while :; do sleep 1 & wait; done"


@dataclass(frozen=True, slots=True)
class Wish:
    """A service: what it writes (`!` to standard error), and how it goes on."""

    lines: tuple[str, ...] = ()
    code: int | None = None  # ends with it; None runs on
    policy: str = ""
    healthy: bool | None = None
    tty: bool = False

    def on_demo(self, name: str) -> dict[str, Any]:
        """For the simulated engine."""
        ends = (self.lines, 0.2, self.code) if self.code is not None else None
        check = "" if self.healthy is None else "not today"
        return {
            "service": name,
            "image": IMAGE,
            "ends": ends,
            "policy": self.policy,
            "check": check,
            "healthy": self.healthy is not False,
            "tty": self.tty,
        }

    def on_docker(self) -> dict[str, Any]:
        """For a Compose file."""
        said = [f"echo '{line.removeprefix('!')}'{' >&2' if line[:1] == '!' else ''}" for line in self.lines]
        script = "; ".join([*said, f"exit {self.code}" if self.code is not None else LOOP])
        command = ["sh", "-c", script.replace("$", "$$")]
        made: dict[str, Any] = {"image": IMAGE, "command": command, "network_mode": "none"}
        if self.policy:
            made["restart"] = self.policy
        if self.tty:
            made["tty"] = True
        if self.healthy is not None:
            test = "true" if self.healthy else "echo not today; false"
            made["healthcheck"] = {"test": ["CMD-SHELL", test], "interval": "1s", "retries": 1}
        return made


@dataclass(slots=True)
class Place:
    """An engine; `up` makes services, `docker` does to a container what the verb says."""

    name: str
    up: Callable[[dict[str, Wish]], None]
    do: Callable[[str, str], None]
    opened: Callable[[], Any]

    def container(self, service: str) -> str:
        """As Compose calls it."""
        return f"{self.name}-{service}-1"


@asynccontextmanager
async def on_demo(world: WorldControl) -> AsyncIterator[Place]:
    engine = EngineControl.of(world)

    def up(wishes: dict[str, Wish]) -> None:
        for name, wish in wishes.items():
            engine.do("add", **wish.on_demo(name))
            if wish.code is None:
                engine.do("write", f"platform-{name}-1", says=wish.lines)

    def do(verb: str, container: str) -> None:
        engine.do(verb, container)

    yield Place("platform", up, do, lambda: live(engine.endpoint, engine.file))


@asynccontextmanager
async def on_docker(folder: Path) -> AsyncIterator[Place]:
    host = os.environ.get("DEPLOYTUI_TEST_DOCKER_HOST", "")
    if not host:
        pytest.skip("DEPLOYTUI_TEST_DOCKER_HOST names no engine")
    name = f"contract-{uuid.uuid4().hex[:8]}"
    file = folder / "compose.yaml"

    def docker(*words: str) -> None:
        done = subprocess.run(
            ["docker", *words], env={**os.environ, "DOCKER_HOST": host}, capture_output=True, text=True
        )
        assert not done.returncode, done.stderr

    def up(wishes: dict[str, Wish]) -> None:
        services = {service: wish.on_docker() for service, wish in wishes.items()}
        file.write_text(yaml.safe_dump({"name": name, "services": services}))
        docker("compose", "-f", str(file), "up", "-d", "-t", "1")

    def do(verb: str, container: str) -> None:
        docker("rm" if verb == "remove" else verb, *(["-f"] if verb == "remove" else []), container)

    try:
        yield Place(name, up, do, lambda: live(host, file))
    finally:
        await asyncio.to_thread(docker, "compose", "-f", str(file), "down", "-t", "0", "--remove-orphans")


@pytest.fixture(
    params=[
        pytest.param("demo", marks=pytest.mark.slow),
        pytest.param("docker", marks=pytest.mark.cluster),
    ]
)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """Either, so that the same assertions hold on both."""
    if request.param == "demo":
        async with on_demo(request.getfixturevalue("world")) as made:
            yield made
    else:
        async with on_docker(tmp_path) as made:
            yield made


def status(lived: Lived, container: str) -> str:
    found = [pod for pod in lived.session.store.all("Pod") if pod.meta.name == container]
    return pod_status(cast(Pod, found[0])).reason if found else ""


async def test_states_and_their_causes(place: Place) -> None:
    goose = "!2026/01/05 09:00:00 goose: no migrations to run. current version: 5"
    place.up(
        {
            "web": Wish(("hello",)),
            "broken": Wish(code=3),
            "loop": Wish(code=7, policy="always"),
            "sick": Wish(healthy=False),
            "well": Wish(healthy=True),
            "api-migrate": Wish((goose,), code=0),
        }
    )
    async with place.opened() as lived:

        def causes() -> dict[str, str]:
            return {one.name: one.cause for one in lived.survey.troubles}

        await lived.sees(lambda: lived.rollout("web") == "up" and lived.rollout("well") == "up")
        await lived.sees(lambda: "exit code 3" in causes().get("broken", ""))
        await lived.sees(lambda: "exit code 7" in causes().get("loop", ""))
        await lived.sees(lambda: causes().get("sick") == "none is ready: its health check fails: not today")
        await lived.sees(lambda: set(causes()) == {"broken", "loop", "sick"})
        await lived.sees(lambda: status(lived, place.container("loop")) in ("CrashLoopBackOff", "Error"))
        assert status(lived, place.container("broken")) == "Error"
        assert status(lived, place.container("web")) == "Running"
        (job,) = lived.survey.jobs.values()
        assert (job.job.meta.name, job.status) == ("api-migrate", "Complete")


async def test_stop_start_and_remove(place: Place) -> None:
    place.up({"web": Wish(), "db": Wish(policy="unless-stopped")})
    async with place.opened() as lived:
        await lived.sees(lambda: lived.rollout("web") == lived.rollout("db") == "up")
        place.do("stop", place.container("db"))
        await lived.sees(lambda: lived.rollout("db").startswith("stopped by hand"))
        assert lived.survey.troubles == ()
        place.do("start", place.container("db"))
        await lived.sees(lambda: lived.rollout("db") == "up")
        place.do("remove", place.container("web"))
        await lived.sees(lambda: status(lived, place.container("web")) == "")


async def test_a_log_is_told_apart_and_goes_on_through_a_restart(place: Place) -> None:
    place.up({"web": Wish(("out", "!err"))})
    async with place.opened() as lived:
        await lived.sees(lambda: lived.rollout("web") == "up")
        store = lived.session.store
        tail = Tail(
            lived.session.client,
            store,
            SystemClock(),
            lambda: Selection(tuple(cast("list[Pod]", list(store.all("Pod"))))),
        )
        lines: list[bytes] = []
        seams: list[SeamKind] = []
        restarted = False
        async with aclosing(tail.batches()) as batches:
            async for batch in batches:
                for item in batch:
                    if isinstance(item, Chunk):
                        lines += item.data.splitlines()
                    elif isinstance(item, Seam):
                        seams.append(item.kind)
                if len(lines) == 2 and not restarted:
                    restarted = True
                    place.do("restart", place.container("web"))
                if SeamKind.RESTART in seams:
                    break
        told = {line.partition(b" ")[2]: line.partition(b" ")[0].endswith(b"+00:00") for line in lines}
        assert told == {b"out": False, b"err": True}
        assert SeamKind.LOSS not in seams


async def test_a_tty_has_no_frames(place: Place) -> None:
    place.up({"web": Wish(("plain",), tty=True)})
    async with place.opened() as lived:
        await lived.sees(lambda: lived.rollout("web") == "up")
        log = lived.session.client.log
        said = b""
        while b"plain" not in said:  # written a moment after the start
            async with log("local", place.container("web"), "web", follow=False, timestamps=False) as chunks:
                said = b"".join([chunk async for chunk in chunks])
        assert said == b"plain\r\n"
