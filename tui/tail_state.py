"""What the store says of one container's instances: which runs, which ended, what is being waited for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tui.model.pod import Container, Ended, Pod
from tui.store import Store

JUST = 600.0  # seconds after a restart


@dataclass(frozen=True, slots=True)
class Instance:
    """One run of a container."""

    id: str  # containerID, or the restart count when the runtime named none
    restarts: int
    ended: Ended | None = None
    waiting: bool = False  # it ended, and the next one waits (CrashLoopBackOff)


def pod_of(store: Store, uid: str) -> Pod | None:
    """The pod of that identity while it exists."""
    found = store.by_uid("Pod", uid)
    return found if isinstance(found, Pod) else None


def instance_of(container: Container | None) -> Instance | None:
    """The run whose log the plain request returns now; None when there is none yet."""
    if container is None:
        return None
    number = container.restarts
    if container.running_since is not None:
        return Instance(container.container_id or f"#{number}", number)
    ended = container.ended or container.last
    if ended is None:
        return None
    return Instance(
        ended.container_id or container.container_id or f"#{number}",
        number,
        ended,
        waiting=container.ended is None,
    )


def just_restarted(container: Container, now: float) -> bool:
    """Whether the end of the run before still belongs to the present one."""
    since = container.running_since
    return container.last is not None and since is not None and now - since < JUST


def why_waiting(pod: Pod, container: Container | None) -> str:
    """What a container that never ran waits for, in words."""
    if not pod.node:
        return "not scheduled yet"
    reason = container.waiting if container is not None else ""
    return f"waiting to start: {reason or 'ContainerCreating'}"


def how_ended(ended: Ended) -> str:
    """`exit 137, OOMKilled`."""
    words = [f"exit {ended.exit_code}" if not ended.signal else f"signal {ended.signal}"]
    if ended.reason not in ("", "Completed", "Error"):
        words.append(ended.reason)
    return ", ".join(words)


def restarted(label: str, container: Container, ended: Ended | None) -> str:
    """`auth-6x8fq restarted: exit 137, OOMKilled (limit 512Mi), restart 3, gap 3.1 s`."""
    words: list[str] = []
    if ended is not None:
        how = how_ended(ended)
        limit = f" (limit {container.memory_limit})" if container.memory_limit else ""
        words.append(how + (limit if ended.reason == "OOMKilled" else ""))
    words.append(f"restart {container.restarts}")
    since = container.running_since
    if ended is not None and ended.finished is not None and since is not None:
        words.append(f"gap {max(0.0, since - ended.finished):.1f} s")
    return f"{label} restarted: {', '.join(words)}"


def at_second(moment: float) -> str:
    """`12:04:03`, UTC as the lines say it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%H:%M:%S")


def link_back(lost: float, back: float, count: int, *, whole: bool) -> str:
    """`link lost 12:04:03, back 12:05:10: 20 lines filled in, none lost`."""
    filled = f"{count} line{'s' * (count != 1)} filled in"
    rest = "none lost" if whole else "others may be missing"
    return f"link lost {at_second(lost)}, back {at_second(back)}: {filled}, {rest}"


def over(pod: Pod, container: Container | None) -> bool:
    """Whether a container that ended will not be started again."""
    owned = pod.meta.owner is not None and pod.meta.owner.kind == "Job"
    finished = pod.phase in ("Succeeded", "Failed")
    init = container is not None and container.part == "init"
    clean = container is not None and container.ended is not None and container.ended.exit_code == 0
    return finished or (clean and (owned or init))
