"""The CronJob controller: a Job at each scheduled minute, and only so many old ones kept."""

from __future__ import annotations

import json

from tui.demo.behaviours.common import (
    Controller,
    Key,
    Object,
    condition,
    deleting,
    key_of,
    owner_reference,
    seconds_of,
    time_of,
)
from tui.demo.behaviours.cron import next_time
from tui.demo.cluster import Cluster


class CronJobs(Controller):
    """Starts Jobs by the clock."""

    kind = "CronJob"
    children = frozenset({"Job"})

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self._skipped: dict[Key, float] = {}

    def reconcile(self, key: Key, now: float) -> None:
        """Counts what runs, starts what is due, forgets what is old."""
        wanted = self.cluster.get(*key)
        if wanted is None or deleting(wanted):
            return
        jobs = self.cluster.owned(wanted["metadata"]["uid"], "Job")
        running = [job for job in jobs if not _ended(job)]
        draft = self.cluster.edit(*key)
        status: Object = draft.setdefault("status", {})
        self._note_ends(wanted, status, jobs)
        if not wanted["spec"].get("suspend"):
            started = self._start(key, wanted, status, running, now)
            if started is not None:
                running.append(started)
        active = [
            {"apiVersion": "batch/v1", "kind": "Job", "namespace": key[1], **_reference(job)}
            for job in running
        ]
        status.pop("active", None)
        if active:
            status["active"] = active
        self.cluster.update(draft)
        self._forget_old(wanted, jobs)

    def _note_ends(self, wanted: Object, status: Object, jobs: list[Object]) -> None:
        before = {each["uid"] for each in status.get("active") or ()}
        for job in jobs:
            if job["metadata"]["uid"] in before and _ended(job):
                how = "Complete" if _has(job, "Complete") else "Failed"
                said = f"Saw completed job: {job['metadata']['name']}, condition: {how}"
                self.cluster.event(wanted, "Normal", "SawCompletedJob", said, "cronjob-controller")
                if how == "Complete":
                    status["lastSuccessfulTime"] = job["status"]["completionTime"]

    def _start(
        self, key: Key, wanted: Object, status: Object, running: list[Object], now: float
    ) -> Object | None:
        schedule = wanted["spec"]["schedule"]
        last = seconds_of(status.get("lastScheduleTime") or wanted["metadata"]["creationTimestamp"])
        # Only the latest of several missed times is made up for.
        due = next_time(schedule, max(last, now - 90))
        if due is None:
            return None
        if due > now:
            self.due(due, key)
            return None
        following = next_time(schedule, now)
        if following is not None:
            self.due(following, key)
        policy = wanted["spec"].get("concurrencyPolicy", "Allow")
        if running and policy == "Forbid":
            if self._skipped.get(key) == due:
                return None
            self._skipped[key] = due
            said = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self.cluster.event(wanted, "Normal", "JobAlreadyActive", said, "cronjob-controller")
            return None
        if policy == "Replace":
            for job in running:
                self.cluster.delete(*key_of(job))
            running.clear()
        status["lastScheduleTime"] = time_of(due)
        name = f"{key[2]}-{int(due // 60)}"
        if self.cluster.get("Job", key[1], name) is not None:
            return None
        job = self.cluster.create(job_of(wanted, name, due))
        self.cluster.event(wanted, "Normal", "SuccessfulCreate", f"Created job {name}", "cronjob-controller")
        return job

    def _forget_old(self, wanted: Object, jobs: list[Object]) -> None:
        for kind, member, limit in (
            ("Complete", "successfulJobsHistoryLimit", 3),
            ("Failed", "failedJobsHistoryLimit", 1),
        ):
            ended = [job for job in jobs if _has(job, kind)]
            ended.sort(key=lambda job: (job["metadata"]["creationTimestamp"], job["metadata"]["name"]))
            for job in ended[: max(len(ended) - int(wanted["spec"].get(member, limit)), 0)]:
                self.cluster.delete(*key_of(job))


def job_of(wanted: Object, name: str, due: float) -> Object:
    """The Job of one scheduled time, not created yet."""
    template = json.loads(json.dumps(wanted["spec"]["jobTemplate"]))
    meta = template.get("metadata") or {}
    stamp = {"batch.kubernetes.io/cronjob-scheduled-timestamp": time_of(due)}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": wanted["metadata"]["namespace"],
            "labels": meta.get("labels") or {},
            "annotations": {**(meta.get("annotations") or {}), **stamp},
            "ownerReferences": [owner_reference(wanted)],
        },
        "spec": template["spec"],
        "status": {},
    }


def _has(job: Object, kind: str) -> bool:
    return (condition(job.get("status") or {}, kind) or {}).get("status") == "True"


def _ended(job: Object) -> bool:
    return _has(job, "Complete") or _has(job, "Failed")


def _reference(job: Object) -> Object:
    meta = job["metadata"]
    return {"name": meta["name"], "uid": meta["uid"], "resourceVersion": meta.get("resourceVersion", "")}
