"""Which revisions are known to have been ready: this run saw their pods, or a journal line says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tui.actions.past import ready_now
from tui.journal import Entry
from tui.model.workload import ReplicaSet, Workload
from tui.store import Store

SEEN = "seen ready since this cockpit opened"
JOURNAL = "the journal saw a deed end well on it"
STEADY = 30.0
"""Seconds: what crashes without a readiness probe is ready for a moment, again and again."""

_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision")


class KnownReady:
    """By environment and uid of the ReplicaSet or ControllerRevision, with how it is known.

    Clusters restored from one backup share uids, so an environment tells nothing of another.
    """

    def __init__(self) -> None:
        self.steady = STEADY
        self._known: dict[str, dict[str, str]] = {}
        self._since: dict[str, dict[str, float]] = {}  # those that are ready now
        self._versions: dict[str, tuple[int, ...]] = {}

    def of(self, environment: str) -> dict[str, str]:
        """What is known there; it grows."""
        return self._known.setdefault(environment, {})

    def learn(self, entries: Iterable[Entry]) -> None:
        """What the journal tells; what was seen since is not forgotten for it."""
        for entry in entries:
            if entry.ready:
                self.of(entry.environment).setdefault(entry.ready, JOURNAL)

    def look(self, environment: str, store: Store, now: float) -> None:
        """At each tick; costs something only when a workload or a revision changed."""
        versions, since = store.versions(_KINDS), self._since.get(environment, {})
        if self._versions.get(environment) != versions:
            self._versions[environment] = versions
            since = {uid: since.get(uid, now) for uid in _ready(store)}
            self._since[environment] = since
        known = self.of(environment)
        for uid, at in since.items():
            if now - at >= self.steady:
                known[uid] = SEEN


def _ready(store: Store) -> Iterator[str]:
    for record in store.all("ReplicaSet"):
        if isinstance(record, ReplicaSet) and record.ready and record.meta.owner is not None:
            owner = store.by_uid("Deployment", record.meta.owner.uid)
            if isinstance(owner, Workload) and record.ready >= owner.replicas:
                yield record.meta.uid
    for kind in ("StatefulSet", "DaemonSet"):
        for owner in store.all(kind):
            if isinstance(owner, Workload) and (uid := ready_now(store, owner)):
                yield uid
