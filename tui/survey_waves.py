"""Boards of waves of every application of one environment, judged again only where something changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

from tui.expecting import KIND as RENDERED
from tui.model.application import Application
from tui.model.board import board, is_moving
from tui.model.health import JobHealth, Trouble
from tui.model.hook_runs import HookRun, last_run, waiting
from tui.model.hooks import (
    Manifests,
    Rendered,
    deployed_revision,
    running_revision,
    wanted_revision,
)
from tui.model.recording import Recording
from tui.model.schema import SCHEMA, WAITING, Schema, schemas
from tui.model.schema import waiting as blocked
from tui.model.step import Board, StepState
from tui.model.verdict import troubles, verdicts, without_hooks
from tui.model.watched import Span
from tui.model.workload import Workload
from tui.store import Store
from tui.survey_runs import HookRuns

_RUNS = ("Application", RENDERED, "Job", "goose", SCHEMA)
_WHILE = (WAITING, "Deployment", "StatefulSet", "DaemonSet")  # of these only what moves speaks
READS = (*_RUNS, *_WHILE)
_AT_ONCE = 60  # boards that one refresh makes: of what moves first, then those that wait longest


class Boards:
    """`refresh` at the tick; `of` an application, `waiting` in the environment, `troubles` of verdicts."""

    def __init__(self, store: Store, watched: Callable[[], Sequence[Span]] = tuple) -> None:
        """`watched` is when the recorder, or another one in the same folder, looked on."""
        self._watched = watched
        self.all: Mapping[str, Board] = {}  # by the application's uid
        self.version = 0
        self._store = store
        self._seen: tuple[object, ...] = ()
        self._inputs: dict[str, tuple[object, ...]] = {}
        self._moment = -1
        self._watched_spans = 0
        self._versions: Mapping[str, tuple[object, object]] = {}  # of each database what it is known to have
        self._due: tuple[str, ...] = ()  # applications that are to be looked at by the next refresh
        self._runs = HookRuns(store)

    @property
    def more(self) -> bool:
        """Whether there is something left for the next refresh."""
        return bool(self._due)

    @property
    def jobs(self) -> frozenset[str]:
        """Uids of Jobs that are on some board."""
        return self._runs.jobs

    @property
    def series(self) -> frozenset[tuple[str, str]]:
        """Namespace and name of what such Jobs are runs of: their recordings are on a board too."""
        return self._runs.series

    def of(self, application: Application) -> Board | None:
        """Its board; None of one without hooks."""
        return self.all.get(application.meta.uid)

    @property
    def waiting(self) -> int:
        """Migrations of this environment that wait for a sync, whatever Argo CD says."""
        return sum(len(one.waiting) for one in self.all.values())

    def troubles(self) -> list[Trouble]:
        """Applications that were synced without a migration."""
        judged = (one for one in self.all.values() if one.verdicts)
        return [each for one in judged for each in troubles(one.application, one.verdicts)]

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
        unmoved = self._seen == last or (self._seen[:2] == last[:2] and not moving)
        if unmoved and not self._due:
            return False
        applications = cast("Iterable[Application]", self._store.all("Application"))
        there = {one.meta.uid: one for one in applications}
        if not there and not self.all:
            return False
        asked = schemas(self._store.all(SCHEMA))
        due = self._to_look_at(there, jobs, recordings, asked)
        migrating = self._migrating()
        made = {uid: one for uid, one in self.all.items() if uid in there}
        changed = len(made) != len(self.all)
        looked = count = 0
        for uid in due:
            before, inputs = self.all.get(uid), self._inputs.get(uid)
            one = self._one(there[uid], asked, migrating)
            if one is not None:
                made[uid] = one
            else:
                made.pop(uid, None)
            changed = changed or one is not before
            looked, count = looked + 1, count + (self._inputs[uid] is not inputs)
            if count == _AT_ONCE:
                break
        self._due = due[looked:]
        self._inputs = {uid: known for uid, known in self._inputs.items() if uid in there}
        self.all = made
        self.version += changed
        return changed

    def _to_look_at(
        self,
        there: Mapping[str, Application],
        jobs: Mapping[str, JobHealth],
        recordings: Sequence[Recording],
        asked: Mapping[str, Schema],
    ) -> tuple[str, ...]:
        """Applications of which something may differ: a thousand are there, and few of them move; those
        first, then those that wait since the last refresh."""
        store, moment, spans = self._store, self._moment, len(self._watched())
        self._moment = store.moment
        trails = [
            store.changed_since(kind, moment) if moment >= 0 else None for kind in ("Application", RENDERED)
        ]
        differ: dict[str, None] = {}
        for each in trails:
            differ |= dict.fromkeys(each if each is not None else (*there, *self._inputs))
        others = self._runs.refresh(there, jobs, recordings, differ)
        reached = self._runs.reached
        versions = {name: (reached.get(name), asked.get(name)) for name in {*reached, *asked}}
        moved = {
            name for name in {*versions, *self._versions} if versions.get(name) != self._versions.get(name)
        }
        if moved:
            others |= {uid for uid in there if not moved.isdisjoint(self._runs.names(uid).databases)}
        if spans != self._watched_spans:
            others |= there.keys()
        self._versions, self._watched_spans = versions, spans
        moving = (uid for uid, one in self.all.items() if one.moving)
        found = dict.fromkeys((*self._due, *differ, *others, *moving))
        return tuple(
            sorted((uid for uid in found if uid in there), key=lambda uid: not is_moving(there[uid]))
        )

    def _migrating(self) -> Mapping[str, tuple[str, ...]]:
        """Names of applications that migrate a database at this moment, by its name."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.all.values():
            for step in one.steps if one.moving else ():
                if step.state is StepState.RUNNING and step.hook.database:
                    known = found.get(step.hook.database, ())
                    found[step.hook.database] = (*known, one.application.meta.name)
        return found

    def _one(
        self,
        application: Application,
        asked: Mapping[str, Schema],
        migrating: Mapping[str, tuple[str, ...]],
    ) -> Board | None:
        uid = application.meta.uid
        rendered = cast("Rendered | None", self._store.by_uid(RENDERED, uid))
        moving, runs, reached = is_moving(application), self._runs.of(uid), self._runs.reached
        others = {
            name: also
            for name in (self._runs.names(uid).databases if moving and migrating else ())
            if (also := tuple(one for one in migrating.get(name, ()) if one != application.meta.name))
        }
        inputs: tuple[object, ...] = (
            application,
            rendered,
            runs,
            tuple((reached.get(name), asked.get(name)) for name in self._runs.names(uid).databases),
            (self._ready_stamp(application), self._store.version[WAITING], others) if moving else 0,
            len(self._watched()),
        )
        known = self._inputs.get(uid)
        if known is not None and _same(known, inputs):
            return self.all.get(uid)
        self._inputs[uid] = inputs
        return self._judged(application, rendered, runs, asked, others)

    def _judged(
        self,
        application: Application,
        rendered: Rendered | None,
        runs: tuple[HookRun, ...],
        asked: Mapping[str, Schema],
        others: Mapping[str, tuple[str, ...]],
    ) -> Board | None:
        moving = is_moving(application)
        wanted = rendered.of(wanted_revision(application)) if rendered else None
        ran = rendered.of(running_revision(application)) if rendered else None
        before = rendered.of(deployed_revision(application)) if rendered else None
        due = () if moving else waiting(application, wanted, runs, before)
        done = ran or last_run(application, runs)
        said = () if moving else verdicts(application, done, runs, asked, self._watched())
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
            versions={**_expected(before, application), **self._runs.reached},
            schemas=asked,
            blocked=lambda database: blocked(self._store.all(WAITING), database),
            others=others,
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
