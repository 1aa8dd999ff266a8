"""Applications and AppProjects as the platform writes them, and the operations that people write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Object = dict[str, Any]

OPTIONS = ["CreateNamespace=true", "ApplyOutOfSyncOnly=true"]
REPOSITORY = "https://git.platform.example/platform.git"
SERVER = "https://kubernetes.default.svc"


def source_of(path: str, branch: str, service: str) -> Object:
    """A chart of the platform's repository; the path of the simulator's manifests is `path`."""
    helm = {"releaseName": service}
    return {"helm": helm, "path": path, "repoURL": REPOSITORY, "targetRevision": branch}


def application(
    name: str, namespace: str, path: str, branch: str, policy: Mapping[str, Any], project: str = "platform"
) -> Object:
    """Without a status; `policy` is added to the sync policy, which is manual otherwise."""
    service = name.rpartition("-")[0]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "destination": {"namespace": namespace, "server": SERVER},
            "project": project,
            "revisionHistoryLimit": 10,
            "source": source_of(path, branch, service),
            "syncPolicy": {**policy, "syncOptions": list(OPTIONS)},
        },
    }


def project(windows: Sequence[Object]) -> Object:
    """The spec of an AppProject."""
    return {
        "clusterResourceWhitelist": [{"group": "", "kind": "Namespace"}],
        "description": "The platform's services",
        "destinations": [{"namespace": "*", "server": SERVER}],
        "sourceRepos": ["*"],
        "syncWindows": list(windows),
    }


def sync_operation(application: Object, username: str, reason: str, **sync: Any) -> Object:
    """What someone writes: the sync options and the retry of the policy are copied."""
    policy: Object = application["spec"].get("syncPolicy") or {}
    asked = {"syncStrategy": {"hook": {}}, "syncOptions": policy.get("syncOptions") or [], **sync}
    retry = {"retry": policy["retry"]} if policy.get("retry") else {}
    info = [{"name": "Reason", "value": reason}]
    return {"initiatedBy": {"username": username}, "info": info, "sync": asked, **retry}
