"""Why a pod is not well: one sentence, with what it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from math import inf

from tui.model.cluster import Event
from tui.model.key import condition, is_true
from tui.model.pod import Container, Ended, Part, Pod
from tui.model.pod_status import ended_word

HOUR = 3600.0
PATIENCE = 30.0
"""Seconds that a pod may be unready, or failing its probes, before it is called trouble."""
BACK_OFF_RESET = 600.0
"""Seconds that a container has to run before kubelet forgets its crashes (twice the longest back-off)."""
_SIGNALS = {4: "ILL", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 11: "SEGV", 15: "TERM"}
_IMAGE = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError")
_START = (
    "CreateContainerError",
    "RunContainerError",
    "StartError",
    "ContainerCannotRun",
    "PostStartHookError",
)
_SETUP = ("FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox")


class Severity(IntEnum):
    """How bad: BAD is broken and will not mend itself; LOOK wants to be looked at."""

    BAD = 0
    LOOK = 1


@dataclass(frozen=True, slots=True)
class Cause:
    """A sentence without its time; `next_key` is the key that shows more ("l", "p", "d")."""

    text: str
    since: float | None
    severity: Severity = Severity.BAD
    evidence: tuple[str, ...] = ()
    next_key: str = "d"
    looping: bool = False  # runs at the moment, between two crashes


def pod_cause(pod: Pod, events: Iterable[Event], now: float) -> Cause | None:
    """The one thing that is wrong with a pod, None when nothing is or when it ends as it should."""
    if pod.phase == "Succeeded" or spotless(pod):
        return None
    if pod.meta.deleted is not None:
        if now > pod.meta.deleted + 2 * PATIENCE:
            return Cause("does not end: its grace period is over", pod.meta.deleted, Severity.LOOK)
        return None
    if pod.phase == "Failed" and pod.reason:
        return Cause(f"{pod.reason}: {pod.message}" if pod.message else pod.reason, _ended_at(pod))
    scheduled = condition(pod.conditions, "PodScheduled")
    if scheduled is not None and scheduled.status == "False" and scheduled.reason == "Unschedulable":
        return Cause(unschedulable(scheduled.message), scheduled.since, evidence=(scheduled.message,))
    ordered = sorted(events, key=lambda event: event.at, reverse=True)
    for container in pod.containers:
        found = container_cause(container, pod, ordered, now)
        if found is not None:
            return found
    return _setup(pod, ordered) or _unready(pod, ordered, now) or _recent_oom(pod, now)


def spotless(pod: Pod) -> bool:
    """Runs, is ready and never ended: what nearly all pods are, told at once."""
    if pod.phase != "Running" or pod.meta.deleted is not None or not is_true(pod.conditions, "Ready"):
        return False
    return all(one.running_since and one.last is None and not one.restarts for one in pod.containers)


def true_until(pod: Pod, now: float) -> float:
    """When time alone may change the cause of a pod; infinity where it never does."""
    if pod.phase == "Succeeded" or spotless(pod):
        return inf
    ready = condition(pod.conditions, "Ready")
    moments = [pod.meta.deleted + 2 * PATIENCE] if pod.meta.deleted is not None else []
    moments += [ready.since + PATIENCE] if ready is not None and ready.since is not None else []
    for one in pod.containers:
        moments += [one.running_since + BACK_OFF_RESET] if one.running_since is not None else []
        moments += [(one.last.finished or 0.0) + HOUR] if one.last is not None else []
    return min((moment for moment in moments if moment >= now), default=inf)


def container_cause(container: Container, pod: Pod, events: list[Event], now: float) -> Cause | None:
    """What holds that container, by its state."""
    since = (container.last.finished if container.last else None) or pod.meta.created
    waiting, message = container.waiting, container.waiting_message
    if waiting in _IMAGE:
        said = [event.message for event in events if event.reason in ("Failed", "InspectFailed")]
        pulled = next((text for text in (message, *said) if image_problem(text)), "")
        registry, name = registry_of(container.image)
        problem = (image_problem(pulled) or waiting).replace("the registry", registry)
        text = f"image {name}: {problem}"
        return Cause(text, pod.meta.created, evidence=tuple(t for t in (message, *said[:2]) if t))
    if waiting == "CreateContainerConfigError":
        return Cause(missing(message) or waiting, pod.meta.created, evidence=(message,))
    if waiting in _START:
        return Cause(f"{container.name} cannot start: {message or waiting}", since, evidence=(message,))
    ended = container.ended or container.last
    if waiting == "CrashLoopBackOff" and ended is not None:
        return _crash(container, ended, events)
    if container.ended is not None and container.ended.exit_code and container.part is not Part.SIDECAR:
        return _crash(container, container.ended, events)
    if container.last is not None and container.last.exit_code and _between_crashes(container, now):
        return replace(_crash(container, container.last, events), looping=True, next_key="p")
    return None


def _between_crashes(container: Container, now: float) -> bool:
    """Runs, and has crashed more than once without having run long enough to be well again."""
    since = container.running_since
    return container.restarts > 1 and since is not None and now - since < BACK_OFF_RESET


def ending(ended: Ended, limit: str = "") -> str:
    """How a container ended: "exit code 1", "out of memory (limit 64Mi)", "killed by SEGV"."""
    if ended.reason == "OOMKilled":
        return f"out of memory (limit {limit})" if limit else "out of memory"
    number = ended.signal or (ended.exit_code - 128 if 128 < ended.exit_code < 160 else 0)
    if number:
        return f"exit code {ended.exit_code}, signal {_SIGNALS.get(number, number)}"
    hint = {126: " (not executable)", 127: " (command not found)"}.get(ended.exit_code, "")
    word = "" if ended.reason in ("", "Error", "Completed") else f", {ended_word(ended)}"
    return f"exit code {ended.exit_code}{hint}{word}"


def registry_of(image: str) -> tuple[str, str]:
    """(registry, the rest): a first part with a dot, a port or `localhost` is one, else it is Docker's."""
    first, slash, rest = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return "docker.io", image


