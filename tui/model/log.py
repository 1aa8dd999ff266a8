"""Log lines on their short road from a container to the screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Source:
    """The container that wrote a line: one instance of it, since a restart makes another."""

    namespace: str
    pod: str
    uid: str  # of the pod
    container: str
    restart: int = 0  # restartCount of the instance
    label: str = ""  # how the operator calls it: a short pod name, or the database of a migration


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of one source in its own order, each `RFC3339Nano text` and ending in a line feed."""

    source: Source
    data: bytes
    count: int
    replayed: bool = False  # history that was there when the tail began


class SeamKind(StrEnum):
    """Why the stream of lines has a visible joint."""

    RESTART = "restart"
    NEW_POD = "new pod"
    END = "end"
    LINK = "link"
    LOSS = "loss"
    SILENT = "silent"
    FOLD = "fold"
    WAIT = "wait"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Seam:
    """A rule between lines, in words. `bad` is loss or failure; `lost` counts lines (-1: unknown).

    `attempts` counts those of a Job for which a FOLD stands.
    """

    kind: SeamKind
    text: str
    at: float
    bad: bool = False
    source: Source | None = None
    lost: int = 0
    attempts: int = 0


Batch = tuple[Chunk | Seam, ...]
