"""A real terminal around the command: a pty that is read as it comes, with keys, sizes and signals."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds until a test gives up on what it waits for."""

_CONTROL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-B]|[=>78])")


class Terminal:
    """The master's side of a pty whose slave is the controlling terminal of one process."""

    def __init__(self, process: subprocess.Popen[bytes], master: int, slave: int) -> None:
        self.process = process
        self.before = termios.tcgetattr(slave)
        self.written = b""
        self._master = master
        self._slave = slave
        self._seen = 0

    def sees(self, words: str) -> None:
        """Waits until these words are written after those that were seen before."""
        end = time.monotonic() + PATIENCE
        while (at := (plain := self._plain()).find(words.encode(), self._seen)) < 0:
            tail = plain[-2000:].decode("utf-8", "replace")
            assert self.process.poll() is None, f"it ended before {words!r}: {tail}"
            assert time.monotonic() < end, f"{words!r} never came: {tail}"
            self._read(0.1)
        self._seen = at + len(words.encode())

    def press(self, keys: str) -> None:
        """Types."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Changes the size; the kernel tells the process by SIGWINCH."""
        size_to(self._slave, columns, rows)
        self._seen = len(self._plain())

    def close(self) -> None:
        """Goes away as a closed window does."""
        os.close(self._slave)
        os.close(self._master)
        self._slave = self._master = -1

    def ended(self) -> int:
        """Waits for the end, reading to the last byte; the exit code, negative for a signal."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end, "it never ended"
            self._read(0.05)
        while self._read(0):
            pass
        return self.process.returncode

    def stopped(self) -> None:
        """Waits until the process is stopped, as by its own terminal's key."""
        end = time.monotonic() + PATIENCE
        while _state(self.process.pid) != "T":
            assert time.monotonic() < end, "it was never stopped"
            self._read(0.05)
        while self._read(0):
            pass
        self._seen = len(self._plain())

    def modes(self) -> list[Any]:
        """The line discipline's attributes: echo, signals, flow control."""
        return termios.tcgetattr(self._slave)

    def switched(self, mode: int) -> str:
        """How a private mode was left: "h" on, "l" off, "" never touched."""
        found = re.findall(rb"\x1b\[\?%d([hl])" % mode, self.written)
        return found[-1].decode() if found else ""

    def _plain(self) -> bytes:
        return _CONTROL.sub(b"", self.written)

    def _read(self, seconds: float) -> bool:
        """Takes what is there; whether it was anything."""
        if self._master < 0:
            time.sleep(seconds)
            return False
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        data = os.read(self._master, 1 << 16)
        self.written += data
        return bool(data)

    def drop(self) -> None:
        """Whatever is left of it ends here."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            self.close()


def size_to(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@contextmanager
def opened(
    *arguments: str, home: Path, columns: int = 120, rows: int = 36, module: str = "tui", **environ: str
) -> Iterator[Terminal]:
    """`deploytui`, or another module, with these arguments in a terminal of that size."""
    master, slave = pty.openpty()
    size_to(slave, columns, rows)
    # A session's leader that opens a terminal has it as its controlling one: then it hears SIGHUP.
    # Where the tests run below nohup, it would ignore SIGINT for good.
    take = 'terminal=$1; shift; exec <"$terminal" >"$terminal" 2>&1; exec "$@"'
    process = subprocess.Popen(
        [
            "env",
            "--default-signal=INT",
            "sh",
            "-c",
            take,
            "sh",
            os.ttyname(slave),
            sys.executable,
            "-m",
            module,
            *arguments,
        ],
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            **environ,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    terminal = Terminal(process, master, slave)
    try:
        yield terminal
    finally:
        terminal.drop()


def children(pid: int) -> list[int]:
    """The processes that this one started."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in listed.stdout.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]


def wait_gone(pids: list[int]) -> None:
    """Waits until none of these processes is there."""
    end = time.monotonic() + PATIENCE
    while left := [pid for pid in pids if is_alive(pid)]:
        assert time.monotonic() < end, f"still there: {left}"
        time.sleep(0.05)


def wait_for(true: Callable[[], Any]) -> None:
    """Waits for a state of another process."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "what was waited for never came"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether it runs; one that only waits to be collected does not."""
    return _state(pid) not in ("", "Z")


def _state(pid: int) -> str:
    """The letter that ps has for it: T when it is stopped."""
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()[:1]
