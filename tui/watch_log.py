"""When somebody watched an environment, kept beside its recordings: what lies between was not recorded."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path

from tui.clock import Clock
from tui.model.watched import BEAT, Span, union
from tui.recordings_folder import alone, replace, safe

_MOST = 2000  # spans that are kept: the oldest go
_AT_END = 5  # tries for the lock when there is no time to wait: a quarter of a second
_LOOK = 1.0  # seconds between two looks at whether the environment is watched
_SLEPT = 4 * BEAT  # seconds without a note after which nobody watched meanwhile


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


def note(folder: Path, environment: str, span: Span, *, wait: bool = True) -> tuple[Span, ...]:
    """Adds a time to it; all of it. Raises OSError."""
    with alone(folder) if wait else alone(folder, tries=_AT_END):
        spans = union((*read(folder, environment), span))[-_MOST:]
        known = {"watched": [[one.begin, one.end] for one in spans]}
        replace(path_of(folder, environment), json.dumps(known).encode())
        return spans


async def keep(
    folder: Path,
    environment: str,
    clock: Clock,
    watches: Callable[[], bool],
    told: Callable[[tuple[Span, ...]], None],
) -> None:
    """Notes until it is cancelled that somebody watches, as long as `watches` says so; tells all of it."""
    since: float | None = None  # the beginning of what is not noted yet
    noted = 0.0
    try:
        while True:
            now, watched = clock.now(), watches()
            if watched and since is None:
                since = noted = now
                await _noted(folder, environment, Span(since, now), told)
            elif since is not None and not 0 <= now - noted <= _SLEPT:
                since = None  # the clock was set, or the machine slept
            elif since is not None and (not watched or now - noted >= BEAT):
                await _noted(folder, environment, Span(since, now), told)
                since, noted = (now if watched else None), now
            await clock.sleep(_LOOK)
    finally:
        if since is not None and watches():
            with contextlib.suppress(OSError):
                note(folder, environment, Span(since, max(since, clock.now())), wait=False)


async def _noted(
    folder: Path, environment: str, span: Span, told: Callable[[tuple[Span, ...]], None]
) -> None:
    with contextlib.suppress(OSError):  # the recorder says what is the matter with the folder
        told(await asyncio.to_thread(note, folder, environment, span))
