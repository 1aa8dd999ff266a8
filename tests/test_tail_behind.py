"""A log that was read too slowly: a leap in its times where a rotated file is missing, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

from tui.tail_behind import FILE, Behind

BEGIN = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
SIZE = 100_000  # bytes of a second


def second(number: float) -> bytes:
    """What the container wrote in that second: ten lines."""
    lines = b""
    for part in range(10):
        moment = datetime.fromtimestamp(BEGIN + number + part / 10, UTC)
        lines += moment.strftime("%Y-%m-%dT%H:%M:%S.%f000Z ").encode() + b"x" * (SIZE // 10) + b"\n"
    return lines


def looked(*parts: tuple[float, float]) -> list[int]:
    """What is found in seconds of the log, each with when it came (seconds since the beginning)."""
    behind = Behind()
    return [behind.look(second(number), BEGIN + came) for number, came in parts]


AS_WRITTEN = [(n, n + 1.0) for n in range(10)]
LOST = int(2 * FILE / SIZE)  # seconds


def test_a_leap_far_behind_is_a_possible_gap() -> None:
    late = [(n, 60.0) for n in range(10, 20)]
    leapt = [(n + LOST, 61.0 + LOST) for n in range(20, 23)]
    found = looked(*AS_WRITTEN, *late, *leapt)
    assert [at for at in found if at >= 0] == [0]
    assert found.index(0) == 20


def test_it_is_found_within_lines_that_came_together() -> None:
    behind = Behind()
    for number, came in [*AS_WRITTEN, (10, 60.0)]:
        assert behind.look(second(number), BEGIN + came) < 0
    both = second(11) + second(12 + LOST)
    assert behind.look(both, BEGIN + 61.0 + LOST) == len(second(11))


def test_nothing_is_said_of_a_log_that_was_only_late_or_only_silent() -> None:
    late = [(n, 60.0) for n in range(10, 40)]
    assert set(looked(*AS_WRITTEN, *late)) == {-1}
    silent = [(n + LOST, n + LOST + 1.0) for n in range(10, 13)]
    assert set(looked(*AS_WRITTEN, *silent)) == {-1}
    short = [(n + 5, 60.0) for n in range(20, 30)]
    assert set(looked(*AS_WRITTEN, *late[:10], *short)) == {-1}


def test_nothing_is_said_of_history_that_comes_all_at_once() -> None:
    history = [(n + (LOST if n > 5 else 0), 10_000.0) for n in range(12)]
    assert set(looked(*history)) == {-1}


def test_lines_without_a_time_are_let_pass() -> None:
    behind = Behind()
    assert behind.look(b"no time\nZ \n\xff\xffZ x\n", BEGIN) == -1
