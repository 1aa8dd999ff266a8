"""Jobs that complete, fail, wait and run out of time, on the simulator and on a real cluster."""

from __future__ import annotations

from typing import Any

from tests.contract.place import Object, Place, pod_spec, shell


async def run(place: Place, name: str, script: str, restart: str = "Never", **more: Any) -> Object:
    """A new Job over that script."""
    template = {"spec": pod_spec(shell("app", script), restart=restart)}
    return await place.create("Job", name, spec={"template": template, **more})


def conditions_of(job: Object) -> list[tuple[str, str, str, str]]:
    """(type, status, reason, message), in their order."""
    listed = job["status"].get("conditions", [])
    return [(one["type"], one["status"], one.get("reason", ""), one.get("message", "")) for one in listed]


def ended(job: Object) -> bool:
    """Whether it has one of the two last conditions."""
    return bool({"Complete", "Failed"} & {one[0] for one in conditions_of(job) if one[1] == "True"})


async def test_a_job_that_completes(place: Place) -> None:
    made = await run(place, "migrate", "echo done; exit 0")
    spec = made["spec"]
    assert (spec["backoffLimit"], spec["completions"], spec["parallelism"]) == (6, 1, 1)
    assert (spec["completionMode"], spec["suspend"]) == ("NonIndexed", False)
    uid = made["metadata"]["uid"]
    assert spec["selector"]["matchLabels"] == {"batch.kubernetes.io/controller-uid": uid}
    labels = {"controller-uid": uid, "job-name": "migrate"}
    expected = {**labels, **{f"batch.kubernetes.io/{name}": value for name, value in labels.items()}}
    assert spec["template"]["metadata"]["labels"] == expected
    done = await place.until("Job", "migrate", ended)
    said = ("True", "CompletionsReached", "Reached expected number of succeeded pods")
    assert conditions_of(done) == [("SuccessCriteriaMet", *said), ("Complete", *said)]
    status = done["status"]
    assert (status["succeeded"], status.get("failed"), status.get("active")) == (1, None, None)
    assert status["completionTime"] >= status["startTime"]
    (pod,) = await place.all("Pod", "job-name=migrate")
    assert pod["metadata"]["labels"] == expected
    assert pod["status"]["phase"] == "Succeeded"
    assert pod["status"]["containerStatuses"][0]["state"]["terminated"]["reason"] == "Completed"
    listed = await place.kubectl("get job migrate --no-headers")
    assert listed.split()[1:3] == ["Complete", "1/1"]
    immutable = await place.patch("Job", "migrate", {"spec": {"completions": 2}})
    assert immutable.status_code == 422


async def test_a_job_that_gives_up(place: Place) -> None:
    await run(place, "migrate", "echo broken; exit 3", backoffLimit=1)
    failed = await place.until("Job", "migrate", ended)
    said = ("True", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    assert conditions_of(failed) == [("FailureTarget", *said), ("Failed", *said)]
    assert failed["status"]["failed"] == 2
    assert "completionTime" not in failed["status"]
    pods = await place.all("Pod", "job-name=migrate")
    assert [pod["status"]["phase"] for pod in pods] == ["Failed", "Failed"]
    assert {pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] for pod in pods} == {3}
    assert (await place.kubectl("get job migrate --no-headers")).split()[1:3] == ["Failed", "0/1"]
    events = await place.kubectl("get events --no-headers")
    assert "BackoffLimitExceeded" in events
    assert events.count("SuccessfulCreate") == 2


async def test_a_job_that_restarts_in_its_pod_loses_the_pod(place: Place) -> None:
    await run(place, "migrate", "exit 1", restart="OnFailure", backoffLimit=0)
    failed = await place.until("Job", "migrate", ended)
    said = ("True", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    assert conditions_of(failed)[-1] == ("Failed", *said)
    await place.until_gone("Pod", "job-name=migrate")


async def test_a_job_that_runs_out_of_time(place: Place) -> None:
    await run(place, "migrate", "sleep 3600", activeDeadlineSeconds=2)
    failed = await place.until("Job", "migrate", ended)
    said = ("True", "DeadlineExceeded", "Job was active longer than specified deadline")
    assert conditions_of(failed) == [("FailureTarget", *said), ("Failed", *said)]
    await place.until_gone("Pod", "job-name=migrate")


async def test_a_suspended_job_has_no_pod_until_it_is_resumed(place: Place) -> None:
    await run(place, "migrate", "sleep 3600", suspend=True)
    waiting = await place.until("Job", "migrate", lambda job: conditions_of(job))
    assert conditions_of(waiting) == [("Suspended", "True", "JobSuspended", "Job suspended")]
    assert await place.all("Pod", "job-name=migrate") == []
    assert "startTime" not in waiting["status"]
    assert (await place.kubectl("get job migrate --no-headers")).split()[1:3] == ["Suspended", "0/1"]
    await place.patch("Job", "migrate", {"spec": {"suspend": False}})
    running = await place.until("Job", "migrate", lambda job: job["status"].get("ready") == 1)
    assert conditions_of(running) == [("Suspended", "False", "JobResumed", "Job resumed")]
    assert running["status"]["active"] == 1
    assert (await place.kubectl("get job migrate --no-headers")).split()[1] == "Running"


async def test_a_job_that_goes_away_after_its_time(place: Place) -> None:
    await run(place, "migrate", "exit 0", ttlSecondsAfterFinished=0)
    await place.until_gone("Job")
    await place.until_gone("Pod", "job-name=migrate")
