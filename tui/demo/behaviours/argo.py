"""Argo CD's application controller: compares with Git, starts and carries out operations, tells the state."""

from __future__ import annotations

from collections.abc import Iterable

from tui.demo.behaviours.argo_automated import automated
from tui.demo.behaviours.argo_compare import health_of, images, resources_of, sync_status
from tui.demo.behaviours.argo_operation import Operations
from tui.demo.behaviours.argo_task import Task, tasks_of
from tui.demo.behaviours.common import Controller, Key, Object, annotations_of, deleting, time_of
from tui.demo.cluster import Cluster
from tui.demo.repository import Commit

DOWN = "demo.deploytui/argo-down"
REFRESH = "argocd.argoproj.io/refresh"
# How often branches are looked at for new commits, in seconds.
POLL = 10.0


class Applications(Controller):
    """One Application after the other; an object that changed wakes those that manage it."""

    kind = "Application"

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.operations = Operations(cluster)
        self._seen: dict[Key, str] = {}
        self._managed: dict[Key, set[Key]] = {}
        self._poll = 0.0

    def step(self, now: float) -> None:
        """Looks for new commits when it is time, then does what is due; nothing at all while it is down."""
        home = self.cluster.get("Namespace", "", "argocd")
        if home is not None and annotations_of(home).get(DOWN) == "true":
            return
        if now >= self._poll:
            self._poll = now + POLL
            for application in self.cluster.all(self.kind):
                key: Key = (self.kind, application["metadata"]["namespace"], application["metadata"]["name"])
                head = self.cluster.repository.head(_branch(application))
                if head is not None and self._seen.get(key, head.sha) != head.sha:
                    self._seen[key] = head.sha
                    self.due(now, key)
        super().step(now)

    def concerned(self, key: Key) -> Iterable[Key]:
        """Itself; all of a project; those that manage the object."""
        if key[0] == self.kind:
            return (key,)
        if key[0] == "AppProject":
            found = self.cluster.all(self.kind, key[1])
            mine = [each for each in found if each["spec"].get("project", "default") == key[2]]
            return [(self.kind, key[1], each["metadata"]["name"]) for each in mine]
        return self._managed.get(key, ())

    def reconcile(self, key: Key, now: float) -> None:
        """The operation first; in the turn in which it ends the comparison is still the old one."""
        application = self.cluster.get(*key)
        if application is None or deleting(application):
            self.operations.forget(key)
            return
        ended = self.operations.advance(key, now)
        for task in self.operations.watched(key):
            self._managed.setdefault(task.key, set()).add(key)
        if self.operations.due is not None:
            self.due(self.operations.due, key)
        if ended:
            self._look_again(key, application)
            self.due(now + 0.1, key)
            return
        self._compare(key, now)

    def _look_again(self, key: Key, application: Object) -> None:
        head = self.cluster.repository.head(_branch(application))
        if head is not None:
            self._seen[key] = head.sha

    def _compare(self, key: Key, now: float) -> None:
        draft = self.cluster.edit(*key)
        refresh = REFRESH in annotations_of(draft)
        if refresh:
            self._look_again(key, draft)
            draft["metadata"]["annotations"].pop(REFRESH)
        status: Object = draft.setdefault("status", {})
        head = self.cluster.repository.head(_branch(draft))
        before = str((status.get("sync") or {}).get("revision", ""))
        commit = self.cluster.repository.commit(self._seen.get(key) or before) or head
        if commit is None or head is None:
            _unreadable(draft, now)
        else:
            self._seen[key] = commit.sha
            tasks = tasks_of(commit.files.get(_path(draft), ()), commit.sha, now)
            for task in tasks:
                self._managed.setdefault(task.key, set()).add(key)
            if self._judged(draft, commit, tasks, now):
                return
        old: Object = (self.cluster.get(*key) or {}).get("status") or {}
        if refresh or {**status, "reconciledAt": ""} != {**old, "reconciledAt": ""}:
            status["reconciledAt"] = time_of(now)
            self.cluster.update(draft)

    def _judged(self, draft: Object, commit: Commit, tasks: list[Task], now: float) -> bool:
        """Fills in the status; True when an automated sync was asked for instead (it writes that first)."""
        name, status = draft["metadata"]["name"], draft["status"]
        resources = resources_of(self.cluster, name, tasks)
        synced = sync_status(resources)
        project = self.cluster.get(
            "AppProject", draft["metadata"]["namespace"], draft["spec"].get("project", "")
        )
        wish = automated(draft, project, synced, resources, commit.sha, now)
        if wish.at is not None:
            self.due(wish.at, (self.kind, draft["metadata"]["namespace"], name))
        if wish.operation is not None:
            asked = self.cluster.edit(self.kind, draft["metadata"]["namespace"], name)
            self.cluster.update({**asked, "operation": wish.operation})
            return True
        spec = draft["spec"]
        status["sync"] = {
            "comparedTo": {"destination": spec.get("destination"), "source": spec.get("source")},
            "revision": commit.sha,
            "status": synced,
        }
        status["resources"] = resources
        _tell_health(status, *health_of(self.cluster, tasks), now)
        status["summary"] = {"images": found} if (found := images(self.cluster, tasks)) else {}
        status["sourceType"] = "Helm" if "helm" in (spec.get("source") or {}) else "Directory"
        status["controllerNamespace"] = "argocd"
        status["resourceHealthSource"] = "appTree"
        _tell_conditions(status, {"SyncError": wish.problem} if wish.problem else {}, now)
        return False


def _branch(application: Object) -> str:
    return str((application["spec"].get("source") or {}).get("targetRevision", ""))


def _path(application: Object) -> str:
    return str((application["spec"].get("source") or {}).get("path", ""))


def _tell_health(status: Object, health: str, message: str, now: float) -> None:
    before: Object = status.get("health") or {}
    at = before.get("lastTransitionTime") if before.get("status") == health else None
    said = {"message": message} if message else {}
    status["health"] = {"lastTransitionTime": at or time_of(now), **said, "status": health}


def _tell_conditions(status: Object, wanted: dict[str, str], now: float) -> None:
    before = {each["type"]: each for each in status.pop("conditions", None) or ()}
    found: list[Object] = []
    for kind, message in wanted.items():
        old: Object = before.get(kind) or {}
        same = old.get("message") == message
        at = old["lastTransitionTime"] if same else time_of(now)
        found.append({"lastTransitionTime": at, "message": message, "type": kind})
    if found:
        status["conditions"] = found


def _unreadable(draft: Object, now: float) -> None:
    """A branch that is not there: unknown, and not unwell (as observed)."""
    status, branch = draft["status"], _branch(draft)
    spec = draft["spec"]
    compared = {"destination": spec.get("destination"), "source": spec.get("source")}
    status["sync"] = {"comparedTo": compared, "revision": branch, "status": "Unknown"}
    _tell_health(status, "Healthy", "", now)
    problem = f"failed to generate manifest for source 1 of 1: unable to resolve '{branch}' to a commit SHA"
    _tell_conditions(status, {"ComparisonError": f"Failed to load target state: {problem}"}, now)
