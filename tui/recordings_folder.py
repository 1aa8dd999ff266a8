"""The folder of recordings: names, modes, locks. Several cockpits and recorders may share it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

_TRIES, _PAUSE = 40, 0.05  # seconds between two tries for the folder's lock, which is held for a moment


def safe(name: str) -> str:
    """A name that is nothing but a name in a path."""
    return re.sub(r"[^A-Za-z0-9-]", "_", name)


def made(folder: Path) -> Path:
    """The folder, private where it was not there. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def opened(path: Path, flags: int) -> int:
    """A descriptor; a new file may be read by whom its folder lets in, and by nobody else. Raises OSError."""
    fd = os.open(path, flags | os.O_CREAT, 0o600)
    shared = path.parent.stat().st_mode & 0o060
    if shared and os.fstat(fd).st_uid == os.getuid():
        os.fchmod(fd, 0o600 | shared)
    return fd


def locked(fd: int) -> bool:
    """Whether it is ours now; another process has it otherwise."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def alone(folder: Path, *, tries: int = _TRIES) -> Iterator[None]:
    """Nobody else changes small files meanwhile; waits a little for who does. Raises OSError.

    Blocks: to be used off the loop, or with few tries.
    """
    fd = opened(made(folder) / ".lock", os.O_RDWR)
    try:
        while not locked(fd):
            tries -= 1
            if tries <= 0:  # a stopped process must not stop the others
                raise BlockingIOError(errno.EAGAIN, "another recorder holds the folder's lock")
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(fd)


def replace(path: Path, data: bytes) -> None:
    """All of a small file at once: a kill leaves the old or the new. Raises OSError."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    fd = opened(new, os.O_WRONLY | os.O_TRUNC)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
        os.replace(new, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise
