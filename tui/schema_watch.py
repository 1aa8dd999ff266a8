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
from tui.model.schema import SCHEMA, WAITING, Schema, Waiting, is_slow, schema_meta, schemas
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
        slow = any(is_slow(one, self._last(one), self._clock.now()) for one in running)
        try:
            # First what is urgent: a table that a migration has locked can't be read.
            self._replace(WAITING, await self._asks.waiting() if slow else ())
            if states != self._read_of or self._clock.monotonic() - self._read_at >= _SELDOM:
                self._replace(SCHEMA, self._with_known(await self._asks.schemas()))
                self._read_of, self._read_at = states, self._clock.monotonic()
        except DeployError as error:
            said = Schema(schema_meta(SCHEMA, "", ""), "", at=self._clock.now(), problem=str(error))
            self._replace(SCHEMA, [*self._known().values(), said])
            self._replace(WAITING, ())
            await self._clock.sleep(_OFTEN)
            return _FAILED
        return _OFTEN if running else _SELDOM

    def _known(self) -> dict[str, Schema]:
        """What was read before, by database, with the time at which it was."""
        return schemas(self._store.all(SCHEMA))

    def _with_known(self, found: list[Schema]) -> list[Schema]:
        """Of a database that could not be read this time what was known of it."""
        known = self._known()
        return [known.get(one.database, one) if one.problem else one for one in found]

    def _replace(self, kind: str, records: Iterable[Record]) -> None:
        found: Mapping[str, Record] = {one.meta.uid: one for one in records}
        self._store.replace(kind, "", found)
