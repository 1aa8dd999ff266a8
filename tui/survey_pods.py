"""The causes of one store's pods, each found once, and the troubles of pods that nothing else answers for."""

from __future__ import annotations

from typing import cast

from tui.model.cause import Cause, pod_cause, true_until
from tui.model.cluster import Event
from tui.model.environment import Environment
from tui.model.health import Trouble, trouble_of
from tui.model.pod import Pod
from tui.store import Store


class Pods:
    """After `refresh`, `cause` judges a pod only where it changed, or where time has changed its cause."""

    def __init__(self, store: Store, environment: Environment) -> None:
        self._store = store
        self._environment = environment
        self._now = 0.0
        self._moment = -1
        self._causes: dict[str, tuple[int, float, Cause | None]] = {}  # by uid: of which stamp, true until
        self._bare: dict[str, None] = {}  # uids of pods without a workload or Job, in the order of the store

    def refresh(self, now: float) -> None:
        """Follows what came, changed and went since the last time."""
        store, self._now = self._store, now
        changed = store.changed_since("Pod", self._moment)
        self._moment = store.moment
        if changed is None:
            self._causes.clear()
            self._bare.clear()
            changed = [record.meta.uid for record in store.all("Pod")][::-1]
        for uid in reversed(changed):
            pod = store.by_uid("Pod", uid)
            if pod is None:
                self._causes.pop(uid, None)
            if pod is not None and self._alone(cast(Pod, pod)):
                self._bare[uid] = None
            else:
                self._bare.pop(uid, None)

    def cause(self, pod: Pod) -> Cause | None:
        """What is wrong with a pod of the store."""
        uid, now = pod.meta.uid, self._now
        stamp, known = self._store.stamp(uid), self._causes.get(uid)
        if known is not None and known[0] == stamp and now < known[1]:
            return known[2]
        found = pod_cause(pod, cast("list[Event]", list(self._store.events(uid))), now)
        self._causes[uid] = stamp, true_until(pod, now), found
        return found

    def troubles(self) -> list[Trouble]:
        """Of pods that no workload or Job answers for."""
        found = []
        for uid in self._bare:
            pod = cast(Pod, self._store.by_uid("Pod", uid))
            cause = self.cause(pod)
            if cause is not None:
                found.append(trouble_of(pod.meta, cause))
        return found

    def _alone(self, pod: Pod) -> bool:
        owner = pod.meta.owner
        return (owner is None or owner.kind == "Node") and self._environment.wants(pod.meta.namespace)
