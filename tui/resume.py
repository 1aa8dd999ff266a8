"""Exact resume of a container's log: whole lines out of chunks, and the overlap of a reopened stream off."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

LINE_LIMIT = 64 * 1024  # bytes of a line that are kept
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d) ")


class Lines:
    """Cuts raw chunks into whole lines; a line over 64 KiB keeps its beginning and says how long it was."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._kept = 0
        self._dropped = 0

    def feed(self, chunk: bytes) -> bytes:
        """The lines that are whole now, each with its line feed; b"" when there is none."""
        end = chunk.rfind(b"\n") + 1
        if not end:
            self._keep(chunk)
            return b""
        first = chunk.find(b"\n") + 1
        if not self._kept and not self._dropped:
            whole = _capped(chunk[:end])
        else:
            self._keep(chunk[: first - 1])
            head, dropped = b"".join(self._rest), self._dropped
            if dropped:
                head += _mark(len(head) + dropped)
            whole = head + b"\n" + _capped(chunk[first:end])
        self.forget()
        self._keep(chunk[end:])
        return whole

    def finish(self) -> bytes:
        """The line that the end of a container left without its line feed, with one."""
        return self.feed(b"\n") if self._kept else b""

    def forget(self) -> None:
        """Drops an unfinished line: a reopened stream brings it again from its beginning."""
        self._rest, self._kept, self._dropped = [], 0, 0

    def _keep(self, data: bytes) -> None:
        room = LINE_LIMIT - self._kept
        if data[:room]:
            self._rest.append(data[:room])
            self._kept += len(data[:room])
        self._dropped += len(data) - len(data[:room])


async def whole(chunks: AsyncIterator[bytes]) -> bytes:
    """All lines of a stream that ends by itself."""
    lines, parts = Lines(), list[bytes]()
    async for chunk in chunks:
        parts.append(lines.feed(chunk))
    return b"".join((*parts, lines.finish()))


def _mark(size: int) -> bytes:
    return f"… {size / 1e6:.1f} MB line, cut".encode()


def _capped(block: bytes) -> bytes:
    """Looks at one place per 64 KiB, not at each line."""
    parts: list[bytes] = []
    at = done = 0
    while len(block) - at > LINE_LIMIT:
        feed = block.rfind(b"\n", at, at + LINE_LIMIT + 1)
        if feed >= 0:
            at = feed + 1
            continue
        feed = block.find(b"\n", at)
        parts += [block[done : at + LINE_LIMIT], _mark(feed - at), b"\n"]
        at = done = feed + 1
    return block if not parts else b"".join((*parts, block[done:]))


def second_of(line: bytes) -> bytes:
    """`2026-01-02T15:04:05` of a line with a time, b"" of one without."""
    return line[:19] if _STAMP.match(line) else b""


class Position:
    """How far one container instance was read: its last second and the lines seen in it.

    A kubelet cuts sinceTime to the second and includes it, so a reopened stream begins with the lines of
    that second again; they are recognised by their text, since times may repeat.
    """

    def __init__(self) -> None:
        self.second = b""  # the latest second seen
        self.zone = b"Z"
        self.stamp = b""  # whole time of the last line
        self._bucket: list[bytes] = []  # lines of that second and after, in the order of the file

    @property
    def since(self) -> str | None:
        """What to ask for as sinceTime; None before the first line."""
        return (self.second + self.zone).decode() if self.second else None

    def bucket(self) -> bytes:
        """The lines that a reopened stream is expected to begin with."""
        self._bucket = [b"".join(self._bucket)]
        return self._bucket[0]

    def take(self, block: bytes) -> None:
        """Notes whole lines that were handed on."""
        start = block.rfind(b"\n", 0, -1) + 1
        found = _STAMP.match(block, start)
        if found:
            self.stamp, self.zone = found.group().rstrip(), found.group(1)
            second = block[start : start + 19]
            # The fast path: a busy log has many blocks within one second.
            same = block.count(b"\n" + second) + block.startswith(second)
            if same == block.count(b"\n"):
                if second > self.second:
                    self.second, self._bucket = second, [block]
                elif second == self.second:
                    self._bucket.append(block)
                return
        for line in block.splitlines(keepends=True) if b"\r" not in block else _split(block):
            self._one(line)

    def _one(self, line: bytes) -> None:
        second = second_of(line)
        if second > self.second:
            self.second, self._bucket = second, [line]
        elif second == self.second or not second:
            self._bucket.append(line)


def _split(block: bytes) -> list[bytes]:
    return [line + b"\n" for line in block.split(b"\n")[:-1]]


class Joint:
    """Takes off a reopened stream what was seen already.

    `feed` holds lines back until the overlap is certain; `settle` decides with what there is. `gap` says
    that nothing of the old stream was found, so that lines between may be missing.
    """

    def __init__(self, position: Position) -> None:
        self._bucket = _split(position.bucket())
        self._second = position.second
        self._got: list[bytes] = []
        self.done = not self._bucket
        self.gap = False

    def feed(self, block: bytes) -> bytes:
        """The lines that are new, b"" as long as that is not known."""
        if self.done:
            return block
        self._got += _split(block)
        at = _find(self._bucket, self._got)
        if at >= 0:
            return self._finish(at + len(self._bucket))
        if any(second_of(line) > self._second for line in reversed(self._got)):
            return self.settle()
        return b""

    def settle(self) -> bytes:
        """Decides now: the stream ended, rests, or went past the last second."""
        if self.done or not self._got:
            return b""
        got, bucket = self._got, self._bucket
        if _find(got, bucket) >= 0:  # cut, or at rest, while it repeats what we know
            return b""
        # The rotated file may begin in the middle of the second: the end of what we saw begins what is left.
        for size in range(min(len(bucket), len(got)), 0, -1):
            if bucket[-size:] == got[:size]:
                return self._finish(size)
        self.gap = True
        return self._finish(0)

    def _finish(self, skip: int) -> bytes:
        self.done = True
        return b"".join(self._got[skip:])


def _find(wanted: list[bytes], lines: list[bytes]) -> int:
    """Where `wanted` stands in `lines` without interruption; -1: nowhere."""
    if not wanted or len(wanted) > len(lines):
        return -1
    first, size = wanted[0], len(wanted)
    at = -1
    for _ in range(len(lines)):
        try:
            at = lines.index(first, at + 1, len(lines) - size + 1)
        except ValueError:
            return -1
        if lines[at : at + size] == wanted:
            return at
    return -1
