"""Whether workloads and Jobs are well, and the one cause when they are not, with the evidence attached."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tui.model.cause import PATIENCE, Cause, Severity, restarts_within
from tui.model.cluster import Event
from tui.model.compose import SERVICE
from tui.model.goose import GooseRun, error_words, goose_error
from tui.model.job import Job
from tui.model.key import Meta, condition, is_true
from tui.model.pod import Pod
from tui.model.pod_status import pod_status
from tui.model.rollout import Rollout, RolloutState, is_blocked, rollout
from tui.model.workload import HorizontalPodAutoscaler, ReplicaSet, Workload

CauseOf = Callable[[Pod], Cause | None]
"""What is wrong with a pod."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One root of trouble: which object, why, since when. `next_key` shows more of it."""

    kind: str
    namespace: str
    name: str
    uid: str
    cause: str
    since: float | None
    severity: Severity = Severity.BAD
    evidence: tuple[str, ...] = ()
    next_key: str = "d"


@dataclass(frozen=True, slots=True)
class WorkloadHealth:
    """A workload as judged. `old_images` are those of an older revision whose pods still run."""

    workload: Workload
    rollout: Rollout
    trouble: Trouble | None
    pods: tuple[Pod, ...]
    restarts_1h: int
    hpa: HorizontalPodAutoscaler | None = None
    old_images: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether time alone changes nothing in this judgement."""
        return self.trouble is None and self.restarts_1h == 0 and self.rollout.state in _QUIET


@dataclass(frozen=True, slots=True)
class JobHealth:
    """A Job as judged; `status` is kubectl's word, `attempts` counts pods or restarts of one."""

    job: Job
    status: str
    trouble: Trouble | None
    attempts: int
    error: str = ""  # goose's own, in short
    goose: GooseRun | None = None  # as far as its log was read


_QUIET = (RolloutState.DONE, RolloutState.SCALED_DOWN, RolloutState.PAUSED)


def trouble_of(meta: Meta, cause: Cause) -> Trouble:
    """That cause, said of that object."""
    return Trouble(
        meta.kind,
        meta.namespace,
        meta.name,
        meta.uid,
        cause.text,
        cause.since,
        cause.severity,
        cause.evidence,
        cause.next_key,
    )


def judge_workload(
    workload: Workload,
    pods: Sequence[Pod],
    replica_sets: Sequence[ReplicaSet],
    cause_of: CauseOf,
    hpa: HorizontalPodAutoscaler | None,
    now: float,
) -> WorkloadHealth:
    """Everything that the screen says of a workload; its trouble absorbs that of its pods."""
    newest = max(replica_sets, key=lambda each: each.revision, default=None)
    moved = _moved(workload, newest, pods)
    cause = _worst(map(cause_of, pods))
    state = rollout(workload, hpa, moved)
    # Compose says itself that a service is starting.
    young = (
        workload.meta.kind != SERVICE
        and workload.revision <= 1
        and now - workload.meta.created < min(60.0, workload.progress_deadline)
    )
    if state.state is RolloutState.DOWN and cause is None and young:
        state = Rollout(RolloutState.MOVING, f"0 of {workload.replicas} ready, starting, ", moved)
    blocked = is_blocked(workload)
    if blocked:
        failure = condition(workload.conditions, "ReplicaFailure")
        cause = Cause(
            f"no pod can be made: {blocked}", failure.since if failure else None, evidence=(blocked,)
        )
    old = [
        each
        for each in replica_sets
        if each is not newest and each.current and each.images != workload.images
    ]
    old_images = max(old, key=lambda each: each.revision).images if old else _old_images(workload, pods)
    found = _workload_trouble(workload, state, cause, now)
    return WorkloadHealth(
        workload, state, found, tuple(pods), restarts_within(pods, now), hpa, tuple(old_images)
    )


def judge_job(
    job: Job,
    pods: Sequence[Pod],
    events: Iterable[Event],
    cause_of: CauseOf,
    now: float,
    goose: GooseRun | None = None,
) -> JobHealth:
    """Everything that the screen says of a Job; its trouble absorbs that of its pods."""
    ordered = sorted(pods, key=lambda pod: pod.meta.created)
    restarts = max((pod_status(pod).restarts for pod in ordered), default=0)
    attempts = max(len(ordered) + restarts, job.failed + job.succeeded + job.active)
    status = job_status(job)
    line = (goose.error if goose else "") or next(
        (said for pod in reversed(ordered) if (said := _goose_of(pod))), ""
    )
    error = error_words(line)

    def health(cause: Cause | None = None) -> JobHealth:
        return JobHealth(job, status, trouble_of(job.meta, cause) if cause else None, attempts, error, goose)

    if status == "Complete":
        return JobHealth(job, status, None, attempts, goose=goose)
    causes = [found for pod in ordered if (found := cause_of(pod))]
    last = causes[-1] if causes else None
    if last is not None and line:
        last = replace(last, text=error, evidence=(line, *last.evidence))
    if status in ("Failed", "FailureTarget"):
        return health(_failed(job, attempts, error, last))
    refused = next((event for event in events if event.reason == "FailedCreate"), None)
    if refused is not None and not ordered:
        return health(Cause(f"no pod can be made: {refused.message}", refused.first or refused.at))
    if last is None or job.suspended:
        return health()
    text = f"attempt {max(attempts, 1)} of {job.backoff_limit + 1}: {last.text}"
    severity = last.severity if last.since is None or now - last.since > PATIENCE else Severity.LOOK
    return health(Cause(text, last.since, severity, last.evidence, "l"))


