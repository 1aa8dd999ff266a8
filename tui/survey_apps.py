"""Applications of one environment as judged, each again only when something of its own changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from tui.model.app_project import AppProject
from tui.model.application import Application, Operation
from tui.model.application_health import (
    ApplicationHealth,
    Place,
    differs,
    health_of,
    release_waits,
    trouble_in,
    with_job,
)
from tui.model.cause import Severity
from tui.model.environment import Environment
from tui.model.health import JobHealth, Trouble, WorkloadHealth
from tui.model.key import Meta
from tui.model.managed import tracked_by
from tui.model.operation import running_now
from tui.model.rolled_back import rolled_back
from tui.model.step import Board
from tui.model.sync_window import SyncWindow, WindowState, assigned, window_state
from tui.store import Store

READS = ("Application", "AppProject")
_TIMED = frozenset({"queued", "hook", "deletion"})


class Apps:
    """`refresh` at the tick; `all` by uid, `of` an object that one manages, counts for the environment."""

    def __init__(self, store: Store, environment: Environment) -> None:
        self.all: Mapping[str, ApplicationHealth] = {}
        self.out = 0  # OutOfSync
        self.back = 0  # rolled back, and Git still says another commit
        self.differ: tuple[ApplicationHealth, ...] = ()
        self._store = store
        self._environment = environment
        self._inputs: dict[str, tuple[object, ...]] = {}
        self._asked: dict[str, tuple[Operation, float]] = {}
        self._managed: dict[Place, str] = {}  # -> the application's uid
        self._places: dict[str, tuple[Application, tuple[Place, ...]]] = {}
        self._named: dict[str, str] = {}
        self._windows: dict[tuple[SyncWindow, ...], tuple[float, WindowState]] = {}

    def of(self, meta: Meta) -> ApplicationHealth | None:
        """Of the application that manages an object: as the object says it, else as the application does."""
        said = tracked_by(meta)
        uid = self._named.get(said) if said else self._managed.get((meta.kind, meta.namespace, meta.name))
        return self.all.get(uid) if uid is not None else None

    def releases(
        self, workloads: Mapping[str, WorkloadHealth], boards: Mapping[str, Board]
    ) -> dict[str, str]:
        """What a sync would bring to a workload, in words, by its uid."""
        found = {}
        for uid, workload in workloads.items():
            one = self.of(workload.workload.meta)
            board = boards.get(one.application.meta.uid) if one is not None else None
            words = release_waits(one, len(board.waiting) if board is not None else 0) if one else ""
            if words:
                found[uid] = words
        return found

    def troubles(self) -> list[Trouble]:
        """Of applications; what a workload of theirs is in trouble for is that workload's."""
        return [one.trouble for one in self.all.values() if one.trouble is not None]

    def refresh(
        self, workloads: Mapping[str, WorkloadHealth], jobs: Mapping[str, JobHealth], now: float
    ) -> bool:
        """Whether any is judged otherwise than before."""
        there = cast("list[Application]", list(self._store.all("Application")))
        if not there and not self.all:
            return False
        broken = _broken(workloads.values())
        windows = self._project_windows()
        judged: dict[str, ApplicationHealth] = {}
        changed = len(there) != len(self.all)
        for one in there:
            uid = one.meta.uid
            before = self.all.get(uid)
            if before is not None and not broken and self._rests(one, before, windows):
                judged[uid] = before
                continue
            judged[uid] = made = self._one(one, before, broken, jobs, windows, now)
            changed = changed or made is not before
        if changed:
            self._forget(judged)
            self.all = judged
            self.out = sum(one.application.sync == "OutOfSync" for one in judged.values())
            self.back = sum(rolled_back(one.application) is not None for one in judged.values())
            self.differ = tuple(one for one in judged.values() if one.differs)
        return changed

    def _rests(
        self, one: Application, before: ApplicationHealth, windows: Mapping[str, tuple[SyncWindow, ...]]
    ) -> bool:
        """Whether nothing but itself goes into its judgement, and it is the same: as with most of them."""
        known = self._inputs.get(one.meta.uid)
        if known is None or known[0] is not one or known[1:] != _ALONE:
            return False
        return before.now.about[0] != "Job" and before.now.word not in _TIMED and not windows.get(one.project)

    def _one(
        self,
        one: Application,
        before: ApplicationHealth | None,
        broken: Mapping[Place, Trouble],
        jobs: Mapping[str, JobHealth],
        windows: Mapping[str, tuple[SyncWindow, ...]],
        now: float,
    ) -> ApplicationHealth:
        uid = one.meta.uid
        own = self._own_troubles(one, broken)
        window = self._window(one, windows.get(one.project, ()), now)
        job = self._job_of(before, one, jobs)
        timed = now if before is not None and before.now.word in _TIMED else 0.0
        inputs = (one, tuple(own.values()), window, job, timed)
        known = self._inputs.get(uid)
        if before is not None and known is not None and known[0] is one and known[1:] == inputs[1:]:
            return before
        self._inputs[uid] = inputs
        doing = running_now(one, now, asked=self._first_seen(one, now))
        job = self._job(one, doing.about, jobs)
        doing = with_job(doing, job, now)
        health = health_of(one, own)
        made = ApplicationHealth(
            one,
            doing,
            health,
            window,
            differs(one, self._environment),
            trouble_in(one, doing, health, own),
        )
        return before if before == made and before is not None and before.application is one else made

    def _own_troubles(self, one: Application, broken: Mapping[Place, Trouble]) -> dict[Place, Trouble]:
        """Of the workloads that it manages; keeps the index of what is managed."""
        uid = one.meta.uid
        known = self._places.get(uid)
        if known is None or known[0] is not one:
            places = tuple((each.kind, each.namespace, each.name) for each in one.resources)
            if known is None or known[1] != places:
                for place in known[1] if known is not None else ():
                    self._managed.pop(place, None)
                self._managed.update(dict.fromkeys(places, uid))
            self._places[uid] = known = (one, places)
            self._named[one.meta.name] = uid
            self._named[f"{one.meta.namespace}_{one.meta.name}"] = uid
        if not broken:
            return {}
        return {place: broken[place] for place in known[1] if place in broken}

    def _job_of(
        self, before: ApplicationHealth | None, one: Application, jobs: Mapping[str, JobHealth]
    ) -> JobHealth | None:
        return self._job(one, before.now.about, jobs) if before is not None else None

    def _job(
        self, one: Application, about: tuple[str, str], jobs: Mapping[str, JobHealth]
    ) -> JobHealth | None:
        """The Job that its operation waits for, or that failed it."""
        kind, name = about
        if kind != "Job":
            return None
        rows = one.state.results if one.state is not None else ()
        places = [row.namespace for row in rows if row.kind == kind and row.name == name]
        for namespace in (*places, one.destination.namespace):
            found = self._store.get(kind, namespace, name)
            if found is not None:
                return jobs.get(found.meta.uid)
        return None

    def _first_seen(self, one: Application, now: float) -> float | None:
        """When an operation was first seen to wait for its begin: the object has no such time."""
        uid, asked = one.meta.uid, one.operation
        if asked is None or (one.state is not None and not one.state.over):
            self._asked.pop(uid, None)
            return None
        known = self._asked.get(uid)
        if known is None or known[0] != asked:
            self._asked[uid] = known = (asked, now)
        return known[1]

    def _project_windows(self) -> dict[str, tuple[SyncWindow, ...]]:
        projects = cast("Iterable[AppProject]", self._store.all("AppProject"))
        return {one.meta.name: one.windows for one in projects if one.windows}

    def _window(self, one: Application, windows: tuple[SyncWindow, ...], now: float) -> WindowState:
        """Judged once a minute for all applications with the same windows, and when it turns."""
        mine = tuple(window for window in windows if assigned(window, one))
        if not mine:
            return _OPEN
        known = self._windows.get(mine)
        if known is None or not known[0] <= now < min(known[0] + 60, known[1].until or now + 1):
            found = window_state(mine, one, now)
            if known is not None and known[1] == found:
                found = known[1]
            self._windows[mine] = known = (now, found)
        return known[1]

    def _forget(self, judged: Mapping[str, ApplicationHealth]) -> None:
        for uid in [uid for uid in self._places if uid not in judged]:
            for place in self._places.pop(uid)[1]:
                if self._managed.get(place) == uid:
                    del self._managed[place]
            self._named = {name: found for name, found in self._named.items() if found != uid}
            self._inputs.pop(uid, None)
            self._asked.pop(uid, None)


_OPEN = WindowState()
_ALONE = ((), _OPEN, None, 0.0)
"""What goes into a judgement beside the application where no window, no Job and no trouble is its own."""


def _broken(workloads: Iterable[WorkloadHealth]) -> dict[Place, Trouble]:
    return {
        (meta.kind, meta.namespace, meta.name): one.trouble
        for one in workloads
        if one.trouble is not None and one.trouble.severity is Severity.BAD
        for meta in (one.workload.meta,)
    }
