"""What was recorded of one environment, by us and by others who share the folder: read, never written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tui import evidence, operation_log, watch_log
from tui.model.health import series_name
from tui.model.job import Job
from tui.model.log import Batch
from tui.model.past_operation import PastOperation
from tui.model.recording import Evidence, Recording
from tui.model.watched import Span
from tui.recording import index, path_of, read
from tui.replay import Replay
from tui.store import Store
from tui.tail import of_owner


@dataclass(frozen=True, slots=True)
class Past:
    """What the disk has of an environment, of all who recorded it."""

    recordings: tuple[Recording, ...] = ()
    operations: tuple[PastOperation, ...] = ()
    watched: tuple[Span, ...] = ()


class Archive:
    """Recordings by the uid of their Job. `watched` is when somebody watched, as far as was last noted."""

    def __init__(self, folder: Path, store: Store, environment: str) -> None:
        self.watched: tuple[Span, ...] = ()
        self._folder, self._environment = folder, environment
        self._store = store
        self._known: dict[str, Recording] = {}
        self._in_order: list[Recording] = []
        self._migrations: list[Recording] = []

    def recordings(self) -> list[Recording]:
        """Of migrations whose Job ended or is gone, newest first."""
        return self._migrations

    def hooks(self) -> list[Recording]:
        """Of any Job that ended or is gone, hooks that are no migration included, newest first."""
        return self._in_order

    def took(self, job: Job) -> float | None:
        """Seconds that the good run before took, None where none was recorded."""
        series = (job.meta.namespace, series_name(job.meta.name))
        of_it = (one for one in self.hooks() if (one.namespace, series_name(one.job)) == series)
        good = (one for one in of_it if one.status == "Complete" and one.job_uid != job.meta.uid)
        return next((one.took for one in good), None)

    def known(self, job_uid: str) -> Recording | None:
        """The recording of a Job that ended or is gone."""
        return self._known.get(job_uid)

    def past(self) -> Past:
        """All that is on the disk now, also what others recorded; to be called off the loop."""
        folder, environment = self._folder, self._environment
        return Past(
            tuple(index(folder, environment)),
            tuple(operation_log.index(folder, environment)),
            watch_log.read(folder, environment),
        )

    def evidence(self, job_uid: str) -> Evidence:
        """Exit codes and events of a recording; to be called off the loop."""
        return evidence.read(path_of(self._folder, self._environment, job_uid))

    def open(self, job_uid: str) -> Batch:
        """Lines and seams of a recording; empty when there is none."""
        path = path_of(self._folder, self._environment, job_uid)
        return read(path) if path.is_file() else ()

    def replay(self, job_uid: str) -> Replay | None:
        """The log of a Job that ended or is gone, where its pods went too and a recording is there."""
        known = self._known.get(job_uid)
        gone = not of_owner(self._store, job_uid)
        return Replay(known, partial(self.open, job_uid)) if known is not None and gone else None

    def _remember(self, found: Iterable[Recording]) -> None:
        """They are asked for at every tick, so they are sorted here."""
        self._known |= {one.job_uid: one for one in found}
        self._in_order = sorted(self._known.values(), key=lambda one: -(one.created or one.began))
        self._migrations = [one for one in self._in_order if one.migrates]
