"""Workloads (Deployment, StatefulSet, DaemonSet) and their past: ReplicaSets, ControllerRevisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.model.key import Condition, Meta, nothing


@dataclass(frozen=True, slots=True)
class References:
    """Names of Secrets and ConfigMaps that a pod template refers to; `optional` ones may be missing."""

    secrets: tuple[str, ...] = ()
    config_maps: tuple[str, ...] = ()


NO_REFERENCES = References()


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment, StatefulSet or DaemonSet. `meta.kind` says which; counts are pods."""

    meta: Meta
    replicas: int  # wanted: spec.replicas, or desiredNumberScheduled of a DaemonSet
    observed_generation: int = 0
    current: int = 0  # status.replicas: all pods, old and new
    updated: int = 0  # of the newest template
    ready: int = 0
    available: int = 0
    conditions: tuple[Condition, ...] = ()
    paused: bool = False
    strategy: str = "RollingUpdate"  # or Recreate, OnDelete
    partition: int = 0  # StatefulSet: only ordinals >= partition are updated
    rolling_update_set: bool = False  # StatefulSet: spec.updateStrategy.rollingUpdate is not nil
    progress_deadline: int = 600  # seconds
    history_limit: int = 10
    selector: Mapping[str, str] = field(default_factory=nothing)  # matchLabels
    selector_plain: bool = True  # False when matchExpressions are used too
    images: tuple[str, ...] = ()  # of the main containers, in order
    references: References = NO_REFERENCES
    current_revision: str = ""  # StatefulSet: status.currentRevision
    update_revision: str = ""  # StatefulSet: status.updateRevision
    spec: bytes = b"{}"  # JSON of the whole spec, as the server sent it; decoded only for plans and views

    @property
    def revision(self) -> int:
        """The Deployment's revision number by its annotation, 0 where there is none."""
        text = self.meta.annotations.get("deployment.kubernetes.io/revision", "")
        return int(text) if text.isdigit() else 0


@dataclass(frozen=True, slots=True)
class ReplicaSet:
    """One revision of a Deployment (or a ReplicaSet of its own)."""

    meta: Meta
    replicas: int = 0  # wanted
    current: int = 0
    ready: int = 0
    available: int = 0
    conditions: tuple[Condition, ...] = ()
    images: tuple[str, ...] = ()
    references: References = NO_REFERENCES
    template: bytes = b"{}"  # JSON of spec.template

    @property
    def revision(self) -> int:
        """Its number in the Deployment's history, 0 where there is none (facts 2.2)."""
        text = self.meta.annotations.get("deployment.kubernetes.io/revision", "")
        return int(text) if text.isdigit() else 0


@dataclass(frozen=True, slots=True)
class ControllerRevision:
    """One revision of a StatefulSet or DaemonSet; `data` is the raw JSON patch that restores it."""

    meta: Meta
    revision: int = 0
    images: tuple[str, ...] = ()
    references: References = NO_REFERENCES
    data: bytes = b"{}"


@dataclass(frozen=True, slots=True)
class HorizontalPodAutoscaler:
    """An autoscaler and the workload that it scales."""

    meta: Meta
    target_kind: str = ""
    target_name: str = ""
    least: int = 1
    most: int = 0
    current: int = 0
    desired: int = 0
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class PodDisruptionBudget:
    """How many pods of a selection may be missing."""

    meta: Meta
    selector: Mapping[str, str] = field(default_factory=nothing)
    allowed: int = 0  # status.disruptionsAllowed
    healthy: int = 0
    wanted: int = 0  # status.desiredHealthy
