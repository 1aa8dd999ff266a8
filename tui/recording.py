"""A migration Job's log as a file: it outlives the Job, and a kill leaves no hole and no double in it."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tui.model.goose import GooseKind, GooseRun, advance, newest
from tui.model.log import Batch, Chunk, Seam, SeamKind, Source
from tui.model.recording import Recording
from tui.recordings_folder import locked, made, opened, safe
from tui.resume import Joint, Position

MOST_FILES = 1000
MOST_BYTES = 256 << 20  # of all
MOST_OF_ONE = 64 << 20
_URL = re.compile(rb"(://[^\s:/@]*):[^\s\"'<>]*@")
_WORD = re.compile(rb"(?i)(password|passwd|pwd)=('[^'\n]*'|\"[^\"\n]*\"|[^\s&;\"]+)")
_TAIL = 8192  # bytes in which the end's entry lies


def masked(data: bytes) -> bytes:
    """Without the passwords of URLs and DSNs."""
    if b"://" in data:
        data = _URL.sub(rb"\1:***@", data)
    return _WORD.sub(rb"\1=***", data) if b"=" in data else data


def heard(run: GooseRun, chunk: Chunk) -> GooseRun:
    """The run of one container after these lines."""
    for line in chunk.data.split(b"\n")[:-1]:
        stamp, _, text = line.partition(b" ")
        run = advance(run, _seconds(stamp), text.decode("utf-8", "replace"))
    return run


def path_of(folder: Path, environment: str, uid: str) -> Path:
    """Where the recording of that Job lies."""
    return folder / f"{safe(environment)}.{safe(uid)}.log"


def index(folder: Path, environment: str) -> list[Recording]:
    """The recordings of an environment; files that are unreadable or not ours are left out."""
    found = (summary(path) for path in folder.glob(f"{safe(environment)}.*.log"))
    return [one for one in found if one is not None and one.environment == environment]


def summary(path: Path) -> Recording | None:
    """Header and end; of one without an end, what its lines say."""
    try:
        with path.open("rb") as file:
            header = _loaded(file.readline())
            file.seek(max(0, path.stat().st_size - _TAIL))
            end = _end_of(file.read())
            if header is None or "job_uid" not in header:
                return None
            header["operation"] = float(header.get("operation") or 0)
            known = Recording(**header | {"images": tuple(header.get("images", ()))})
            if end is not None:
                return replace(known, **end)
            runs: dict[Source, GooseRun] = {}
            for item in read(path):
                if isinstance(item, Chunk):
                    runs[item.source] = heard(runs.get(item.source, GooseRun()), item)
            return replace(known, goose=newest(runs.values()), attempts=len(runs))
    except (OSError, TypeError, KeyError, ValueError):
        return None


def read(path: Path) -> Batch:
    """Lines and seams of a recording; a torn last line is left out."""
    return tuple(_items(path.read_bytes().split(b"\n")[:-1]))


class RecordingFile:
    """A recording being written. Of all cockpits on a folder only one has it: the others read."""

    def __init__(self, fd: int, path: Path) -> None:
        self.path = path
        self._fd = fd
        known = path.read_bytes()
        self._size = known.rfind(b"\n") + 1
        if self._size != len(known):
            os.ftruncate(fd, self._size)  # torn by a kill
        self.ended = _end_of(known[-_TAIL:]) is not None
        self._sources: dict[Source, int] = {}
        self._seams: set[str] = set()  # of an earlier process: a tail tells them again
        whole = known[: self._size].split(b"\n")[:-1]
        self._noted = {line + b"\n" for line in whole if line.startswith((b'{"exit"', b'{"event"'))}
        positions: dict[Source, Position] = {}
        for item in _items(whole):
            if isinstance(item, Chunk):
                self._sources.setdefault(item.source, len(self._sources))
                positions.setdefault(item.source, Position()).take(item.data)
            else:
                self._seams.add(item.text)
        self._joints = {source: Joint(position) for source, position in positions.items()}

    @classmethod
    def open(cls, folder: Path, header: Recording) -> Self | None:
        """Begins it, or goes on with it; None while another process writes it. Raises OSError."""
        path = path_of(made(folder), header.environment, header.job_uid)
        fd = opened(path, os.O_WRONLY | os.O_APPEND)
        try:
            if not locked(fd) or not os.fstat(fd).st_nlink:
                os.close(fd)
                return None
            kept = cls(fd, path)
            if not kept._size:
                kept._append(_json({key: value for key, value in asdict(header).items() if key not in _END}))
            return kept
        except OSError:
            os.close(fd)
            raise

    def write(self, batch: Batch) -> None:
        """Appends what is not on the disk yet. Raises OSError, and then nothing of it is there."""
        data = b"".join(self._seam(item) if isinstance(item, Seam) else self._lines(item) for item in batch)
        if self._size <= MOST_OF_ONE < self._size + len(data):
            data = _json({"seam": {"kind": "loss", "text": "the recording ends here: it is too long"}})
        elif self._size > MOST_OF_ONE:
            return
        self._append(data)

    def note(self, entry: dict[str, Any]) -> None:
        """An entry beside the lines, once. Raises OSError."""
        data = _json(entry)
        if data not in self._noted and self._size <= MOST_OF_ONE:
            self._append(data)
            self._noted.add(data)

    def end(self, recording: Recording) -> None:
        """The Job's end: nothing is written after it."""
        known = asdict(recording)
        late = {key: known[key] for key in _LATE if known[key]}
        self._append(_json({"end": {key: known[key] for key in _END} | late}))

    def close(self) -> None:
        """Lets another process write it."""
        os.close(self._fd)

    def _seam(self, seam: Seam) -> bytes:
        return b"" if seam.text in self._seams else _json({"seam": asdict(seam) | {"source": None}})

    def _lines(self, chunk: Chunk) -> bytes:
        data, before = masked(chunk.data), b""
        joint = self._joints.get(chunk.source)
        if joint is not None:
            data = joint.feed(data)
            if joint.gap:
                joint.gap = False
                before = _json({"seam": {"kind": "loss", "text": "possible gap (log rotated)"}})
        if not data:
            return before
        if chunk.source not in self._sources:
            self._sources[chunk.source] = len(self._sources)
            before += _json({"source": self._sources[chunk.source], **asdict(chunk.source)})
        prefix = b"%d " % self._sources[chunk.source]
        return before + prefix + data[:-1].replace(b"\n", b"\n" + prefix) + b"\n"

    def _append(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self._size)
            raise
        self._size += len(data)


