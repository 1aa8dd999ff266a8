"""The scenes by name: what a world holds when it begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tui.demo.behaviours.endpoints import EndpointSlices
from tui.demo.behaviours.hpa import HorizontalPodAutoscalers
from tui.demo.behaviours.logs import write_history
from tui.demo.behaviours.pdb import PodDisruptionBudgets
from tui.demo.cluster import Cluster, key_of
from tui.demo.logbook import LogBook
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
}


def build(name: str, clusters: Mapping[str, Cluster], logs: Mapping[str, LogBook], now: float) -> None:
    """Fills the clusters (by environment) with the scene of that name as it is at `now`; KeyError."""
    scene = SCENES[name]
    for environment, cluster in clusters.items():
        place = Place(cluster, environment, now)
        place.namespace("default")
        place.namespace("kube-system")
        scene(place)
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
