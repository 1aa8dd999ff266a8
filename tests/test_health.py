"""The one cause, in a sentence; and one trouble per root."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from tests.records import NOW, deployment, ended, job, meta, pod, replica_set, running, stuck, waits
from tui.model.cause import Severity, ending, image_problem, pod_cause, true_until
from tui.model.cluster import Event
from tui.model.health import CauseOf, job_status, judge_job, judge_workload, superseded
from tui.model.key import Condition
from tui.model.pod import Container, Ended, Pod

NO_NODE = (
    "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {k: v}. preemption: no"
)
UNREADY = (Condition("Ready", "False", "ContainersNotReady", since=NOW - 100),)


def event(reason: str, message: str) -> Event:
    """A warning about the pod `p`."""
    return Event(
        meta("Event", reason), about_uid="Pod/p", type="Warning", reason=reason, message=message, at=NOW
    )


def crashing(last: Ended, **more: object) -> Container:
    return replace(waits("CrashLoopBackOff", restarts=7, last=last), **more)  # type: ignore[arg-type]


def causes(*events: Event, now: float = NOW) -> CauseOf:
    """Judges pods of which these events tell."""
    return lambda pod: pod_cause(pod, events, now)


@pytest.mark.parametrize(
    ("given", "events", "expected"),
    [
        (
            pod(waits("ImagePullBackOff", "Back-off pulling image")),
            [event("Failed", 'Failed to pull image "x:1": not found')],
            "image x:1: not found in docker.io",
        ),
        (
            pod(waits("ErrImagePull", "401 Unauthorized")),
            [],
            "image x:1: docker.io refuses the credentials (imagePullSecrets)",
        ),
        (
            pod(waits("CreateContainerConfigError", 'secret "db" not found')),
            [],
            "Secret db is missing",
        ),
        (
            pod(waits("CreateContainerConfigError", "couldn't find key url in Secret services/db")),
            [],
            "key url is missing in Secret services/db",
        ),
        (
            pod(crashing(Ended(3, reason="Error", finished=NOW - 9))),
            [],
            "app crashes, exit code 3, 7 restarts",
        ),
        (
            pod(crashing(Ended(137, reason="OOMKilled"), memory_limit="16Mi")),
            [],
            "app crashes, out of memory (limit 16Mi), 7 restarts",
        ),
        (
            pod(conditions=(Condition("PodScheduled", "False", "Unschedulable", NO_NODE),), phase="Pending"),
            [],
            "no node: 1 Insufficient cpu, 2 node(s) had untolerated taint {k: v}",
        ),
        (
            pod(waits("ContainerCreating"), phase="Pending"),
            [event("FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "db" not found')],
            "Secret db is missing",
        ),
        (
            pod(running(ready=False), conditions=UNREADY),
            [event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")],
            "Readiness probe fails: HTTP probe failed with statuscode: 503",
        ),
        (
            pod(phase="Failed", reason="Evicted", message="The node was low on resource: memory."),
            [],
            "Evicted: The node was low on resource: memory.",
        ),
        (pod(running()), [], None),
        (pod(ended(0, "Completed"), phase="Succeeded"), [], None),
        (pod(running(ready=False), meta=meta("Pod", "p", deleted=NOW)), [], None),
    ],
)
def test_the_cause_of_a_pod(given: Pod, events: list[Event], expected: str | None) -> None:
    found = pod_cause(given, events, NOW)
    assert (found.text if found else None) == expected


def test_how_a_container_ended() -> None:
    assert ending(Ended(139, reason="Error")) == "exit code 139, signal SEGV"
    assert ending(Ended(127)) == "exit code 127 (command not found)"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("dial tcp: lookup registry: no such host", "the registry cannot be reached"),
        ("tls: failed to verify certificate: x509: unknown", "the registry's certificate is not trusted"),
        ("toomanyrequests: limit", "the registry limits pulls (too many requests)"),
        ('Back-off pulling image "x"', ""),
    ],
)
def test_why_a_pull_failed(message: str, expected: str) -> None:
    assert image_problem(message) == expected


def test_a_stuck_rollout_speaks_in_its_pods_words_and_old_pods_serve() -> None:
    web = deployment(current=3, updated=1, conditions=(stuck(),))
    old = replica_set(web, 2, images=("registry.example/web:1.4.2",), current=2, ready=2)
    new = replica_set(web, 3, replicas=1, current=1)
    bad = pod(crashing(Ended(2, reason="Error")), owner=new.meta)
    found = judge_workload(web, [bad], [old, new], causes(), None, NOW)
    assert found.trouble is not None
    assert found.trouble.cause == "rollout is stuck: app crashes, exit code 2, 7 restarts"
    assert found.trouble.severity is Severity.BAD
    assert found.old_images == ("registry.example/web:1.4.2",)


def test_a_rollout_to_an_old_replica_set_began_with_its_first_pod() -> None:
    web = deployment(current=3, updated=1)
    again = replica_set(web, 3, current=1)
    first = pod(running(), owner=again.meta)
    first = replace(first, meta=replace(first.meta, created=NOW - 7))
    found = judge_workload(web, [first], [replica_set(web, 2), again], causes(), None, NOW)
    assert found.rollout.since == NOW - 7


def test_quota_is_said_although_there_is_no_pod() -> None:
    failure = Condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota: small", NOW - 5)
    web = deployment(updated=0, current=2, conditions=(failure,))
    found = judge_workload(web, [], [], causes(), None, NOW)
    assert found.trouble is not None
    assert "exceeded quota: small" in found.trouble.cause


def test_a_new_workload_that_starts_is_not_down() -> None:
    fresh = meta("Deployment", "web", created=NOW - 5, annotations={"deployment.kubernetes.io/revision": "1"})
    web = deployment(meta=fresh, observed_generation=0, ready=0, available=0)
    found = judge_workload(web, [pod(waits("ContainerCreating"))], [], causes(), None, NOW)
    assert found.trouble is None


def test_a_crash_in_a_complete_workload_only_wants_a_look() -> None:
    found = judge_workload(deployment(), [pod(running(), crashing(Ended(1)))], [], causes(), None, NOW)
    assert found.trouble is not None
    assert found.trouble.severity is Severity.LOOK


def test_a_crash_loop_stays_trouble_between_two_crashes_and_knows_when_it_began() -> None:
    looping = running(restarts=19, running_since=NOW - 3, last=Ended(3, reason="Error", finished=NOW - 300))
    back_off = replace(event("BackOff", "Back-off"), about_field="spec.containers{app}", first=NOW - 3000)
    found = judge_workload(deployment(), [pod(looping)], [], causes(back_off), None, NOW)
    assert found.trouble is not None
    assert found.trouble.cause == "app crashes, exit code 3, 19 restarts"
    assert (found.trouble.severity, found.trouble.since) == (Severity.BAD, NOW - 3000)
    later = judge_workload(deployment(), [pod(looping)], [], causes(back_off, now=NOW + 600), None, NOW + 600)
    assert later.trouble is None  # kubelet has forgotten its crashes too


FAILED = (
    Condition("Failed", "True", "BackoffLimitExceeded", "reached the specified backoff limit", NOW - 9),
)


def test_a_failed_job_says_gooses_line() -> None:
    said = "2026/07/24 14:05:30 goose run: ERROR 00002_x.sql: no"
    one = job(conditions=FAILED, failed=4, active=0)
    found = judge_job(one, [pod(ended(message=said), phase="Failed")], [], causes(), NOW)
    assert found.trouble is not None
    assert found.trouble.cause == "failed after 4 attempts: 00002_x.sql: no"
    assert found.trouble.next_key == "l"


def test_a_job_between_attempts_says_which() -> None:
    found = judge_job(job(failed=1), [pod(ended(), phase="Failed")], [], causes(), NOW)
    assert found.trouble is not None
    assert found.trouble.cause.startswith("attempt 2 of 7: app ended, exit code 1")


def test_a_failed_job_is_forgotten_once_a_later_run_ended() -> None:
    complete = (Condition("Complete", "True"),)
    old = job("auth-migrate-1", conditions=FAILED, started=NOW - 900)
    new = job("auth-migrate-2", conditions=complete, started=NOW - 300)
    alone = job("other-migrate-1", conditions=FAILED)
    judged = [judge_job(each, [], [], causes(), NOW) for each in (old, new, alone)]
    assert superseded(judged) == {old.meta.uid}


def test_job_status_is_kubectls() -> None:
    assert job_status(job()) == "Running"
    assert job_status(job(conditions=FAILED)) == "Failed"
    assert job_status(job(conditions=(Condition("Suspended", "True"),))) == "Suspended"
    assert job_status(job(conditions=(Condition("FailureTarget", "True"),))) == "FailureTarget"
    assert job_status(job(meta=meta("Job", "x", deleted=NOW))) == "Terminating"


@pytest.mark.parametrize(
    "given",
    [
        pod(running()),
        pod(running(ready=False), conditions=(Condition("Ready", "False", since=NOW - 5),)),
        pod(running(), meta=meta("Pod", "p", deleted=NOW - 10)),
        pod(running(restarts=3, running_since=NOW - 20, last=Ended(1, finished=NOW - 30))),
        pod(running(restarts=1, last=Ended(137, reason="OOMKilled", finished=NOW - 30))),
        pod(crashing(Ended(2, finished=NOW - 1))),
    ],
)
def test_a_cause_stays_true_as_long_as_it_says(given: Pod) -> None:
    moment = NOW
    while (until := true_until(given, moment)) != inf:
        before = pod_cause(given, [], moment)
        assert pod_cause(given, [], until - 0.001) == before
        moment = until + 0.001
    assert pod_cause(given, [], moment) == pod_cause(given, [], moment + 1e6)
