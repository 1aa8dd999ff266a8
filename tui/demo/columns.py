"""The columns of each kind, with cells as the API server computes them (k8s.io/kubernetes printers)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui.demo.cells import (
    Cell,
    addresses,
    age,
    at_path,
    containers,
    controller,
    count_of,
    event_first_seen,
    event_object,
    event_seen,
    event_source,
    hosts,
    hpa_reference,
    hpa_targets,
    job_duration,
    job_status,
    last_schedule,
    node_status,
    of_desired,
    ports,
    roles,
    selector,
    since,
    slice_addresses,
    synced,
)
from tui.demo.kinds import Kind
from tui.demo.pod_cells import pod_ready, pod_restarts, pod_status

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`wide` ones show with -o wide only."""

    name: str
    cell: Cell
    type: str = "string"
    wide: bool = False


def _integer(name: str, path: str) -> Column:
    return Column(name, at_path(path, 0), "integer")


_NAME = Column("Name", at_path("metadata.name"))
_AGE = Column("Age", age)
_WORK = (
    Column("Containers", containers("name"), wide=True),
    Column("Images", containers("image"), wide=True),
)
_SELECTOR = Column("Selector", selector, wide=True)
_BY_KIND: dict[str, tuple[Column, ...]] = {
    "Pod": (
        Column("Ready", lambda obj, now: pod_ready(obj)),
        Column("Status", lambda obj, now: pod_status(obj)),
        Column("Restarts", lambda obj, now: pod_restarts(obj, lambda text: since(text, now))),
        _AGE,
        Column("IP", at_path("status.podIP"), wide=True),
        Column("Node", at_path("spec.nodeName"), wide=True),
        Column("Nominated Node", at_path("status.nominatedNodeName"), wide=True),
        Column("Readiness Gates", lambda obj, now: "<none>", wide=True),
    ),
    "Deployment": (
        Column("Ready", of_desired("readyReplicas")),
        _integer("Up-to-date", "status.updatedReplicas"),
        _integer("Available", "status.availableReplicas"),
        _AGE,
        *_WORK,
        _SELECTOR,
    ),
    "ReplicaSet": (
        _integer("Desired", "spec.replicas"),
        _integer("Current", "status.replicas"),
        _integer("Ready", "status.readyReplicas"),
        _AGE,
        *_WORK,
        _SELECTOR,
    ),
    "StatefulSet": (Column("Ready", of_desired("readyReplicas")), _AGE, *_WORK),
    "DaemonSet": (
        _integer("Desired", "status.desiredNumberScheduled"),
        _integer("Current", "status.currentNumberScheduled"),
        _integer("Ready", "status.numberReady"),
        _integer("Up-to-date", "status.updatedNumberScheduled"),
        _integer("Available", "status.numberAvailable"),
        Column("Node Selector", lambda obj, now: "<none>"),
        _AGE,
        *_WORK,
        _SELECTOR,
    ),
    "Job": (
        Column("Status", job_status),
        Column(
            "Completions",
            lambda obj, now: (
                f"{(obj.get('status') or {}).get('succeeded', 0)}/{obj['spec'].get('completions', 1)}"
            ),
        ),
        Column("Duration", job_duration),
        _AGE,
        *_WORK,
        _SELECTOR,
    ),
    "CronJob": (
        Column("Schedule", at_path("spec.schedule")),
        Column("Timezone", at_path("spec.timeZone")),
        Column("Suspend", lambda obj, now: str(obj["spec"].get("suspend", False))),
        Column("Active", lambda obj, now: len((obj.get("status") or {}).get("active") or ()), "integer"),
        Column("Last Schedule", last_schedule),
        _AGE,
        *_WORK,
        Column("Selector", lambda obj, now: "<none>", wide=True),
    ),
    "Service": (
        Column("Type", at_path("spec.type")),
        Column("Cluster-IP", at_path("spec.clusterIP")),
        Column("External-IP", lambda obj, now: "<none>"),
        Column("Port(s)", ports),
        _AGE,
        _SELECTOR,
    ),
    "Endpoints": (Column("Endpoints", addresses), _AGE),
    "EndpointSlice": (
        Column("AddressType", at_path("addressType")),
        Column("Ports", lambda obj, now: ",".join(str(each.get("port")) for each in obj.get("ports") or ())),
        Column("Endpoints", slice_addresses),
        _AGE,
    ),
    "ConfigMap": (Column("Data", count_of("data", "binaryData"), "integer"), _AGE),
    "Secret": (Column("Type", at_path("type", "Opaque")), Column("Data", count_of("data"), "integer"), _AGE),
    "Namespace": (Column("Status", at_path("status.phase", "Active")), _AGE),
    "Node": (
        Column("Status", node_status),
        Column("Roles", roles),
        _AGE,
        Column("Version", at_path("status.nodeInfo.kubeletVersion")),
        Column("OS-Image", at_path("status.nodeInfo.osImage", "<unknown>"), wide=True),
        Column(
            "Container-Runtime", at_path("status.nodeInfo.containerRuntimeVersion", "<unknown>"), wide=True
        ),
    ),
    "HorizontalPodAutoscaler": (
        Column("Reference", hpa_reference),
        Column("Targets", hpa_targets),
        Column("MinPods", lambda obj, now: str(obj["spec"].get("minReplicas", 1))),
        _integer("MaxPods", "spec.maxReplicas"),
        _integer("Replicas", "status.currentReplicas"),
        _AGE,
    ),
    "PodDisruptionBudget": (
        Column("Min Available", lambda obj, now: str(obj["spec"].get("minAvailable", "N/A"))),
        Column("Max Unavailable", lambda obj, now: str(obj["spec"].get("maxUnavailable", "N/A"))),
        _integer("Allowed Disruptions", "status.disruptionsAllowed"),
        _AGE,
    ),
    "Ingress": (
        Column("Class", at_path("spec.ingressClassName")),
        Column("Hosts", hosts),
        Column("Address", lambda obj, now: ""),
        Column("Ports", lambda obj, now: "80, 443" if (obj.get("spec") or {}).get("tls") else "80"),
        _AGE,
    ),
    "ControllerRevision": (Column("Controller", controller), _integer("Revision", "revision"), _AGE),
    "ServiceAccount": (Column("Secrets", count_of("secrets"), "integer"), _AGE),
    "PersistentVolumeClaim": (
        Column("Status", at_path("status.phase", "")),
        Column("Volume", at_path("spec.volumeName", "")),
        Column("Capacity", at_path("status.capacity.storage", "")),
        Column("StorageClass", at_path("spec.storageClassName", "")),
        _AGE,
    ),
    "Application": (
        Column("Sync Status", at_path("status.sync.status", "")),
        Column("Health Status", at_path("status.health.status", "")),
        Column("Revision", at_path("status.sync.revision", ""), wide=True),
        Column("Project", at_path("spec.project", ""), wide=True),
    ),
    "SealedSecret": (Column("Synced", synced), _AGE),
}
_EVENT = (
    Column("Last Seen", event_seen),
    Column("Type", at_path("type")),
    Column("Reason", at_path("reason")),
    Column("Object", event_object),
    Column("Subobject", at_path("involvedObject.fieldPath", ""), wide=True),
    Column("Source", event_source, wide=True),
    Column("Message", at_path("message", "")),
    Column("First Seen", event_first_seen, wide=True),
    Column("Count", at_path("count", 1), "integer", wide=True),
    Column("Name", at_path("metadata.name"), wide=True),
)


def columns_of(kind: Kind) -> tuple[Column, ...]:
    """All columns of a kind, the wide ones too."""
    if kind.name == "Event":
        return _EVENT
    return (_NAME, *_BY_KIND.get(kind.name, (_AGE,)))
