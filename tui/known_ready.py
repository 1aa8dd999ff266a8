"""Which revisions are known to have been ready: this run saw their pods, or a journal line says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tui.actions.past import ready_now
from tui.journal import Entry
from tui.model.workload import ReplicaSet, Workload
from tui.store import Store

SEEN = "seen ready since this cockpit opened"
JOURNAL = "the journal saw a deed end well on it"
_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision")


class KnownReady:
    """`known` is by the uid of the ReplicaSet or ControllerRevision, with how it is known."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self._versions: dict[int, tuple[int, ...]] = {}  # by id of the store

    def learn(self, entries: Iterable[Entry]) -> None:
        """What the journal tells; what was seen since is not forgotten for it."""
        for entry in entries:
            if entry.ready:
                self.known.setdefault(entry.ready, JOURNAL)

    def look(self, store: Store) -> None:
        """At each tick; costs something only when a workload or a revision changed."""
        versions = store.versions(_KINDS)
        if self._versions.get(id(store)) == versions:
            return
        self._versions[id(store)] = versions
        for uid in _ready(store):
            self.known[uid] = SEEN


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
