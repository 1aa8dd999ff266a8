"""The columns of each kind, with cells as the API server computes them (k8s.io/kubernetes printers)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tui.demo.kinds import Kind
from tui.demo.pod_cells import pod_ready, pod_restarts, pod_status

Object = dict[str, Any]
Cell = Callable[[Object, float], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`wide` ones show with -o wide only."""

    name: str
    cell: Cell
    type: str = "string"
    wide: bool = False


def short_duration(seconds: float) -> str:
    """As kubectl writes ages: 41s, 5m12s, 3h4m, 2d3h (k8s.io/apimachinery duration.HumanDuration)."""
    whole = int(seconds)
    if whole < 120:
        return f"{max(whole, 0)}s"
    minutes = whole // 60
    if minutes < 10:
        return f"{minutes}m{whole % 60}s" if whole % 60 else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    hours = minutes // 60
    if hours < 8:
        return f"{hours}h{minutes % 60}m" if minutes % 60 else f"{hours}h"
    if hours < 48:
        return f"{hours}h"
    days = hours // 24
    if days < 8:
        return f"{days}d{hours % 24}h" if hours % 24 else f"{days}d"
    return f"{days}d"


def since(text: str | None, now: float) -> str:
    """The age of an RFC 3339 time."""
    return short_duration(now - datetime.fromisoformat(text).timestamp()) if text else "<unknown>"


def _at(path: str, default: Any = "<none>") -> Cell:
    names = path.split(".")

    def cell(obj: Object, now: float) -> Any:
        found: Any = obj
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return default if found is None else found

    return cell


def _containers(member: str) -> Cell:
    def cell(obj: Object, now: float) -> str:
        spec = obj.get("spec") or {}
        if "jobTemplate" in spec:
            spec = spec["jobTemplate"].get("spec") or {}
        template = spec.get("template") or {}
        return ",".join(
            str(each.get(member, "")) for each in (template.get("spec") or {}).get("containers") or ()
        )

    return cell


def _selector(obj: Object, now: float) -> str:
    found = (obj.get("spec") or {}).get("selector") or {}
    labels = found.get("matchLabels", found if "matchExpressions" not in found else {})
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items())) or "<none>"


def _of_desired(ready: str) -> Cell:
    def cell(obj: Object, now: float) -> str:
        return f"{(obj.get('status') or {}).get(ready, 0)}/{obj['spec'].get('replicas', 1)}"

    return cell


def _job_status(obj: Object, now: float) -> str:
    status = obj.get("status") or {}
    true = {each["type"] for each in status.get("conditions") or () if each["status"] == "True"}
    for name, said in (("Complete", "Complete"), ("Failed", "Failed")):
        if name in true:
            return said
    if obj["metadata"].get("deletionTimestamp"):
        return "Terminating"
    for name in ("Suspended", "FailureTarget", "SuccessCriteriaMet"):
        if name in true:
            return name
    return "Running"


def _job_duration(obj: Object, now: float) -> str:
    status = obj.get("status") or {}
    started, ended = status.get("startTime"), status.get("completionTime")
    if not started:
        return ""
    end = datetime.fromisoformat(ended).timestamp() if ended else now
    return since(started, end)


def _ports(obj: Object, now: float) -> str:
    ports = (obj.get("spec") or {}).get("ports") or ()
    return ",".join(f"{each['port']}/{each.get('protocol', 'TCP')}" for each in ports) or "<none>"


def _count(*members: str) -> Cell:
    return lambda obj, now: sum(len(obj.get(member) or ()) for member in members)


def _node_status(obj: Object, now: float) -> str:
    conditions = (obj.get("status") or {}).get("conditions") or ()
    ready = next((each["status"] for each in conditions if each["type"] == "Ready"), None)
    said = {"True": "Ready", "False": "NotReady"}.get(ready or "", "Unknown")
    return said + (",SchedulingDisabled" if (obj.get("spec") or {}).get("unschedulable") else "")


