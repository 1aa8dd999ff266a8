"""A Compose project as the store's records: services as workloads, containers as pods, one-shots as Jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tui.compose_pods import HASH, Seen, is_ready, pod, pod_uid, stopped, unready
from tui.model.cluster import Namespace
from tui.model.compose import (
    NAMESPACE_LABEL,
    SERVICE,
    Inspected,
    Project,
    ServiceSpec,
    depths,
    one_shots,
    served,
)
from tui.model.environment import Environment
from tui.model.job import Job
from tui.model.key import Condition, Meta
from tui.model.migration import is_migration
from tui.model.workload import Workload
from tui.store import Record

_WAVE = "argocd.argoproj.io/sync-wave"
_NAME = "app.kubernetes.io/name"


class Places:
    """Which namespace a service is in: its label, else the configuration's table, else the one default."""

    def __init__(self, environment: Environment) -> None:
        self._default = environment.name
        self._actual = {one.name: one.actual for one in environment.namespaces}
        self._members = {
            service: namespace for namespace, members in environment.members.items() for service in members
        }

    def of(self, service: str, labels: Mapping[str, str]) -> str:
        """The namespace of that service."""
        name = labels.get(NAMESPACE_LABEL) or self._members.get(service) or self._default
        return self._actual.get(name, name)


def records(project: Project, containers: Sequence[Seen], places: Places) -> dict[str, dict[str, Record]]:
    """By kind and uid."""
    services = dict(project.services)
    by_service: dict[str, list[Seen]] = defaultdict(list)
    for one in sorted(containers, key=lambda one: one.found.number):
        by_service[one.found.service].append(one)
    for name, seen in by_service.items():
        if name not in services:  # of a profile that is off, or gone from the file
            services[name] = _spec_of(seen[0].found)
    ends = one_shots(services, (name for name, one in services.items() if _migrates(one)))
    order = depths(services, ends)
    made: dict[str, dict[str, Record]] = {kind: {} for kind in (SERVICE, "Job", "Pod", "Namespace")}
    for name, spec in services.items():
        seen = by_service.get(name, [])
        labels = {**spec.labels, **(seen[0].found.labels if seen else {})}
        namespace = places.of(name, labels)
        made["Namespace"][namespace] = Namespace(Meta("Namespace", "", namespace, f"namespace {namespace}"))
        if name in ends:
            waits = _waits(spec, by_service, ends)
            owner: Record = _job(
                project, served(services, name, ends), spec, seen, namespace, order.get(name, 1), waits
            )
        else:
            owner = _workload(project, spec, seen, namespace, labels, _waits(spec, by_service, ends))
        made[owner.meta.kind][owner.meta.uid] = owner
        for one in seen:
            container = pod(one, owner.meta)
            made["Pod"][container.meta.uid] = container
    return made


def _spec_of(found: Inspected) -> ServiceSpec:
    """What a container alone tells of its service."""
    waits = (each.split(":") for each in found.labels.get("com.docker.compose.depends_on", "").split(","))
    return ServiceSpec(
        found.service,
        image=found.image,
        replicas=0,
        depends_on={each[0]: each[1] if len(each) > 1 else "" for each in waits if each[0]},
        restart="" if found.policy in ("", "no") else found.policy,
        command=found.command,
        health_check=bool(found.health),
        ports=found.ports,
    )


def _waits(spec: ServiceSpec, by_service: Mapping[str, Sequence[Seen]], ends: frozenset[str]) -> str:
    """What a container that was made and not started waits for, in words."""
    open_ = []
    for name in spec.depends_on:
        for one in by_service.get(name, ()):
            found = one.found
            if found.state == "exited" and found.exit_code:
                return f"not started: {name} failed"
            if not (is_ready(found) if name not in ends else found.state == "exited"):
                open_.append(name)
    return f"waits for {', '.join(dict.fromkeys(open_))}" if open_ else "not started"


