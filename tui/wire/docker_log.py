"""A container's log as the Docker engine streams it: frames taken apart, standard error told apart."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator

_HEAD = 8  # bytes before each frame: stream, three zeros, length (big-endian)
_ERROR = 2
_LIMIT = 1 << 20  # bytes; a longer "frame" is no frame
_PIECES = 16  # of 16 KiB, that are kept of one line


class Frames:
    """Takes the frames of a log without a TTY apart.

    A frame is not a line: `feed` returns whole lines only, each stream's own pieces joined. With `mark`
    the time of a line of standard error ends in `+00:00` instead of `Z`: the same moment in RFC 3339, by
    which a reader can tell it apart while the text stays as it was written.
    """

    def __init__(self, *, mark: bool) -> None:
        self._mark = mark
        self._rest = b""
        self._open: dict[int, list[bytes]] = {}  # by stream: the pieces of a line that did not end yet

    def feed(self, data: bytes) -> bytes:
        """The lines that are whole now."""
        if self._rest:
            data = self._rest + data
        at, size, parts = 0, len(data), list[bytes]()
        while size - at >= _HEAD:
            length = int.from_bytes(data[at + 4 : at + _HEAD], "big")
            end = at + _HEAD + length
            if length > _LIMIT or data[at] > 3:
                return self._no_frames(data, at, parts)
            if end > size:
                break
            self._take(data[at], data[at + _HEAD : end], parts)
            at = end
        self._rest = data[at:]
        return b"".join(parts)

    def finish(self) -> bytes:
        """The last line of each stream, where its end was never written."""
        left = [self._marked(stream, b"".join(pieces)) for stream, pieces in sorted(self._open.items())]
        self._open = {}
        return b"".join(line + b"\n" for line in left if line)

    def _take(self, stream: int, payload: bytes, parts: list[bytes]) -> None:
        whole, pieces = payload.endswith(b"\n"), self._open.get(stream)
        if pieces is None:
            if whole:
                parts.append(self._marked(stream, payload))
            else:
                self._open[stream] = [payload]
            return
        if len(pieces) < _PIECES:
            pieces.append(_unstamped(payload) if self._mark else payload)
        if whole:
            del self._open[stream]
            parts.append(self._marked(stream, b"".join(pieces).rstrip(b"\n") + b"\n"))

    def _marked(self, stream: int, payload: bytes) -> bytes:
        if not self._mark or stream != _ERROR:
            return payload
        stamp, blank, text = payload.partition(b" ")
        return stamp[:-1] + b"+00:00" + blank + text if stamp.endswith(b"Z") else payload

    def _no_frames(self, data: bytes, at: int, parts: list[bytes]) -> bytes:
        """What is no frame after all is handed on as it is."""
        self._rest = b""
        parts.append(data[at:])
        return b"".join(parts)


def _unstamped(payload: bytes) -> bytes:
    """A piece of a line less its own time: each piece has one, since 16 KiB are one message."""
    stamp, blank, text = payload.partition(b" ")
    return text if blank and stamp[4:5] == b"-" and stamp[10:11] == b"T" else payload


async def framed(chunks: AsyncIterator[bytes], *, mark: bool) -> AsyncIterator[bytes]:
    """Whole lines out of raw frames."""
    frames = Frames(mark=mark)
    async for chunk in chunks:
        if lines := frames.feed(chunk):
            yield lines
    if lines := frames.finish():
        yield lines


async def last_lines(chunks: AsyncIterator[bytes], count: int) -> bytes:
    """The last lines of a stream that ends, whatever its length."""
    kept: deque[bytes] = deque(maxlen=count)
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        kept.extend(lines)
    if rest:
        kept.append(rest)
    return b"".join(line + b"\n" for line in kept)
