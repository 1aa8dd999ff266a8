"""The ring of log lines: numbers stay, the oldest go by bytes, search reads blocks."""

from __future__ import annotations

from hypothesis import given
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
