"""The ring of log lines: numbers stay, the oldest go by bytes, search reads blocks."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from widgets.matcher import Matcher
from widgets.ring import Ring


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.lists(st.sampled_from([b"x", b"", b"longer"]), max_size=9)))
)
def test_lines_come_back_in_order_with_their_source(batches: list[tuple[str, list[bytes]]]) -> None:
    ring, expected = Ring(), []
    for tag, lines in batches:
        ring.append(tag, b"".join(line + b"\n" for line in lines))
        expected += [(tag, line) for line in lines]
    assert ring.total == len(expected)
    assert ring.lines(0, ring.total) == expected


def test_a_seam_is_a_line_of_no_source() -> None:
    ring = Ring()
    ring.append("a", b"1\n")
    ring.seam("joint")
    ring.append("a", b"2\n")
    assert ring.lines(0, 9) == [("a", b"1"), (None, "joint"), ("a", b"2")]


def test_the_oldest_go_and_are_counted() -> None:
    ring = Ring(most_bytes=1 << 20)
    for number in range(40):
        ring.append("a", f"{number:07d}\n".encode() * 8192)
    assert ring.evicted == ring.first > 0
    assert ring.lines(ring.total - 1, 1) == [("a", b"0000039")]


def test_search_over_block_borders() -> None:
    ring = Ring()
    for number in range(3000):
        ring.append(
            "a", f"2026-01-01T00:00:00Z line {number} {'needle' if number % 1000 == 7 else ''}\n".encode()
        )
    assert ring.find(Matcher("needle", stamped=True), 0, ring.total) == [7, 1007, 2007]
    assert ring.find(Matcher("01T00", stamped=True), 0, ring.total) == []
    assert ring.find(Matcher(r"line 1\d\d7 ", stamped=True), 0, ring.total)[:2] == [1007, 1017]


LINES = [
    b'2026-01-01T00:00:00Z {"level":"error","user":2002,"path": "/a"}',
    b"2026-01-01T00:00:00Z level=info user=77 GET /b",
    b"2026-01-01T00:00:00Z Error: disk full (a(b",
    "2026-01-01T00:00:00Z größer".encode(),
    b"nostamp",
    b"",
]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("error", [0, 2]),
        ("ERROR", [0, 2]),
        ("Error", [2]),
        ("user=", [0, 1]),
        ("user=2", [0]),
        ("path=/a", [0]),
        (r"user=\d+ get", [1]),
        (r"\S+: DISK", [2]),
        ("error|get", [0, 1, 2]),
        ("a(b", [2]),  # not an expression: the words as they stand
        ("größer", [3]),
        ("00Z", []),  # the time is not searched
        ("nostamp", [4]),
        ("^$", [5]),
        ("[^x]*full", [2]),
        (r"\Bstamp$", [4]),
    ],
)
def test_what_a_pattern_finds(pattern: str, found: list[int]) -> None:
    ring = Ring()
    ring.append("a", b"".join(line + b"\n" for line in LINES))
    ring.seam("user=2 error")
    assert ring.find(Matcher(pattern, stamped=True), 0, ring.total) == found


@given(st.text(alphabet="aB.*=[](|\\?+{1,}<P>^$"))
@example("[[a]")
@example("é[")
def test_any_pattern_can_be_searched(pattern: str) -> None:
    matcher = Matcher(pattern or "x")
    assert set(matcher.lines(b"aB=1\nb\n\n")) <= {0, 1, 2}
    assert all(end > start for start, end in matcher.spans("aB=1"))


@given(
    st.sampled_from(["a", "b=", "a|b", "aB", "^a", "b$"]),
    st.lists(st.text(alphabet="aAbB= ").map(str.encode), max_size=30),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_a_block_finds_what_its_lines_would(pattern: str, lines: list[bytes], start: int, stop: int) -> None:
    ring, matcher = Ring(), Matcher(pattern)
    ring.append("a", b"".join(line + b"\n" for line in lines))
    expected = [n for n, line in enumerate(lines) if start <= n < stop and matcher.lines(line + b"\n")]
    assert ring.find(matcher, start, stop) == expected


def test_replaced_lines_are_counted_from_the_last() -> None:
    ring = Ring()
    ring.append("a", b"3\n4\n")
    ring.replace([("a", b"1\n2\n"), (None, "joint"), ("a", b"3\n4\n")])
    assert (ring.first, ring.total, ring.evicted) == (-3, 2, 0)
    assert ring.lines(-9, 99) == [("a", b"1"), ("a", b"2"), (None, "joint"), ("a", b"3"), ("a", b"4")]
    assert ring.find(Matcher("[14]"), ring.first, ring.total) == [-3, 1]


def test_a_line_larger_than_the_ring_is_kept_until_the_next() -> None:
    ring = Ring(most_bytes=1 << 18)
    ring.append("a", b"x" * (1 << 20) + b"\n")
    assert len(ring.lines(0, 1)) == 1
    ring.append("a", b"y" * (1 << 18) + b"\n")
    assert ring.lines(0, 9) == [("a", b"y" * (1 << 18))]


def test_only_whole_lines_are_taken() -> None:
    ring = Ring()
    with pytest.raises(ValueError, match="line feed"):
        ring.append("a", b"half")
    assert ring.append("a", b"") == ring.total == 0
