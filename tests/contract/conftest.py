"""The two places of every contract test: the simulator, and with the marker `cluster` a real API server."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.place import Place, placed
from tests.demo_control import Demo
from tui.wire.kubeconfig import load

# The simulator's time goes faster, so that pauses and rollouts end soon.
_SPEED = 6.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests on the bench's Applications share them: one process runs them (`--dist loadgroup`)."""
    for item in items:
        if item.path.name.startswith("test_argo") and item.get_closest_marker("cluster"):
            item.add_marker(pytest.mark.xdist_group("argo"))


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """kubectl's discovery, once for all tests."""
    return tmp_path_factory.mktemp("kubectl")


@pytest.fixture(scope="session")
def cluster_kubeconfig() -> Path:
    """Of the real cluster."""
    named = os.environ.get("DEPLOYTUI_TEST_KUBECONFIG", "")
    if not named:
        pytest.fail("DEPLOYTUI_TEST_KUBECONFIG names no kubeconfig")
    return Path(named).resolve()


@pytest.fixture
async def cluster(cluster_kubeconfig: Path, caches: Path) -> AsyncIterator[Place]:
    """A namespace of the test's own on the real cluster."""
    access = load(cluster_kubeconfig, {}, Path("/nowhere")).access(None)
    name = f"contract-{uuid.uuid4().hex[:8]}"
    async with placed(cluster_kubeconfig, access, caches, name) as made:
        yield made


@pytest.fixture
async def simulated(demo: Demo, caches: Path) -> AsyncIterator[Place]:
    """The same in a world of its own."""
    world = demo.world(speed=_SPEED)
    access = load(world.kubeconfig, {}, Path("/nowhere")).access("production")
    async with placed(world.kubeconfig, access, caches, "contract", world) as made:
        yield made
    world.drop()


@pytest.fixture(
    params=[
        pytest.param("demo", marks=pytest.mark.slow),
        pytest.param("cluster", marks=pytest.mark.cluster),
    ]
)
def place(request: pytest.FixtureRequest) -> Place:
    """Either, so that the same assertions hold on both."""
    found: Place = request.getfixturevalue("simulated" if request.param == "demo" else "cluster")
    return found
