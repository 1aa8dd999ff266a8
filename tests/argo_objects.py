"""Objects of a real Argo CD 3.6.1, trimmed: what the wire reads of them is tested on these."""

from __future__ import annotations

import copy
from typing import Any

Object = dict[str, Any]
COMMIT = "f7dd537794118dd62e91162898991f67a4925fa2"
SOURCE: Object = {
    "helm": {"releaseName": "personal", "valueFiles": ["values-dev.yaml"]},
    "path": "services/personal/helm",
    "repoURL": "https://git.example/platform.git",
    "targetRevision": "develop",
}
RETRY: Object = {"backoff": {"duration": "5s", "factor": 2, "maxDuration": "1m"}, "limit": 2}
OPTIONS = ["CreateNamespace=true", "ApplyOutOfSyncOnly=true"]

_HOOK: Object = {
    "group": "batch",
    "hookPhase": "Succeeded",
    "hookType": "PreSync",
    "images": ["deploytui/goose:personal_db"],
    "kind": "Job",
    "message": "Reached expected number of succeeded pods",
    "name": "personal-migrate",
    "namespace": "dev-services",
    "status": "Synced",
    "syncPhase": "PreSync",
    "version": "v1",
}
_SERVICE: Object = {
    "group": "",
    "hookPhase": "Running",
    "kind": "Service",
    "message": "service/personal created",
    "name": "personal",
    "namespace": "dev-services",
    "status": "Synced",
    "syncPhase": "Sync",
    "version": "v1",
}
_APPLICATION: Object = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Application",
    "metadata": {
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}\n"},
        "creationTimestamp": "2026-11-24T14:59:25Z",
        "generation": 248,
        "labels": {"app.kubernetes.io/name": "personal", "environment": "development"},
        "name": "personal-development",
        "namespace": "argocd",
        "resourceVersion": "7529",
        "uid": "8fc2f229-ff68-493c-aca2-40e4e564276e",
    },
    "spec": {
        "destination": {"namespace": "dev-services", "server": "https://kubernetes.default.svc"},
        "project": "platform",
        "revisionHistoryLimit": 10,
        "source": SOURCE,
        "syncPolicy": {
            "automated": {"prune": True, "selfHeal": True},
            "retry": RETRY,
            "syncOptions": OPTIONS,
        },
    },
    "status": {
        "controllerNamespace": "argocd",
        "health": {"lastTransitionTime": "2026-11-24T14:59:41Z", "status": "Healthy"},
        "history": [
            {
                "deployStartedAt": "2026-11-24T14:59:28Z",
                "deployedAt": "2026-11-24T14:59:39Z",
                "id": 0,
                "initiatedBy": {"automated": True},
                "revision": COMMIT,
                "source": SOURCE,
            }
        ],
        "operationState": {
            "finishedAt": "2026-11-24T14:59:39Z",
            "message": "successfully synced (all tasks run)",
            "operation": {
                "initiatedBy": {"automated": True},
                "retry": RETRY,
                "sync": {"prune": True, "revision": COMMIT, "source": SOURCE, "syncOptions": OPTIONS},
            },
            "phase": "Succeeded",
            "startedAt": "2026-11-24T14:59:28Z",
            "syncResult": {"resources": [_HOOK, _SERVICE], "revision": COMMIT, "source": SOURCE},
        },
        "reconciledAt": "2026-11-24T15:38:26Z",
        "resourceHealthSource": "appTree",
        "resources": [
            {"kind": "Service", "name": "personal", "namespace": "dev-services", "status": "Synced"},
            {
                "group": "batch",
                "hook": True,
                "kind": "Job",
                "name": "personal-migrate",
                "namespace": "dev-services",
                "requiresPruning": True,
                "syncWave": -5,
                "version": "v1",
            },
            {
                "group": "bitnami.com",
                "kind": "SealedSecret",
                "name": "personal-secrets",
                "namespace": "dev-services",
                "status": "Synced",
                "syncWave": -10,
                "version": "v1alpha1",
            },
        ],
        "sourceHydrator": {},
        "sourceType": "Helm",
        "summary": {"images": ["deploytui/service:1.1.0"]},
        "sync": {"revision": COMMIT, "status": "Synced"},
    },
}
_PROJECT: Object = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "AppProject",
    "metadata": {
        "creationTimestamp": "2026-11-24T14:59:25Z",
        "name": "platform",
        "namespace": "argocd",
        "resourceVersion": "1299",
        "uid": "01427085-1568-4aaa-8b93-7fc669e44fa3",
    },
    "spec": {
        "description": "The platform's services",
        "destinations": [{"namespace": "prod-*", "server": "https://kubernetes.default.svc"}],
        "syncWindows": [
            {
                "applications": ["*-production"],
                "description": "Year-end freeze",
                "duration": "1h",
                "kind": "deny",
                "manualSync": False,
                "schedule": "0 3 30 12 *",
                "timeZone": "Europe/Paris",
            }
        ],
    },
}


def application(name: str = "personal-development", **labels: str) -> Object:
    """Automated, deployed once, Synced and Healthy; a copy that may be changed."""
    made = copy.deepcopy(_APPLICATION)
    made["metadata"]["name"] = name
    made["metadata"]["labels"] |= labels
    return made


def project() -> Object:
    """With one deny window a year; a copy that may be changed."""
    return copy.deepcopy(_PROJECT)
