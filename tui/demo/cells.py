"""Cells of tables: what the API server computes of an object for kubectl get (k8s.io/kubernetes printers)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

Object = dict[str, Any]
Cell = Callable[[Object, float], Any]


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


def at_path(path: str, default: Any = "<none>") -> Cell:
    names = path.split(".")

    def cell(obj: Object, now: float) -> Any:
        found: Any = obj
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return default if found is None else found

    return cell


def containers(member: str) -> Cell:
    def cell(obj: Object, now: float) -> str:
        spec = obj.get("spec") or {}
        if "jobTemplate" in spec:
            spec = spec["jobTemplate"].get("spec") or {}
        template = spec.get("template") or {}
        return ",".join(
            str(each.get(member, "")) for each in (template.get("spec") or {}).get("containers") or ()
        )

    return cell


def selector(obj: Object, now: float) -> str:
    found = (obj.get("spec") or {}).get("selector") or {}
    labels = found.get("matchLabels", found if "matchExpressions" not in found else {})
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items())) or "<none>"


def of_desired(ready: str) -> Cell:
    def cell(obj: Object, now: float) -> str:
        return f"{(obj.get('status') or {}).get(ready, 0)}/{obj['spec'].get('replicas', 1)}"

    return cell


def job_status(obj: Object, now: float) -> str:
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


def job_duration(obj: Object, now: float) -> str:
    status = obj.get("status") or {}
    started, ended = status.get("startTime"), status.get("completionTime")
    if not started:
        return ""
    end = datetime.fromisoformat(ended).timestamp() if ended else now
    return since(started, end)


def ports(obj: Object, now: float) -> str:
    ports = (obj.get("spec") or {}).get("ports") or ()
    return ",".join(f"{each['port']}/{each.get('protocol', 'TCP')}" for each in ports) or "<none>"


def count_of(*members: str) -> Cell:
    return lambda obj, now: sum(len(obj.get(member) or ()) for member in members)


def node_status(obj: Object, now: float) -> str:
    conditions = (obj.get("status") or {}).get("conditions") or ()
    ready = next((each["status"] for each in conditions if each["type"] == "Ready"), None)
    said = {"True": "Ready", "False": "NotReady"}.get(ready or "", "Unknown")
    return said + (",SchedulingDisabled" if (obj.get("spec") or {}).get("unschedulable") else "")


def roles(obj: Object, now: float) -> str:
    prefix = "node-role.kubernetes.io/"
    labels = obj["metadata"].get("labels") or {}
    return (
        ",".join(sorted(each.removeprefix(prefix) for each in labels if each.startswith(prefix))) or "<none>"
    )


def event_object(obj: Object, now: float) -> str:
    about = obj.get("involvedObject") or {}
    return f"{about.get('kind', '').lower()}/{about.get('name', '')}"


def event_seen(obj: Object, now: float) -> str:
    series = obj.get("series") or {}
    return since(series.get("lastObservedTime") or obj.get("lastTimestamp") or obj.get("eventTime"), now)


def event_first_seen(obj: Object, now: float) -> str:
    return since(obj.get("firstTimestamp") or obj.get("eventTime"), now)


def event_source(obj: Object, now: float) -> str:
    source = obj.get("source") or {}
    parts = (source.get("component") or obj.get("reportingComponent"), source.get("host"))
    return ", ".join(part for part in parts if part)


def hpa_targets(obj: Object, now: float) -> str:
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


def hpa_reference(obj: Object, now: float) -> str:
    about = obj["spec"].get("scaleTargetRef") or {}
    return f"{about.get('kind')}/{about.get('name')}"


def hosts(obj: Object, now: float) -> str:
    hosts = [each.get("host", "*") for each in (obj.get("spec") or {}).get("rules") or ()]
    return ",".join(hosts) or "*"


def addresses(obj: Object, now: float) -> str:
    found = []
    for subset in obj.get("subsets") or ():
        for address in subset.get("addresses") or ():
            found += [f"{address['ip']}:{port['port']}" for port in subset.get("ports") or ()]
    return ",".join(found[:3]) + (f" + {len(found) - 3} more..." if len(found) > 3 else "") or "<none>"


def slice_addresses(obj: Object, now: float) -> str:
    found = [each for endpoint in obj.get("endpoints") or () for each in endpoint.get("addresses") or ()]
    return ",".join(found[:3]) + (f" + {len(found) - 3} more..." if len(found) > 3 else "") or "<unset>"


def controller(obj: Object, now: float) -> str:
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            group = owner["apiVersion"].partition("/")[0] if "/" in owner["apiVersion"] else ""
            kind = owner["kind"].lower() + (f".{group}" if group else "")
            return f"{kind}/{owner['name']}"
    return "<none>"


def synced(obj: Object, now: float) -> str:
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return next((each["status"] for each in conditions if each["type"] == "Synced"), "")


def last_schedule(obj: Object, now: float) -> str:
    at = (obj.get("status") or {}).get("lastScheduleTime")
    return since(at, now) if at else "<none>"


def age(obj: Object, now: float) -> str:
    return since(obj["metadata"].get("creationTimestamp"), now)
