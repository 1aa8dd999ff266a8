"""Resume after cuts: nothing lost, nothing doubled, rotation told."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.resume import LINE_LIMIT, Joint, Lines, Position


def stamp(nanos: int) -> bytes:
    """A kubelet's time, nine digits, from 12:00:00 on."""
    second, rest = divmod(nanos, 10**9)
    minute, second = divmod(second, 60)
    return b"2026-08-01T12:%02d:%02d.%09dZ" % (minute, second, rest)


class Kubelet:
    """One log file: lines from sinceTime (whole second, inclusive) on."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines

    def read(self, since: str | None, upto: int) -> bytes:
        wanted = (since or "").removesuffix("Z").encode()
        return b"".join(line for line in self.lines[:upto] if line[:19] >= wanted)


STEPS = [0, 0, 1, 10**6, 3 * 10**8, 10**9, 5 * 10**9]
TEXTS = [b"a", b"b", b"\x1b[31mred", b"with\rreturn", b"12:00:01", b""]


def log(rng: random.Random) -> list[bytes]:
    """Lines in the order of the file; times repeat, so do whole lines."""
    now, lines = 0, []
    for _ in range(rng.randint(1, 40)):
        now += rng.choice(STEPS)
        lines.append(stamp(now) + b" " + rng.choice(TEXTS) + b"\n")
    return lines


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**32))
def test_any_cuts_lose_and_double_nothing(seed: int) -> None:
    rng = random.Random(seed)
    lines, seen = log(rng), list[bytes]()
    kubelet, position = Kubelet(lines), Position()
    written = 0
    while True:
        written = rng.randint(written, len(lines))
        joint, cutter = Joint(position), Lines()
        stream = kubelet.read(position.since, written)
        last = written == len(lines)
        end = len(stream) if last else rng.randint(0, len(stream))
        at = 0
        while at < end:
            size = rng.randint(1, 200)
            whole = cutter.feed(stream[at : min(at + size, end)])
            at += size
            new = joint.feed(whole) if whole else b""
            if new:
                position.take(new)
                seen.append(new)
        new = joint.settle()
        if new:
            position.take(new)
            seen.append(new)
        assert not joint.gap
        if last:
            break
    assert b"".join(seen) == b"".join(lines)


def test_rotation_in_the_middle_of_a_second_is_no_gap() -> None:
    position, lines = Position(), [stamp(n) + b" line %d\n" % n for n in range(6)]
    position.take(b"".join(lines[:4]))
    joint = Joint(position)
    assert joint.feed(b"".join(lines[2:])) + joint.settle() == b"".join(lines[4:])
    assert not joint.gap


def test_rotation_past_what_was_seen_is_said() -> None:
    position, lines = Position(), [stamp(n * 10**9) + b" line\n" for n in range(6)]
    position.take(b"".join(lines[:2]))
    joint = Joint(position)
    assert joint.feed(b"".join(lines[4:])) == b"".join(lines[4:])
    assert joint.gap


def test_a_tail_that_began_within_a_second_is_found_again() -> None:
    position, lines = Position(), [stamp(n) + b" line %d\n" % n for n in range(6)]
    position.take(b"".join(lines[2:4]))
    assert Joint(position).feed(b"".join(lines)) == b"".join(lines[4:])


def test_late_lines_of_an_earlier_second_do_not_move_the_position_back() -> None:
    position = Position()
    for nanos in (10**9, 2 * 10**9, 10**9 + 1, 2 * 10**9 + 1):
        position.take(stamp(nanos) + b" x\n")
    assert position.since == "2026-08-01T12:00:02Z"
    assert position.bucket().count(b"\n") == 2


def test_a_zone_is_asked_for_as_it_was_given() -> None:
    position = Position()
    position.take(b"2026-08-01T12:00:01.500000000+02:00 x\n")
    assert position.since == "2026-08-01T12:00:01+02:00"


def test_a_huge_line_is_cut_and_says_so_however_it_came() -> None:
    line = b"x" * 1_000_000 + b"\n"
    whole, pieces = Lines(), Lines()
    at_once = whole.feed(b"a\n" + line + b"b\n")
    parts = b"a\n" + line + b"b\n"
    by_piece = b"".join(pieces.feed(parts[at : at + 10_000]) for at in range(0, len(parts), 10_000))
    assert at_once == by_piece == b"a\n" + b"x" * LINE_LIMIT + "… 1.0 MB line, cut".encode() + b"\nb\n"


def test_the_last_line_without_a_line_feed_is_not_lost() -> None:
    lines = Lines()
    assert lines.feed(b"one\ntwo") == b"one\n"
    assert lines.finish() == b"two\n"
    assert lines.finish() == b""
