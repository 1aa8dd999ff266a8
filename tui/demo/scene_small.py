"""The scene of most tests: one of everything, settled, the same in every world."""

from __future__ import annotations

import json

from tui.demo.behaviours.common import Object
from tui.demo.behaviours.migration import Wave, hook_job
from tui.demo.behaviours.scripted import BEHAVIOUR, MIGRATIONS
from tui.demo.scene_jobs import place_job
from tui.demo.scene_parts import DAY, Place, Release, Workload

NAMESPACES = ("gateway", "services", "data", "observability")
_AUTH = (
    Release("1.0.0", 21 * DAY, "release 1.0.0"),
    Release("1.1.0", 9 * DAY, "release 1.1.0: sessions expire"),
    Release("1.1.1", 3 * DAY, "release 1.1.1: more log lines"),
)
_PERSONAL = (
    Release("1.9.0", 14 * DAY, "release 1.9.0"),
    Release("1.9.1", 5 * DAY, "release 1.9.1: smaller images"),
    Release("2.0.0", 240, "release 2.0.0: profiles in two languages"),
)
LOG_AGENT: Object = {
    "initContainers": [
        {"name": "prepare", "image": "registry.platform.example/busybox:1.36"},
        {
            "name": "exporter",
            "image": "registry.platform.example/exporter:0.9.1",
            "restartPolicy": "Always",
            "ports": [{"name": "metrics", "containerPort": 9100}],
        },
    ]
}


def failed_migration(namespace: str, environment: str) -> Object:
    """A hook Job whose last file always fails."""
    wave = Wave("personal-migrate", "personal", "personal_db", -5)
    job = hook_job(wave, namespace, environment, 1, [0.4])
    files = [*MIGRATIONS["personal_db"], "00090_wrong_column.sql"]
    goose = {"files": files, "seconds": [0.01, 0.02, 0.4], "fail_at": "00090_wrong_column.sql"}
    template = job["spec"]["template"]
    template["metadata"]["annotations"] = {BEHAVIOUR: json.dumps({"goose": {"goose": goose}})}
    del job["spec"]["ttlSecondsAfterFinished"]
    return job


def build_small(place: Place) -> None:
    """Three Deployments (one stuck), a StatefulSet, a DaemonSet, a running Job and a failed one."""
    for name in ("node-1", "node-2"):
        place.node(name)
    for name in NAMESPACES:
        place.namespace(name)
    place.secret("services", "personal-secrets", "DATABASE_URL")
    place.secret("services", "identity-secrets", "IDENTITY_DATABASE_URL")
    place.deployment(Workload("services", "auth", _AUTH, replicas=3, manager="Argo CD"))
    stuck = Workload("services", "personal", _PERSONAL, pods=("crashing", 1), old=2, deadline=60)
    place.deployment(stuck, "ProgressDeadlineExceeded")
    place.deployment(Workload("services", "search", (Release("1.2.0", 30 * DAY),), 1, manager="Helm"))
    for name in ("auth", "personal", "search"):
        place.service("services", name)
    postgres = (Release("15.4", 60 * DAY, "postgres 15.4"), Release("15.5", 20 * DAY, "postgres 15.5"))
    place.stateful_set(Workload("data", "postgres", postgres, replicas=1))
    agent = (Release("3.0.0", 60 * DAY), Release("3.1.0", 12 * DAY))
    place.daemon_set(Workload("observability", "log-agent", agent, image="fluent-bit", template=LOG_AGENT))
    wave = Wave("identity-migrate-identity", "identity", "identity_db", -5)
    running = hook_job(wave, "services", place.environment, 1, [2.0, 60.0, 4.0])
    place_job(place, running, [("running", 8.0)])
    attempts = [("failed", 1000.0), ("failed", 985.0), ("failed", 960.0), ("failed", 915.0)]
    place_job(place, failed_migration("services", place.environment), attempts)
