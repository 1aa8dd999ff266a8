"""What the log pane is asked for, and which containers that is: the pods behind a row, now and later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tui.actions.base import LOGGED
from tui.model.application import Application
from tui.model.cluster import Event
from tui.model.pod import Pod
from tui.model.rollout import RolloutState
from tui.model.workload import Workload
from tui.panes.base import View
from tui.store import Record
from tui.tail import LINES, Selection, of_owner, of_pod

_KINDS = LOGGED | {"CronJob"}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back a log begins."""

    id: str
    help: str
    lines: int | None = None  # of each container; None: all
    seconds: int = 0  # before now

    @property
    def words(self) -> str:
        """For the title, where the last lines go without saying."""
        return "" if self.lines else self.help[0].lower() + self.help[1:]


REACHES = (
    Reach("tail", "The last lines, followed", LINES),
    Reach("head", "From the beginning"),
    Reach("1m", "Last 1 m", seconds=60),
    Reach("5m", "Last 5 m", seconds=300),
    Reach("15m", "Last 15 m", seconds=900),
    Reach("30m", "Last 30 m", seconds=1800),
    Reach("1h", "Last 1 h", seconds=3600),
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of a selection is shown: by itself what matters most, with `rest` all of it."""

    words: str = ""
    container: str = ""
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A log that is asked for; equal requests show the same one."""

    record: Record
    previous: bool = False
    reach: Reach = REACHES[0]
    scope: Scope = Scope()

    @property
    def identity(self) -> tuple[object, ...]:
        """All of it, with the record's identity in place of the record, which changes."""
        return self.record.meta.uid, self.previous, self.reach, self.scope

    def words(self, scope: Scope) -> str:
        """`personal ▸ previous ▸ last 5 m`; `scope` is the one in force."""
        parts = (self.record.meta.name, scope.words, "previous" * self.previous, self.reach.words)
        return " ▸ ".join(part for part in parts if part)


def logged(view: View, record: Record) -> Record | None:
    """The record whose logs a row stands for: an event's object; None for what writes none."""
    if isinstance(record, Event):
        about = view.session.store.by_uid(record.about_kind, record.about_uid)
        return logged(view, about) if about is not None and not isinstance(about, Event) else None
    if isinstance(record, Application):
        return _of_application(view, record)
    return record if record.meta.kind in _KINDS else None


def _of_application(view: View, record: Application) -> Record | None:
    """The hook that its operation waits for, or that failed it; else the first workload that it deploys."""
    one, store = view.survey.apps.all.get(record.meta.uid), view.session.store
    kind, name = one.now.about if one is not None else ("", "")
    places = [record.destination.namespace, *(each.namespace for each in record.resources)]
    for namespace in dict.fromkeys(places) if kind in _KINDS else ():
        if (found := store.get(kind, namespace, name)) is not None:
            return found
    deployed = (store.get(each.kind, each.namespace, each.name) for each in record.resources)
    return next((found for found in deployed if isinstance(found, Workload)), None)


def scopes(view: View, record: Record) -> list[Scope]:
    """What `o` goes through; the first is shown by itself."""
    pods = _pods(view, record)
    names = list(dict.fromkeys(one.name for pod in pods for one in pod.containers))
    found = [Scope()]
    if record.meta.kind == "Job":
        found = [Scope(), Scope("all attempts", rest=True)] if len(pods) > 1 else [Scope()]
    elif _new_pods(view, record, pods):
        found = [Scope("new pods"), Scope("all pods", rest=True)]
    return found + [Scope(name, name, rest=True) for name in names if len(names) > 1]


def selection(view: View, request: Request, since: str | None) -> Selection:
    """The containers of a request now; of a stuck workload those of its new pods."""
    meta, scope = request.record.meta, request.scope
    pods = _pods(view, request.record)
    if not scope.rest:
        pods = _new_pods(view, request.record, pods) or pods
    waits = "a pod that is gone" if meta.kind == "Pod" else f"the pod of {meta.kind.lower()} {meta.name}"
    return Selection(pods, scope.container, request.previous, since, waits)


def since(reach: Reach, now: float) -> str | None:
    """RFC3339 as the log endpoint takes it."""
    if not reach.seconds:
        return None
    return datetime.fromtimestamp(now - reach.seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pods(view: View, record: Record) -> tuple[Pod, ...]:
    store, uid = view.session.store, record.meta.uid
    return of_pod(store, uid) if record.meta.kind == "Pod" else of_owner(store, uid)


def _new_pods(view: View, record: Record, pods: tuple[Pod, ...]) -> tuple[Pod, ...]:
    """Those of the newest revision while its rollout is stuck, none otherwise."""
    health = view.survey.workloads.get(record.meta.uid)
    if health is None or health.rollout.state is not RolloutState.STUCK:
        return ()
    revision = _newest_hash(view, health.workload, pods)
    return tuple(pod for pod in pods if pod.template_hash == revision)


def _newest_hash(view: View, workload: Workload, pods: tuple[Pod, ...]) -> str:
    sets = view.survey.replica_sets(workload)
    if sets:
        return max(sets, key=lambda one: one.revision).meta.labels.get("pod-template-hash", "")
    if workload.update_revision:
        return workload.update_revision
    return max(pods, key=lambda pod: pod.meta.created).template_hash if pods else ""