def job_status(job: Job) -> str:
    """STATUS of a Job as kubectl prints it (facts 3.7); Waiting is a one-shot of Compose before its turn."""
    if is_true(job.conditions, "Complete"):
        return "Complete"
    if is_true(job.conditions, "Failed"):
        return "Failed"
    if job.meta.deleted is not None:
        return "Terminating"
    if is_true(job.conditions, "Suspended"):
        held = condition(job.conditions, "Suspended")
        return "Waiting" if held is not None and held.reason == "Waits" else "Suspended"
    return "FailureTarget" if is_true(job.conditions, "FailureTarget") else "Running"


def series_of(job: Job) -> tuple[str, str]:
    """What makes two Jobs runs of the same thing: its CronJob, else its name less the last number."""
    if job.meta.owner is not None:
        return job.meta.namespace, job.meta.owner.uid
    return job.meta.namespace, series_name(job.meta.name)


def series_name(job: str) -> str:
    """The name of a Job less the number or the random letters of its run."""
    return re.sub(r"-(?:\d+|[a-f0-9]{6,}|[bcdfghjklmnpqrstvwxz2456789]{5})$", "", job)


def superseded(judged: Iterable[JobHealth]) -> frozenset[str]:
    """Uids of failed Jobs after which a later run of the same series completed or failed as well."""
    ended: dict[tuple[str, str], JobHealth] = {}
    old: set[str] = set()
    for one in sorted(judged, key=lambda one: one.job.started or one.job.meta.created):
        if one.status not in ("Complete", "Failed"):
            continue
        before = ended.get(series_of(one.job))
        if before is not None and before.status == "Failed":
            old.add(before.job.meta.uid)
        ended[series_of(one.job)] = one
    return frozenset(old)


def _moved(workload: Workload, newest: ReplicaSet | None, pods: Sequence[Pod]) -> float | None:
    """When the present rollout began: its first pod, since a rollback takes up an old ReplicaSet again."""
    if newest is not None:
        mine = [pod.meta.created for pod in pods if pod.meta.owner and pod.meta.owner.uid == newest.meta.uid]
        return max(newest.meta.created, min(mine, default=0.0))
    if workload.meta.kind == "StatefulSet":
        mine = [pod.meta.created for pod in pods if pod.template_hash == workload.update_revision]
        return min(mine, default=None)
    return max((pod.meta.created for pod in pods), default=None)


def _failed(job: Job, attempts: int, error: str, last: Cause | None) -> Cause:
    """Why a Job gave up."""
    found = condition(job.conditions, "Failed") or condition(job.conditions, "FailureTarget")
    reason = found.reason if found else ""
    how = f"failed after {attempts} attempt{'s' * (attempts != 1)}"
    if reason == "DeadlineExceeded":
        how = f"ran longer than its deadline ({job.deadline} s)"
    why = (
        error
        or (last.text if last else "")
        or (found.message if found and "backoff" not in found.message else "")
    )
    evidence = ((found.message,) if found and found.message else ()) + (last.evidence if last else ())
    return Cause(
        f"{how}: {why}" if why else how, found.since if found else None, evidence=evidence, next_key="l"
    )


def _goose_of(pod: Pod) -> str:
    for container in pod.containers:
        for ended in (container.ended, container.last):
            if ended is not None and (said := goose_error(ended.message)):
                return said
    return ""


def _worst(causes: Iterable[Cause | None]) -> Cause | None:
    """The gravest cause, the newest of equals."""
    found = [cause for cause in causes if cause is not None]
    return min(found, key=lambda cause: (cause.severity, -(cause.since or 0.0)), default=None)


def _workload_trouble(workload: Workload, state: Rollout, cause: Cause | None, now: float) -> Trouble | None:
    """The rollout's own trouble in the words of its pods; LOOK when all wanted pods serve all the same."""
    down = "none is ready" if workload.meta.kind == SERVICE else "nothing serves"
    words = {RolloutState.DOWN: down, RolloutState.STUCK: "rollout is stuck"}
    if state.state in words:
        why = cause.text if cause is not None else rollout_reason(workload)
        text = f"{words[state.state]}: {why}" if why else words[state.state]
        since = min((at for at in (state.since, cause.since if cause else None) if at), default=None)
        evidence = cause.evidence if cause else ()
        found = Cause(text, since, Severity.BAD, evidence, cause.next_key if cause else "d")
        return trouble_of(workload.meta, found)
    if cause is not None:
        serves = workload.ready >= workload.replicas and not cause.looping
        severity = Severity.LOOK if serves else cause.severity
        return trouble_of(
            workload.meta, Cause(cause.text, cause.since, severity, cause.evidence, cause.next_key)
        )
    if state.state is RolloutState.SHORT and state.since is not None and now - state.since > 2 * PATIENCE:
        text = f"{workload.ready} of {workload.replicas} ready"
        return trouble_of(workload.meta, Cause(text, state.since, Severity.LOOK))
    return None


def rollout_reason(workload: Workload) -> str:
    """The message of the condition that says why a rollout does not go on, "" when none does."""
    for type_ in ("ReplicaFailure", "Progressing", "Available"):
        found = condition(workload.conditions, type_)
        if found is not None and found.message and (found.status == "False" or type_ == "ReplicaFailure"):
            return found.message
    return ""


def _old_images(workload: Workload, pods: Sequence[Pod]) -> tuple[str, ...]:
    """Images of pods of an older revision, where there are no ReplicaSets to ask."""
    if workload.meta.kind != "StatefulSet" or workload.current_revision == workload.update_revision:
        return ()
    for pod in pods:
        if pod.template_hash == workload.current_revision:
            images = tuple(c.image for c in pod.containers if c.part.value == "main")
            return images if images != workload.images else ()
    return ()
