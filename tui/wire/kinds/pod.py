"""Pods and their containers."""

from __future__ import annotations

import sys
from datetime import datetime

import msgspec

from tui.model.pod import Container, Ended, Part, Pod
from tui.wire.kinds.base import Kind, RawCondition, RawMeta, at, conditions, meta
from tui.wire.kinds.template import RawContainer, RawPodSpec, references


class RawTerminated(msgspec.Struct, gc=False, rename="camel"):
    """`terminated`."""

    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    container_id: str = msgspec.field(default="", name="containerID")


class RawWaiting(msgspec.Struct, gc=False):
    """`waiting`."""

    reason: str = ""
    message: str = ""


class RawRunning(msgspec.Struct, gc=False, rename="camel"):
    """`running`."""

    started_at: datetime | None = None


class RawState(msgspec.Struct, gc=False):
    """At most one is set."""

    waiting: RawWaiting | None = None
    running: RawRunning | None = None
    terminated: RawTerminated | None = None


class RawContainerStatus(msgspec.Struct, gc=False, rename="camel"):
    """What the kubelet says of a container."""

    name: str
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    container_id: str = msgspec.field(default="", name="containerID")
    image_id: str = msgspec.field(default="", name="imageID")
    state: RawState = msgspec.field(default_factory=RawState)
    last_state: RawState = msgspec.field(default_factory=RawState)


class RawStatus(msgspec.Struct, gc=False, rename="camel"):
    """A pod's status."""

    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    start_time: datetime | None = None
    conditions: list[RawCondition] | None = None
    container_statuses: list[RawContainerStatus] | None = None
    init_container_statuses: list[RawContainerStatus] | None = None


class RawPod(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    spec: RawPodSpec = msgspec.field(default_factory=RawPodSpec)
    status: RawStatus = msgspec.field(default_factory=RawStatus)


_POD = msgspec.json.Decoder(RawPod)


def parse(raw: bytes) -> Pod:
    """Containers in the order of the spec, each joined with its status by name."""
    found = _POD.decode(raw)
    spec, status = found.spec, found.status
    head = meta("Pod", found.metadata)
    init = {one.name: one for one in status.init_container_statuses or ()}
    main = {one.name: one for one in status.container_statuses or ()}
    containers = [
        _container(one, Part.SIDECAR if one.restart_policy == "Always" else Part.INIT, init.get(one.name))
        for one in spec.init_containers or ()
    ]
    containers += [_container(one, Part.MAIN, main.get(one.name)) for one in spec.containers or ()]
    return Pod(
        meta=head,
        phase=sys.intern(status.phase),
        reason=status.reason,
        message=status.message,
        node=sys.intern(spec.node_name or ""),
        ip=status.pod_ip,
        started=at(status.start_time),
        conditions=conditions(status.conditions),
        containers=tuple(containers),
        init_total=len(spec.init_containers or ()),
        default_container=head.annotations.get("kubectl.kubernetes.io/default-container", ""),
        references=references(spec),
        pull_secrets=tuple(one.name or "" for one in spec.image_pull_secrets or ()),
        template_hash=head.labels.get("pod-template-hash") or head.labels.get("controller-revision-hash", ""),
    )


def _container(spec: RawContainer, part: Part, status: RawContainerStatus | None) -> Container:
    limits = (spec.resources and spec.resources.limits) or {}
    memory, cpu = str(limits.get("memory", "")), str(limits.get("cpu", ""))
    name, image = sys.intern(spec.name), sys.intern(spec.image or "")
    if status is None:
        return Container(name, part, image, memory_limit=memory, cpu_limit=cpu)
    state = status.state
    return Container(
        name=name,
        part=part,
        image=image,
        reported=True,
        container_id=status.container_id,
        image_id=sys.intern(status.image_id),
        ready=status.ready,
        started=bool(status.started),
        restarts=status.restart_count,
        waiting=state.waiting.reason if state.waiting else "",
        waiting_message=state.waiting.message if state.waiting else "",
        running_since=at(state.running.started_at) if state.running else None,
        ended=_ended(state.terminated),
        last=_ended(status.last_state.terminated),
        memory_limit=memory,
        cpu_limit=cpu,
    )


def _ended(raw: RawTerminated | None) -> Ended | None:
    if raw is None:
        return None
    return Ended(
        exit_code=raw.exit_code,
        signal=raw.signal,
        reason=raw.reason,
        message=raw.message,
        started=at(raw.started_at),
        finished=at(raw.finished_at),
        container_id=raw.container_id,
    )


KIND = Kind("Pod", "api/v1", "pods", "pods", parse, light=True)
