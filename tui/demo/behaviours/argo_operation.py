"""Operations of Applications from `.operation` to their end: start, window, attempts, history, terminate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tui.demo.behaviours.argo_sync import FAILED, Sync
from tui.demo.behaviours.argo_task import Task
from tui.demo.behaviours.argo_window import blocked
from tui.demo.behaviours.common import Key, Object, seconds_of, time_of
from tui.demo.cluster import Cluster

BLOCKED = "Sync operation blocked by sync window"
_ENDED = ("Succeeded", "Failed", "Error")
# Seconds from the first sight of an operation to its first deed.
_FIRST = 0.2


class Operations:
    """What is under way; `due` is when the one that was looked at last wants to be looked at again."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.due: float | None = None
        self._syncs: dict[Key, Sync] = {}
        self._first: dict[Key, float] = {}

    def forget(self, key: Key) -> None:
        """Its operation is over, or it is gone."""
        self._syncs.pop(key, None)
        self._first.pop(key, None)

    def watched(self, key: Key) -> tuple[Task, ...]:
        """Whose objects the operation of this Application waits for."""
        sync = self._syncs.get(key)
        return sync.watched if sync else ()

    def advance(self, key: Key, now: float) -> bool:
        """One turn; True when the operation ended in it. Without `.operation` a state stays as it is."""
        self.due = None
        application = self.cluster.get(*key) or {}
        operation = application.get("operation")
        if not operation:
            self.forget(key)
            return False
        state: Object | None = (application.get("status") or {}).get("operationState")
        if not state or state.get("phase") in _ENDED:
            self._start(key, operation, now)
            return False
        if state["phase"] == "Terminating":
            self._terminate(key, application, state, now)
            return True
        if state.get("finishedAt"):
            self._retry(key, state, now)
            return False
        if now < self._first.get(key, 0.0):
            self.due = self._first[key]
            return False
        return self._go_on(key, application, state, now)

    def _start(self, key: Key, operation: Object, now: float) -> None:
        self.forget(key)
        told = {**operation, "retry": operation.get("retry") or {}}

        def change(draft: Object) -> None:
            status = draft.setdefault("status", {})
            status["operationState"] = {"operation": told, "phase": "Running", "startedAt": time_of(now)}

        self._write(key, change)
        self._first[key] = self.due = now + _FIRST

    def _go_on(self, key: Key, application: Object, state: Object, now: float) -> bool:
        sync = self._syncs.get(key) or self._begun(key, application, state, now)
        if sync is None:
            return self.cluster.edit(*key).get("operation") is None
        changed = sync.advance(now)
        if sync.over is not None:
            return self._end(key, state, sync, sync.over, now)
        if changed:
            self._tell(key, {"message": sync.message, "syncResult": sync.result()})
        self.due = sync.due
        return False

    def _begun(self, key: Key, application: Object, state: Object, now: float) -> Sync | None:
        """None while a window holds it back, or when there is no such revision (which ends it)."""
        operation = state["operation"]
        spec, meta = application["spec"], application["metadata"]
        project = self.cluster.get("AppProject", meta["namespace"], spec.get("project", "default"))
        manual = not (operation.get("initiatedBy") or {}).get("automated")
        asked: Object = operation.get("sync") or {}
        told: Object = state.get("syncResult") or {}
        if not told.get("resources") and blocked(project, application, now, manual=manual):
            result = {
                "revision": asked.get("revision") or "",
                "source": asked.get("source") or spec["source"],
            }
            self._tell(key, {"message": BLOCKED, "syncResult": result})
            self.due = now + 1
            return None
        branch = str((spec.get("source") or {}).get("targetRevision", ""))
        # What is under way already goes on with the commit that it began with.
        begun = str(told["revision"]) if told.get("resources") else ""
        revision = begun or str(asked.get("revision") or "")
        repository = self.cluster.repository
        commit = repository.commit(revision) if revision else repository.head(branch)
        if commit is None:
            problem = f"Failed to load target state: unable to resolve '{revision or branch}' to a commit SHA"
            self._finish(key, {"phase": "Error", "message": f"ComparisonError: {problem}"}, now)
            return None
        self._syncs[key] = Sync(self.cluster, application, state, commit)
        return self._syncs[key]

    def _end(self, key: Key, state: Object, sync: Sync, over: tuple[str, str], now: float) -> bool:
        phase, message = over
        count = int(state.get("retryCount", 0))
        told: Object = state["operation"].get("retry") or {}
        limit = int(told.get("limit", 0))
        result = sync.result()
        if phase == "Failed" and (limit < 0 or count < limit):
            at = time_of(now + _pause(told, count))
            said = f"{FAILED}. Retrying attempt #{count + 1} at {at}."
            waits = {"finishedAt": time_of(now), "retryCount": count + 1}
            self._tell(key, {"message": said, "syncResult": result, **waits})
            self._syncs.pop(key, None)
            self.due = now + 2 * _pause(told, count)
            self._first[key] = self.due
            return False
        if phase == "Failed" and count:
            message = f"{message} (retried {count} times)."
        if phase == "Succeeded" and sync.deploys:
            self._write(key, lambda draft: _remember(draft, state, sync, now))
        self._finish(key, {"phase": phase, "message": message, "syncResult": result}, now)
        return True

    def _retry(self, key: Key, state: Object, now: float) -> None:
        """The next attempt: twice as late as announced (as observed), with nothing left of the last."""
        count = int(state["retryCount"])
        pause = 2 * _pause(state["operation"].get("retry") or {}, count - 1)
        at = self._first.setdefault(key, seconds_of(state["finishedAt"]) + pause)
        if now < at:
            self.due = at
            return

        def change(draft: Object) -> None:
            found = draft["status"]["operationState"]
            found["message"] = f"Retrying operation. Attempt #{count}"
            found.pop("finishedAt")
            found.pop("syncResult", None)

        self._write(key, change)
        self._first[key] = self.due = now + _FIRST

    def _terminate(self, key: Key, application: Object, state: Object, now: float) -> None:
        told: Object = state.get("syncResult") or {}
        sync = self._syncs.get(key)
        if sync is None and told.get("resources"):
            sync = self._begun(key, application, state, now)
        changes: Object = {"phase": "Failed", "message": "Operation terminated"}
        if sync is not None:
            sync.terminate()
            changes["syncResult"] = sync.result()
        elif told:
            # Also of one that never began: the commit that it would have taken now.
            source: Object = application["spec"].get("source") or {}
            head = self.cluster.repository.head(str(source.get("targetRevision", "")))
            changes["syncResult"] = {**told, "revision": told["revision"] or (head.sha if head else "")}
        self._finish(key, changes, now)

    def _tell(self, key: Key, changes: Object) -> None:
        self._write(key, lambda draft: draft["status"]["operationState"].update(changes))

    def _finish(self, key: Key, changes: Object, now: float) -> None:
        """The last write: the operation goes in the same one."""

        def change(draft: Object) -> None:
            draft["status"]["operationState"].update({**changes, "finishedAt": time_of(now)})
            draft.pop("operation", None)

        self._write(key, change)
        self.forget(key)

    def _write(self, key: Key, change: Callable[[Object], None]) -> None:
        draft = self.cluster.edit(*key)
        change(draft)
        self.cluster.update(draft)


def _pause(retry: Object, count: int) -> float:
    """Seconds before attempt number `count` + 1 as announced."""
    told: Object = retry.get("backoff") or {}
    longest = _seconds(str(told.get("maxDuration", "3m")))
    factor = float(told.get("factor") or 2)
    return min(_seconds(str(told.get("duration", "5s"))) * factor**count, longest)


def _seconds(duration: str) -> float:
    units = {"s": "seconds", "m": "minutes", "h": "hours"}
    return timedelta(**{units[duration[-1]]: float(duration[:-1])}).total_seconds()


def _remember(draft: Object, state: Object, sync: Sync, now: float) -> None:
    """One more entry of the history, the oldest ones left out."""
    history: list[Object] = draft["status"].setdefault("history", [])
    history.append(
        {
            "deployStartedAt": state["startedAt"],
            "deployedAt": time_of(now),
            "id": history[-1]["id"] + 1 if history else 0,
            "initiatedBy": state["operation"].get("initiatedBy") or {},
            "revision": sync.commit.sha,
            "source": sync.source,
        }
    )
    del history[: -int(draft["spec"].get("revisionHistoryLimit", 10))]
