"""What the containers of one cluster have written: a log per container instance, rotated by size."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice

Line = tuple[int, str, bytes]
# The kubelet keeps 10 MiB files; only the current one can be read through the API.
MOST_BYTES = 10 * 1024 * 1024


class ContainerLog:
    """Lines (ns since the epoch, stream, bytes without newline) of one run of one container."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.lines: deque[Line] = deque()
        self.closed = False
        # How many lines are gone from the front: a reader's place is dropped + index.
        self.dropped = 0
        # The file before: who reads it already reads it to its end, nobody else sees it.
        self._before: deque[Line] = deque()
        self._before_bytes = 0
        self.listeners: set[Callable[[], None]] = set()
        self._bytes = 0
        self._most = most

    def write(self, text: str | bytes, at: float, stream: str = "stdout") -> None:
        """Adds a line, or several when the text has newlines, at epoch seconds `at`."""
        data = text.encode() if isinstance(text, str) else text
        stamp = int(at * 1_000_000_000)
        for line in data.removesuffix(b"\n").split(b"\n"):
            if self.lines and stamp <= self.lines[-1][0]:
                stamp = self.lines[-1][0] + 1
            self.lines.append((stamp, stream, line))
            self._bytes += _size(self.lines[-1])
        while self._bytes > self._most and len(self.lines) > 1:
            self._drop()
        self._tell()

    def rotate(self, keep: int = 0) -> None:
        """Drops all but the last `keep` lines, as the rotation to a new file does."""
        while len(self.lines) > keep:
            self._drop()

    def close(self) -> None:
        """The container has ended: followers end after the last line."""
        self.closed = True
        self._tell()

    def after(self, place: int, most: int) -> tuple[list[Line], int]:
        """At most `most` lines from `place` on, and the next place; two files back the rest is skipped."""
        old = self.dropped - place
        if 0 < old <= len(self._before):
            begin = len(self._before) - old
            return list(islice(self._before, begin, begin + most)), place + min(most, old)
        start = max(place - self.dropped, 0)
        if start == 0 and len(self.lines) <= most:
            found = list(self.lines)
        else:
            found = [self.lines[each] for each in range(start, min(start + most, len(self.lines)))]
        return found, self.dropped + start + len(found)

    def _drop(self) -> None:
        line = self.lines.popleft()
        self._bytes -= _size(line)
        self.dropped += 1
        self._before.append(line)
        self._before_bytes += _size(line)
        while self._before_bytes > self._most:
            self._before_bytes -= _size(self._before.popleft())

    def _tell(self) -> None:
        for listener in tuple(self.listeners):
            listener()


def _size(line: Line) -> int:
    """Bytes in the file, with the time and the stream."""
    return len(line[2]) + 40


class LogBook:
    """The logs by (pod UID, container, instance); the instance is the restart count of that run."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._logs: dict[tuple[str, str, int], ContainerLog] = {}

    def log(self, pod_uid: str, container: str, instance: int) -> ContainerLog:
        """The log of that run, empty when nothing was written."""
        key = pod_uid, container, instance
        found = self._logs.get(key)
        if found is None:
            found = self._logs[key] = ContainerLog(self._most)
            # The kubelet keeps the dead containers of a pod for their log: one before the present.
            self._logs.pop((pod_uid, container, instance - 2), None)
        return found

    def find(self, pod_uid: str, container: str, instance: int) -> ContainerLog | None:
        """The log of that run, if it ever wrote."""
        return self._logs.get((pod_uid, container, instance))

    def forget(self, pod_uid: str) -> None:
        """The pod is gone: so are its logs."""
        self.prune(lambda uid: uid != pod_uid)

    def prune(self, lives: Callable[[str], bool]) -> None:
        """Forgets the logs of pods (by UID) that are gone."""
        for key in [each for each in self._logs if not lives(each[0])]:
            self._logs.pop(key).close()
