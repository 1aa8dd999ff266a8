"""Secrets and SealedSecrets of one store: who uses them, how each is, and what of it is trouble."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from tui.model.cause import Severity
from tui.model.cluster import Event, Named
from tui.model.environment import Environment
from tui.model.explain import secret_named
from tui.model.health import Trouble, trouble_of
from tui.model.job import CronJob, Job
from tui.model.key import Meta
from tui.model.lens import Consumer, Lens, consumers_of, gather
from tui.model.sealed_secret import KEY_LABEL, SealedSecret, SealVerdict, judge
from tui.model.secret_health import SecretHealth, judge_secret
from tui.model.workload import Workload
from tui.store import LinkState, Store

CONSUMERS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
READS = (*CONSUMERS, "Secret", "SealedSecret", "links")

Reader = Workload | Job | CronJob


class Secrets:
    """`refresh` judges what changed; `healths` are by uid (see `Lens.uid`)."""

    def __init__(self, store: Store, environment: Environment) -> None:
        self._store = store
        self._environment = environment
        self.healths: Mapping[str, SecretHealth] = {}
        self._places: dict[tuple[str, str], str] = {}  # namespace and name -> uid
        self._read: dict[str, tuple[Reader, tuple[tuple[str, Consumer], ...]]] = {}
        self._lenses: dict[str, Lens] = {}
        self._verdicts: dict[str, tuple[int, SealVerdict]] = {}  # by uid: of which stamp
        self._keys: list[float] = []  # when each of the controller's keys was made
        self._seen: tuple[int, ...] = ()
        self._held: tuple[int, ...] = ()
        self._known = False, False  # whether Secrets, and whether SealedSecrets could be read

    def refresh(self, now: float) -> None:
        """Judges again where a Secret, who reads it or its verdict differs, or where time decides."""
        if (seen := self._store.versions(READS)) != self._seen:
            self._seen = seen
            self._gather()
        known = self._is_read("Secret"), self._is_read("SealedSecret")
        other, self._known = known != self._known, known
        judged: dict[str, SecretHealth] = {}
        for uid, lens in self._lenses.items():
            verdict, same = self._verdict(lens)
            before = self.healths.get(uid)
            if before is not None and same and before.lens is lens and not before.waits and not other:
                judged[uid] = before
                continue
            one = judge_secret(lens, verdict, now, secrets=known[0], seals=known[1])
            judged[uid] = before if before is not None and before == one else one
        self.healths = judged

    def health(self, namespace: str, name: str) -> SecretHealth | None:
        """The Secret of that name, where it is sealed or read."""
        return self.healths.get(self._places.get((namespace, name), ""))

    def of(self, meta: Meta) -> SecretHealth | None:
        """That of a Secret or SealedSecret; None for other kinds."""
        return self.health(meta.namespace, meta.name) if meta.kind in ("Secret", "SealedSecret") else None

    def troubles(self, told: Iterable[Trouble]) -> list[Trouble]:
        """Those whose root nobody told: `told` are the troubles of workloads, Jobs and pods."""
        uids, places = set(), set()
        for trouble in told:
            uids.add(trouble.uid)
            if name := secret_named(trouble.cause):
                places.add((trouble.namespace, name))
        found = []
        for one in self.healths.values():
            lens = one.lens
            if one.cause is None or (lens.namespace, lens.name) in places:
                continue
            if lens.sealed is not None:
                found.append(trouble_of(lens.sealed.meta, one.cause))
                continue
            hungry = [each.meta for each in lens.starving if each.meta.uid not in uids]
            if hungry:  # its pods run still: one that is down tells the missing Secret itself
                text = f"{one.cause.text}: it can't start again"
                uids.add(hungry[0].uid)
                found.append(trouble_of(hungry[0], replace(one.cause, text=text, severity=Severity.LOOK)))
        return found

    def key_made(self, sealed: SealedSecret) -> float | None:
        """When the newest key came with which it can have been sealed; None where nobody may read that."""
        written = sealed.changed or sealed.meta.created
        at = bisect.bisect_right(self._keys, written)
        return self._keys[at - 1] if at else None

    def _is_read(self, kind: str) -> bool:
        link = self._store.link(kind)
        return link is not None and link.state in (LinkState.LIVE, LinkState.POLLING)

    def _verdict(self, lens: Lens) -> tuple[SealVerdict | None, bool]:
        """Its SealedSecret's, and whether that is as it was."""
        if lens.sealed is None:
            return None, True
        uid = lens.sealed.meta.uid
        stamp, before = self._store.stamp(uid), self._verdicts.get(uid)
        if before is not None and before[0] == stamp:
            return before[1], True
        found = judge(lens.sealed, cast("list[Event]", list(self._store.events(uid))))
        self._verdicts[uid] = stamp, found
        return found, before is not None and before[1] == found

    def _gather(self) -> None:
        """Lenses anew where they may differ; one that is as before stays the same object."""
        store = self._store
        read: dict[str, tuple[Reader, tuple[tuple[str, Consumer], ...]]] = {}
        for kind in CONSUMERS:
            for record in store.all(kind):
                if self._environment.wants(record.meta.namespace):
                    read[record.meta.uid] = self._consumers(cast(Reader, record))
        old, self._read = self._read, read
        held = store.versions(("Secret", "SealedSecret"))
        if (
            held == self._held
            and old.keys() == read.keys()
            and all(old[uid][1] is pairs for uid, (_, pairs) in read.items())
        ):
            return  # what differs is the status of those who read them
        self._held = held
        secrets = cast("list[Named]", list(store.all("Secret")))
        sealed = cast("list[SealedSecret]", list(store.all("SealedSecret")))
        made = gather((pair for _, pairs in read.values() for pair in pairs), sealed, secrets)
        before = self._lenses
        self._lenses = {
            lens.uid: known if (known := before.get(lens.uid)) is not None and known == lens else lens
            for lens in made
        }
        self._places = {(lens.namespace, lens.name): lens.uid for lens in made}
        self._verdicts = {uid: kept for uid, kept in self._verdicts.items() if uid in self._lenses}
        self._keys = sorted(one.meta.created for one in secrets if KEY_LABEL in one.meta.labels)

    def _consumers(self, record: Reader) -> tuple[Reader, tuple[tuple[str, Consumer], ...]]:
        """Those of before while its spec is the same: its status says nothing of Secrets, but for a Job."""
        before = self._read.get(record.meta.uid)
        if before is not None and (
            before[0] is record
            or (
                not isinstance(record, Job)
                and before[0].spec == record.spec
                and before[0].meta.annotations == record.meta.annotations
            )
        ):
            return record, before[1]
        return record, consumers_of(record)
