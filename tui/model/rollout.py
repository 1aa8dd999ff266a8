"""How far a rollout is: as `kubectl rollout status` says it, and in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui.model.compose import SERVICE
from tui.model.key import condition, is_true
from tui.model.workload import HorizontalPodAutoscaler, Workload

_NAMES = {"Deployment": "deployment", "StatefulSet": "statefulset", "DaemonSet": "daemon set"}


class RolloutState(StrEnum):
    """What a rollout is doing, worst first."""

    DOWN = "down"
    STUCK = "stuck"
    SHORT = "short"  # no rollout, and fewer pods ready than wanted
    MOVING = "moving"
    PAUSED = "paused"
    SCALED_DOWN = "scaled down"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Rollout:
    """A state with its words: `text`, then how long ago `since` was when it is known, then `rest`."""

    state: RolloutState
    text: str
    since: float | None = None
    rest: str = ""


def rollout_status(workload: Workload) -> tuple[str, bool, bool]:
    """(the line of `kubectl rollout status`, whether it is done, whether it failed) (facts 2.4)."""
    if workload.meta.kind == "Deployment":
        return _deployment(workload)
    if workload.meta.kind == SERVICE:
        said = _service(workload)
        return f"{said.text.strip(' ,')}{said.rest}", said.state is RolloutState.DONE, False
    if workload.strategy != "RollingUpdate":
        return "rollout status is only available for RollingUpdate strategy type", False, True
    if workload.meta.kind == "DaemonSet":
        return _daemon_set(workload)
    return _stateful_set(workload)


def rollout(
    workload: Workload, hpa: HorizontalPodAutoscaler | None = None, moved: float | None = None
) -> Rollout:
    """The rollout in our words. `moved` is when the newest revision was made, None when not known."""
    wanted, ready = workload.replicas, workload.ready
    if workload.meta.kind == SERVICE:
        return _service(workload)
    text, done, failed = rollout_status(workload)
    revision = f", revision {workload.revision}" if workload.revision else ""
    if wanted == 0 and workload.current == 0:
        return Rollout(RolloutState.SCALED_DOWN, "no node wants it" if _daemon(workload) else "scaled to 0")
    new, old = workload.updated, max(0, workload.current - workload.updated)
    serving_old = old if ready else 0
    if failed and workload.meta.kind == "Deployment":
        since = _since(workload) or moved
        if ready == 0 and wanted:
            return Rollout(RolloutState.DOWN, f"DOWN: {new} of {wanted} new, none serves; stuck ", since)
        fresh = max(0, min(new, workload.available - serving_old))
        rest = f": {fresh} of {new or wanted} new" + (f"; old {serving_old}/{wanted} serve" if old else "")
        return Rollout(RolloutState.STUCK, "stuck ", since, rest)
    if wanted and ready == 0:
        return Rollout(RolloutState.DOWN, f"DOWN: 0 of {wanted} ready, ", _since(workload) or moved)
    if workload.paused:
        return Rollout(RolloutState.PAUSED, f"paused{f', {new} of {wanted} new' if new < wanted else ''}")
    if workload.strategy == "OnDelete" and new < wanted:
        return Rollout(RolloutState.PAUSED, f"{new} of {wanted} new, waits for deletes (OnDelete)")
    if not done and not failed:
        return _moving(workload, text, moved)
    if ready < wanted:
        return Rollout(RolloutState.SHORT, f"{ready} of {wanted} ready, ", _since(workload))
    if hpa is not None:
        return Rollout(RolloutState.DONE, f"{ready}/{wanted} (HPA {hpa.least}-{hpa.most})")
    return Rollout(RolloutState.DONE, f"done{revision}")


def _service(workload: Workload) -> Rollout:
    """A service of Compose has no rollout: whether it is up, and whether the file says otherwise by now."""
    wanted, ready = workload.replicas, workload.ready
    available = condition(workload.conditions, "Available")
    reason, since = (available.reason, available.since) if available is not None else ("", None)
    if not workload.current:
        return Rollout(RolloutState.SCALED_DOWN, "not created" if wanted else "scaled to 0")
    if reason == "Stopped":
        return Rollout(RolloutState.SCALED_DOWN, "stopped by hand, ", since)
    if reason == "Waits" and available is not None:
        state = RolloutState.MOVING if available.message.startswith("waits") else RolloutState.PAUSED
        return Rollout(state, f"{available.message}, ", since)
    if reason == "Starting":
        return Rollout(RolloutState.MOVING, f"{ready} of {wanted} ready, its check runs ", since)
    if not ready:
        return Rollout(RolloutState.DOWN, f"DOWN: 0 of {wanted} ready, ", since)
    if ready < wanted:
        return Rollout(RolloutState.SHORT, f"{ready} of {wanted} ready, ", since)
    if workload.updated < workload.current:
        return Rollout(RolloutState.PAUSED, "up; the file says otherwise by now")
    return Rollout(RolloutState.DONE, "up")


def _moving(workload: Workload, text: str, moved: float | None) -> Rollout:
    """On its way: new pods come, old ones go, or the new ones become available."""
    wanted, new = workload.replicas, workload.updated
    if text.endswith("to be observed..."):
        return Rollout(RolloutState.MOVING, "asked, not begun ", moved)
    partition = workload.partition if workload.meta.kind == "StatefulSet" else 0
    if new < wanted - partition:
        return Rollout(RolloutState.MOVING, f"{new} of {wanted - partition} new, ", moved)
    old = workload.current - new - partition
    if workload.meta.kind == "Deployment" and old > 0:
        return Rollout(RolloutState.MOVING, f"{new} of {wanted} new, {old} old ending, ", moved)
    state = RolloutState.MOVING if workload.meta.kind == "Deployment" else RolloutState.SHORT
    return Rollout(state, f"{workload.ready} of {wanted} ready, ", _since(workload) or moved)


def _since(workload: Workload) -> float | None:
    """Since when it is not well: the conditions know it."""
    available = condition(workload.conditions, "Available")
    if available is not None and available.status == "False":
        return available.since
    progressing = condition(workload.conditions, "Progressing")
    return progressing.since if progressing is not None and progressing.status == "False" else None


def _daemon(workload: Workload) -> bool:
    return workload.meta.kind == "DaemonSet"


def _deployment(workload: Workload) -> tuple[str, bool, bool]:
    name = workload.meta.name
    if workload.meta.generation > workload.observed_generation:
        return "Waiting for deployment spec update to be observed...", False, False
    progressing = condition(workload.conditions, "Progressing")
    if progressing is not None and progressing.reason == "ProgressDeadlineExceeded":
        return f'deployment "{name}" exceeded its progress deadline', False, True
    waiting = f'Waiting for deployment "{name}" rollout to finish: '
    wanted, new = workload.replicas, workload.updated
    if new < wanted:
        return f"{waiting}{new} out of {wanted} new replicas have been updated...", False, False
    if workload.current > new:
        return f"{waiting}{workload.current - new} old replicas are pending termination...", False, False
    if workload.available < new:
        return f"{waiting}{workload.available} of {new} updated replicas are available...", False, False
    return f'deployment "{name}" successfully rolled out', True, False


def _daemon_set(workload: Workload) -> tuple[str, bool, bool]:
    name, wanted = workload.meta.name, workload.replicas
    if workload.meta.generation > workload.observed_generation:
        return "Waiting for daemon set spec update to be observed...", False, False
    waiting = f'Waiting for daemon set "{name}" rollout to finish: '
    if workload.updated < wanted:
        return f"{waiting}{workload.updated} out of {wanted} new pods have been updated...", False, False
    if workload.available < wanted:
        return f"{waiting}{workload.available} of {wanted} updated pods are available...", False, False
    return f'daemon set "{name}" successfully rolled out', True, False


def _stateful_set(workload: Workload) -> tuple[str, bool, bool]:
    wanted, new = workload.replicas, workload.updated
    if not workload.observed_generation or workload.meta.generation > workload.observed_generation:
        return "Waiting for statefulset spec update to be observed...", False, False
    if workload.ready < wanted:
        return f"Waiting for {wanted - workload.ready} pods to be ready...", False, False
    if workload.rolling_update_set:
        if new < wanted - workload.partition:
            head = "Waiting for partitioned roll out to finish: "
            return (
                f"{head}{new} out of {wanted - workload.partition} new pods have been updated...",
                False,
                False,
            )
        return f"partitioned roll out complete: {new} new pods have been updated...", True, False
    revision = workload.update_revision
    if workload.update_revision != workload.current_revision:
        return (
            f"waiting for statefulset rolling update to complete {new} pods at revision {revision}...",
            (False),
            False,
        )
    return (
        f"statefulset rolling update complete {workload.current} pods at revision "
        f"{workload.current_revision}...",
        True,
        False,
    )


def is_blocked(workload: Workload) -> str:
    """The message of ReplicaFailure (quota, admission), "" when pods can be made."""
    found = condition(workload.conditions, "ReplicaFailure")
    blocked = is_true(workload.conditions, "ReplicaFailure") and found is not None
    return found.message if blocked and found is not None else ""
