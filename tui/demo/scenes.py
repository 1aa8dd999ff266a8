"""The scenes by name: what a world holds when it begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tui.demo.behaviours import make_steps
from tui.demo.behaviours.endpoints import EndpointSlices
from tui.demo.behaviours.hpa import HorizontalPodAutoscalers
from tui.demo.behaviours.logs import write_history
from tui.demo.behaviours.pdb import PodDisruptionBudgets
from tui.demo.cluster import Cluster, key_of
from tui.demo.logbook import LogBook
from tui.demo.scene_argo import build_argo
from tui.demo.scene_parts import Place
from tui.demo.scene_policy import build_policy
from tui.demo.scene_secrets import build_sealed
from tui.demo.scene_small import NAMESPACES, build_small


def _build_empty(place: Place) -> None:
    place.node("node-1")
    for name in NAMESPACES:
        place.namespace(name)


SCENES: Mapping[str, Callable[[Place], None]] = {
    "empty": _build_empty,
    "small": build_small,
    "secrets": build_sealed,
    "policy": build_policy,
    "argo": build_argo,
}
# Seconds that a scene's controllers have been at work before it begins.
_PAST = {"argo": 60.0}


def _live_through(seconds: float, cluster: Cluster, logs: LogBook, now: float) -> None:
    """Lets the controllers bring it about, on a clock of their own that ends at `now`."""
    if not seconds:
        return
    clock, at = cluster.now, now - seconds
    cluster.now = lambda: at
    steps = make_steps(cluster, logs)
    while at < now:
        for step in steps:
            step(at)
        at += 0.25
    cluster.now = clock
    cluster.forget()


def build(name: str, clusters: Mapping[str, Cluster], logs: Mapping[str, LogBook], now: float) -> None:
    """Fills the clusters (by environment) with the scene of that name as it is at `now`; KeyError."""
    scene = SCENES[name]
    for environment, cluster in clusters.items():
        place = Place(cluster, environment, now - _PAST.get(name, 0.0))
        place.namespace("default")
        place.namespace("kube-system")
        scene(place)
        _live_through(_PAST.get(name, 0.0), cluster, logs[environment], now)
        # What follows from the rest, so that a clock that stands still shows it too.
        for follower in (
            EndpointSlices(cluster),
            PodDisruptionBudgets(cluster),
            HorizontalPodAutoscalers(cluster),
        ):
            for obj in cluster.all(follower.kind):
                follower.reconcile(key_of(obj), now)
        for pod in cluster.all("Pod"):
            write_history(logs[environment], pod, now)
