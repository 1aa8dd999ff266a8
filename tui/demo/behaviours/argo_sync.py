"""One operation of an Application, turn by turn: waves, hooks, what is waited for, and how it ends.

The order of its writes, its messages and its pauses are those that were observed on Argo CD 3.6.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.demo.behaviours.argo_apply import apply, create_hook, delete_hook, release_hook
from tui.demo.behaviours.argo_compare import extra, fits, object_health
from tui.demo.behaviours.argo_task import Task, applied, images_of, order, row, tasks_of, waiting_for
from tui.demo.behaviours.common import Object, seconds_of
from tui.demo.behaviours.migration import applied_by, database_of
from tui.demo.cluster import Cluster
from tui.demo.repository import Commit

WAVE_PAUSE = 2.0
_ALL_RUN, _NO_MORE = "successfully synced (all tasks run)", "successfully synced (no more tasks)"
FAILED = "one or more synchronization tasks completed unsuccessfully"
# Seconds from a Job's end to the moment when Argo CD takes notice, for one wave after the other.
_NOTICED = (5.0, 0.1, 5.0)


class Sync:
    """`message` and `rows` are what the next write says; `over` is (phase, message) at the end."""

    def __init__(self, cluster: Cluster, application: Object, state: Object, commit: Commit) -> None:
        self.cluster = cluster
        self.name = str(application["metadata"]["name"])
        self.asked: Object = state["operation"].get("sync") or {}
        self.commit = commit
        self.source: Object = self.asked.get("source") or application["spec"].get("source") or {}
        self.message: str = state.get("message", "")
        told: Object = state.get("syncResult") or {}
        self.rows: list[Object] = list(told.get("resources") or ())
        self.over: tuple[str, str] | None = None
        self.failed = False
        self.due: float | None = None
        self._tasks = self._planned(commit, seconds_of(state["startedAt"]))
        self._current: list[Task] = []
        self._stage: Callable[[float], bool] = self.begin
        self._waves = 0
        self._at = 0.0
        self._deleted: list[Task] = []
        self._resume()

    @property
    def watched(self) -> tuple[Task, ...]:
        """Whose objects matter to it."""
        return tuple(self._current)

    @property
    def deploys(self) -> bool:
        """Whether its success is an entry of the history: all of it, and really."""
        return not self.asked.get("resources") and not self.asked.get("dryRun")

    def result(self, *, bare: bool = False) -> Object:
        """`syncResult`; `bare` before the first resource is there."""
        found: Object = {"revision": self.commit.sha, "source": self.source}
        return found if bare or not self.rows else {"resources": [dict(each) for each in self.rows], **found}

    def advance(self, now: float) -> bool:
        """Does what is due; whether there is something to write."""
        self.due = None
        return self._stage(now)

    def terminate(self) -> None:
        """Ends it: what runs is deleted at once, its log included."""
        for task in self._current:
            if task.hook:
                delete_hook(self.cluster, task)
        for each in self.rows:
            if each.get("hookType") and each["hookPhase"] == "Running":
                each.update(hookPhase="Failed", message="Terminated")
        self.over = "Failed", "Operation terminated"

    def _resume(self) -> None:
        """Goes on where the recorded result says: a controller that starts knows nothing else."""
        done = {(each["kind"], each["name"], each["syncPhase"]): each for each in self.rows}
        begun = [task for task in self._tasks if (task.key[0], task.key[2], task.phase) in done]
        if not begun:
            return
        last = begun[-1].phase, begun[-1].wave
        self._current = [task for task in begun if (task.phase, task.wave) == last]
        self._tasks = [task for task in self._tasks if task not in begun]
        self._waves = len({(task.phase, task.wave) for task in begun})
        self._stage = self.wait

    def _planned(self, commit: Commit, started: float) -> list[Task]:
        everything = tasks_of(commit.files.get(self.source.get("path", ""), ()), commit.sha, started)
        options = self.asked.get("syncOptions") or ()
        chosen = self.asked.get("resources")
        strategy: Object = self.asked.get("syncStrategy") or {}
        hooks = not chosen and "apply" not in strategy
        found = [task for task in everything if not task.hook or hooks]
        if chosen:
            named = {(each.get("group", ""), each["kind"], each["name"]) for each in chosen}
            found = [task for task in found if (task.group, task.key[0], task.key[2]) in named]
        if "ApplyOutOfSyncOnly=true" in options and not self.asked.get("dryRun"):
            found = [task for task in found if task.hook or not fits(self.cluster, task)]
        if "CreateNamespace=true" in options:
            found = [*self._namespaces(everything), *found]
        if not chosen:
            found += self._extra(everything)
        return sorted(found, key=lambda task: (task.prune and task.phase == "Sync", order(task)))

    def _namespaces(self, tasks: Sequence[Task]) -> list[Task]:
        spaces = {task.key[1] for task in tasks if task.key[1]}
        missing = sorted(each for each in spaces if self.cluster.get("Namespace", "", each) is None)
        made = ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in missing)
        return [Task("PreSync", -1000, each) for each in made]

    def _extra(self, tasks: Sequence[Task]) -> list[Task]:
        return [Task("Sync", 1000, live, prune=True) for live in extra(self.cluster, self.name, tasks)]

    def begin(self, now: float) -> bool:
        """The first wave; or everything at once when it only tries."""
        if self.asked.get("dryRun"):
            tried = (row(task, f"{_tried(task)} (dry run)", phase="Succeeded") for task in self._tasks)
            self.rows = list(tried)
            self.over = "Succeeded", _NO_MORE
            return True
        return self._next(now, first=True)

    def _next(self, now: float, *, first: bool = False) -> bool:
        """The next wave: old hooks go at once, new ones are made when nothing of them is left."""
        left = [task for task in self._tasks if (task.phase == "SyncFail") == self.failed]
        if not left:
            hooked = bool(self._current) and all(task.hook for task in self._current)
            ended = ("Failed", FAILED) if self.failed else ("Succeeded", _NO_MORE if hooked else _ALL_RUN)
            self.over = ended
            return True
        wave = left[0].phase, left[0].wave
        self._current = [task for task in left if (task.phase, task.wave) == wave]
        self._tasks = [task for task in self._tasks if task not in self._current]
        self._waves += 1
        old = [task for task in self._current if task.hook and self.cluster.get(*task.key) is not None]
        for task in old:
            delete_hook(self.cluster, task)
        if old:
            self._deleted = old
            self._at = now + WAVE_PAUSE
            self._stage, self.due = self.tell_deletion, self._at
            return False
        self._at = now if first else now + WAVE_PAUSE
        self._stage, self.due = self.create, self._at
        return self.create(now) if first else False

    def tell_deletion(self, now: float) -> bool:
        """Argo CD says it two seconds later, when it mostly is no longer true."""
        if now < self._at:
            self.due = self._at
            return False
        self.message = waiting_for("deletion of hook", self._deleted, "hooks")
        self._at = now + 0.2
        self._stage, self.due = self.create, self._at
        return True

    def create(self, now: float) -> bool:
        """Applies the wave once its old hooks are gone."""
        waits = any(task.hook and self.cluster.get(*task.key) is not None for task in self._current)
        if now < self._at or waits:
            self.due = max(self._at, now + 0.25)
            return False
        for task in self._current:
            self.rows.append(self._applied(task))
        self._stage = self.wait
        return self._told(now)

    def _applied(self, task: Task) -> Object:
        if task.prune:
            if not self.asked.get("prune"):
                return row(task, "ignored (requires pruning)", status="PruneSkipped", phase="Succeeded")
            self.cluster.delete(*task.key)
            return row(task, "pruned", status="Pruned", phase="Succeeded")
        if task.hook:
            return row(task, create_hook(self.cluster, self.name, task))
        return row(task, apply(self.cluster, self.name, task))

    def _told(self, now: float) -> bool:
        """What the wave waits for; plain resources of the last one are not waited for."""
        waits = self._pending()
        if not waits:
            return self.wait(now)
        hooks = [task for task in waits if task.hook]
        if hooks:
            self.message = waiting_for("completion of hook", hooks, "hooks")
        else:
            self.message = waiting_for("healthy state of", waits, "resources")
        return True

    def _pending(self) -> list[Task]:
        return [task for task in self._current if self._state(task) == "Running"]

    def _state(self, task: Task) -> str:
        """Running, Succeeded or Failed, by the object itself."""
        if task.prune or not (task.hook or self._followed()):
            return "Succeeded"
        live = self.cluster.get(*task.key)
        health = object_health(live)[0] if live is not None else "Progressing"
        return {"Healthy": "Succeeded", "Suspended": "Succeeded", "Degraded": "Failed"}.get(health, "Running")

    def _followed(self) -> bool:
        return any(task.phase != "SyncFail" for task in self._tasks)

    def wait(self, now: float) -> bool:
        """Until every object of the wave has come to its end; noticed a little later."""
        if self._pending():
            return False
        failed = any(self._state(task) == "Failed" for task in self._current)
        hooks = any(task.hook for task in self._current)
        pause = 0.5 if failed else _NOTICED[(self._waves - 1) % len(_NOTICED)] if hooks else 0.0
        self._at = now + pause
        self._stage, self.due = self.settle, self._at
        return self.settle(now) if not pause else False

    def settle(self, now: float) -> bool:
        """Takes the results; they reach the Application with the next write only."""
        if now < self._at:
            self.due = self._at
            return False
        states = [self._state(task) for task in self._current]
        for task, state in zip(self._current, states, strict=True):
            self._settled(task, state)
        self.failed = self.failed or "Failed" in states
        return self._next(now)

    def _settled(self, task: Task, state: str) -> None:
        live = self.cluster.get(*task.key)
        mine = [each for each in self.rows if (each["kind"], each["name"]) == (task.key[0], task.key[2])]
        entry = next((each for each in mine if each["syncPhase"] == task.phase), None)
        followed = task.hook or self._followed()
        if entry is not None and followed and not task.prune and live is not None:
            message = object_health(live)[1]
            entry.update(hookPhase=state, **({"message": message} if message else {}))
        if task.hook and live is not None and live["kind"] == "Job" and state == "Succeeded":
            versions, database = self.cluster.repository.versions, database_of(live)
            versions[database] = max(versions.get(database, 0), applied_by(live))
        if task.hook:
            release_hook(self.cluster, task)
            if f"Hook{state}" in task.policies:
                delete_hook(self.cluster, task)


def _tried(task: Task) -> str:
    return applied(task, "configured" if images_of(task.manifest) or not task.hook else "created")
