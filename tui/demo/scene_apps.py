"""The policy's Applications: a migration under way, one that failed behind "Synced", two out of sync."""

from __future__ import annotations

from tui.demo.applications import application, project, sync_operation
from tui.demo.behaviours.argo import Applications
from tui.demo.behaviours.argo_sync import FAILED
from tui.demo.behaviours.argo_task import Task, applied, row, tasks_of, waiting_for
from tui.demo.behaviours.common import Object, key_of, time_of
from tui.demo.repository import Commit
from tui.demo.scene_argo import AUTOMATED, FREEZE
from tui.demo.scene_commits import SERVICES, Commits, branch_of, namespace_of, path_of, push_all
from tui.demo.scene_parts import DAY, Place

_PEOPLE = {"production": "maria", "staging": "jonas"}
_DONE = "Reached expected number of succeeded pods"


def build_apps(place: Place) -> None:
    """After everything else, for the manifests are made from what is there."""
    place.namespace("argocd")
    windows = [FREEZE] if place.environment == "production" else []
    place.put("AppProject", "argocd", "platform", spec=project(windows))
    commits = push_all(place)
    for service in SERVICES:
        _place(place, service, commits)
    # Compared once, so that a clock that stands still shows it too.
    controller = Applications(place.cluster)
    for each in place.cluster.all("Application"):
        controller.reconcile(key_of(each), place.now)


def _place(place: Place, service: str, commits: Commits) -> None:
    where = place.environment
    name, path = f"{service}-{where}", path_of(where, service)
    policy = {} if where in _PEOPLE else AUTOMATED
    made = application(name, namespace_of(service), path, branch_of(where), policy)
    who: Object = {"username": _PEOPLE[where]} if where in _PEOPLE else {"automated": True}
    deployed = ((commits.before, 9 * DAY), (commits.last, 2.5 * DAY))
    history = [_deployed(place, made, who, commit, ago) for commit, ago in deployed]
    state = _succeeded(made, who, history[-1], tasks_of(commits.last.files[path], commits.last.sha, 0.0))
    news = tasks_of(commits.head.files[path], commits.head.sha, 0.0)
    if where == "production" and service == "identity":
        made["operation"] = sync_operation(made, "maria", "identity 1.5.0")
        state = _under_way(place, made, commits.head, news)
    elif where == "production" and service == "personal":
        state = _failed(place, made, commits.head, news)
    status = {
        "history": [{**each, "id": number} for number, each in enumerate(history)],
        "operationState": state,
        "sync": {"revision": commits.head.sha},
    }
    labels = {"app.kubernetes.io/name": service, "app.kubernetes.io/part-of": "platform"}
    meta = {"labels": {**labels, "environment": where}}
    asked = {"operation": made["operation"]} if "operation" in made else {}
    place.put("Application", "argocd", name, metadata=meta, spec=made["spec"], status=status, **asked)


def _deployed(place: Place, made: Object, who: Object, commit: Commit, ago: float) -> Object:
    at = place.now - ago
    times = {"deployStartedAt": time_of(at - 40), "deployedAt": time_of(at)}
    return {**times, "initiatedBy": who, "revision": commit.sha, "source": made["spec"]["source"]}


def _succeeded(made: Object, who: Object, last: Object, tasks: list[Task]) -> Object:
    rows = [_row(task, "Succeeded") for task in tasks]
    return {
        "operation": {**sync_operation(made, "", "release"), "initiatedBy": who, "retry": {}},
        "phase": "Succeeded",
        "message": "successfully synced (all tasks run)",
        "startedAt": last["deployStartedAt"],
        "finishedAt": last["deployedAt"],
        "syncResult": {"resources": rows, "revision": last["revision"], "source": last["source"]},
    }


def _row(task: Task, phase: str) -> Object:
    if task.hook:
        return row(task, applied(task, "created") if phase == "Running" else _DONE, phase=phase)
    return row(task, applied(task, "configured"))


def _under_way(place: Place, made: Object, commit: Commit, tasks: list[Task]) -> Object:
    """The first wave is done, the second runs: as the Jobs of the scene are."""
    hooks = [task for task in tasks if task.hook]
    rows = [_row(hooks[0], "Succeeded"), _row(hooks[1], "Running")]
    return {
        "operation": {**made["operation"], "retry": {}},
        "phase": "Running",
        "message": waiting_for("completion of hook", hooks[1:2], "hooks"),
        "startedAt": time_of(place.now - 48),
        "syncResult": {"resources": rows, "revision": commit.sha, "source": made["spec"]["source"]},
    }


def _failed(place: Place, made: Object, commit: Commit, tasks: list[Task]) -> Object:
    """Its migration failed an hour and a half ago; that the image came all the same was somebody's hand."""
    (hook,) = [task for task in tasks if task.hook]
    rows = [row(hook, "Job has reached the specified backoff limit", phase="Failed")]
    return {
        "operation": {**sync_operation(made, "jonas", "personal 2.0.0"), "retry": {}},
        "phase": "Failed",
        "message": FAILED,
        "startedAt": time_of(place.now - 5405),
        "finishedAt": time_of(place.now - 5310),
        "syncResult": {"resources": rows, "revision": commit.sha, "source": made["spec"]["source"]},
    }
