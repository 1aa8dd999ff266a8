"""Garbage is looked for when nobody types, and at the latest after a while."""

from __future__ import annotations

import gc
import weakref

import pytest

from tests.moved_clock import MovedClock
from tui.litter import EVERY, LATEST, QUIET, Litter


class Ring:
    """Holds itself."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


def test_it_waits_until_nobody_types_but_not_for_ever(clock: MovedClock) -> None:
    litter = Litter(clock)
    assert not litter.look()
    clock.move(EVERY + 1)
    litter.typed()
    assert not litter.look()
    clock.move(QUIET + 1)
    assert litter.look()
    assert not litter.look()
    clock.move(LATEST + 1)
    litter.typed()
    assert litter.look()


def test_rings_go_when_it_looks_and_the_thresholds_come_back(clock: MovedClock) -> None:
    before = gc.get_threshold()
    litter = Litter(clock)
    litter.begin()
    try:
        assert gc.get_threshold() != before
        ring = weakref.ref(Ring())
        clock.move(EVERY + 1)
        assert litter.look()
        assert ring() is None
    finally:
        litter.end()
        gc.unfreeze()
    assert gc.get_threshold() == before
