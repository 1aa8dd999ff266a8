"""Logs of migration Jobs kept on disk while they run: a killed cockpit leaves no hole and no double."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from tui.clock import Clock
from tui.model.job import Job
from tui.model.log import Batch, Chunk, Seam, SeamKind, Source
from tui.model.migration import is_migration
from tui.resume import Joint, Position
from tui.store import Store
from tui.tail import Selection, Tail, of_owner
from tui.tail_parts import LogClient

MOST_FILES = 200
MOST_BYTES = 256 << 20
_LAST = 1.0  # seconds for what was read to reach the disk
_URL = re.compile(rb"(://[^\s:/@]+):[^\s@/]+@")
_WORD = re.compile(rb"(?i)\b(password|passwd|pwd)=('[^']*'|\"[^\"]*\"|[^\s&;]+)")


@dataclass(frozen=True, slots=True)
class Recording:
    """The header of one recording."""

    environment: str
    job_uid: str
    namespace: str
    job: str
    began: float
    application: str = ""
    operation: str = ""
    ended: bool = False
    size: int = 0


def masked(data: bytes) -> bytes:
    """Without the passwords of URLs and DSNs."""
    if b"://" in data:
        data = _URL.sub(rb"\1:***@", data)
    return _WORD.sub(rb"\1=***", data) if b"=" in data else data


@dataclass(slots=True)
class _File:
    """One recording: JSON for header, sources, seams and the end; `<source number> <line>` for lines."""

    path: Path
    file: BinaryIO
    sources: dict[Source, int] = field(default_factory=dict)
    joints: dict[Source, Joint] = field(default_factory=dict)

    def write(self, batch: Batch) -> None:
        """Appends what is not on the disk yet, and flushes."""
        for item in batch:
            if isinstance(item, Seam):
                self.file.write(_json({"seam": asdict(item)}))
            else:
                self._lines(item)
        self.file.flush()

    def _lines(self, chunk: Chunk) -> None:
        data = masked(chunk.data)
        joint = self.joints.get(chunk.source)
        if joint is not None:
            data = joint.feed(data)
            if joint.gap:
                joint.gap = False
                self.file.write(_json({"seam": {"kind": "loss", "text": "possible gap (log rotated)"}}))
        if not data:
            return
        number = self.sources.setdefault(chunk.source, len(self.sources))
        if number == len(self.sources) - 1 and chunk.source not in self.joints:
            self.file.write(_json({"source": number, **asdict(chunk.source)}))
            self.joints[chunk.source] = Joint(Position())
        prefix = b"%d " % number
        self.file.write(prefix + data[:-1].replace(b"\n", b"\n" + prefix) + b"\n")


class Recorder:
    """Records every migration Job of one environment; `condition` says in words why it can't, "" else."""

    def __init__(self, folder: Path, client: LogClient, store: Store, clock: Clock, environment: str) -> None:
        self.condition = ""
        self._folder = folder / "recordings"
        self._client, self._store, self._clock, self._environment = client, store, clock, environment
        self._running: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Records until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                versions = self._store.versions(("Job",))
                for job in list(self._store.all("Job")):
                    if isinstance(job, Job) and job.meta.uid not in self._running and is_migration(job):
                        self._running[job.meta.uid] = group.create_task(self._record(job))
                await self._store.changed(("Job",), versions)

    def recordings(self) -> list[Recording]:
        """What there is, newest first; unreadable files are left out."""
        found: list[Recording] = []
        for path in self._folder.glob("*.log") if self._folder.is_dir() else ():
            lines = path.read_bytes().split(b"\n")
            header = _loaded(lines[0])
            if header is not None and "job_uid" in header:
                ended = any(line.startswith(b'{"end"') for line in lines[-3:])
                found.append(Recording(**header | {"ended": ended, "size": path.stat().st_size}))
        return sorted(found, key=lambda one: -one.began)

    def open(self, job_uid: str) -> Batch:
        """Lines and seams of a recording; empty when there is none."""
        path = self._path(job_uid)
        return _read(path) if path.is_file() else ()

    async def _record(self, job: Job) -> None:
        uid = job.meta.uid
        try:
            kept = self._opened(job)
        except OSError as error:
            self.condition = f"migration logs are not kept: {self._folder}: {error.strerror}"
            return
        if kept is None:
            return
        choose = partial(self._choose, job)
        tail = Tail(self._client, self._store, self._clock, choose, lines=None)
        writing = asyncio.create_task(self._write(kept, tail, uid))
        ending = asyncio.create_task(self._end(tail, uid))
        try:
            await asyncio.wait({writing, ending}, return_when=asyncio.FIRST_COMPLETED)
            if writing.done():
                await writing
            kept.file.write(_json({"end": self._clock.now()}))
        except OSError as error:
            self.condition = f"migration logs are not kept: {kept.path}: {error.strerror}"
        finally:
            writing.cancel()
            ending.cancel()
            await asyncio.gather(writing, ending, return_exceptions=True)
            kept.file.close()

    async def _write(self, kept: _File, tail: Tail, uid: str) -> None:
        async with contextlib.aclosing(tail.batches()) as batches:
            async for batch in batches:
                kept.write(batch)
                if self._over(uid) and not tail.status.following:
                    return

    async def _end(self, tail: Tail, uid: str) -> None:
        """Returns when the Job ended after its last line was written."""
        while True:
            versions = self._store.versions(("Job", "Pod"))
            if self._over(uid):
                await self._clock.sleep(_LAST)
                if not tail.status.following:
                    return
            await self._store.changed(("Job", "Pod"), versions)

    def _choose(self, job: Job) -> Selection:
        return Selection(of_owner(self._store, job.meta.uid), waits=f"the pod of job {job.meta.name}")

    def _over(self, uid: str) -> bool:
        job = self._store.by_uid("Job", uid)
        return not isinstance(job, Job) or any(
            each.type in ("Complete", "Failed") and each.status == "True" for each in job.conditions
        )

    def _path(self, uid: str) -> Path:
        return self._folder / f"{re.sub(r'[^A-Za-z0-9.-]', '_', f'{self._environment}.{uid}')}.log"

    def _opened(self, job: Job) -> _File | None:
        """The file to go on with, without a torn last line; None when the recording is complete."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._prune()
        path = self._path(job.meta.uid)
        known = path.read_bytes() if path.exists() else b""
        whole = known[: known.rfind(b"\n") + 1]
        if any(line.startswith(b'{"end"') for line in whole.split(b"\n")[-3:]):
            return None
        if len(whole) != len(known):
            os.truncate(path, len(whole))
        kept = _File(path, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab"))
        if not whole:
            meta = job.meta
            header = Recording(self._environment, meta.uid, meta.namespace, meta.name, self._clock.now())
            kept.file.write(_json(asdict(header)))
        positions: dict[Source, Position] = {}
        for item in _read(path) if whole else ():
            if isinstance(item, Chunk):
                kept.sources.setdefault(item.source, len(kept.sources))
                positions.setdefault(item.source, Position()).take(item.data)
        kept.joints = {source: Joint(position) for source, position in positions.items()}
        return kept

    def _prune(self) -> None:
        """The oldest go when there are too many, or too much."""
        files = sorted(self._folder.glob("*.log"), key=lambda path: -path.stat().st_mtime)
        size = 0
        for number, path in enumerate(files):
            size += path.stat().st_size
            if number >= MOST_FILES or size > MOST_BYTES:
                path.unlink()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _loaded(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _read(path: Path) -> Batch:
    sources: dict[bytes, Source] = {}
    found: list[Chunk | Seam] = []
    for line in path.read_bytes().split(b"\n")[:-1]:
        if not line.startswith(b"{"):
            number, _, text = line.partition(b" ")
            if number in sources:
                found.append(Chunk(sources[number], text + b"\n", 1, replayed=True))
            continue
        entry = _loaded(line) or {}
        if "source" in entry:
            number = b"%d" % entry.pop("source")
            sources[number] = Source(**entry)
        elif "seam" in entry:
            seam = entry["seam"]
            found.append(
                Seam(SeamKind(seam["kind"]), seam["text"], seam.get("at", 0.0), seam.get("bad", True))
            )
    return tuple(found)
