"""Two recordings side by side: how long each migration file took, and the lines that differ."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui.model.goose import GooseKind, goose_line
from tui.model.log import Batch, Chunk

_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|µs|us|ns)")
_UNIT = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9}
_STAMP = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ")
_TOOK = re.compile(r" \((?:\d+(?:\.\d+)?(?:h|ms|m|s|µs|us|ns))+\)")


@dataclass(frozen=True, slots=True)
class FileTimes:
    """Seconds that one file took in either run; None where it did not run."""

    file: str
    before: float | None
    after: float | None


def seconds(duration: str) -> float | None:
    """Of Go's `1m2.5s`; None where it is none."""
    parts = _PART.findall(duration)
    return sum(float(number) * _UNIT[unit] for number, unit in parts) if parts else None


def lines_of(batch: Batch) -> list[str]:
    """The lines of a recording without the times at which they were written."""
    found: list[str] = []
    for piece in batch:
        if isinstance(piece, Chunk):
            for line in piece.data.split(b"\n")[:-1]:
                found.append(line.partition(b" ")[2].decode("utf-8", "replace"))
    return found


def file_times(before: Iterable[str], after: Iterable[str]) -> tuple[FileTimes, ...]:
    """In the order of the files' versions."""
    first, second = _times(before), _times(after)
    names = sorted({*first, *second}, key=lambda name: (_number(name), name))
    return tuple(FileTimes(name, first.get(name), second.get(name)) for name in names)


def comparable(lines: Iterable[str]) -> str:
    """The text in which two runs of the same are equal: without goose's times and durations."""
    return "\n".join(_TOOK.sub("", _STAMP.sub("", line)) for line in lines)


def _times(lines: Iterable[str]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for line in lines:
        said = goose_line(line)
        if said is not None and said.kind is GooseKind.APPLIED:
            found[said.file] = seconds(said.took)
        elif said is not None and said.kind is GooseKind.ERROR and said.file:
            found.setdefault(said.file, None)
    return found


def _number(name: str) -> int:
    head = name.partition("_")[0]
    return int(head) if head.isdecimal() else 0
