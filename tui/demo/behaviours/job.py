"""The Job controller: attempts one after the other with growing pauses, until it completes or gives up."""

from __future__ import annotations

from tui.demo.behaviours.common import (
    Controller,
    Key,
    Object,
    condition,
    deleting,
    free_name,
    grace_of,
    pod_active,
    pod_from,
    pod_ready,
    seconds_of,
    set_condition,
    time_of,
)

_FIRST_PAUSE, _LONGEST_PAUSE = 10.0, 360.0
_GAVE_UP = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
_TOO_LONG = ("DeadlineExceeded", "Job was active longer than specified deadline")


class Jobs(Controller):
    """Runs `completions` pods to their success, `parallelism` at a time."""

    kind = "Job"
    children = frozenset({"Pod"})

    def reconcile(self, key: Key, now: float) -> None:
        """Looks at the attempts so far and decides: another one, done, given up, or gone after its time."""
        job = self.cluster.get(*key)
        if job is None:
            return
        if deleting(job):
            self._count_only(key, job)
            return
        status: Object = job.get("status") or {}
        if _ended(status):
            self._expire(key, job, now)
            return
        draft = self.cluster.edit(*key)
        self._work(key, draft, now)
        self.cluster.update(draft)

    def _count_only(self, key: Key, job: Object) -> None:
        """A Job that a finalizer holds: its pods run to their end, and it never gets a condition."""
        pods = self.cluster.owned(job["metadata"]["uid"], "Pod")
        status = {name: value for name, value in (job.get("status") or {}).items() if name != "active"}
        ready = sum(pod_ready(pod) for pod in pods if pod_active(pod))
        self.write_status(key, {**status, "ready": ready, "terminating": 0, "uncountedTerminatedPods": {}})

    def _work(self, key: Key, job: Object, now: float) -> None:
        status: Object = job.setdefault("status", {})
        pods = self.cluster.owned(job["metadata"]["uid"], "Pod")
        active = [pod for pod in pods if pod_active(pod)]
        succeeded = [pod for pod in pods if pod["status"].get("phase") == "Succeeded"]
        failures = sum(pod["status"].get("phase") == "Failed" for pod in pods)
        if job["spec"].get("suspend"):
            self._suspend(job, active, now)
            return
        self._resume(job, now)
        status.setdefault("startTime", time_of(now))
        retries = failures + sum(_restarts(pod) for pod in active)
        given_up = condition(status, "FailureTarget")
        why = (given_up["reason"], given_up["message"]) if given_up else None
        limit = job["spec"].get("activeDeadlineSeconds")
        if why is None:
            too_many = failures > job["spec"]["backoffLimit"] or (
                active and retries > job["spec"]["backoffLimit"]
            )
            if limit is not None and now >= seconds_of(status["startTime"]) + float(limit):
                why = _TOO_LONG
            elif too_many:
                why = _GAVE_UP
        if limit is not None:
            self.due(seconds_of(status["startTime"]) + float(limit), key)
        completions = int(job["spec"]["completions"])
        if why is not None:
            self._fail(key, job, active, why, now)
        elif len(succeeded) >= completions and not active:
            self._complete(key, job, now)
        else:
            wanted = min(int(job["spec"]["parallelism"]), completions - len(succeeded)) - len(active)
            self._attempt(key, job, pods, failures, wanted, now)
        _count(status, self.cluster.owned(job["metadata"]["uid"], "Pod"))

    def _attempt(
        self, key: Key, job: Object, pods: list[Object], failures: int, wanted: int, now: float
    ) -> None:
        if wanted <= 0:
            return
        if failures:
            pause = min(_FIRST_PAUSE * 2.0 ** (failures - 1), _LONGEST_PAUSE)
            last = max(_finished(pod) for pod in pods if pod["status"].get("phase") == "Failed")
            if now < last + pause:
                self.due(last + pause, key)
                return
        for _ in range(wanted):
            name = free_name(self.cluster, "Pod", key[1], f"{key[2]}-")
            pod = pod_from(job["spec"]["template"], job, name)
            pod["metadata"]["generateName"] = f"{key[2]}-"
            self.cluster.create(pod)
            self.cluster.event(job, "Normal", "SuccessfulCreate", f"Created pod: {name}", "job-controller")

    def _complete(self, key: Key, job: Object, now: float) -> None:
        status = job["status"]
        said = {"reason": "CompletionsReached", "message": "Reached expected number of succeeded pods"}
        for kind in ("SuccessCriteriaMet", "Complete"):
            set_condition(
                status, {"type": kind, "status": "True", "lastProbeTime": time_of(now), **said}, now
            )
        status["completionTime"] = time_of(now)
        self.cluster.event(job, "Normal", "Completed", "Job completed", "job-controller")
        self._expire(key, job, now)

    def _fail(self, key: Key, job: Object, active: list[Object], why: tuple[str, str], now: float) -> None:
        """FailureTarget at once, Failed when the last pod has ended; pods that still run are deleted."""
        status = job["status"]
        said = {"reason": why[0], "message": why[1], "lastProbeTime": time_of(now)}
        if condition(status, "FailureTarget") is None:
            set_condition(status, {"type": "FailureTarget", "status": "True", **said}, now)
        # A pod that is deleted because the Job gave up counts as a failure.
        status["failed"] = int(status.get("failed", 0)) + len(active)
        for pod in active:
            meta = pod["metadata"]
            self.cluster.delete("Pod", meta["namespace"], meta["name"], grace=grace_of(pod))
            said_of = f"Deleted pod: {meta['name']}"
            self.cluster.event(job, "Normal", "SuccessfulDelete", said_of, "job-controller")
        left = [
            pod
            for pod in self.cluster.owned(job["metadata"]["uid"], "Pod")
            if pod["status"].get("phase") not in ("Succeeded", "Failed")
        ]
        if not left:
            set_condition(status, {"type": "Failed", "status": "True", **said}, now)
            self.cluster.event(job, "Warning", why[0], why[1], "job-controller")
            self._expire(key, job, now)

    def _suspend(self, job: Object, active: list[Object], now: float) -> None:
        status = job["status"]
        for pod in active:
            meta = pod["metadata"]
            self.cluster.delete("Pod", meta["namespace"], meta["name"], grace=grace_of(pod))
        if (condition(status, "Suspended") or {}).get("status") != "True":
            said = {"reason": "JobSuspended", "message": "Job suspended", "lastProbeTime": time_of(now)}
            set_condition(status, {"type": "Suspended", "status": "True", **said}, now)
            self.cluster.event(job, "Normal", "Suspended", "Job suspended", "job-controller")
        status.pop("startTime", None)
        _count(status, self.cluster.owned(job["metadata"]["uid"], "Pod"))

    def _resume(self, job: Object, now: float) -> None:
        if (condition(job["status"], "Suspended") or {}).get("status") == "True":
            said = {"reason": "JobResumed", "message": "Job resumed", "lastProbeTime": time_of(now)}
            set_condition(job["status"], {"type": "Suspended", "status": "False", **said}, now)
            self.cluster.event(job, "Normal", "Resumed", "Job resumed", "job-controller")

    def _expire(self, key: Key, job: Object, now: float) -> None:
        lifetime = job["spec"].get("ttlSecondsAfterFinished")
        if lifetime is None:
            return
        ended = condition(job["status"], "Complete") or condition(job["status"], "Failed")
        at = (seconds_of(ended["lastTransitionTime"]) if ended else now) + float(lifetime)
        if (
            now >= at
            and self.cluster.get(*key) is not None
            and _ended((self.cluster.get(*key) or {})["status"])
        ):
            self.cluster.delete(*key)
        else:
            self.due(max(at, now + 0.1), key)


