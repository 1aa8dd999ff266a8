"""Why an object is not well: the cause in a sentence, then the evidence, then the next key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import cast

from tui.model.application import Application
from tui.model.cause import ending
from tui.model.cluster import Event
from tui.model.health import trouble_of
from tui.model.job import Job
from tui.model.key import Condition
from tui.model.network import Service
from tui.model.pod import Container, Pod
from tui.model.pod_status import pod_status
from tui.model.rollout import rollout_status
from tui.model.workload import Workload
from tui.present.cells import TONES, moment, tag
from tui.present.describe_application import sections as application_page
from tui.store import Record, Store
from tui.survey import Survey
from widgets.live_table import Span, Tone
from widgets.plan_body import Section

_KEYS = {"l": "l: its logs", "p": "p: the end of the previous container", "d": "y: its YAML"}
NOTHING_SAID: Mapping[str, Section] = MappingProxyType({})
_GOOD_WHEN_FALSE = ("ReplicaFailure", "Failed", "FailureTarget", "Suspended", "DisruptionTarget")


def why(
    store: Store,
    survey: Survey,
    record: Record,
    said: Mapping[str, Section] = NOTHING_SAID,
    now: float = 0.0,
) -> list[Section]:
    """The page of `d` for a record; `said` is what was asked for since: last lines by container id, or
    what a controller said of the object itself by its uid."""
    if isinstance(record, Application):
        return [*application_page(store, survey, record, now), _events(survey.events(record.meta.uid))]
    sections = [_cause(survey, record)]
    if (asked := said.get(record.meta.uid)) and asked.title:
        sections.append(asked)
    pods = _pods(store, survey, record)
    found = crashed(store, survey, record)
    if found is not None and (lines := said.get(found[1].container_id)) and lines.title:
        sections.append(lines)
    if isinstance(record, Workload):
        sections.append(_workload(record))
    conditions: tuple[Condition, ...] = getattr(record, "conditions", ())
    if conditions:
        sections.append(Section("Conditions", Tone.BOLD, [_condition(one) for one in conditions]))
    ordered = _worst_first(pods)
    sections += [_pod(pod) for pod in ordered[:6]]
    if len(ordered) > 6:
        sections.append(Section(f"and {len(ordered) - 6} more pods", Tone.QUIET))
    if services := survey.paths.services_of(pods):
        sections.append(Section("Services", Tone.BOLD, [_service(*one) for one in services]))
    about = [record.meta.uid, *(pod.meta.uid for pod in pods)]
    if isinstance(record, Workload):
        about += [each.meta.uid for each in survey.replica_sets(record)]
    events = [event for uid in about for event in survey.events(uid)]
    sections.append(_events(events))
    return sections


def crashed(store: Store, survey: Survey, record: Record) -> tuple[Pod, Container] | None:
    """The container whose last lines tell most: of the worst pod, the first that ended badly."""
    for pod in _worst_first(_pods(store, survey, record)):
        for one in pod.containers:
            ended = one.ended or one.last
            if ended is not None and ended.exit_code:
                return pod, one
    return None


def last_lines(container: str, log: bytes) -> Section:
    """The end of a container's log; a section without a title when it wrote nothing."""
    lines = [line for line in log.decode(errors="replace").splitlines() if line.strip()]
    if not lines:
        return Section()
    return Section(f"Last lines of {container}", Tone.BOLD, [[Span(line)] for line in lines])


def _pods(store: Store, survey: Survey, record: Record) -> list[Pod]:
    if isinstance(record, Workload):
        return survey.pods(record)
    if isinstance(record, Job):
        return cast("list[Pod]", list(store.children(record.meta.uid, "Pod")))
    return [record] if isinstance(record, Pod) else []


def _worst_first(pods: Iterable[Pod]) -> list[Pod]:
    return sorted(pods, key=lambda pod: (_well(pod), -pod.meta.created))


def _service(service: Service, ready: int) -> list[Span]:
    if not ready:
        return [Span(f"{service.meta.name}: no endpoints", Tone.BAD)]
    return [Span(f"{service.meta.name}: {ready} ready endpoint{'s' * (ready != 1)}")]


