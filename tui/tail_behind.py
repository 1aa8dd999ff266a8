"""Whether a followed log may have left lines out without a word, since it could not keep up with its writer.

A kubelet that is read too slowly reads the file it holds to its end and goes on with the newest one: files
that were rotated in between are left out. It shows in the times alone: they leap, right where the reader was
far behind, over more than the log ever was silent for at its rate.
"""

from __future__ import annotations

from datetime import datetime

from tui.merge import utc

FAR = 3.0  # seconds behind from which on a leap counts
FILE = 4 << 20  # bytes that must be missing: kubelets rotate at 10 MiB and seldom at less
_WINDOW = 2.0  # seconds over which the rate of the log is taken


class Behind:
    """One open stream; `look` at all of its lines, in the order in which they come."""

    def __init__(self) -> None:
        self._at = 0.0  # of the last line, by the node's clock; 0: none yet
        self._lag = 0.0  # of the last line when it came
        self._least: float | None = None  # lag while lines came as they were written; None: never yet
        self._rate = 0.0  # bytes a second
        self._began, self._came, self._bytes = 0.0, 0.0, 0  # of the window

    def look(self, block: bytes, now: float) -> int:
        """Where in these whole lines the leap is behind which lines may be missing; -1: nowhere."""
        at = _moment(block, block.rfind(b"\n", 0, -1) + 1)
        if not at:
            return -1
        far = self._least is not None and self._lag - self._least > FAR
        leap = self._at and self._rate * (at - self._at) - len(block) > FILE
        found = _leap(block, self._at) if far and leap else -1
        if not self._at or found >= 0:
            self._began, self._came, self._bytes = at, now, 0
        self._at, self._lag = at, now - at
        self._measure(len(block), now)
        return found

    def _measure(self, size: int, now: float) -> None:
        """The rate, and the least lag, wherever lines come about as fast as they were written."""
        self._bytes += size
        span = self._at - self._began
        if span < _WINDOW:
            return
        if now - self._came > 0.7 * span:
            self._rate = self._bytes / span
            self._least = self._lag if self._least is None else min(self._least, self._lag)
        self._began, self._came, self._bytes = self._at, now, 0


def _moment(block: bytes, start: int) -> float:
    """The time of the line that begins there, 0 where it has none."""
    stamp = utc(block[start : block.find(b" ", start)])
    try:
        return datetime.fromisoformat(stamp[:26].decode() + "+00:00").timestamp()
    except ValueError:
        return 0.0


def _leap(block: bytes, before: float) -> int:
    """Where the line begins that came longest after the one before it."""
    longest, place, start = -1.0, 0, 0
    while start < len(block):
        at = _moment(block, start) or before
        if at - before > longest:
            longest, place = at - before, start
        before, start = at, block.index(b"\n", start) + 1
    return place
