"""Operations of Argo CD on disk, a small file each: their results outlive a retry, the next sync and us."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tui.model.application import Application, ResourceResult
from tui.model.past_operation import Attempt, PastOperation, joined, seen
from tui.recordings_folder import alone, replace, safe
from tui.store import Store

MOST = 2000  # files of all environments: the oldest go


def path_of(folder: Path, one: PastOperation) -> Path:
    """By environment, application and start."""
    return folder / f"{safe(one.environment)}.{safe(one.application)}.{one.started:.0f}.operation"


def index(folder: Path, environment: str) -> list[PastOperation]:
    """Those of an environment, in no order; what is unreadable is left out."""
    found = (load(path) for path in folder.glob(f"{safe(environment)}.*.operation"))
    return [one for one in found if one is not None and one.environment == environment]


def load(path: Path) -> PastOperation | None:
    """One of them; None where it is not there or not ours."""
    try:
        entry: dict[str, Any] = json.loads(path.read_bytes())
        attempts = tuple(_attempt(one) for one in entry.pop("attempts"))
        return PastOperation(**entry, attempts=attempts)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def save(folder: Path, one: PastOperation) -> PastOperation:
    """Writes it down, joined with what another recorder wrote. Raises OSError."""
    with alone(folder):
        path = path_of(folder, one)
        before = load(path)
        whole = one if before is None else joined(before, one)
        if whole != before:
            if before is None:
                _prune(folder)
            replace(path, json.dumps(asdict(whole)).encode())
        return whole


async def follow(folder: Path, environment: str, store: Store, refused: Callable[[OSError], None]) -> None:
    """Writes down every operation that runs or ran hooks, until it is cancelled."""
    known = {
        (one.application, one.started): one for one in await asyncio.to_thread(index, folder, environment)
    }
    kinds = ("Application",)
    looked: dict[str, Application] = {}
    while True:
        versions = store.versions(kinds)
        now = {one.meta.uid: one for one in store.all("Application") if isinstance(one, Application)}
        for uid, application in now.items():
            if looked.get(uid) is application or application.state is None:
                continue
            found = _seen(environment, application, known)
            if found is not None:
                key = (found.application, found.started)
                known[key] = found  # before the write: the next look adds to it all the same
                try:
                    known[key] = await asyncio.to_thread(save, folder, found)
                except OSError as error:
                    refused(error)
        looked = now
        await store.changed(kinds, versions)


def _seen(
    environment: str, application: Application, known: dict[tuple[str, float], PastOperation]
) -> PastOperation | None:
    """What there is to write; None where it is known, or there is nothing to remember of it."""
    state = application.state
    assert state is not None
    before = known.get((application.meta.name, state.started))
    if before is None and state.over and not any(row.hook_type for row in state.results):
        return None
    found = seen(environment, application.meta.name, state, before)
    return None if found == before else found


def _prune(folder: Path) -> None:
    files = list(folder.glob("*.operation"))
    if len(files) < MOST:
        return
    for path in sorted(files, key=lambda path: path.stat().st_mtime)[: len(files) - MOST + 1]:
        with contextlib.suppress(OSError):
            path.unlink()


def _attempt(entry: dict[str, Any]) -> Attempt:
    rows = tuple(ResourceResult(**row | {"images": tuple(row["images"])}) for row in entry["results"])
    return Attempt(entry["number"], entry["message"], rows)