def prune(folder: Path) -> None:
    """The oldest go when there are too many, or too much; one that is being written stays."""
    files = []
    for path in folder.glob("*.log"):
        with contextlib.suppress(FileNotFoundError):  # another recorder was quicker
            stat = path.stat()
            files.append((-stat.st_mtime, stat.st_size, path))
    size = 0
    for number, (_, own, path) in enumerate(sorted(files)):
        size += own
        if number >= MOST_FILES or size > MOST_BYTES:
            with contextlib.suppress(FileNotFoundError):
                _drop(path)


def _drop(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        if locked(fd):
            path.unlink()
    finally:
        os.close(fd)


_END = ("ended", "status", "started", "finished", "attempts", "goose")
_LATE = ("application", "operation", "revision")  # often known only once it runs


def _seconds(stamp: bytes) -> float | None:
    try:
        return datetime.fromisoformat(stamp.decode("ascii", "replace")).timestamp()
    except ValueError:
        return None


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _loaded(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _end_of(data: bytes) -> dict[str, Any] | None:
    """The end's entry, which is the last line where there is one."""
    line = data.rstrip(b"\n").rsplit(b"\n", 1)[-1]
    entry = _loaded(line) if line.startswith(b'{"end"') and data.endswith(b"\n") else None
    if entry is None:
        return None
    goose = entry["end"]["goose"]
    state = GooseKind(goose["state"]) if goose["state"] else None
    return {**entry["end"], "goose": GooseRun(**goose | {"state": state})}


def _items(lines: list[bytes]) -> Iterator[Chunk | Seam]:
    sources: dict[bytes, Source] = {}
    for line in lines:
        if not line.startswith(b"{"):
            number, _, text = line.partition(b" ")
            if number in sources:
                yield Chunk(sources[number], text + b"\n", 1, replayed=True)
            continue
        entry = _loaded(line) or {}
        if "source" in entry:
            number = b"%d" % entry.pop("source")
            sources[number] = Source(**entry)
        elif "seam" in entry:
            seam = entry["seam"]
            yield Seam(
                SeamKind(seam["kind"]),
                seam["text"],
                seam.get("at", 0.0),
                seam.get("bad", True),
                None,
                seam.get("lost", -1),
            )
