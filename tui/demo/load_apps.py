"""The load generator's Applications: so many, each with three migrations and a Deployment, all deployed."""

from __future__ import annotations

from tui.demo.applications import application, project, sync_operation
from tui.demo.behaviours.argo_compare import resources_of
from tui.demo.behaviours.argo_task import TRACKING, row, tasks_of, tracking_id
from tui.demo.behaviours.common import Object, time_of
from tui.demo.chart import Migration, migration_job
from tui.demo.repository import Commit
from tui.demo.world import Environment

_NAMESPACES = ("gateway", "services", "data", "observability")
_WAVES = (-5, -4, -3)


def build(environment: Environment, count: int) -> None:
    """Deployed an hour ago; their next sync runs three waves of a second each."""
    cluster, now = environment.cluster, environment.world.now()
    where = environment.name
    cluster.create({"kind": "Namespace", "metadata": {"name": "argocd"}, "status": {"phase": "Active"}})
    meta = {"name": "platform", "namespace": "argocd"}
    cluster.create({"kind": "AppProject", "metadata": meta, "spec": project([])})
    names = [f"load-{number:04d}" for number in range(count)]
    files = {_path(name): _manifests(name, _NAMESPACES[at % 4], where) for at, name in enumerate(names)}
    commit = cluster.repository.push("main", files, at=now - 3600, message="The platform")
    for number, name in enumerate(names):
        _deploy(environment, name, _NAMESPACES[number % 4], commit, now - 3600)


def _path(name: str) -> str:
    return f"services/{name}/helm"


def _manifests(name: str, namespace: str, where: str) -> list[Object]:
    hooks = [
        migration_job(name, namespace, Migration(f"{name}-migrate{wave}", wave, "auth_db", 0.25))
        for wave in _WAVES
    ]
    for hook in hooks:
        container = hook["spec"]["template"]["spec"]["containers"][0]
        container.pop("envFrom")  # no Secret is there for a thousand of them
        # A database of its own for each: what one has migrated is no news for another.
        container["image"] = (
            f"registry.platform.example/goose:{hook['metadata']['name'].replace('-', '_')}_db"
        )
    labels = {"app.kubernetes.io/name": name}
    container = {"name": name, "image": "registry.platform.example/load:1.0.0"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    meta = {"name": name, "namespace": namespace, "labels": {**labels, "environment": where}}
    return [*hooks, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}]


def _deploy(environment: Environment, name: str, namespace: str, commit: Commit, at: float) -> None:
    cluster, full = environment.cluster, f"{name}-{environment.name}"
    made = application(full, namespace, _path(name), "main", {})
    live: Object = {**commit.files[_path(name)][-1]}
    tracked = {TRACKING: tracking_id(full, live)}
    cluster.create({**live, "metadata": {**live["metadata"], "annotations": tracked}})
    tasks = tasks_of(commit.files[_path(name)], commit.sha, at)
    done = [row(task, "Reached expected number of succeeded pods", phase="Succeeded") for task in tasks]
    source, who = made["spec"]["source"], {"username": "maria"}
    times = {"deployStartedAt": time_of(at - 9), "deployedAt": time_of(at)}
    status: Object = {
        "health": {"lastTransitionTime": time_of(at), "status": "Healthy"},
        "history": [{**times, "id": 0, "initiatedBy": who, "revision": commit.sha, "source": source}],
        "operationState": {
            "operation": {**sync_operation(made, "maria", "release"), "retry": {}},
            "phase": "Succeeded",
            "message": "successfully synced (all tasks run)",
            "startedAt": times["deployStartedAt"],
            "finishedAt": times["deployedAt"],
            "syncResult": {"resources": done, "revision": commit.sha, "source": source},
        },
        "resources": resources_of(cluster, full, tasks),
        "sync": {"revision": commit.sha, "status": "Synced"},
    }
    meta = {"name": full, "namespace": "argocd", "labels": {"environment": environment.name}}
    cluster.create({"kind": "Application", "metadata": meta, "spec": made["spec"], "status": status})