def _cause(survey: Survey, record: Record) -> Section:
    trouble = survey.by_uid.get(record.meta.uid)
    if trouble is None and record.meta.owner is not None:
        owner = record.meta.owner
        above = survey.store.by_uid("ReplicaSet", owner.uid)
        owner = above.meta.owner if above is not None and above.meta.owner is not None else owner
        trouble = survey.by_uid.get(owner.uid)
    secret = survey.secrets.of(record.meta)
    if trouble is None and secret is not None and secret.cause is not None:
        trouble = trouble_of(record.meta, secret.cause)  # told by whom it troubles
    if trouble is None:
        return Section("Nothing is wrong with it that is known here", Tone.GOOD)
    tone = TONES[trouble.severity]
    lines: list[list[Span]] = []
    if trouble.since is not None:
        lines.append([Span(f"since {moment(trouble.since)}", Tone.QUIET)])
    lines += [[Span(line)] for text in trouble.evidence for line in text.splitlines() if line.strip()]
    lines.append([Span(f"Next: {_KEYS.get(trouble.next_key, trouble.next_key)}", Tone.ACCENT)])
    return Section(trouble.cause, tone, lines)


def _workload(workload: Workload) -> Section:
    said, _, failed = rollout_status(workload)
    images = ", ".join(f"{image.rsplit('/', 1)[-1].split(':')[0]} {tag(image)}" for image in workload.images)
    counts = (
        f"{workload.replicas} wanted, {workload.updated} new, {workload.ready} ready, "
        f"{workload.available} available, {workload.current} in all"
    )
    return Section(
        "Rollout",
        Tone.BOLD,
        [[Span(said, Tone.BAD if failed else Tone.PLAIN)], [Span(counts)], [Span(images)]],
    )


def _condition(one: Condition) -> list[Span]:
    good = (one.status == "True") != (one.type in _GOOD_WHEN_FALSE)
    text = " ".join(part for part in (one.reason, one.message) if part)
    return [
        Span(f"{one.type} {one.status}", Tone.QUIET if good else Tone.LOOK),
        Span(f"  {text}" if text else ""),
    ]


def _pod(pod: Pod) -> Section:
    status = pod_status(pod)
    title = f"Pod {pod.meta.name}: {status.reason}, {status.ready}/{status.total} ready"
    lines = [_container(one) for one in pod.containers]
    if pod.node:
        lines.append([Span(f"on {pod.node}", Tone.QUIET)])
    return Section(title, Tone.BOLD if _well(pod) else Tone.LOOK, lines)


def _container(one: Container) -> list[Span]:
    words = [Span(f"{one.name}: ")]
    if one.waiting:
        words.append(Span(f"waits, {one.waiting} {one.waiting_message}".rstrip(), Tone.LOOK))
    elif one.ended is not None:
        words.append(Span(f"ended, {ending(one.ended, one.memory_limit)}", Tone.LOOK))
    elif one.running_since is not None:
        ready = "ready" if one.ready else "not ready"
        words.append(Span(f"runs since {moment(one.running_since)}, {ready}"))
    else:
        words.append(Span("not started", Tone.QUIET))
    if one.last is not None:
        words.append(
            Span(f"; before: {ending(one.last, one.memory_limit)} {moment(one.last.finished)}", Tone.LOOK)
        )
        if one.last.message:
            words.append(Span(f" {' '.join(one.last.message.split())}"))
    if one.restarts:
        words.append(Span(f"; {one.restarts} restarts"))
    return words


def _events(events: Iterable[Event]) -> Section:
    """Events, newest first."""
    found = sorted(events, key=lambda event: -event.at)
    lines = [
        [
            Span(f"{moment(event.at)}  ", Tone.QUIET),
            Span(f"{event.reason}  ", Tone.LOOK if event.type == "Warning" else Tone.QUIET),
            Span(" ".join(event.message.split())),
            Span(f"  x{event.count}" if event.count > 1 else "", Tone.QUIET),
        ]
        for event in found[:30]
    ]
    return Section("Events" if lines else "No events (a cluster keeps them for an hour)", Tone.BOLD, lines)


def _well(pod: Pod) -> bool:
    status = pod_status(pod)
    return status.reason == "Completed" or (status.reason == "Running" and status.ready >= status.total)
