"""Asks PostgreSQL when there is a reason: the version of each schema, and what a slow migration waits for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from tui.clock import Clock
from tui.errors import DeployError
from tui.model.health import job_status
from tui.model.job import Job
from tui.model.migration import is_migration
from tui.model.record import Record
from tui.model.schema import SCHEMA, WAITING, Schema, Waiting, is_slow, schema_meta
from tui.store import Store

_OFTEN = 5.0  # seconds between two questions while a migration is slow
_SELDOM = 300.0  # seconds between two where nothing moves
_FAILED = 60.0  # seconds after a question that was refused


class Asks(Protocol):
    """Who is asked; raises DeployError."""

    async def schemas(self) -> list[Schema]: ...

    async def waiting(self) -> list[Waiting]: ...


class SchemaWatch:
    """Keeps the kinds SCHEMA and WAITING of a store. `last` says how long the good run before took."""

    def __init__(self, asks: Asks, store: Store, clock: Clock, last: Callable[[Job], float | None]) -> None:
        self._asks, self._store, self._clock, self._last = asks, store, clock, last
        self._read_at = float("-inf")
        self._read_of: object = None  # the states of the migrations when versions were read

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            versions = self._store.versions(("Job",))
            wait = await self._look()
            with contextlib.suppress(TimeoutError):
                async with self._clock.timeout(wait):
                    await self._store.changed(("Job",), versions)

    async def _look(self) -> float:
        """Asks what there is to ask; seconds until the next look."""
        jobs = [one for one in self._store.all("Job") if isinstance(one, Job) and is_migration(one)]
        running = [one for one in jobs if job_status(one) == "Running"]
        states = frozenset((one.meta.uid, job_status(one)) for one in jobs)
        try:
            if states != self._read_of or self._clock.monotonic() - self._read_at >= _SELDOM:
                self._replace(SCHEMA, await self._asks.schemas())
                self._read_of, self._read_at = states, self._clock.monotonic()
            slow = any(is_slow(one, self._last(one), self._clock.now()) for one in running)
            self._replace(WAITING, await self._asks.waiting() if slow else ())
        except DeployError as error:
            said = Schema(schema_meta(SCHEMA, "", ""), "", at=self._clock.now(), problem=str(error))
            self._replace(SCHEMA, [*_without_problem(self._store.all(SCHEMA)), said])
            self._replace(WAITING, ())
            await self._clock.sleep(_OFTEN)
            return _FAILED
        return _OFTEN if running else _SELDOM

    def _replace(self, kind: str, records: Iterable[Record]) -> None:
        found: Mapping[str, Record] = {one.meta.uid: one for one in records}
        self._store.replace(kind, "", found)


def _without_problem(records: Iterable[Record]) -> list[Record]:
    """What was known before stays, with the time at which it was read."""
    return [one for one in records if isinstance(one, Schema) and not one.problem]
