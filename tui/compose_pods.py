"""Containers of a Compose project as pods, in kubectl's words for the states that Docker has."""

from __future__ import annotations

from dataclasses import dataclass

from tui.compose_runs import Runs
from tui.model.cluster import Event
from tui.model.compose import Inspected, Run
from tui.model.key import Condition, Meta, Owner
from tui.model.pod import Container, Ended, Pod

HASH = "com.docker.compose.config-hash"
_TERM = 15
_BY_SIGNAL = (130, 137, 143)  # what a container that was told to end leaves


@dataclass(frozen=True, slots=True)
class Seen:
    """One container: how it is, and its runs."""

    found: Inspected
    runs: Runs


def pod_uid(one: Seen, job: bool) -> str:
    """A service's container keeps its identity through restarts; a one-shot that is run again is another."""
    began = one.runs.by_hand_at
    return f"{one.found.id}@{began:.3f}" if job and began is not None else one.found.id


def event(id: str, uid: str, namespace: str, name: str, action: str, at: float, said: str) -> Event:
    """What happened to a container, in the words of Kubernetes where there are some."""
    reason, kind = _REASONS.get(action.partition(":")[0], (action.capitalize(), "Normal"))
    if action == "health_status: unhealthy":
        reason, kind, said = "Unhealthy", "Warning", f"Health check failed: {said}"
    elif action == "die" and said not in ("exit code 0", ""):
        kind = "Warning"
    meta = Meta("Event", namespace, f"{name}.{id}", id, created=at)
    about = ("Pod", namespace, name, uid)
    return Event(meta, *about, type=kind, reason=reason, message=said, source="docker", first=at, at=at)


_REASONS = {
    "create": ("Created", "Normal"),
    "start": ("Started", "Normal"),
    "restart": ("Restarted", "Normal"),
    "die": ("Ended", "Normal"),
    "stop": ("Stopped", "Normal"),
    "kill": ("Killing", "Normal"),
    "oom": ("OOM", "Warning"),
    "health_status": ("Health", "Normal"),
    "destroy": ("Removed", "Normal"),
}


def is_ready(found: Inspected) -> bool:
    """Runs, and its health check passes where there is one."""
    return found.state == "running" and found.health in ("", "healthy")


def stopped(one: Seen) -> bool:
    """Somebody stopped it: the engine said so, or nothing else would have kept it from starting again."""
    found, now = one.found, one.runs.now
    if found.state != "exited":
        return False
    if now is not None and now.by_hand:
        return True
    return found.policy in ("always", "unless-stopped") or (found.exit_code == 143 and not found.oom)


def pod(one: Seen, owner: Meta) -> Pod:
    found = one.found
    uid = pod_uid(one, owner.kind == "Job")
    ready = is_ready(found)
    since = found.health_failed or found.started
    conditions = (Condition("Ready", str(ready), message=unready(found), since=since),)
    meta = Meta(
        "Pod",
        owner.namespace,
        found.name,
        uid,
        created=found.created if owner.kind != "Job" else (one.runs.by_hand_at or found.created),
        labels=found.labels,
        owner=Owner(owner.kind, owner.name, owner.uid),
    )
    return Pod(
        meta,
        phase=_phase(one),
        node="docker",
        ip=" ".join((found.ip, *found.ports)).strip(),
        started=found.started,
        conditions=conditions,
        containers=(_container(one, ready, again=owner.kind == "Job"),),
        default_container=found.service,
        template_hash=found.labels.get(HASH, ""),
    )


def unready(found: Inspected) -> str:
    """Why it is not ready, in words."""
    if found.state == "running" and found.health == "unhealthy":
        return f"its health check fails: {found.health_said or 'it says nothing'}"
    return "its health check has not passed yet" if found.health == "starting" else f"is {found.state}"


def _phase(one: Seen) -> str:
    found = one.found
    if found.state in ("running", "paused", "restarting"):
        return "Running"
    if found.state in ("exited", "dead", "removing"):
        return "Succeeded" if not found.exit_code or stopped(one) else "Failed"
    return "Pending"


def _container(one: Seen, ready: bool, *, again: bool) -> Container:
    """`again`: of a one-shot, whose earlier runs by hand are other pods."""
    found, runs = one.found, one.runs
    number = found.restarts if again else runs.number
    before = runs.before if number else None
    waiting, message = _waiting(found)
    ended = _ended(one, runs.now) if found.state in ("exited", "dead", "removing") else None
    last = _ended(one, before) if before is not None else None
    if found.state == "restarting":
        last = _ended(one, runs.now)
    return Container(
        found.service,
        image=found.image,
        reported=True,
        container_id=f"{found.id}#{number}",
        image_id=found.image_id,
        ready=ready,
        started=found.state == "running",
        restarts=number,
        waiting=waiting,
        waiting_message=message,
        running_since=found.started if found.state == "running" else None,
        ended=ended,
        last=last,
        memory_limit=found.memory_limit,
    )


def _waiting(found: Inspected) -> tuple[str, str]:
    """kubectl's word for a state that is neither running nor ended, and why."""
    if found.state == "created":
        return ("RunContainerError", found.error) if found.error else ("ContainerCreating", "")
    if found.state == "restarting":
        return "CrashLoopBackOff", f"{found.restarts} restarts by its policy ({found.policy})"
    return ("Paused", "paused by hand") if found.state == "paused" else ("", "")


def _ended(one: Seen, run: Run | None) -> Ended | None:
    """How a run ended; one that was told to end is no failure, whatever it left."""
    if run is None or run.finished is None:
        return None
    code = one.found.exit_code if run.exit_code is None and run is one.runs.now else run.exit_code
    id = f"{one.found.id}#{one.runs.number - (run is one.runs.before)}"
    times = (run.started, run.finished)
    if run.oom:
        return Ended(code or 137, 0, "OOMKilled", "", *times, id)
    if (run is one.runs.now and stopped(one)) or (run.by_hand and (code or 0) in (0, *_BY_SIGNAL)):
        return Ended(0, _TERM, "Stopped", "", *times, id)
    if code is None:
        return Ended(0, 0, "Unknown", "", *times, id)
    return Ended(code, 0, "Completed" if not code else "Error", "", *times, id)
