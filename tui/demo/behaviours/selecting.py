"""What selects pods by labels (budgets, Services), looked at half a second after a pod's change."""

from __future__ import annotations

from collections.abc import Iterable

from tui.demo.behaviours.common import Controller, Key, Object, key_of
from tui.demo.cluster import Cluster

_SETTLE = 0.5


class Selecting(Controller):
    """Reconciles an object when a pod that it selects, or selected, changed; many changes make one look."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self._selected: dict[Key, set[Key]] = {}
        self._soon: set[Key] = set()
        self._now = 0.0

    def step(self, now: float) -> None:
        """As for every controller; the time is kept for the looks that are put off."""
        self._now = now
        super().step(now)

    def concerned(self, key: Key) -> Iterable[Key]:
        """The object itself at once, those that select a pod a little later."""
        if key[0] == "Pod":
            touched = self._selected.pop(key, set())
            pod = self.cluster.get(*key)
            if pod is not None:
                matching = {
                    key_of(each)
                    for each in self.cluster.all(self.kind, key[1])
                    if selects(self.labels(each), pod)
                }
                if matching:
                    self._selected[key] = matching
                touched |= matching
            for each in touched - self._soon:
                self._soon.add(each)
                self.due(self._now + _SETTLE, each)
        elif key[0] == self.kind:
            yield key

    def reconcile(self, key: Key, now: float) -> None:
        """Looks at all the pods that it selects."""
        self._soon.discard(key)
        self._now = now
        obj = self.cluster.get(*key)
        if obj is None:
            self.gone(key)
            return
        labels = self.labels(obj)
        pods = [pod for pod in self.cluster.all("Pod", key[1]) if selects(labels, pod)]
        for pod in pods:
            self._selected.setdefault(key_of(pod), set()).add(key)
        self.look(key, obj, pods)

    def labels(self, obj: Object) -> dict[str, str]:
        """The labels that it selects by; none selects nothing."""
        raise NotImplementedError

    def look(self, key: Key, obj: Object, pods: list[Object]) -> None:
        """Writes what follows from the selected pods."""
        raise NotImplementedError

    def gone(self, key: Key) -> None:
        """The object was deleted."""


def selects(labels: dict[str, str], pod: Object) -> bool:
    """Whether the pod has all the labels."""
    had = pod["metadata"].get("labels") or {}
    return bool(labels) and all(had.get(name) == value for name, value in labels.items())
