"""Sessions against the simulator: depth, scope, rights and liveness."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.demo_control import WorldControl
from tests.demo_objects import running_pod
from tests.wired import QUICK, client, until
from tui.clock import SystemClock
from tui.model.environment import Environment, Purpose
from tui.session import Numbers, Session
from tui.store import LinkState
from tui.wire.kinds import KINDS
from tui.wire.kube import Client

LIGHT = sum(kind.light for kind in KINDS.values())
SOON = Numbers(front_silence=0.2, light_silence=0.2, probe=0.3, look=0.05, widen=0.2, stagger=0.0)


@dataclass(frozen=True)
class Right:
    verb: str
    resource: str


@contextlib.asynccontextmanager
async def session(reads: Client, environment: Environment, **options: Any) -> AsyncIterator[Session]:
    made = Session(environment, reads, SystemClock(), **{"numbers": SOON, "feed_numbers": QUICK, **options})
    made.start()
    try:
        yield made
    finally:
        await made.stop()


async def test_light_reads_workloads_and_front_everything(world: WorldControl) -> None:
    world.put(running_pod("a"))
    async with client(world) as reads, session(reads, Environment("production")) as made:
        await until(lambda: len(made.store.links) == LIGHT and made.link.state is LinkState.LIVE)
        assert made.store.get("Pod", "services", "a") is not None
        await made.front(True)
        await until(lambda: len(made.store.links) == len(KINDS) and made.link.state is LinkState.LIVE)
        assert "services" in made.namespaces()
        await until(lambda: made.version.startswith("v"))
        await made.front(False)
        assert len(made.store.links) == LIGHT
        await until(lambda: len(world.streams()) == LIGHT)
    await until(lambda: not world.streams())


async def test_less_rights_read_namespace_by_namespace_and_back(world: WorldControl) -> None:
    world.put(running_pod("a"), running_pod("b", "other"))
    everything = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    world.user("local", [{**everything, "namespaces": ["services"]}])
    environment = Environment("production", namespaces=(Purpose("services", "services"),))
    async with (
        client(world, Path(world.kubeconfig_of("local"))) as reads,
        session(reads, environment) as made,
    ):
        await until(lambda: made.store.get("Pod", "services", "a") is not None)
        assert ("Pod", "services") in made.store.links
        assert ("Pod", "") not in made.store.links
        world.user("local", [everything])
        await until(lambda: ("Pod", "") in made.store.links and made.store.count("Pod") == 1)
        await until(lambda: {scope for _, scope in made.store.links} == {"", "argocd"} and made.link.usable)


async def test_the_configuration_may_force_namespaces(world: WorldControl) -> None:
    world.put(running_pod("a"))
    environment = Environment("production", watch_by_namespace=True)
    # slow enough that every stream stands before the namespaces are looked at again
    numbers = replace(SOON, widen=1.5)
    async with client(world) as reads, session(reads, environment, numbers=numbers) as made:
        await until(lambda: made.store.get("Pod", "services", "a") is not None)
        await until(lambda: all(link.usable for link in made.store.links.values()))
        assert ("Pod", "") not in made.store.links
        world.put(running_pod("b", "later"))
        await until(lambda: made.store.get("Pod", "later", "b") is not None)
        await until(lambda: len([1 for _, scope in made.store.links if scope == "later"]) == 6)
        await until(lambda: all(link.usable for link in made.store.links.values()))


async def test_rights_are_asked_in_front(world: WorldControl) -> None:
    world.user("viewer", [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}])
    async with (
        client(world, Path(world.kubeconfig_of("viewer"))) as reads,
        session(reads, Environment("production")) as made,
    ):
        made.needs = frozenset({Right("patch", "deployments.apps"), Right("get", "pods/log")})
        await made.front(True)
        await until(lambda: len({(verb, what) for verb, what, _ in made.store.rights}) == 2)
        patch, log = (
            made.store.right(*need, "services")
            for need in (("patch", "deployments.apps"), ("get", "pods/log"))
        )
        assert patch is not None
        assert not patch.allowed
        assert log is not None
        assert log.allowed
        await until(lambda: len(made.store.links) == len(KINDS) and made.link.state is LinkState.LIVE)


async def test_a_silent_server_is_stale_until_it_speaks(world: WorldControl) -> None:
    world.bookmarks(3600)
    async with client(world) as reads, session(reads, Environment("production")) as made:
        await until(lambda: made.link.state is LinkState.LIVE and made.version)
        world.fault("hang", "")
        await until(lambda: made.link.state is LinkState.STALE)
        assert made.error is not None
        world.clear_faults()
        await until(lambda: made.link.state is LinkState.LIVE)


async def test_a_review_that_is_asked_for_during_another_one_is_not_lost(world: WorldControl) -> None:
    async with client(world) as reads, session(reads, Environment("production")) as made:
        await made.front(True)
        await until(lambda: len(made.store.links) == len(KINDS) and made.link.state is LinkState.LIVE)
        world.fault("latency", "selfsubjectaccessreviews", seconds=0.05)
        made.needs = frozenset({Right("patch", "deployments.apps")})
        made.review()
        await until(lambda: made.store.right("patch", "deployments.apps", "services"))
        first = made.store.right("patch", "deployments.apps", "services")
        made.review()  # the watches are being asked about still
        await until(lambda: made.store.right("patch", "deployments.apps", "services") != first)


async def test_rights_taken_away_while_a_watch_runs_are_noticed_and_come_back(world: WorldControl) -> None:
    world.put(running_pod("a"))
    reading = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
    no_pods = {**reading, "resources": ["deployments", "replicasets", "statefulsets", "daemonsets", "jobs"]}
    world.user("guest", [reading])
    async with (
        client(world, Path(world.kubeconfig_of("guest"))) as reads,
        session(reads, Environment("production", namespaces=(Purpose("services", "services"),))) as made,
    ):
        await made.front(True)
        await until(lambda: made.store.get("Pod", "services", "a") and made.link.state is LinkState.LIVE)
        world.user("guest", [no_pods])
        made.review()
        await until(lambda: made.store.links.get(("Pod", "services")))
        await until(lambda: made.store.links["Pod", "services"].state is LinkState.FORBIDDEN)
        assert made.store.get("Pod", "services", "a") is None
        assert made.store.links["Deployment", ""].state is LinkState.LIVE
        world.user("guest", [reading])
        await until(lambda: made.store.get("Pod", "services", "a") is not None)
