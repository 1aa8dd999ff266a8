"""Boards of waves of every application of one environment, judged again only where something changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from tui.expecting import KIND as RENDERED
from tui.model.application import Application
from tui.model.board import board, is_moving
from tui.model.health import JobHealth, Trouble, series_name
from tui.model.hook_runs import (
    HookRun,
    last_run,
    owner_of,
    run_of_job,
    run_of_recording,
    versions,
    waiting,
)
from tui.model.hooks import Manifests, Rendered, running_revision
from tui.model.migration import is_migration, migration
from tui.model.recording import Recording
from tui.model.schema import SCHEMA, WAITING, Schema, schemas
from tui.model.schema import waiting as blocked
from tui.model.step import Board
from tui.model.verdict import troubles, verdicts, without_hooks
from tui.model.workload import Workload
from tui.store import Store

_RUNS = ("Application", RENDERED, "Job", "goose", SCHEMA)
_WHILE = (WAITING, "Deployment", "StatefulSet", "DaemonSet")  # of these only what moves speaks
READS = (*_RUNS, *_WHILE)
_NONE: tuple[HookRun, ...] = ()


@dataclass(frozen=True, slots=True)
class _Names:
    """Which hooks an application has, by name; kept as long as it and its manifests stay."""

    application: Application
    rendered: Rendered | None
    found: frozenset[tuple[str, str]]
    databases: tuple[str, ...]


class Boards:
    """`refresh` at the tick; `of` an application, `waiting` in the environment, `troubles` of verdicts."""

    def __init__(self, store: Store) -> None:
        self.all: Mapping[str, Board] = {}  # by the application's uid
        self.jobs: frozenset[str] = frozenset()  # uids of Jobs that are on some board
        self.series: frozenset[tuple[str, str]] = frozenset()  # of recordings that are
        self.version = 0
        self._store = store
        self._seen: tuple[object, ...] = ()
        self._inputs: dict[str, tuple[object, ...]] = {}
        self._names: dict[str, _Names] = {}
        self._named: dict[tuple[str, str], str] = {}  # hook -> the application's uid
        self._owners: dict[str, tuple[str, str, str]] = {}  # Job -> application that tracks it, its series
        self._databases: dict[str, str] = {}  # by the run's uid
        self._runs: dict[str, tuple[JobHealth | Recording, HookRun]] = {}

    def of(self, application: Application) -> Board | None:
        """Its board; None of one without hooks."""
        return self.all.get(application.meta.uid)

    @property
    def waiting(self) -> int:
        """Migrations of this environment that wait for a sync, whatever Argo CD says."""
        return sum(len(one.waiting) for one in self.all.values())

    def troubles(self) -> list[Trouble]:
        """Applications that were synced without a migration."""
        return [each for one in self.all.values() for each in troubles(one.application, one.verdicts)]

    def migrating(self, database: str, *, but: str = "") -> tuple[Application, ...]:
        """Applications whose running operation migrates that database, without the one of that uid."""
        return tuple(
            one.application
            for uid, one in self.all.items()
            if one.moving and uid != but and database in one.manifests.databases
        )

    def refresh(self, jobs: Mapping[str, JobHealth], recordings: Sequence[Recording]) -> bool:
        """Whether any board is another than before. What did not change costs a comparison."""
        last = self._seen
        self._seen = (self._store.versions(_RUNS), tuple(map(id, recordings)), self._store.versions(_WHILE))
        moving = any(one.moving for one in self.all.values())
        if self._seen == last or (self._seen[:2] == last[:2] and not moving):
            return False
        applications = cast("Iterable[Application]", self._store.all("Application"))
        there = {one.meta.uid: one for one in applications}
        if not there:
            changed = bool(self.all)
            self.all, self.jobs, self.series = {}, frozenset(), frozenset()
            self.version += changed
            return changed
        self._index(there)
        runs, self.jobs, self.series = self._grouped(there, jobs, recordings)
        reached = self._reached(jobs, recordings)
        asked = schemas(self._store.all(SCHEMA))
        made: dict[str, Board] = {}
        changed = False
        for uid, application in there.items():
            before = self.all.get(uid)
            one = self._one(application, runs.get(uid, _NONE), reached, asked)
            if one is not None:
                made[uid] = one
            changed = changed or one is not before
        changed = changed or len(made) != len(self.all)
        self.all = made
        self.version += changed
        return changed

    def _index(self, there: Mapping[str, Application]) -> None:
        """Keeps the names of hooks; most applications are the same as before."""
        for uid in [uid for uid in self._names if uid not in there]:
            self._forget_names(uid)
            self._inputs.pop(uid, None)
        for uid, application in there.items():
            rendered = cast("Rendered | None", self._store.by_uid(RENDERED, uid))
            known = self._names.get(uid)
            if known is not None and known.application is application and known.rendered is rendered:
                continue
            state = application.state
            rows = [(row.namespace, row.name) for row in state.results if row.hook_type] if state else []
            hooks = [
                (hook.namespace, hook.name)
                for one in (rendered.found if rendered else ())
                for hook in one.hooks
            ]
            found = frozenset(
                (*rows, *hooks, *((one.namespace, one.name) for one in application.resources if one.hook))
            )
            if known is None or known.found != found:
                self._forget_names(uid)
                self._named.update(dict.fromkeys(found, uid))
            databases = {hook.database for one in (rendered.found if rendered else ()) for hook in one.hooks}
            self._names[uid] = _Names(application, rendered, found, tuple(sorted(databases)))

    def _forget_names(self, uid: str) -> None:
        known = self._names.pop(uid, None)
        for name in known.found if known is not None else ():
            if self._named.get(name) == uid:
                del self._named[name]

    def _grouped(
        self, there: Mapping[str, Application], jobs: Mapping[str, JobHealth], recordings: Sequence[Recording]
    ) -> tuple[dict[str, tuple[HookRun, ...]], frozenset[str], frozenset[tuple[str, str]]]:
        """Runs by application, newest first; a Job that is there stands for what was recorded of it."""
        by_name = {(one.meta.namespace, one.meta.name): uid for uid, one in there.items()}
        by_bare = {one.meta.name: uid for uid, one in there.items()}
        found: dict[str, list[HookRun]] = defaultdict(list)
        on, series = set(), set()
        for uid, health in jobs.items():
            meta = health.job.meta
            owner = self._owners.get(uid)
            if owner is None:
                owner = self._owners[uid] = (*owner_of(meta), series_name(meta.name))
            namespace, name, one_of = owner
            whose = by_name.get((namespace, name)) if namespace else by_bare.get(name) if name else None
            whose = whose or self._named.get((meta.namespace, meta.name))
            if whose is not None:
                found[whose].append(self._run(uid, health))
                on.add(uid)
                series.add((meta.namespace, one_of))
        for one in recordings:
            if one.job_uid in jobs:
                continue
            whose = by_bare.get(one.application) if one.application else None
            whose = whose or self._named.get((one.namespace, one.job))
            if whose is not None:
                found[whose].append(self._run(one.job_uid, one))
                series.add((one.namespace, series_name(one.job)))
        if len(self._owners) > 2 * len(jobs) + 200:
            self._owners = {uid: owner for uid, owner in self._owners.items() if uid in jobs}
            living = {*jobs, *(one.job_uid for one in recordings)}
            self._runs = {uid: run for uid, run in self._runs.items() if uid in living}
            self._databases = {uid: name for uid, name in self._databases.items() if uid in living}
        ordered = {uid: tuple(sorted(runs, key=lambda run: -run.created)) for uid, runs in found.items()}
        return ordered, frozenset(on), frozenset(series)

    def _run(self, uid: str, of: JobHealth | Recording) -> HookRun:
        known = self._runs.get(uid)
        if known is not None and known[0] is of:
            return known[1]
        run = run_of_job(of) if isinstance(of, JobHealth) else run_of_recording(of)
        self._runs[uid] = (of, run)
        return run

    def _reached(self, jobs: Mapping[str, JobHealth], recordings: Iterable[Recording]) -> dict[str, int]:
        """The version of each database, whichever service's migration brought it there."""
        runs = []
        for uid, health in jobs.items():
            if uid not in self._databases:
                job = health.job
                self._databases[uid] = migration(job).database if is_migration(job) else ""
            if self._databases[uid]:
                runs.append(self._run(uid, health))
        for one in recordings:
            self._databases[one.job_uid] = one.database
            if one.job_uid not in jobs:
                runs.append(self._run(one.job_uid, one))
        return {name: version for name, (_, version) in versions(runs, self._databases).items()}

    def _one(
        self,
        application: Application,
        runs: tuple[HookRun, ...],
        reached: Mapping[str, int],
        asked: Mapping[str, Schema],
    ) -> Board | None:
        uid = application.meta.uid
        rendered = cast("Rendered | None", self._store.by_uid(RENDERED, uid))
        moving = is_moving(application)
        inputs: tuple[object, ...] = (
            application,
            rendered,
            runs,
            tuple((reached.get(name), asked.get(name)) for name in self._names[uid].databases),
            (self._ready_stamp(application), self._store.version[WAITING]) if moving else 0,
        )
        known = self._inputs.get(uid)
        if known is not None and _same(known, inputs):
            return self.all.get(uid)
        self._inputs[uid] = inputs
        return self._judged(application, rendered, runs, reached, asked)

    def _judged(
        self,
        application: Application,
        rendered: Rendered | None,
        runs: tuple[HookRun, ...],
        reached: Mapping[str, int],
        asked: Mapping[str, Schema],
    ) -> Board | None:
        moving = is_moving(application)
        wanted = rendered.of(application.revision) if rendered else None
        ran = rendered.of(running_revision(application)) if rendered else None
        deployed = application.deployed
        before = rendered.of(deployed.revision) if rendered and deployed else None
        due = () if moving else waiting(application, wanted, runs, before)
        said = () if moving else verdicts(application, ran or last_run(application, runs), runs, asked)
        shown: Manifests | None = ran if moving or not due else wanted
        shown = shown or wanted or last_run(application, runs)
        if not shown.hooks and not moving:
            return None
        return board(
            application,
            shown,
            runs,
            waiting=due,
            verdicts=said,
            versions={**_expected(before, application), **reached},
            schemas=asked,
            blocked=lambda database: blocked(self._store.all(WAITING), database),
            ready=self._ready,
            problem=rendered.problem if rendered else "",
        )

    def _ready_stamp(self, application: Application) -> int:
        """Of the workloads that it may wait for."""
        found = (self._store.get(one.kind, one.namespace, one.name) for one in application.resources)
        return sum(self._store.stamp(one.meta.uid) for one in found if isinstance(one, Workload))

    def _ready(self, kind: str, namespace: str, name: str) -> str:
        found = self._store.get(kind, namespace, name)
        return f"{found.ready} of {found.replicas} ready" if isinstance(found, Workload) else ""


def _expected(deployed: Manifests | None, application: Application) -> dict[str, int]:
    """Of databases of which no run is known: what the deployed commit's files would have left, where the
    operation that deployed it succeeded with its hooks."""
    state = application.state
    settled = state is None or state.phase != "Succeeded" or not without_hooks(state)
    hooks = deployed.migrations if deployed is not None and settled else ()
    return {hook.database: hook.files[-1].version for hook in hooks if hook.database and hook.files}


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether the same objects went in; records are compared by identity, which is cheap."""
    runs, others = cast("tuple[HookRun, ...]", one[2]), cast("tuple[HookRun, ...]", other[2])
    if one[0] is not other[0] or one[1] is not other[1] or one[3:] != other[3:] or len(runs) != len(others):
        return False
    return all(left is right for left, right in zip(runs, others, strict=True))
