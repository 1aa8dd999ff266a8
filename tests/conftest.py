"""Fixtures of all tests: one simulator process per run, and a fresh world in it per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.demo_control import Demo, WorldControl


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """The simulator's process."""
    running = Demo.start("--scene", "empty")
    yield running
    running.stop()


@pytest.fixture
def world(demo: Demo) -> Iterator[WorldControl]:
    """An empty world whose clock runs."""
    made = demo.world()
    yield made
    made.drop()
