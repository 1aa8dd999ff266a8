"""Frames of a container's log: pieces, partial lines, both streams, what is no frame."""

from __future__ import annotations

from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from tui.wire.docker_log import Frames, last_lines

STAMP = b"2026-11-24T12:44:27.167492458Z "
ERROR_STAMP = b"2026-11-24T12:44:27.167492458+00:00 "


def frame(stream: int, payload: bytes) -> bytes:
    return bytes((stream, 0, 0, 0)) + len(payload).to_bytes(4, "big") + payload


def read(data: bytes, cuts: list[int], *, mark: bool = True) -> bytes:
    frames, parts, at = Frames(mark=mark), list[bytes](), 0
    for cut in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        parts.append(frames.feed(data[at:cut]))
        at = cut
    return b"".join((*parts, frames.finish()))


LINES = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=8)


@given(LINES, st.lists(st.integers(0, 1000), max_size=6))
def test_lines_come_whole_wherever_the_stream_is_cut(said: list[tuple[int, bytes]], cuts: list[int]) -> None:
    said = [(stream, text.replace(b"\n", b"")) for stream, text in said]
    data = b"".join(frame(stream, STAMP + text + b"\n") for stream, text in said)
    wanted = b"".join((STAMP if stream == 1 else ERROR_STAMP) + text + b"\n" for stream, text in said)
    assert read(data, cuts) == wanted


def test_a_long_line_in_pieces_has_one_time() -> None:
    data = frame(1, STAMP + b"a" * 100) + frame(2, STAMP + b"between\n") + frame(1, STAMP + b"b\n")
    assert read(data, []) == ERROR_STAMP + b"between\n" + STAMP + b"a" * 100 + b"b\n"


def test_an_endless_line_keeps_its_beginning() -> None:
    piece = frame(1, STAMP + b"x" * 16384)
    found = read(piece * 100 + frame(1, STAMP + b"end\n"), [])
    assert found.startswith(STAMP + b"x" * 16384)
    assert found.count(b"\n") == 1
    assert len(found) < 17 * 17000


def test_the_last_line_without_its_end() -> None:
    assert read(frame(1, STAMP + b"torn"), []) == STAMP + b"torn\n"


def test_without_times_nothing_is_marked() -> None:
    assert read(frame(2, b"said\n"), [], mark=False) == b"said\n"


def test_what_is_no_frame_is_handed_on() -> None:
    assert read(b"plain text of a proxy\n", []) == b"plain text of a proxy\n"


async def test_the_last_lines_of_an_earlier_run() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in (b"one\ntw", b"o\nthr", b"ee\nfour"):
            yield chunk

    assert await last_lines(chunks(), 2) == b"three\nfour\n"
