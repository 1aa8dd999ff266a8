"""The simulator's Jobs, CronJobs and goose."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.demo_world import World, job
from tui.demo.behaviours.common import condition, seconds_of
from tui.demo.behaviours.cron import next_time
from tui.demo.behaviours.goose import spent


def test_a_job_retries_and_fails_after_its_limit() -> None:
    world = World()
    script = {"goose": {"files": ["00001_a.sql", "00002_b.sql"], "seconds": 0.1, "fail_at": "00002_b.sql"}}
    world.cluster.create(job("migrate", script, backoffLimit=3))
    world.run(120)
    status = world.get("Job", "migrate")["status"]
    pods = world.cluster.owned(world.get("Job", "migrate")["metadata"]["uid"], "Pod")
    assert status["failed"] == len(pods) == 4
    assert [each["type"] for each in status["conditions"]] == ["FailureTarget", "Failed"]
    assert {each["reason"] for each in status["conditions"]} == {"BackoffLimitExceeded"}
    began = sorted(seconds_of(pod["metadata"]["creationTimestamp"]) for pod in pods)
    gaps = [after - before for before, after in pairwise(began)]
    assert gaps == sorted(gaps)
    assert gaps[0] < 15
    assert gaps[-1] >= 40
    assert {pod["status"]["phase"] for pod in pods} == {"Failed"}


def test_a_job_that_restarts_its_pod_loses_it_at_the_limit() -> None:
    world = World()
    script = {"goose": {"files": ["00001_a.sql"], "seconds": 0.1, "fail_at": 0}}
    world.cluster.create(job("migrate", script, "OnFailure", backoffLimit=1))
    world.run(60)
    found = world.get("Job", "migrate")
    assert [each["type"] for each in found["status"]["conditions"]] == ["FailureTarget", "Failed"]
    assert found["status"]["failed"] == 1
    assert world.cluster.owned(found["metadata"]["uid"], "Pod") == []


def test_a_job_completes_and_goes_when_its_time_is_over() -> None:
    world = World()
    world.cluster.create(job("migrate", {"goose": {"seconds": 0.2}}, ttlSecondsAfterFinished=20))
    world.run(6)
    status = world.get("Job", "migrate")["status"]
    assert status["succeeded"] == 1
    assert "completionTime" in status
    assert [each["type"] for each in status["conditions"]] == ["SuccessCriteriaMet", "Complete"]
    world.run(25)
    assert world.cluster.get("Job", "services", "migrate") is None
    assert world.cluster.all("Pod", "services") == []


def test_a_suspended_job_waits() -> None:
    world = World()
    world.cluster.create(job("migrate", {"goose": {"seconds": 0.2}}, suspend=True))
    world.run(5)
    found = condition(world.get("Job", "migrate")["status"], "Suspended")
    assert found is not None
    assert found["status"] == "True"
    world.change("Job", "migrate", lambda draft: draft["spec"].update(suspend=False))
    world.run(6)
    assert world.get("Job", "migrate")["status"]["succeeded"] == 1


def test_what_goose_says() -> None:
    world = World()
    files = ["00041_index.sql", "00042_split.sql"]
    world.cluster.create(job("good", {"goose": {"files": files, "seconds": [0.0123, 1.5]}}))
    error = 'ALTER TABLE x;": ERROR: relation "x" does not exist (SQLSTATE 42P01)'
    bad = {"files": files, "seconds": 0.1, "fail_at": "00042_split.sql", "error": error}
    world.cluster.create(job("bad", {"goose": bad}, backoffLimit=0))
    world.cluster.create(job("none", {"goose": {"none": True, "version": 42}}))
    world.run(8)

    def said(name: str) -> list[str]:
        pod = world.cluster.owned(world.get("Job", name)["metadata"]["uid"], "Pod")[0]
        lines = world.text(pod, "goose")
        assert all(re.match(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ", line) for line in lines)
        return [line[20:] for line in lines]

    assert said("good") == [
        "OK   00041_index.sql (12.3ms)",
        "OK   00042_split.sql (1.5s)",
        "goose: successfully migrated database to version: 42",
    ]
    assert said("bad")[-1] == (
        f'goose run: ERROR 00042_split.sql: failed to run SQL migration: failed to execute SQL query "{error}'
    )
    assert said("none") == ["goose: no migrations to run. current version: 42"]
    assert [spent(each) for each in (0.00091055, 0.8, 24.0, 123.45)] == [
        "910.55µs",
        "800ms",
        "24s",
        "2m3.45s",
    ]


def test_a_cron_job_starts_each_minute_and_keeps_a_few() -> None:
    world = World()
    template = job("x", {"exit_after": 1})["spec"]["template"]
    spec = {
        "schedule": "* * * * *",
        "successfulJobsHistoryLimit": 2,
        "jobTemplate": {"spec": {"template": template}},
    }
    meta = {"name": "clean", "namespace": "services"}
    world.cluster.create({"kind": "CronJob", "metadata": meta, "spec": spec})
    world.run(250)
    jobs = world.cluster.all("Job", "services")
    assert len(jobs) == 2
    assert all("completionTime" in each["status"] for each in jobs)
    assert world.reasons("clean").count("SuccessfulCreate") == 4


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("* * * * *", "2026-09-21T14:14:00Z"),
        ("*/5 * * * *", "2026-09-21T14:15:00Z"),
        ("30 2 * * *", "2026-09-22T02:30:00Z"),
        ("0 9-17/4 * * 1-5", "2026-09-21T17:00:00Z"),
        ("@monthly", "2026-10-01T00:00:00Z"),
        ("0 0 1,15 * 0", "2026-09-27T00:00:00Z"),
    ],
)
def test_cron_schedules(schedule: str, expected: str) -> None:
    assert next_time(schedule, seconds_of("2026-09-21T14:13:20Z")) == seconds_of(expected)


@pytest.mark.parametrize("schedule", ["", "* * *", "61 * * * *", "a b c d e", "0 0 31 2 *"])
def test_a_cron_schedule_that_never_comes(schedule: str) -> None:
    assert next_time(schedule, 1_790_000_000.0) is None
