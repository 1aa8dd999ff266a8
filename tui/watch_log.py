"""When somebody watched an environment, kept beside its recordings: what lies between was not recorded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from tui.clock import Clock
from tui.model.watched import BEAT, Span, union
from tui.recordings_folder import alone, replace, safe

_MOST = 2000  # spans that are kept: the oldest go


def path_of(folder: Path, environment: str) -> Path:
    """One file an environment, of all who watch."""
    return folder / f"{safe(environment)}.watched"


def read(folder: Path, environment: str) -> tuple[Span, ...]:
    """The time that was watched, in order; () where nobody wrote of it."""
    try:
        found = json.loads(path_of(folder, environment).read_bytes())
        return tuple(Span(float(begin), float(end)) for begin, end in found["watched"])
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def note(folder: Path, environment: str, span: Span) -> None:
    """Adds a time to it. Raises OSError."""
    with alone(folder):
        spans = union((*read(folder, environment), span))[-_MOST:]
        known = {"watched": [[one.begin, one.end] for one in spans]}
        replace(path_of(folder, environment), json.dumps(known).encode())


async def keep(folder: Path, environment: str, clock: Clock, watches: Callable[[], bool]) -> None:
    """Notes until it is cancelled that somebody watches, as long as `watches` says so."""
    since: float | None = None
    while True:
        now = clock.now()
        if watches():
            begin = now if since is None or not 0 <= now - since <= 4 * BEAT else since
            try:
                await asyncio.to_thread(note, folder, environment, Span(begin, now))
                since = now
            except OSError:
                since = None  # the recorder says what is the matter with the folder
        else:
            since = None
        await clock.sleep(BEAT)