def image_problem(message: str) -> str:
    """Why a pull failed, "" when the message does not say."""
    low = message.lower()
    if "x509" in low or "certificate" in low:
        return "the registry's certificate is not trusted"
    if "401" in low or "403" in low or "unauthorized" in low or "denied" in low or "authorization" in low:
        return "the registry refuses the credentials (imagePullSecrets)"
    if "not found" in low or "manifest unknown" in low or "notfound" in low:
        return "not found in the registry"
    if "toomanyrequests" in low or "429" in low:
        return "the registry limits pulls (too many requests)"
    if "no such host" in low or "refused" in low or "timeout" in low or "deadline" in low:
        return "the registry cannot be reached"
    if "invalidimagename" in low or "invalid reference" in low or "couldn't parse image" in low:
        return "the name is not valid"
    return "not on the node, and its policy is Never" if "policy of never" in low else ""


def missing(message: str) -> str:
    """The Secret, ConfigMap or key that a container needs and that is not there, "" when it is none."""
    key = re.search(r"couldn't find key (\S+) in (Secret|ConfigMap) (\S+)", message, re.I)
    if key:
        return f"key {key[1]} is missing in {key[2]} {key[3]}"
    found = re.search(r'(secret|configmap) "([^"]+)" not found', message, re.I)
    if found:
        return f"{'Secret' if found[1].lower() == 'secret' else 'ConfigMap'} {found[2]} is missing"
    return message


def unschedulable(message: str) -> str:
    """Which predicates keep a pod from every node, in the scheduler's own words."""
    if "unbound immediate persistentvolumeclaims" in message.lower():
        return "no node: its PersistentVolumeClaim is not bound"
    found = re.search(r"nodes are available: (.*?)(?:\. (?:preemption|no new)|$)", message, re.S)
    return f"no node: {found[1].rstrip('. ')}" if found else f"no node: {message or 'Unschedulable'}"


def restarts_within(pods: Iterable[Pod], now: float, seconds: float = HOUR) -> int:
    """Containers that were restarted within the hour."""
    return sum(
        container.last is not None
        and container.restarts > 0
        and container.last.finished is not None
        and now - container.last.finished <= seconds
        for pod in pods
        for container in pod.containers
    )


def _crash(container: Container, ended: Ended, events: list[Event]) -> Cause:
    times = f", {container.restarts} restarts" if container.restarts else ""
    said = ended.message.strip().splitlines()[-1:] if ended.message else []
    tail = f": {said[0].strip()}" if said else ""
    again = "crashes" if container.waiting or container.restarts else "ended"
    field = f"{{{container.name}}}"
    began = [one.first for one in events if one.reason == "BackOff" and one.about_field.endswith(field)]
    text = f"{container.name} {again}, {ending(ended, container.memory_limit)}{times}{tail}"
    key = "p" if container.waiting else "l"
    evidence = tuple(t for t in (ended.message, container.waiting_message) if t)
    return Cause(
        text, min((at for at in began if at), default=ended.finished), evidence=evidence, next_key=key
    )


def _setup(pod: Pod, events: list[Event]) -> Cause | None:
    """Volumes and sandbox: the status says only ContainerCreating, the events know."""
    if any(container.running_since or container.ended for container in pod.containers):
        return None
    for event in events:
        if event.reason in _SETUP and event.type == "Warning":
            wanted = re.search(r'(?:secret|configmap) "[^"]+" not found', event.message, re.I)
            text = missing(event.message) if wanted else f"{event.reason}: {event.message}"
            return Cause(text, pod.meta.created, evidence=(event.message,))
    return None


def _unready(pod: Pod, events: list[Event], now: float) -> Cause | None:
    """Runs and is not ready: the probe that fails, in its own words."""
    ready = condition(pod.conditions, "Ready")
    if ready is None or ready.status == "True" or pod.phase != "Running":
        return None
    if ready.since is None or now - ready.since < PATIENCE:
        return None
    probe = next((event for event in events if event.reason == "Unhealthy"), None)
    if probe is not None:
        text = re.sub(r"^(\w+) probe failed: ", r"\1 probe fails: ", probe.message).strip()
        return Cause(text, ready.since, evidence=(probe.message,), next_key="l")
    return Cause(f"runs but is not ready: {ready.message or ready.reason}", ready.since, Severity.LOOK)


def _recent_oom(pod: Pod, now: float) -> Cause | None:
    for container in pod.containers:
        last = container.last
        if last is not None and last.reason == "OOMKilled" and now - (last.finished or 0) < HOUR:
            text = (
                f"{container.name} ran {ending(last, container.memory_limit)}, {container.restarts} restarts"
            )
            return Cause(text.replace("ran out", "was out"), last.finished, Severity.LOOK, next_key="p")
    return None


def _ended_at(pod: Pod) -> float | None:
    times = [c.ended.finished for c in pod.containers if c.ended is not None and c.ended.finished]
    return max(times, default=pod.started or pod.meta.created)
