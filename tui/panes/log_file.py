"""Saves the lines of a log: plain cleaned text in a file of the user's own, whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from tui.model.log import Chunk, Seam
from tui.panes.log_flow import pieces
from tui.recording import masked
from widgets.clean import clean
from widgets.ring import Block


def file_name(environment: str, namespace: str, name: str, now: float) -> str:
    """`production-services-auth-20260801T120403Z.log`."""
    parts = (environment, namespace, name, datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ"))
    return "-".join(part.replace("/", "_") for part in parts if part) + ".log"


def save(path: Path, blocks: tuple[Block, ...]) -> int:
    """Writes `time writer text` for each line and says how many; OSError when it can't. For a thread."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    count = 0
    try:
        with open(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            for line in _lines(blocks):
                file.write(f"{line}\n")
                count += 1
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    return count


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    blocks = tuple(blocks)
    for piece in pieces(blocks, blocks[0].first if blocks else 0):
        if isinstance(piece, Seam):
            at = datetime.fromtimestamp(piece.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            yield f"{at} --- {clean(piece.text)} ---"
        elif isinstance(piece, Chunk):
            who = clean(piece.source.label or piece.source.pod)
            for line in masked(piece.data).decode("utf-8", "replace").split("\n")[:-1]:
                time, _, text = line.partition(" ")
                yield f"{clean(time)} {who} {clean(text)}"
