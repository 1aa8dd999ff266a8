"""Which runs belong to the hooks of which application: Jobs that are there, and what was recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from tui.expecting import KIND as RENDERED
from tui.model.application import Application
from tui.model.health import JobHealth, series_name
from tui.model.hook_runs import HookRun, owner_of, run_of_job, run_of_recording, versions
from tui.model.hooks import Rendered
from tui.model.migration import is_migration, migration
from tui.model.recording import Recording
from tui.store import Store

_NONE: tuple[HookRun, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Which hooks an application has, by name, and their databases; kept as long as both records stay."""

    application: Application
    rendered: Rendered | None
    found: frozenset[tuple[str, str]]
    databases: tuple[str, ...]


class HookRuns:
    """`refresh` sorts the runs anew; what was found out of one Job, and of one application, is kept."""

    def __init__(self, store: Store) -> None:
        self.jobs: frozenset[str] = frozenset()  # uids of Jobs that belong to some application
        self.series: frozenset[tuple[str, str]] = frozenset()  # and what they are runs of
        self.reached: Mapping[
            str, int
        ] = {}  # the version of each database, whichever service brought it there
        self._store = store
        self._of: Mapping[str, Sequence[HookRun]] = {}
        self._names: dict[str, Names] = {}
        self._named: dict[tuple[str, str], str] = {}  # hook -> the application's uid
        self._full: dict[tuple[str, str], str] = {}  # an application's namespace and name -> its uid
        self._bare: dict[str, str] = {}  # its name alone
        self._owners: dict[str, tuple[str, str, str]] = {}  # Job -> application that tracks it, its series
        self._databases: dict[str, str] = {}  # by the run's uid
        self._runs: dict[str, tuple[JobHealth | None, Recording | None, HookRun]] = {}

    def of(self, uid: str) -> tuple[HookRun, ...]:
        """The runs of an application's hooks, the newest first."""
        return tuple(sorted(self._of[uid], key=lambda run: -run.created)) if uid in self._of else _NONE

    def names(self, uid: str) -> Names:
        """Of an application that was there at the last refresh."""
        return self._names[uid]

    def refresh(
        self,
        there: Mapping[str, Application],
        jobs: Mapping[str, JobHealth],
        recordings: Sequence[Recording],
        changed: Iterable[str],
    ) -> set[str]:
        """Takes the applications by uid, the judged Jobs, and what was recorded; uids of those that have
        other runs than before. `changed` are the applications that came, went, or are rendered otherwise."""
        self._index(there, changed)
        kept = {one.job_uid: one for one in recordings}
        by_name, by_bare = self._full, self._bare
        found: dict[str, list[HookRun]] = defaultdict(list)
        migrated, on, series = [], set(), set()
        for uid, health in jobs.items():
            meta, run = health.job.meta, self._run(uid, health, kept.get(uid))
            owner = self._owners.get(uid) or self._known(uid, health)
            namespace, name, one_of = owner
            whose = by_name.get((namespace, name)) if namespace else by_bare.get(name) if name else None
            whose = whose or self._named.get((meta.namespace, meta.name))
            if whose is not None:
                found[whose].append(run)
                on.add(uid)
                series.add((meta.namespace, one_of))
            migrated += [run] if self._databases[uid] else []
        for uid, one in kept.items():
            if uid in jobs:
                continue
            run = self._run(uid, None, one)
            whose = by_bare.get(one.application) if one.application else None
            whose = whose or self._named.get((one.namespace, one.job))
            if whose is not None:
                found[whose].append(run)
                series.add((one.namespace, series_name(one.job)))
            self._databases[uid] = one.database
            migrated.append(run)
        self._forget({*jobs, *kept})
        self.reached = {name: version for name, (_, version) in versions(migrated, self._databases).items()}
        before = self._of
        self._of, self.jobs, self.series = found, frozenset(on), frozenset(series)
        return {uid for uid in {*before, *found} if not _same(before.get(uid, ()), found.get(uid, ()))}

    def _known(self, uid: str, health: JobHealth) -> tuple[str, str, str]:
        """What never changes of a Job."""
        job = health.job
        self._databases[uid] = migration(job).database if is_migration(job) else ""
        owner = self._owners[uid] = (*owner_of(job.meta), series_name(job.meta.name))
        return owner

    def _run(self, uid: str, health: JobHealth | None, recording: Recording | None) -> HookRun:
        known = self._runs.get(uid)
        if known is not None and known[0] is health and known[1] is recording:
            return known[2]
        if health is not None:
            run = run_of_job(health, recording)
        else:
            assert recording is not None
            run = run_of_recording(recording)
        self._runs[uid] = (health, recording, run)
        return run

    def _forget(self, living: set[str]) -> None:
        """What is kept of Jobs that are gone, once it is much."""
        if len(self._runs) > 2 * len(living) + 200:
            self._owners = {uid: owner for uid, owner in self._owners.items() if uid in living}
            self._runs = {uid: run for uid, run in self._runs.items() if uid in living}
            self._databases = {uid: name for uid, name in self._databases.items() if uid in living}

    def _index(self, there: Mapping[str, Application], changed: Iterable[str]) -> None:
        """Keeps the names of applications and of their hooks."""
        came = False
        for uid in changed:
            application, known = there.get(uid), self._names.get(uid)
            came = came or (application is None) is not (known is None)
            if application is None:
                self._drop(uid)
                continue
            rendered = cast("Rendered | None", self._store.by_uid(RENDERED, uid))
            if known is not None and known.application is application and known.rendered is rendered:
                continue
            state = application.state
            expected = [hook for one in (rendered.found if rendered else ()) for hook in one.hooks]
            found = frozenset(
                (
                    *((row.namespace, row.name) for row in (state.results if state else ()) if row.hook_type),
                    *((hook.namespace, hook.name) for hook in expected),
                    *((one.namespace, one.name) for one in application.resources if one.hook),
                )
            )
            if known is None or known.found != found:
                self._drop(uid)
                self._named.update(dict.fromkeys(found, uid))
            databases = sorted({hook.database for hook in expected} - {""})
            self._names[uid] = Names(application, rendered, found, tuple(databases))
        if came:
            self._full = {(one.meta.namespace, one.meta.name): uid for uid, one in there.items()}
            self._bare = {one.meta.name: uid for uid, one in there.items()}

    def _drop(self, uid: str) -> None:
        known = self._names.pop(uid, None)
        for name in known.found if known is not None else ():
            if self._named.get(name) == uid:
                del self._named[name]


def _same(one: Sequence[HookRun], other: Sequence[HookRun]) -> bool:
    return len(one) == len(other) and all(left is right for left, right in zip(one, other, strict=True))
