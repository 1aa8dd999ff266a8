"""A command in a terminal of its own: when words are first painted, how long it runs, what it burns."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator, Mapping, Sequence

_CONTROLS = re.compile(rb"\x1b\[[0-9;?<>=:]*[ -/]*[@-~]|\x1b[\]P_^][^\x1b\x07]*(\x07|\x1b\\)|\x1b.")


class Terminal:
    """Runs until it is left; `until` reads what it paints."""

    def __init__(self, pid: int, screen: int, began: float) -> None:
        self.pid = pid
        self.began = began
        self.status: int | None = None  # once it ended
        self._screen = screen
        self._painted = b""

    def until(self, words: str, within: float = 30.0) -> float:
        """Seconds since the start until those words are painted; they must be one run of one style."""
        sought, end = words.encode(), time.perf_counter() + within
        while sought not in _CONTROLS.sub(b"", self._painted):
            left = end - time.perf_counter()
            if left <= 0 or not self._read(left):
                raise TimeoutError(f"{words!r} was never painted")
        return time.perf_counter() - self.began

    def drain(self, seconds: float) -> None:
        """Takes what is painted for so long, as a terminal would."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0 and self._read(left):
            self._painted = b""

    def press(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def end(self, within: float = 30.0) -> int:
        """Waits until it ends by itself; its wait status."""
        limit = time.perf_counter() + within
        while self._read(0.1):
            if time.perf_counter() > limit:
                raise TimeoutError("it did not end")
        _, self.status = os.waitpid(self.pid, 0)
        return self.status

    def burned(self) -> float:
        """Seconds of a processor so far."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Resident memory."""
        with open(f"/proc/{self.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _read(self, within: float) -> bool:
        """Whether the command still has its terminal."""
        ready, _, _ = select.select([self._screen], [], [], within)
        if ready:
            try:
                self._painted += os.read(self._screen, 1 << 16)
            except OSError:  # Linux says EIO when the other side is gone
                return False
        return True


@contextlib.contextmanager
def terminal(
    command: Sequence[str], environ: Mapping[str, str] | None = None, size: tuple[int, int] = (120, 36)
) -> Iterator[Terminal]:
    """The command with a terminal of that size (columns, lines); killed at the end if it still runs."""
    began = time.perf_counter()
    pid, screen = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        os.execvpe(command[0], list(command), {**os.environ, **(environ or {}), "TERM": "xterm-256color"})  # noqa: S606 - no shell is meant
    made = Terminal(pid, screen, began)
    try:
        yield made
    finally:
        if made.status is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(screen)