def _ended(status: Object) -> bool:
    return any(
        each["type"] in ("Complete", "Failed") and each["status"] == "True"
        for each in status.get("conditions") or ()
    )


def _restarts(pod: Object) -> int:
    return sum(each.get("restartCount", 0) for each in pod["status"].get("containerStatuses") or ())


def _finished(pod: Object) -> float:
    """When the last container ended; the pod's creation when none says."""
    ends = [
        seconds_of(each["state"]["terminated"]["finishedAt"])
        for each in pod["status"].get("containerStatuses") or ()
        if "terminated" in each["state"]
    ]
    return max(ends, default=seconds_of(pod["metadata"]["creationTimestamp"]))


def _count(status: Object, pods: list[Object]) -> None:
    active = [pod for pod in pods if pod_active(pod)]
    ending = [
        pod for pod in pods if deleting(pod) and pod["status"].get("phase") not in ("Succeeded", "Failed")
    ]
    phases = [pod["status"].get("phase") for pod in pods]
    status["ready"] = sum(pod_ready(pod) for pod in active)
    status["terminating"] = len(ending)
    status["uncountedTerminatedPods"] = {}
    counts = (
        ("active", len(active)),
        ("succeeded", phases.count("Succeeded")),
        ("failed", max(phases.count("Failed"), int(status.get("failed", 0)))),
    )
    for name, count in counts:
        if count:
            status[name] = count
        else:
            status.pop(name, None)
