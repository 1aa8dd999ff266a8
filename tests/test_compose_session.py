"""A Compose project read live from an engine: services, one-shots, logs, and an engine that goes."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from typing import cast

import pytest
import yaml

from tests.demo_control import WorldControl
from tests.engine_control import EngineControl, Lived, live
from tui.clock import SystemClock
from tui.errors import Gone
from tui.model.environment import Environment, Platform, Purpose
from tui.model.log import Chunk, Seam, SeamKind
from tui.model.pod import Pod
from tui.model.pod_status import pod_status
from tui.store import LinkState
from tui.tail import Selection, Tail


@pytest.fixture
def engine(world: WorldControl) -> EngineControl:
    """An engine without a container."""
    return EngineControl.of(world)


def write(engine: EngineControl, services: dict[str, object]) -> None:
    engine.file.write_text(yaml.safe_dump({"name": "platform", "services": services}))


def status(lived: Lived, name: str) -> str:
    found = [pod for pod in lived.session.store.all("Pod") if pod.meta.name == name]
    return pod_status(cast(Pod, found[0])).reason if found else ""


def _tail(lived: Lived) -> Tail:
    """Of all containers."""
    store = lived.session.store
    return Tail(
        lived.session.client,
        store,
        SystemClock(),
        lambda: Selection(tuple(cast("list[Pod]", list(store.all("Pod"))))),
    )


async def test_services_containers_and_namespaces(engine: EngineControl) -> None:
    write(engine, {"db": {"image": "postgres:15"}, "extra": {"image": "busybox:1"}})
    engine.do(
        "add", service="api", image="shop/api:1.2.0", labels={"deploytui.namespace": "services"}, count=2
    )
    engine.do("add", service="db", image="postgres:15", check="not ready", healthy=True)
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: lived.rollout("api") == lived.rollout("db") == "up")
        assert lived.rollout("extra") == "not created"
        api = lived.session.store.get("ComposeService", "services", "api")
        assert api is not None
        assert lived.session.namespaces() == ("local", "services")
        assert status(lived, "platform-api-2") == "Running"
        assert lived.survey.troubles == ()
        assert lived.session.version == "Docker 28.0.4"
        engine.do("remove", "platform-api-2")
        await lived.sees(lambda: status(lived, "platform-api-2") == "")


async def test_namespaces_by_the_configuration(engine: EngineControl) -> None:
    engine.do("add", service="api", image="api")  # an image without a tag
    places = (Purpose("services", "local-services"),)
    where = Environment(
        "local",
        platform=Platform.COMPOSE,
        file=str(engine.file),
        namespaces=places,
        members={"services": ("api",)},
    )
    async with live(engine.endpoint, engine.file, environment=where) as lived:
        await lived.sees(lambda: lived.rollout("api") == "up")
        assert lived.session.namespaces() == ("local-services",)


async def test_health_that_fails_and_comes_back(engine: EngineControl) -> None:
    engine.do("add", service="api", check="connection refused", healthy=False)
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: bool(lived.survey.troubles))
        assert lived.survey.troubles[0].cause == "none is ready: its health check fails: connection refused"
        engine.do("health", "platform-api-1", healthy=True)
        await lived.sees(lambda: lived.rollout("api") == "up")


async def test_a_check_that_flaps_does_not_tear_the_link(engine: EngineControl) -> None:
    engine.do("add", service="api", check="no", flaps=0.1)
    async with live(engine.endpoint, engine.file) as lived:
        for _ in range(3):
            await lived.sees(lambda: lived.rollout("api") == "up")
            await lived.sees(lambda: lived.rollout("api") != "up")
        assert lived.session.link.state is LinkState.LIVE


async def test_a_crash_is_told_and_a_stop_by_hand_is_none(engine: EngineControl) -> None:
    engine.do("add", service="api")
    engine.do("add", service="db", policy="unless-stopped")
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: lived.rollout("db") == "up")
        engine.do("die", "platform-api-1", code=3)
        await lived.sees(lambda: bool(lived.survey.troubles))
        assert "exit code 3" in lived.survey.troubles[0].cause
        engine.do("stop", "platform-db-1")
        await lived.sees(lambda: lived.rollout("db").startswith("stopped by hand"))
        assert [one.name for one in lived.survey.troubles] == ["api"]
        assert status(lived, "platform-db-1") == "Stopped"


async def test_a_crash_loop_has_its_restarts_and_its_exit_code(engine: EngineControl) -> None:
    engine.do("add", service="api", policy="always", ends=(["boom"], 0.05, 7))
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: any("restarts" in one.cause for one in lived.survey.troubles))
        assert "exit code 7" in lived.survey.troubles[0].cause


async def test_migrations_run_in_their_order_with_goose_recorded(
    engine: EngineControl, tmp_path: Path
) -> None:
    done = {"condition": "service_completed_successfully"}
    goose = "goose -dir m postgres $IDENTITY_DATABASE_URL up"
    write(
        engine,
        {
            "identity-migrate-one": {"image": "m:1", "command": goose},
            "identity-migrate-two": {
                "image": "m:1",
                "command": goose,
                "depends_on": {"identity-migrate-one": done},
            },
            "identity": {"image": "i:1", "depends_on": {"identity-migrate-two": done}},
        },
    )
    said = ["!2026/01/05 09:00:00 OK   00007_x.sql (2.1ms)"]
    said.append("!2026/01/05 09:00:00 goose: successfully migrated database to version: 7")
    engine.do("add", service="identity-migrate-one", command=goose, ends=(said, 0.1, 0), policy="no")
    engine.do("create", service="identity", image="i:1")
    async with live(engine.endpoint, engine.file, recordings=tmp_path) as lived:

        def jobs_now() -> dict[str, str]:
            return {one.job.meta.name: one.status for one in lived.survey.jobs.values()}

        await lived.sees(lambda: jobs_now().get("identity-migrate-one") == "Complete")
        await lived.sees(
            lambda: any(one.goose and one.goose.version == 7 for one in lived.survey.jobs.values())
        )
        assert jobs_now()["identity-migrate-two"] == "Waiting"
        waves = {
            one.job.meta.name: one.job.meta.annotations["argocd.argoproj.io/sync-wave"]
            for one in lived.survey.jobs.values()
        }
        assert waves == {"identity-migrate-one": "1", "identity-migrate-two": "2"}
        assert {one.job.meta.labels["app.kubernetes.io/name"] for one in lived.survey.jobs.values()} == {
            "identity"
        }
        assert recorded(tmp_path) == 1  # what waits has nothing to record
        first = {one.job.meta.uid for one in lived.survey.jobs.values()}
        engine.do("start", "platform-identity-migrate-one-1")  # the next `up` runs it once more
        await lived.sees(lambda: bool({one.job.meta.uid for one in lived.survey.jobs.values()} - first))


async def test_a_log_goes_on_through_a_restart_without_a_double(engine: EngineControl) -> None:
    engine.do("add", service="api", policy="always")
    engine.do("write", "platform-api-1", says=["one", "!two"])
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: lived.rollout("api") == "up")
        tail = _tail(lived)
        got: list[bytes] = []
        seams: list[SeamKind] = []
        restarted = False
        async with aclosing(tail.batches()) as batches:
            async for batch in batches:
                for item in batch:
                    if isinstance(item, Chunk):
                        got += item.data.splitlines()
                    elif isinstance(item, Seam):
                        seams.append(item.kind)
                texts = [line.partition(b" ")[2] for line in got]
                if texts == [b"one", b"two"] and not restarted:
                    restarted = True
                    engine.do("restart", "platform-api-1")
                    await lived.sees(lambda: lived.survey.total.restarts_1h == 1)
                    engine.do("write", "platform-api-1", says=["three"])
                if b"three" in texts:
                    break
        assert texts == [b"one", b"two", b"three"]
        assert SeamKind.RESTART in seams
        assert [line.partition(b" ")[0][-6:] == b"+00:00" for line in got] == [False, True, False]


def recorded(folder: Path) -> int:
    return len(list(folder.glob("*.log")))


def numbered(first: int, last: int) -> list[str]:
    return [f"line {number}" for number in range(first, last + 1)]


async def test_an_engine_killed_in_the_middle_of_a_follow_loses_and_doubles_nothing(
    engine: EngineControl,
) -> None:
    engine.do("add", service="api")
    engine.do("write", "platform-api-1", says=numbered(1, 100))
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: lived.rollout("api") == "up")
        tail = _tail(lived)
        texts: list[bytes] = []
        seams: list[SeamKind] = []
        async with aclosing(tail.batches()) as batches:
            async for batch in batches:
                for item in batch:
                    if isinstance(item, Chunk):
                        texts += [line.partition(b" ")[2] for line in item.data.splitlines()]
                    elif isinstance(item, Seam):
                        seams.append(item.kind)
                if len(texts) == 100:
                    engine.do("switch", healthy=False)
                    engine.do("write", "platform-api-1", says=numbered(101, 200))
                    await lived.sees(lambda: lived.session.link.state is LinkState.STALE)
                    engine.do("switch", healthy=True)
                    engine.do("write", "platform-api-1", says=numbered(201, 201))
                if b"line 201" in texts:
                    break
        assert texts == [text.encode() for text in numbered(1, 201)]
        assert SeamKind.LOSS not in seams


async def test_a_tty_has_no_frames(engine: EngineControl) -> None:
    made = engine.do("add", service="api", tty=True)
    engine.do("write", "platform-api-1", says=["plain"])
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: lived.rollout("api") == "up")
        log = lived.session.client.log("local", made["name"], "api", follow=False, timestamps=False)
        async with log as chunks:
            assert b"".join([chunk async for chunk in chunks]) == b"plain\r\n"


async def test_a_container_that_is_gone_is_gone(engine: EngineControl) -> None:
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: lived.session.link.state is LinkState.LIVE)
        with pytest.raises(Gone):
            await lived.session.engine.inspect("f" * 64)
        with pytest.raises(Gone):
            async with lived.session.client.log("local", "nobody", "api", follow=False):
                pass


async def test_an_engine_that_goes_and_comes_back(engine: EngineControl) -> None:
    engine.do("add", service="api", rate=5, says=["tick"])
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: lived.rollout("api") == "up")
        engine.do("switch", healthy=False)
        await lived.sees(lambda: lived.session.link.state is LinkState.STALE)
        assert lived.session.error is not None
        engine.do("switch", healthy=True)
        await lived.sees(lambda: lived.session.link.state is LinkState.LIVE)
        assert lived.session.error is None


async def test_no_engine_says_what_to_start(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("services: {}\n")
    async with live(f"unix://{tmp_path}/docker.sock", file) as lived:
        await lived.sees(lambda: lived.session.link.state is LinkState.UNREACHABLE)
        told = f"no Docker engine at unix://{tmp_path}/docker.sock: start Docker, or colima start"
        assert str(lived.session.error) == told


async def test_two_hundred_containers(engine: EngineControl) -> None:
    engine.do("add", service="api", count=200)
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: lived.survey.total.ready == 200)
        assert lived.session.store.count("Pod") == 200


async def test_secrets_are_masked_in_the_document(engine: EngineControl) -> None:
    url = "DATABASE_URL=postgres://me:hunter2@db/x"
    engine.do("add", service="api", env=["API_TOKEN=hunter2", url, "PLAIN=seen"])
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: lived.rollout("api") == "up")
        service = next(iter(lived.session.store.all("ComposeService")))
        text = (await lived.session.client.document(service.meta)).decode()
        assert "hunter2" not in text
        assert "PLAIN=seen" in json.loads(text)["Config"]["Env"]


async def test_a_bad_file_is_a_condition_and_what_runs_is_shown(engine: EngineControl) -> None:
    engine.file.write_text("name: platform\nservices:\n  api: {image: x\n  b: 1\n")
    engine.do("add", service="api")
    async with live(engine.endpoint, engine.file) as lived:
        await lived.sees(lambda: lived.session.link.state is LinkState.LIVE)
        (told,) = lived.session.link.unreadable
        line = told.removeprefix(f"{engine.file}:").partition(":")[0]
        assert line in ("2", "3", "4")  # Compose and the YAML parser count from another end
        write(engine, {"api": {"image": "busybox:1"}})
        await lived.sees(lambda: not lived.session.link.unreadable)
        await asyncio.wait_for(lived.sees(lambda: lived.rollout("api") == "up"), 10)
