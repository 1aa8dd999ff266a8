"""Jobs of a scene with the attempts that they have behind them."""

from __future__ import annotations

from collections.abc import Sequence

from tui.demo.behaviours.common import Object, seconds_of, suffix, time_of
from tui.demo.behaviours.scripted import script_of
from tui.demo.scene_parts import Place
from tui.demo.scene_pods import place_pod, tell, uid_of


def place_job(place: Place, job: Object, attempts: Sequence[tuple[str, float]]) -> None:
    """Creates a Job with attempts (running, done or failed; seconds ago), oldest first, and its status."""
    name, namespace = job["metadata"]["name"], job["metadata"]["namespace"]
    began = place.now - attempts[0][1]
    job["metadata"]["creationTimestamp"] = time_of(began)
    job["metadata"]["uid"] = uid_of("Job", namespace, name)
    stored = place.cluster.create(job)
    for number, (state, ago) in enumerate(attempts):
        pod_name = f"{name}-{suffix(namespace, name, number)}"
        lasted = _lasted(stored)
        words = ("Normal", "SuccessfulCreate", f"Created pod: {pod_name}", "job-controller")
        tell(place.cluster, stored, words, place.now - ago)
        place_pod(
            place.cluster,
            stored["spec"]["template"],
            stored,
            pod_name,
            state=state,
            ago=ago,
            now=place.now,
            lasted=lasted,
        )
    draft = place.cluster.edit("Job", namespace, name)
    draft["status"] = _status(place, stored, began)
    place.cluster.update(draft)
    if attempts[-1][0] == "failed":
        said = "Job has reached the specified backoff limit"
        at = place.now - attempts[-1][1] + _lasted(stored) + 1
        tell(place.cluster, stored, ("Warning", "BackoffLimitExceeded", said, "job-controller"), at)


def _lasted(job: Object) -> float:
    pod = {"metadata": job["spec"]["template"]["metadata"], "spec": job["spec"]["template"]["spec"]}
    end = script_of(pod, pod["spec"]["containers"][0]["name"]).end()
    return end[0] if end else 1.0


def _status(place: Place, job: Object, began: float) -> Object:
    pods = place.cluster.owned(job["metadata"]["uid"], "Pod")
    phases = [pod["status"]["phase"] for pod in pods]
    status: Object = {"startTime": time_of(began), "uncountedTerminatedPods": {}, "terminating": 0}
    status["ready"] = phases.count("Running")
    counts = (("active", "Running"), ("succeeded", "Succeeded"), ("failed", "Failed"))
    status |= {name: phases.count(phase) for name, phase in counts if phases.count(phase)}
    ends = [
        seconds_of(pod["status"]["containerStatuses"][0]["state"]["terminated"]["finishedAt"])
        for pod in pods
        if "terminated" in pod["status"]["containerStatuses"][0]["state"]
    ]
    if "Running" in phases:
        return status
    at = time_of(max(ends) + 1)
    if "Succeeded" in phases:
        kinds = ("SuccessCriteriaMet", "Complete")
        why = ("CompletionsReached", "Reached expected number of succeeded pods")
        status["completionTime"] = at
    else:
        kinds = ("FailureTarget", "Failed")
        why = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
    stamps = {"lastProbeTime": at, "lastTransitionTime": at}
    status["conditions"] = [
        {"type": kind, "status": "True", "reason": why[0], "message": why[1], **stamps} for kind in kinds
    ]
    return status
