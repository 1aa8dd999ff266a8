"""The policy's world: some twenty workloads, versions that differ, troubles, migrations under way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tui.demo.behaviours.common import Object, time_of
from tui.demo.behaviours.migration import IDENTITY, LIFE, hook_job
from tui.demo.scene_apps import build_apps
from tui.demo.scene_jobs import place_job
from tui.demo.scene_parts import DAY, Place, Release, Workload
from tui.demo.scene_secrets import build_secrets, reads
from tui.demo.scene_small import LOG_AGENT, NAMESPACES, failed_migration

# Tags, oldest first; an environment runs the last of them less those it is behind.
_TAGS: Mapping[str, tuple[str, ...]] = {
    "auth": ("1.3.0", "1.4.0", "1.4.1", "1.4.2", "1.5.0-rc.1"),
    "personal": ("1.8.4", "1.9.0", "1.9.1", "2.0.0", "2.0.1"),
    "identity": ("1.3.0", "1.4.1", "1.4.2", "1.5.0", "1.6.0-rc.2"),
    "legal": ("0.9.0", "0.9.1", "0.9.2", "0.9.2", "0.10.0"),
    "search": ("2.1.0", "2.2.0", "2.2.1", "2.2.1", "2.3.0"),
    "sessions": ("1.0.3", "1.0.4", "1.1.0", "1.1.0", "1.1.1"),
    "notifications": ("3.1.0", "3.2.0", "3.2.1", "3.2.2", "3.3.0"),
    "gateway": ("1.17.2", "1.17.4", "1.18.0", "1.18.1", "1.18.1"),
    "graphql-bff": ("4.0.0", "4.1.0", "4.1.1", "4.2.0", "4.3.0"),
    "websocket": ("1.2.0", "1.2.1", "1.3.0", "1.3.0", "1.3.1"),
}
_WHY = ("first of the line", "fewer queries for each request", "bug fixes", "new fields", "next release")
_BEHIND = {"production": 1, "staging": 1, "development": 0}
_MANAGED = {"auth": "Helm", "legal": "Helm", "search": "Helm", "sessions": "", "notifications": "Helm"}
_DATA = (("postgres", "15.5", 1), ("valkey", "8.0.1", 3), ("clickhouse", "24.8", 2))
_WATCHERS = (("prometheus", "2.54.1"), ("grafana", "11.2.0"), ("jaeger", "1.60.0"))


def build_policy(place: Place) -> None:
    """Fills one environment by its name; an unknown name is like development."""
    for number in range(1, 4):
        place.node(f"node-{number}")
    production = place.environment == "production"
    for name in NAMESPACES:
        place.namespace(name, _annotations(place) if name == "services" else None)
    for name in ("auth", "personal", "identity", "legal"):
        place.secret("services", f"{name}-secrets", "DATABASE_URL", "JWT_SECRET")
    place.secret("services", "sessions-cache", "PASSWORD")
    for name in _TAGS:
        if not (production and name in ("personal", "identity", "search")):
            place.deployment(_workload(place, name))
    _around(place)
    _data(place)
    if production:
        _production(place)
    elif place.environment == "staging":
        _staging(place)
    build_secrets(place)
    build_apps(place)


def _annotations(place: Place) -> dict[str, str]:
    if place.environment == "production":
        return {LIFE: json.dumps({"every": 75, "environment": "production"})}
    if place.environment == "staging":
        return {}
    told = {"every": 40, "environment": place.environment, "deeds": ["restart", "delete", "migrate"]}
    return {LIFE: json.dumps(told)}


def _releases(place: Place, name: str, newest_ago: float) -> tuple[Release, ...]:
    tags = _TAGS[name]
    behind = _BEHIND.get(place.environment, 0)
    if name == "personal" and place.environment == "staging":
        # The release that fails in production is mended here already.
        behind = 0
    tags = tags[: len(tags) - behind]
    ages = [newest_ago + each * 6.5 * DAY for each in range(len(tags))][::-1]
    found = [
        Release(tag, ago, f"release {tag}: {_WHY[index]}")
        for index, (tag, ago) in enumerate(zip(tags, ages, strict=True))
        # A release that changed nothing made no revision.
        if index == 0 or tags[index - 1] != tag
    ]
    return tuple(found)


def _workload(place: Place, name: str, **more: Any) -> Workload:
    namespace = "gateway" if name in ("gateway", "graphql-bff", "websocket") else "services"
    age = {"production": 3.2, "staging": 1.4}.get(place.environment, 0.3) * DAY + len(name) * 4000
    replicas = {"auth": 3, "gateway": 3, "identity": 4 if place.environment == "production" else 2}
    told: dict[str, Any] = {
        "replicas": replicas.get(name, 2),
        "manager": _MANAGED.get(name, "Argo CD"),
        "releases": _releases(place, name, age),
        **reads(name),
    }
    return Workload(namespace, name, **(told | more))


def _around(place: Place) -> None:
    for name in _TAGS:
        namespace = "gateway" if name in ("gateway", "graphql-bff", "websocket") else "services"
        place.service(namespace, name)
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "auth"}
    cpu = {"type": "Utilization", "averageUtilization": 75}
    metrics = [{"type": "Resource", "resource": {"name": "cpu", "target": cpu}}]
    spec: Object = {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 10, "metrics": metrics}
    place.put("HorizontalPodAutoscaler", "services", "auth", spec=spec)
    selector = {"matchLabels": {"app.kubernetes.io/name": "auth"}}
    place.put("PodDisruptionBudget", "services", "auth", spec={"minAvailable": 2, "selector": selector})
    container = {"name": "cleanup", "image": "registry.platform.example/session-cleanup:1.0.0"}
    template = {
        "metadata": {"labels": {"app.kubernetes.io/name": "session-cleanup"}},
        "spec": {"restartPolicy": "Never", "containers": [container]},
    }
    every = {"production": "* * * * *", "staging": "*/5 * * * *"}.get(place.environment, "*/2 * * * *")
    cron: Object = {
        "schedule": every,
        "concurrencyPolicy": "Forbid",
        "successfulJobsHistoryLimit": 2,
        "jobTemplate": {"spec": {"backoffLimit": 1, "template": template}},
    }
    place.put(
        "CronJob",
        "services",
        "session-cleanup",
        spec=cron,
        status={"lastScheduleTime": time_of(place.now // 60 * 60)},
    )


def _data(place: Place) -> None:
    for name, tag, replicas in _DATA:
        releases = (Release(tag, 40 * DAY, f"{name} {tag}"),)
        probe = {"readinessProbe": {"exec": {"command": ["/ready"]}, "periodSeconds": 2}}
        place.stateful_set(Workload("data", name, releases, replicas, container=probe))
        place.service("data", name)
    for name, tag in _WATCHERS:
        place.deployment(Workload("observability", name, (Release(tag, 33 * DAY),), 1, manager="Helm"))
    agent = (Release("3.0.0", 60 * DAY, "agent 3.0.0"), Release("3.1.0", 12 * DAY, "agent 3.1.0"))
    place.daemon_set(Workload("observability", "log-agent", agent, image="fluent-bit", template=LOG_AGENT))


def _production(place: Place) -> None:
    personal = _releases(place, "personal", 250)
    stuck = _workload(place, "personal", releases=personal, pods=("crashing", 1), old=2, deadline=60)
    place.deployment(stuck, "ProgressDeadlineExceeded")
    identity = _releases(place, "identity", 9)
    rolling = _workload(place, "identity", releases=identity, pods=("unready", 1), old=4)
    place.deployment(rolling, "ReplicaSetUpdated")
    never = {"fail_ready": True}
    late = _workload(place, "search", pods=("unready", 2), behaviour=never, deadline=60)
    place.deployment(late, "ProgressDeadlineExceeded")
    _broken(place, "reports", "2.0.0", "image", {"behaviour": {"image_missing": True}})
    secret = {"container": {"envFrom": [{"secretRef": {"name": "consents-secrets"}}]}}
    _broken(place, "consents", "1.0.2", "config", secret)
    limits = {"resources": {"requests": {"memory": "16Mi"}, "limits": {"memory": "16Mi"}}}
    _broken(place, "thumbnails", "0.4.0", "crashing", {"behaviour": {"oom": True}, "container": limits})
    _broken(
        place,
        "training",
        "0.1.0",
        "unschedulable",
        {"template": {"nodeSelector": {"accelerator": "present"}}},
    )
    crash = {"crash_after": 4, "exit_code": 3, "rate": 2}
    _broken(place, "notifier", "1.0.0", "crashing", {"behaviour": crash})
    done, running = IDENTITY[0], IDENTITY[1]
    place_job(place, hook_job(done, "services", "production", 1, [0.81, 24.0, 1.2]), [("done", 45.0)])
    place_job(place, hook_job(running, "services", "production", 1, [3.0, 9.0, 14.0]), [("running", 7.0)])
    attempts = [("failed", 5400.0), ("failed", 5385.0), ("failed", 5360.0), ("failed", 5315.0)]
    place_job(place, failed_migration("services", "production"), attempts)


def _staging(place: Place) -> None:
    secret = {"container": {"envFrom": [{"secretRef": {"name": "consents-secrets"}}]}}
    _broken(place, "consents", "1.0.3", "config", secret)
    _broken(place, "reports", "2.1.0", "crashing", {"behaviour": {"crash_after": 4, "exit_code": 1}})


def _broken(place: Place, name: str, tag: str, state: str, more: dict[str, Any]) -> None:
    releases = (Release(tag, 2 * 3600.0 + len(name) * 300, f"release {tag}"),)
    it = Workload("services", name, releases, 1, pods=(state, 1), deadline=60, **more)
    place.deployment(it, "ProgressDeadlineExceeded")
