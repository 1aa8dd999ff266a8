"""The journal of deeds: one JSON line each, appended and flushed to the disk, read back in order."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tui.errors import DeployError
from tui.model.plan import Target


class Unwritable(DeployError):
    """The journal can't be written: a condition, and in protected environments a reason to refuse."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `phase` is asked, outcome, end, ready or left; lines of one step share their `id`."""

    when: float  # epoch seconds
    id: str
    phase: str
    who: str
    environment: str
    deed: str
    target: Target
    plan: str  # in words, never with values
    before: str = ""  # revision
    after: str = ""
    command: str = ""
    outcome: str = ""
    ready: str = ""  # uid of the revision that stayed ready after its end
    process: str = field(default="", compare=False)  # host:pid of the cockpit that wrote the line


class Journal:
    """`journal.jsonl` in a folder that only its owner may read."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.jsonl"
        self._process = f"{socket.gethostname()}:{os.getpid()}"

    def check(self) -> None:
        """Unwritable when an entry could not be appended now."""
        try:
            os.close(self._open())
        except OSError as error:
            raise self._unwritable(error) from error

    def append(self, entry: Entry) -> None:
        """Returns when the line is on the disk; blocks for that long, so call it off the event loop."""
        line = asdict(entry) | {"when": _stamp(entry.when), "process": self._process}
        raw = json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        try:
            file = self._open()
            try:
                if not self._whole(file):
                    raw = b"\n" + raw
                if os.write(file, raw) != len(raw):  # one write a line: other processes append here too
                    raise OSError("the disk is full")
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise self._unwritable(error) from error

    def entries(self) -> Iterator[Entry]:
        """All lines that can be read, oldest first; a torn one (a crash, a full disk) is passed over."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from error
        for line in raw.split(b"\n"):
            found = _entry(line)
            if found is not None:
                yield found

    def open_deeds(self) -> list[Entry]:
        """The last line of each step that was asked and has no end: to be told at the next start.

        Those that another cockpit is following now are its own to tell.
        """
        return self.without_end(self.entries())

    def without_end(self, entries: Iterable[Entry]) -> list[Entry]:
        """The same of lines that were read already."""
        last: dict[str, Entry] = {}
        for entry in entries:
            if entry.phase in ("end", "ready"):
                last.pop(entry.id, None)
            else:
                last[entry.id] = entry
        return [entry for entry in last.values() if entry.phase == "left" or not self._followed(entry)]

    def _followed(self, entry: Entry) -> bool:
        host, _, number = entry.process.rpartition(":")
        if host != socket.gethostname() or not number.isdigit() or int(number) == os.getpid():
            return False
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # it lives, and is another user's
        return True

    def _open(self) -> int:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        return os.open(self.path, flags, 0o600)

    def _whole(self, file: int) -> bool:
        """Whether the last line has its end."""
        size = os.fstat(file).st_size
        return not size or os.pread(file, 1, size - 1) == b"\n"

    def _unwritable(self, error: OSError) -> Unwritable:
        why = error.strerror or str(error)
        return Unwritable(f"the journal can't be used: {why}", f"mend {self.path}")


def _entry(line: bytes) -> Entry | None:
    try:
        found: dict[str, Any] = json.loads(line)
        when = datetime.fromisoformat(found.pop("when")).timestamp()
        return Entry(when=when, target=Target(**found.pop("target")), **found)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
