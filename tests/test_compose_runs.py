"""Runs of a container out of events and inspect, in whatever order these come."""

from __future__ import annotations

import pytest

from tui.compose_runs import Runs, Window
from tui.model.compose import Inspected


def seen(started: float, state: str = "running", **more: object) -> Inspected:
    return Inspected("id", "name", "api", state=state, started=started, created=10.0, **more)  # type: ignore[arg-type]


def test_a_restart_by_hand_is_another_run_and_no_failure() -> None:
    runs = Runs()
    runs.looked(seen(100.0))
    runs.happened("kill", 200.0, {"signal": "15"})
    runs.happened("die", 200.0, {"exitCode": "143"})
    runs.happened("start", 201.004, {})
    runs.looked(seen(201.0, finished=200.0))
    assert runs.number == 1
    assert runs.before is not None
    assert (runs.before.exit_code, runs.before.by_hand) == (143, True)
    assert runs.window(1) == Window(200.5, None)
    assert runs.window(0) == Window(99.5, 200.5)


@pytest.mark.parametrize("late", [False, True])
def test_inspect_may_outrun_the_events(late: bool) -> None:
    runs = Runs()
    runs.looked(seen(100.0))
    if late:
        runs.looked(seen(201.0, finished=200.0, restarts=1))
    runs.happened("die", 200.001, {"exitCode": "7"})
    runs.happened("start", 201.004, {})
    runs.looked(seen(201.0, finished=200.0, restarts=1))
    assert (runs.number, len(runs.known)) == (1, 2)
    assert runs.before is not None
    assert runs.before.exit_code == 7
    assert not runs.before.by_hand


def test_an_event_of_the_past_is_the_run_that_inspect_knows() -> None:
    runs = Runs()
    runs.happened("start", 100.004, {})
    runs.happened("die", 105.0, {"exitCode": "0"})
    runs.looked(seen(100.0, "exited", finished=105.0))
    assert len(runs.known) == 1
    assert runs.now is not None
    assert (runs.now.started, runs.now.exit_code) == (100.0, 0)


def test_runs_that_nobody_saw_have_their_number_and_an_edge() -> None:
    runs = Runs()
    runs.looked(seen(300.0, finished=290.0, restarts=5))
    assert runs.number == 5
    assert runs.window(5) == Window(295.0, None)
    assert runs.window(4) == Window(None, 295.0)
    assert runs.window(3) is None


def test_a_hangup_is_no_end() -> None:
    runs = Runs()
    runs.looked(seen(100.0))
    runs.happened("kill", 150.0, {"signal": "1"})
    runs.happened("die", 200.0, {"exitCode": "2"})
    assert runs.now is not None
    assert not runs.now.by_hand


def test_a_crash_loop_keeps_few_runs_and_counts_all() -> None:
    runs = Runs()
    runs.looked(seen(100.0))
    for number in range(1, 100):
        runs.looked(seen(100.0 + 10 * number, restarts=number, finished=95.0 + 10 * number))
    assert runs.number == 99
    assert len(runs.known) <= 20
    assert runs.window(99) == Window(1087.5, None)
