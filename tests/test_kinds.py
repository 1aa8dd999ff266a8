"""Every kind from the JSON of a server to its record."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from tui.model.cluster import Event, Named
from tui.model.job import CronJob, Job
from tui.model.pod import Part, Pod
from tui.model.workload import (
    ControllerRevision,
    HorizontalPodAutoscaler,
    PodDisruptionBudget,
    ReplicaSet,
    Workload,
)
from tui.wire.kinds import KINDS
from tui.wire.kinds.base import Unreadable

AT = "2026-08-01T10:00:00Z"
SECONDS = 1785578400.0
TEMPLATE: dict[str, Any] = {
    "metadata": {"creationTimestamp": None},
    "spec": {
        "containers": [
            {
                "name": "app",
                "image": "auth:1",
                "command": ["run"],
                "args": ["-v", "2"],
                "env": [
                    {"name": "A", "valueFrom": {"secretKeyRef": {"name": "db", "key": "url"}}},
                    {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "maybe", "optional": True}}},
                ],
                "envFrom": [{"secretRef": {"name": "all"}}],
            }
        ],
        "volumes": [
            {"name": "v", "secret": {"secretName": "tls"}},
            {"name": "w", "projected": {"sources": [{"configMap": {"name": "ca"}}]}},
        ],
    },
}


def parse(kind: str, metadata: dict[str, Any] | None = None, **parts: Any) -> Any:
    head = {
        "name": "auth",
        "namespace": "services",
        "uid": "u1",
        "resourceVersion": "42",
        "creationTimestamp": AT,
        "managedFields": [{"manager": "kubectl"}],
        **(metadata or {}),
    }
    return KINDS[kind].read(json.dumps({"kind": kind, "metadata": head, **parts}).encode())


def test_metadata_keeps_what_is_used() -> None:
    owners = [
        {"kind": "X", "name": "x", "uid": "0"},
        {"kind": "Y", "name": "y", "uid": "1", "controller": True},
    ]
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"}
    labels = {"app": "auth"}
    found = parse("ConfigMap", {"ownerReferences": owners, "annotations": annotations, "labels": labels}).meta
    assert (found.path, found.uid, found.version, found.created) == ("services/auth", "u1", "42", SECONDS)
    assert found.owner is not None
    assert found.owner.name == "y"
    assert found.annotations == {"a": "b"}
    assert found.labels == labels


def test_deployment() -> None:
    spec = {"replicas": 3, "selector": {"matchLabels": {"app": "auth"}}, "template": TEMPLATE, "paused": True}
    condition = {"type": "Available", "status": "True", "lastTransitionTime": AT, "lastUpdateTime": AT}
    status = {"replicas": 4, "updatedReplicas": 1, "readyReplicas": 2, "conditions": [condition]}
    found = cast(Workload, parse("Deployment", spec=spec, status=status))
    assert (found.replicas, found.current, found.updated, found.ready, found.paused) == (3, 4, 1, 2, True)
    assert found.images == ("auth:1",)
    assert found.references.secrets == ("db", "all", "tls")
    assert found.references.config_maps == ("ca",)
    assert found.conditions[0].updated == SECONDS
    assert json.loads(found.spec) == spec


def test_stateful_set_and_daemon_set() -> None:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    spec = {"replicas": 0, "updateStrategy": rolling, "template": TEMPLATE}
    found = cast(Workload, parse("StatefulSet", spec=spec, status={"updateRevision": "r2"}))
    assert (found.replicas, found.partition, found.rolling_update_set) == (0, 2, True)
    assert found.update_revision == "r2"
    status = {"desiredNumberScheduled": 5, "numberReady": 4, "updatedNumberScheduled": 3}
    daemon = cast(Workload, parse("DaemonSet", spec={"updateStrategy": {"type": "OnDelete"}}, status=status))
    assert (daemon.replicas, daemon.ready, daemon.updated, daemon.strategy) == (5, 4, 3, "OnDelete")


def test_revisions() -> None:
    head = {"annotations": {"deployment.kubernetes.io/revision": "7"}}
    old = cast(ReplicaSet, parse("ReplicaSet", head, spec={"replicas": 0, "template": TEMPLATE}))
    assert (old.revision, old.replicas, old.images) == (7, 0, ("auth:1",))
    assert json.loads(old.template) == TEMPLATE
    data = {"spec": {"template": {**TEMPLATE, "$patch": "replace"}}}
    found = cast(ControllerRevision, parse("ControllerRevision", revision=3, data=data))
    assert (found.revision, found.images) == (3, ("auth:1",))
    assert json.loads(found.data) == data


def test_pod() -> None:
    spec = {
        "nodeName": "n1",
        "imagePullSecrets": [{"name": "pull"}],
        "initContainers": [{"name": "setup"}, {"name": "proxy", "restartPolicy": "Always"}],
        "containers": [
            {"name": "app", "image": "auth:1", "resources": {"limits": {"memory": "1Gi", "cpu": 2}}}
        ],
    }
    ended = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": AT, "containerID": "c://1"}
    status = {
        "phase": "Running",
        "podIP": "10.0.0.1",
        "startTime": AT,
        "containerStatuses": [
            {
                "name": "app",
                "ready": False,
                "restartCount": 4,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": ended},
            }
        ],
    }
    found = cast(Pod, parse("Pod", {"labels": {"pod-template-hash": "abc"}}, spec=spec, status=status))
    assert [one.part for one in found.containers] == [Part.INIT, Part.SIDECAR, Part.MAIN]
    app = found.containers[2]
    assert (app.waiting, app.restarts, app.memory_limit, app.cpu_limit) == ("CrashLoopBackOff", 4, "1Gi", "2")
    assert app.last is not None
    assert (app.last.exit_code, app.last.finished) == (137, SECONDS)
    assert (found.node, found.ip, found.template_hash) == ("n1", "10.0.0.1", "abc")
    assert found.pull_secrets == ("pull",)
    assert not found.containers[0].reported


def test_job_and_cron_job() -> None:
    spec = {"backoffLimit": 0, "ttlSecondsAfterFinished": 60, "template": TEMPLATE}
    found = cast(Job, parse("Job", spec=spec, status={"failed": 1, "startTime": AT}))
    assert (found.completions, found.backoff_limit, found.ttl, found.failed) == (None, 0, 60, 1)
    assert (found.commands, found.secrets_env, found.started) == (("run -v 2",), ("all",), SECONDS)
    spec = {"schedule": "5 * * * *", "jobTemplate": {"spec": {"template": TEMPLATE}}}
    cron = cast(CronJob, parse("CronJob", spec=spec, status={"lastScheduleTime": AT, "active": [{}]}))
    assert (cron.schedule, cron.active, cron.last_scheduled) == ("5 * * * *", 1, SECONDS)
    assert (cron.images, json.loads(cron.spec)) == (("auth:1",), {"template": TEMPLATE})


def test_events_of_both_generations() -> None:
    about = {"kind": "Pod", "namespace": "services", "name": "a", "uid": "p1"}
    old: dict[str, Any] = {
        "count": 3,
        "firstTimestamp": AT,
        "lastTimestamp": AT,
        "eventTime": None,
        "source": {"component": "k"},
    }
    found = cast(Event, parse("Event", involvedObject=about, **old))
    assert (found.about_uid, found.count, found.at, found.source) == ("p1", 3, SECONDS, "k")
    series = {"count": 9, "lastObservedTime": "2026-08-01T10:00:05.250000Z"}
    new: dict[str, Any] = {
        "eventTime": AT,
        "firstTimestamp": None,
        "series": series,
        "reportingComponent": "s",
    }
    found = cast(Event, parse("Event", involvedObject=about, **new))
    assert (found.count, found.first, found.at, found.source) == (9, SECONDS, SECONDS + 5.25, "s")


def test_small_kinds() -> None:
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "auth"}, "maxReplicas": 5}
    scaler = cast(HorizontalPodAutoscaler, parse("HorizontalPodAutoscaler", spec=spec, status={}))
    assert (scaler.target_name, scaler.least, scaler.most) == ("auth", 1, 5)
    spec = {"selector": {"matchLabels": {"app": "auth"}}}
    status = {"disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 2}
    budget = cast(PodDisruptionBudget, parse("PodDisruptionBudget", spec=spec, status=status))
    assert (budget.selector, budget.healthy, budget.wanted) == ({"app": "auth"}, 1, 2)
    assert parse("Namespace", {"namespace": ""}, status={"phase": "Terminating"}).phase == "Terminating"


def test_secrets_hold_nothing() -> None:
    found = parse("Secret", data={"password": "aHVudGVyMg=="})
    assert found == Named(found.meta)
    assert found.meta.kind == "Secret"
    written = [
        {"time": AT, "fieldsV1": {"f:data": {".": {}, "f:password": {}}}},
        {"time": "2099-07-01T10:00:00Z", "fieldsV1": {"f:metadata": {"f:annotations": {}}}},
        {"manager": "kubectl"},
    ]
    assert parse("Secret", {"managedFields": written}).changed == SECONDS
    assert "aHVudGVyMg" not in repr(found)


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_bare_object_is_readable(kind: str) -> None:
    assert parse(kind).meta.kind == kind


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (
            b'{"metadata":{"name":"a","namespace":"s","uid":"u"},"status":{"phase":7}}',
            "Pod s/a: status.phase",
        ),
        (b'{"metadata":{"name":"a"}}', "Pod a: metadata"),
        (b"{", "Pod (no name)"),
        (b'{"metadata":{"name":"a\xff","uid":"u"}}', "Pod (no name)"),
    ],
)
def test_what_does_not_decode_is_named(raw: bytes, told: str) -> None:
    with pytest.raises(Unreadable) as caught:
        KINDS["Pod"].read(raw)
    assert str(caught.value).startswith(told)
