"""The columns READY, STATUS and RESTARTS of a pod, exactly as `kubectl get pods` prints them."""

from __future__ import annotations

from dataclasses import dataclass

from tui.model.key import condition, is_true
from tui.model.pod import Container, Ended, Part, Pod


@dataclass(frozen=True, slots=True)
class PodStatus:
    """What kubectl says of a pod; `restarted` is when a container ended last before it was started again."""

    reason: str
    ready: int
    total: int
    restarts: int
    restarted: float | None = None


@dataclass(slots=True)
class _Count:
    """What is summed up on the way through the containers."""

    reason: str
    ready: int = 0
    restarts: int = 0
    restarted: float | None = None

    def add(self, container: Container) -> None:
        """Adds the container's restarts."""
        self.restarts += container.restarts
        finished = container.last.finished if container.last else None
        if finished is not None and (self.restarted is None or finished > self.restarted):
            self.restarted = finished


def pod_status(pod: Pod) -> PodStatus:
    """What kubectl prints of that pod (facts 4)."""
    count = _Count(pod.reason or pod.phase)
    scheduled = condition(pod.conditions, "PodScheduled")
    if scheduled is not None and scheduled.reason == "SchedulingGated":
        count.reason = "SchedulingGated"
    total = sum(container.part is not Part.INIT for container in pod.containers)
    sidecars = _Count("")
    initializing = _initializing(pod, count, sidecars)
    if not initializing or is_true(pod.conditions, "Initialized"):
        count.restarts, count.restarted = sidecars.restarts, sidecars.restarted
        _main(pod, count)
    if pod.meta.deleted is not None:
        if pod.reason == "NodeLost":
            count.reason = "Unknown"
        elif pod.phase not in ("Succeeded", "Failed"):
            count.reason = "Terminating"
    return PodStatus(count.reason, count.ready, total, count.restarts, count.restarted)


def ended_word(ended: Ended) -> str:
    """`Error`, `OOMKilled`, or `Signal:9`, `ExitCode:3` where the runtime gave no reason."""
    if ended.reason:
        return ended.reason
    return f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}"


def _initializing(pod: Pod, count: _Count, sidecars: _Count) -> bool:
    """Walks the init containers; True when one of them is still in the way."""
    inits = [c for c in pod.containers if c.part is not Part.MAIN and c.reported]
    for index, container in enumerate(inits):
        count.add(container)
        sidecar = container.part is Part.SIDECAR
        if sidecar:
            sidecars.add(container)
        if container.ended is not None and container.ended.exit_code == 0:
            continue
        if sidecar and container.started:
            count.ready += container.ready
            continue
        if container.ended is not None:
            count.reason = f"Init:{ended_word(container.ended)}"
        elif container.waiting not in ("", "PodInitializing"):
            count.reason = f"Init:{container.waiting}"
        else:
            count.reason = f"Init:{index}/{pod.init_total}"
        return True
    return False


def _main(pod: Pod, count: _Count) -> None:
    """Walks the main containers backwards, so that the first one's reason wins."""
    running = False
    for container in reversed([c for c in pod.containers if c.part is Part.MAIN and c.reported]):
        count.add(container)
        if container.waiting:
            count.reason = container.waiting
        elif container.ended is not None:
            count.reason = ended_word(container.ended)
        elif container.ready and container.running_since is not None:
            running = True
            count.ready += 1
    if count.reason == "Completed" and running:
        count.reason = "Running" if is_true(pod.conditions, "Ready") else "NotReady"
