"""The one copy of one environment: records by kind, indexes, links, rights, versions. No callbacks."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui.errors import DeployError
from tui.model.goose import GooseRun
from tui.model.key import Meta
from tui.model.record import Record as Record
from tui.model.record import Right as Right
from tui.trail import Trail

EVERYWHERE = ""  # the scope of a feed that reads the whole cluster


class LinkState(StrEnum):
    """How a feed is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    POLLING = "polling"  # list is allowed, watch is not
    STALE = "stale"
    FORBIDDEN = "forbidden"
    ABSENT = "absent"  # the cluster does not know the kind
    UNREACHABLE = "unreachable"  # never listed yet, and the server does not answer


@dataclass(frozen=True, slots=True)
class Link:
    """The condition of one (kind, scope). `since` is when it got into this state, epoch seconds."""

    state: LinkState
    since: float
    error: DeployError | None = None
    listed: int = 0  # objects so far, while the first list is read
    total: int | None = None  # of the list where the server said how many remain
    unreadable: tuple[str, ...] = ()  # "pod services/auth-1: status.phase: expected str"

    @property
    def usable(self) -> bool:
        """Whether what the store holds of it is the present state of the cluster."""
        return self.state in (LinkState.LIVE, LinkState.POLLING)


@dataclass(frozen=True, slots=True)
class Change:
    """One event of a watch: the new record, or the identity of one that went away."""

    kind: str
    uid: str
    record: Record | None  # None: deleted