def _roles(obj: Object, now: float) -> str:
    prefix = "node-role.kubernetes.io/"
    labels = obj["metadata"].get("labels") or {}
    return (
        ",".join(sorted(each.removeprefix(prefix) for each in labels if each.startswith(prefix))) or "<none>"
    )


def _event_object(obj: Object, now: float) -> str:
    about = obj.get("involvedObject") or {}
    return f"{about.get('kind', '').lower()}/{about.get('name', '')}"


def _event_seen(obj: Object, now: float) -> str:
    series = obj.get("series") or {}
    return since(series.get("lastObservedTime") or obj.get("lastTimestamp") or obj.get("eventTime"), now)


def _hpa_targets(obj: Object, now: float) -> str:
    current = (obj.get("status") or {}).get("currentMetrics") or ()
    found: list[str] = []
    for index, metric in enumerate(obj["spec"].get("metrics") or ()):
        about = metric.get("resource") or {}
        wanted = (about.get("target") or {}).get("averageUtilization", "<unknown>")
        seen = current[index] if index < len(current) else {}
        value = ((seen.get("resource") or {}).get("current") or {}).get("averageUtilization")
        told = "<unknown>" if value is None else f"{value}%"
        found.append(f"{about.get('name', metric.get('type'))}: {told}/{wanted}%")
    return ", ".join(found) or "<none>"


def _hpa_reference(obj: Object, now: float) -> str:
    about = obj["spec"].get("scaleTargetRef") or {}
    return f"{about.get('kind')}/{about.get('name')}"


def _hosts(obj: Object, now: float) -> str:
    hosts = [each.get("host", "*") for each in (obj.get("spec") or {}).get("rules") or ()]
    return ",".join(hosts) or "*"


def _addresses(obj: Object, now: float) -> str:
    found = []
    for subset in obj.get("subsets") or ():
        for address in subset.get("addresses") or ():
            found += [f"{address['ip']}:{port['port']}" for port in subset.get("ports") or ()]
    return ",".join(found[:3]) + (f" + {len(found) - 3} more..." if len(found) > 3 else "") or "<none>"


def _slice_addresses(obj: Object, now: float) -> str:
    found = [each for endpoint in obj.get("endpoints") or () for each in endpoint.get("addresses") or ()]
    return ",".join(found[:3]) + (f" + {len(found) - 3} more..." if len(found) > 3 else "") or "<unset>"


def _controller(obj: Object, now: float) -> str:
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            group = owner["apiVersion"].partition("/")[0] if "/" in owner["apiVersion"] else ""
            kind = owner["kind"].lower() + (f".{group}" if group else "")
            return f"{kind}/{owner['name']}"
    return "<none>"


def _synced(obj: Object, now: float) -> str:
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return next((each["status"] for each in conditions if each["type"] == "Synced"), "")


def _last_schedule(obj: Object, now: float) -> str:
    at = (obj.get("status") or {}).get("lastScheduleTime")
    return since(at, now) if at else "<none>"


def _age(obj: Object, now: float) -> str:
    return since(obj["metadata"].get("creationTimestamp"), now)


def _integer(name: str, path: str) -> Column:
    return Column(name, _at(path, 0), "integer")


