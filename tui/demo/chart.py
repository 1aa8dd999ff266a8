"""The platform's chart as rendered: Deployment, Service, SealedSecret and hook Jobs of one service."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui.demo.behaviours.scripted import BEHAVIOUR, MIGRATIONS

Object = dict[str, Any]

REGISTRY = "registry.platform.example"


@dataclass(frozen=True, slots=True)
class Migration:
    """One hook Job: its name, its wave, the goose image's tag, which files it applies and how long each."""

    job: str
    wave: int
    database: str
    seconds: float = 0.8


# As the platform's values say it.
MIGRATED = {
    "auth": (Migration("auth-migrate", -5, "auth_db"),),
    "personal": (Migration("personal-migrate", -5, "personal_db"),),
    "identity": (
        Migration("identity-migrate-identity", -5, "identity_db"),
        Migration("identity-migrate-auth", -4, "auth_db"),
        Migration("identity-migrate-legal", -3, "legal_db"),
    ),
    "gateway": (),
}


def render(
    service: str,
    namespace: str,
    environment: str,
    version: str,
    sealed: Object | None = None,
    replicas: int = 2,
) -> list[Object]:
    """The manifests; `sealed` is a SealedSecret's spec."""
    migrations = MIGRATED.get(service, ())
    found = [migration_job(service, namespace, each) for each in migrations]
    if sealed is not None:
        annotations = {"argocd.argoproj.io/sync-wave": "-10"}
        meta = {"name": f"{service}-secrets", "namespace": namespace, "annotations": annotations}
        found.append(
            {"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": meta, "spec": sealed}
        )
    labels = {"app.kubernetes.io/name": service, "app.kubernetes.io/part-of": "platform"}
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    selector = {"app.kubernetes.io/name": service}
    meta = {"name": service, "namespace": namespace, "labels": labels}
    found.append(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": meta,
            "spec": {"ports": ports, "selector": selector},
        }
    )
    deployed = {**meta, "labels": {**labels, "environment": environment}}
    spec = _deployment(service, version, replicas, sealed is not None)
    found.append({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": deployed, "spec": spec})
    return found


def _deployment(service: str, version: str, replicas: int, secret: bool) -> Object:
    container: Object = {
        "name": service,
        "image": f"{REGISTRY}/service:{version}",
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 2},
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "64Mi"}},
    }
    if secret:
        container["envFrom"] = [{"secretRef": {"name": f"{service}-secrets"}}]
    labels = {"app.kubernetes.io/name": service, "app.kubernetes.io/version": version}
    return {
        "replicas": replicas,
        "progressDeadlineSeconds": 60,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "selector": {"matchLabels": {"app.kubernetes.io/name": service}},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"terminationGracePeriodSeconds": 5, "containers": [container]},
        },
    }


def migration_job(service: str, namespace: str, it: Migration) -> Object:
    """A PreSync hook that runs goose; nothing is left of a database's migrations when it has run once."""
    labels = {"app.kubernetes.io/name": service, "app.kubernetes.io/component": "migration"}
    variable = "DATABASE_URL" if len(MIGRATED.get(service, ())) == 1 else f"{it.database.upper()}_URL"
    container = {
        "name": "goose",
        "image": f"{REGISTRY}/goose:{it.database}",
        "command": ["sh", "-c"],
        "args": [f'goose -dir /migrations postgres "${variable}" up'],
        "envFrom": [{"secretRef": {"name": f"{service}-secrets"}}],
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
    }
    script = goose(MIGRATIONS.get(it.database, ()), 0, it.seconds)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": it.job,
            "namespace": namespace,
            "labels": {**labels, "app.kubernetes.io/part-of": "platform"},
            "annotations": {
                "argocd.argoproj.io/hook": "PreSync",
                "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
                "argocd.argoproj.io/sync-wave": str(it.wave),
            },
        },
        "spec": {
            "ttlSecondsAfterFinished": 300,
            "backoffLimit": 3,
            "template": {
                "metadata": {"labels": labels, "annotations": {BEHAVIOUR: script}},
                "spec": {"restartPolicy": "Never", "containers": [container]},
            },
        },
    }


def goose(files: Sequence[str], version: int, seconds: float, bad: str = "") -> str:
    """The annotation that says which files a run applies, from which version on, and which of them fails."""
    told: Object = {"files": list(files), "version": version, "seconds": [seconds] * max(len(files), 1)}
    told |= {"fail_at": bad} if bad else {}
    return json.dumps({"goose": {"goose": told if files else {"none": True, "version": version}}})