class Store:
    """Records of one environment. Written by its feeds only, read by anybody on the same loop.

    `version[kind]` grows with each change of a kind (links, rights and what the recorder read are kinds of
    their own: "links", "rights", "goose"); `stamp(uid)` grows with each change of a record, of what it owns
    at any depth, of its events or of its log of goose, so a row can be cached by it.
    """

    def __init__(self) -> None:
        self.version: dict[str, int] = defaultdict(int)
        self.links: dict[tuple[str, str], Link] = {}
        self.rights: dict[tuple[str, str, str], Right] = {}  # verb, resource ("deployments.apps"), namespace
        self._records: dict[str, dict[str, Record]] = defaultdict(dict)
        self._names: dict[tuple[str, str, str], str] = {}
        self._children: dict[str, dict[str, dict[str, Record]]] = {}  # owner's uid -> kind -> uid -> record
        self._events: dict[str, dict[str, Record]] = {}  # uid of what it is about -> uid -> event
        self._stamps: dict[str, int] = {}
        self._goose: dict[str, GooseRun] = {}  # by the Job's uid
        self._trails: dict[str, Trail] = defaultdict(Trail)
        self.moment = 0  # grows with every change of any record
        self._waiters: dict[str, set[asyncio.Future[None]]] = defaultdict(set)  # by kind

    # Reading

    def all(self, kind: str) -> Iterable[Record]:
        """Every record of a kind, in no particular order. Not to be kept across an await."""
        return self._records[kind].values()

    def count(self, kind: str) -> int:
        """How many records of a kind there are."""
        return len(self._records[kind])

    def by_uid(self, kind: str, uid: str) -> Record | None:
        """The record of that identity."""
        return self._records[kind].get(uid)

    def get(self, kind: str, namespace: str, name: str) -> Record | None:
        """The record that bears that name now."""
        uid = self._names.get((kind, namespace, name))
        return None if uid is None else self._records[kind].get(uid)

    def children(self, uid: str, kind: str) -> Iterable[Record]:
        """What the object of that identity controls, of one kind."""
        return self._children.get(uid, {}).get(kind, {}).values()

    def events(self, uid: str) -> Iterable[Record]:
        """Events about the object of that identity."""
        return self._events.get(uid, {}).values()

    def stamp(self, uid: str) -> int:
        """Grows with every change of a record, of its descendants and of its events; 0 when unknown."""
        return self._stamps.get(uid, 0)

    def changed_since(self, kind: str, moment: int) -> list[str] | None:
        """Uids of records that came, changed or went since; None: too many, look at all."""
        return self._trails[kind].since(moment)

    def goose(self, uid: str) -> GooseRun | None:
        """How far the migration Job of that identity has come by its log; None when it was not read."""
        return self._goose.get(uid)

    def versions(self, kinds: Iterable[str]) -> tuple[int, ...]:
        """The versions of several kinds, to be compared later."""
        return tuple(self.version[kind] for kind in kinds)

    def right(self, verb: str, resource: str, namespace: str) -> Right | None:
        """What is known of a right in a namespace, or cluster-wide; None when nobody asked yet."""
        return self.rights.get((verb, resource, namespace)) or self.rights.get((verb, resource, EVERYWHERE))

    def link(self, kind: str) -> Link | None:
        """The worst link of a kind over its scopes; None when no feed of it was ever started."""
        found = [link for (name, _), link in self.links.items() if name == kind]
        return max(found, key=lambda link: _ORDER[link.state], default=None)

    async def changed(self, kinds: Iterable[str], since: tuple[int, ...]) -> tuple[int, ...]:
        """Waits until a version of those kinds differs from `since`; returns the new ones."""
        kinds = tuple(kinds)
        while (now := self.versions(kinds)) == since:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            for kind in kinds:
                self._waiters[kind].add(waiter)
            try:
                await waiter
            finally:
                for kind in kinds:
                    self._waiters[kind].discard(waiter)
        return now

    # Writing

    def apply(self, change: Change) -> bool:
        """Takes one change; False when it made no difference."""
        known = self._records[change.kind].get(change.uid)
        if change.record is None:
            if known is None:
                return False
            self._remove(change.kind, known)
        elif known is not None and known == change.record:
            return False
        else:
            if known is not None:
                self._unindex(change.kind, known)
            self._insert(change.kind, change.record)
        self._raise(change.kind)
        return True

    def replace(self, kind: str, scope: str, records: Mapping[str, Record]) -> None:
        """Makes a fresh list the truth of a scope: what is not in it (by uid) is gone."""
        current = self._records[kind]
        gone = [
            record
            for uid, record in current.items()
            if uid not in records and scope in (EVERYWHERE, record.meta.namespace)
        ]
        for record in gone:
            self._remove(kind, record)
        changed = bool(gone)
        for uid, record in records.items():
            known = current.get(uid)
            if known is record or known == record:
                continue
            if known is not None:
                self._unindex(kind, known)
            self._insert(kind, record)
            changed = True
        if changed:
            self._raise(kind)

    def drop(self, kind: str) -> None:
        """Forgets a kind and its links: nobody watches it any more."""
        for record in list(self._records[kind].values()):
            self._remove(kind, record)
        for key in [key for key in self.links if key[0] == kind]:
            del self.links[key]
        self._raise(kind, "links")

    def drop_scope(self, kind: str, scope: str) -> None:
        """Forgets what one feed of a kind brought, and its link: other scopes take its place."""
        self.replace(kind, scope, {})
        if self.links.pop((kind, scope), None) is not None:
            self._raise("links")

    def set_link(self, kind: str, scope: str, link: Link) -> None:
        """Writes down how a feed is doing."""
        if self.links.get((kind, scope)) != link:
            self.links[kind, scope] = link
            self._raise("links")

    def set_rights(self, rights: Mapping[tuple[str, str, str], Right]) -> None:
        """Takes answers of access reviews; readers are told only when an answer differs."""
        before = {key: (right.allowed, right.reason) for key, right in self.rights.items()}
        self.rights.update(rights)
        if any(before.get(key) != (right.allowed, right.reason) for key, right in rights.items()):
            self._raise("rights")

    def set_goose(self, uid: str, run: GooseRun) -> None:
        """Takes what the recorder read of a migration Job that exists."""
        if self._goose.get(uid) != run and uid in self._records["Job"]:
            self._goose[uid] = run
            self.moment += 1
            self._stamps[uid] = self.moment
            self._raise("goose")

    def _insert(self, kind: str, record: Record) -> None:
        meta = record.meta
        self._records[kind][meta.uid] = record
        self._names[kind, meta.namespace, meta.name] = meta.uid
        if meta.owner is not None:
            self._children.setdefault(meta.owner.uid, {}).setdefault(kind, {})[meta.uid] = record
        if about := getattr(record, "about_uid", ""):
            self._events.setdefault(about, {})[meta.uid] = record
        self._touch(kind, record)

    def _remove(self, kind: str, record: Record) -> None:
        meta = record.meta
        self._unindex(kind, record)
        del self._records[kind][meta.uid]
        if self._names.get((kind, meta.namespace, meta.name)) == meta.uid:
            del self._names[kind, meta.namespace, meta.name]
        self._touch(kind, record)
        self._stamps.pop(meta.uid, None)
        self._goose.pop(meta.uid, None)

    def _unindex(self, kind: str, record: Record) -> None:
        meta = record.meta
        _forget(self._children.get(meta.owner.uid, {}) if meta.owner else {}, kind, meta.uid)
        if meta.owner and not self._children.get(meta.owner.uid):
            self._children.pop(meta.owner.uid, None)
        if (about := getattr(record, "about_uid", "")) in self._events:
            self._events[about].pop(meta.uid, None)
            if not self._events[about]:
                del self._events[about]

    def _touch(self, kind: str, record: Record) -> None:
        """Stamps it and all above it; an event, what it is about and all above that."""
        self.moment += 1
        self._trails[kind].note(record.meta.uid, self.moment)
        touched = list(self._upwards(record.meta))
        if about := getattr(record, "about_uid", ""):
            told = self._records[getattr(record, "about_kind", "")].get(about)
            touched += self._upwards(told.meta) if told is not None else [about]
        for uid in touched:
            self._stamps[uid] = self.moment

    def _upwards(self, meta: Meta) -> Iterator[str]:
        """The object and its controllers: pod, ReplicaSet, Deployment; or pod, Job, CronJob."""
        yield meta.uid
        for _ in range(4):
            if meta.owner is None:
                return
            yield meta.owner.uid
            above = self._records[meta.owner.kind].get(meta.owner.uid)
            if above is None:
                return
            meta = above.meta

    def _raise(self, *kinds: str) -> None:
        for kind in kinds:
            self.version[kind] += 1
            for waiter in self._waiters.get(kind, ()):
                if not waiter.done():
                    waiter.set_result(None)


def _forget(index: dict[str, dict[str, Record]], kind: str, uid: str) -> None:
    found = index.get(kind)
    if found is not None:
        found.pop(uid, None)
        if not found:
            del index[kind]


_ORDER = {
    LinkState.LIVE: 0,
    LinkState.POLLING: 1,
    LinkState.ABSENT: 2,
    LinkState.CONNECTING: 3,
    LinkState.FORBIDDEN: 4,
    LinkState.STALE: 5,
    LinkState.UNREACHABLE: 6,
}