_NAME = Column("Name", _at("metadata.name"))
_AGE = Column("Age", _age)
_WORK = (
    Column("Containers", _containers("name"), wide=True),
    Column("Images", _containers("image"), wide=True),
)
_SELECTOR = Column("Selector", _selector, wide=True)
_BY_KIND: dict[str, tuple[Column, ...]] = {
    "Pod": (
        Column("Ready", lambda obj, now: pod_ready(obj)),
        Column("Status", lambda obj, now: pod_status(obj)),
        Column("Restarts", lambda obj, now: pod_restarts(obj, lambda text: since(text, now))),
        _AGE,
        Column("IP", _at("status.podIP"), wide=True),
        Column("Node", _at("spec.nodeName"), wide=True),
        Column("Nominated Node", _at("status.nominatedNodeName"), wide=True),
        Column("Readiness Gates", lambda obj, now: "<none>", wide=True),
    ),
    "Deployment": (
        Column("Ready", _of_desired("readyReplicas")),
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
    "StatefulSet": (Column("Ready", _of_desired("readyReplicas")), _AGE, *_WORK),
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
        Column("Status", _job_status),
        Column(
            "Completions",
            lambda obj, now: (
                f"{(obj.get('status') or {}).get('succeeded', 0)}/{obj['spec'].get('completions', 1)}"
            ),
        ),
        Column("Duration", _job_duration),
        _AGE,
        *_WORK,
        _SELECTOR,
    ),
    "CronJob": (
        Column("Schedule", _at("spec.schedule")),
        Column("Timezone", _at("spec.timeZone")),
        Column("Suspend", lambda obj, now: str(obj["spec"].get("suspend", False))),
        Column("Active", lambda obj, now: len((obj.get("status") or {}).get("active") or ()), "integer"),
        Column("Last Schedule", _last_schedule),
        _AGE,
        *_WORK,
    ),
    "Service": (
        Column("Type", _at("spec.type")),
        Column("Cluster-IP", _at("spec.clusterIP")),
        Column("External-IP", lambda obj, now: "<none>"),
        Column("Port(s)", _ports),
        _AGE,
        _SELECTOR,
    ),
    "Endpoints": (Column("Endpoints", _addresses), _AGE),
    "EndpointSlice": (
        Column("AddressType", _at("addressType")),
        Column("Ports", lambda obj, now: ",".join(str(each.get("port")) for each in obj.get("ports") or ())),
        Column("Endpoints", _slice_addresses),
        _AGE,
    ),
    "ConfigMap": (Column("Data", _count("data", "binaryData"), "integer"), _AGE),
    "Secret": (Column("Type", _at("type", "Opaque")), Column("Data", _count("data"), "integer"), _AGE),
    "Namespace": (Column("Status", _at("status.phase", "Active")), _AGE),
    "Node": (
        Column("Status", _node_status),
        Column("Roles", _roles),
        _AGE,
        Column("Version", _at("status.nodeInfo.kubeletVersion")),
        Column("OS-Image", _at("status.nodeInfo.osImage", "<unknown>"), wide=True),
        Column("Container-Runtime", _at("status.nodeInfo.containerRuntimeVersion", "<unknown>"), wide=True),
    ),
    "HorizontalPodAutoscaler": (
        Column("Reference", _hpa_reference),
        Column("Targets", _hpa_targets),
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
        Column("Class", _at("spec.ingressClassName")),
        Column("Hosts", _hosts),
        Column("Address", lambda obj, now: ""),
        Column("Ports", lambda obj, now: "80, 443" if (obj.get("spec") or {}).get("tls") else "80"),
        _AGE,
    ),
    "ControllerRevision": (Column("Controller", _controller), _integer("Revision", "revision"), _AGE),
    "ServiceAccount": (Column("Secrets", _count("secrets"), "integer"), _AGE),
    "PersistentVolumeClaim": (
        Column("Status", _at("status.phase", "")),
        Column("Volume", _at("spec.volumeName", "")),
        Column("Capacity", _at("status.capacity.storage", "")),
        Column("StorageClass", _at("spec.storageClassName", "")),
        _AGE,
    ),
    "Application": (
        Column("Sync Status", _at("status.sync.status", "")),
        Column("Health Status", _at("status.health.status", "")),
        Column("Revision", _at("status.sync.revision", ""), wide=True),
        Column("Project", _at("spec.project", ""), wide=True),
    ),
    "SealedSecret": (Column("Synced", _synced), _AGE),
}
_EVENT = (
    Column("Last Seen", _event_seen),
    Column("Type", _at("type")),
    Column("Reason", _at("reason")),
    Column("Object", _event_object),
    Column("Source", _at("source.component", ""), wide=True),
    Column("Message", _at("message", "")),
    Column("Count", _at("count", 1), "integer", wide=True),
    Column("Name", _at("metadata.name"), wide=True),
)


def columns_of(kind: Kind) -> tuple[Column, ...]:
    """All columns of a kind, the wide ones too."""
    if kind.name == "Event":
        return _EVENT
    return (_NAME, *_BY_KIND.get(kind.name, (_AGE,)))