def _workload(
    project: Project,
    spec: ServiceSpec,
    seen: Sequence[Seen],
    namespace: str,
    labels: Mapping[str, str],
    waits: str,
) -> Workload:
    wanted = max(spec.replicas, len(seen))
    ready = sum(is_ready(one.found) for one in seen)
    new = [one for one in seen if not spec.hash or (one.found.labels.get(HASH) or spec.hash) == spec.hash]
    meta = Meta(
        SERVICE,
        namespace,
        spec.name,
        f"{project.name}/{spec.name}",
        created=min((one.found.created for one in seen), default=0.0),
        labels={**labels, _NAME: spec.name},
    )
    images = tuple(dict.fromkeys(one.found.image for one in seen)) or ((spec.image,) if spec.image else ())
    return Workload(
        meta,
        replicas=wanted,
        current=len(seen),
        updated=len(new),
        ready=ready,
        available=ready,
        conditions=tuple(_available(spec, seen, wanted, ready, waits)),
        images=images[:1],
    )


def _available(
    spec: ServiceSpec, seen: Sequence[Seen], wanted: int, ready: int, waits: str
) -> list[Condition]:
    """Why it is not whole, as the condition that the screen knows."""
    if ready >= wanted:
        return []
    if not seen:
        return [Condition("Available", "False", "NotCreated", "not created")]
    short = [one for one in seen if not is_ready(one.found)]
    if short and all(stopped(one) for one in short) and len(seen) >= spec.replicas:
        ended = max(one.found.finished or 0.0 for one in short)
        return [Condition("Available", "False", "Stopped", "stopped by hand", since=ended or None)]
    if short and all(one.found.state == "created" and not one.found.error for one in short):
        made = max(one.found.created for one in short)
        return [Condition("Available", "False", "Waits", waits, since=made)]
    if any(one.found.health == "starting" for one in short):
        began = max(one.found.started or 0.0 for one in short)
        return [Condition("Available", "False", "Starting", "its health check has not passed yet", began)]
    since = min((_since(one.found) for one in short), default=None)
    why = next((_why(one) for one in short if _why(one)), "")
    return [Condition("Available", "False", "NotReady", why, since=since)]


def _since(found: Inspected) -> float:
    return found.health_failed or found.finished or found.started or found.created


def _why(one: Seen) -> str:
    found = one.found
    if found.state == "running":
        return unready(found)
    if found.state == "exited" and not found.exit_code:
        return f"ended with exit code 0, and is not started again (restart: {found.policy or 'no'})"
    return found.error or f"is {found.state}"


def _job(
    project: Project,
    service: str,
    spec: ServiceSpec,
    seen: Sequence[Seen],
    namespace: str,
    wave: int,
    waits: str,
) -> Job:
    """One run of a one-shot; before its container is made it has no run and no identity but its name."""
    one = seen[-1] if seen else None
    found = one.found if one is not None else None
    uid = f"{project.name}/{spec.name}" if one is None else f"job {pod_uid(one, job=True)}"
    labels = dict(found.labels if found is not None else spec.labels)
    if service:
        labels.setdefault(_NAME, service)
    began = (one.runs.by_hand_at if one is not None else None) or (found.created if found else 0.0)
    meta = Meta(
        "Job",
        namespace,
        spec.name,
        uid,
        created=began,
        labels=labels,
        annotations={_WAVE: str(wave)},
    )
    over = found is not None and found.state in ("exited", "dead")
    good = over and found is not None and found.exit_code == 0
    since = found.finished if found is not None else None
    ended = (Condition("Complete" if good else "Failed", "True", since=since),) if over else ()
    if found is None or (found.state == "created" and not found.error):
        ended = (Condition("Suspended", "True", "Waits", waits if found is not None else "not created"),)
    runs = found is not None and found.state in ("running", "restarting", "paused")
    return Job(
        meta,
        backoff_limit=max(found.restarts if found else 0, 0),
        active=int(runs),
        succeeded=int(good),
        failed=(found.restarts if found else 0) + int(over and not good),
        started=began if runs or over else None,
        finished=since if good else None,
        suspended=not runs and not over,
        conditions=ended,
        images=(found.image if found is not None else spec.image,),
        commands=(spec.command or (found.command if found is not None else ""),),
    )


def _migrates(spec: ServiceSpec) -> bool:
    return is_migration(Job(Meta("Job", "", spec.name, ""), images=(spec.image,), commands=(spec.command,)))
