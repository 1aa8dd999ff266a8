"""Label and field selectors, parsed to a predicate on objects."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tui.demo.kinds import Kind
from tui.demo.status import refuse

Object = dict[str, Any]
Predicate = Callable[[Object], bool]

_SET = re.compile(r"^\s*(?P<key>[^\s!=,()]+)\s+(?P<op>in|notin)\s*\((?P<values>[^)]*)\)\s*$")
_EQUAL = re.compile(r"^\s*(?P<key>[^\s!=,()]+)\s*(?P<op>==|=|!=)\s*(?P<value>[^\s!=,()]*)\s*$")
_EXISTS = re.compile(r"^\s*(?P<no>!?)\s*(?P<key>[^\s!=,()]+)\s*$")

_FIELDS = {
    "Pod": (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    "Event": (
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    ),
    "Secret": ("type",),
    "Namespace": ("status.phase",),
    "Node": ("spec.unschedulable",),
    "ReplicaSet": ("status.replicas",),
    "Job": ("status.successful",),
}


def predicate(kind: Kind, labels: str, fields: str) -> Predicate | None:
    """Both selectors as one; None when there is none. Refused 400 for what can't be parsed."""
    tests = [_label(part) for part in _split(labels)] + [_field(kind, part) for part in _split(fields)]
    if not tests:
        return None
    return lambda obj: all(test(obj) for test in tests)


def _split(text: str) -> list[str]:
    # Commas inside parentheses belong to a set.
    return [part for part in re.split(r",(?![^(]*\))", text) if part.strip()]


def _labels_of(obj: Object) -> dict[str, str]:
    return obj["metadata"].get("labels") or {}


def _label(text: str) -> Predicate:
    if match := _SET.match(text):
        key, values = match["key"], {each.strip() for each in match["values"].split(",")}
        if match["op"] == "in":
            return lambda obj: _labels_of(obj).get(key) in values
        return lambda obj: _labels_of(obj).get(key) not in values
    if match := _EQUAL.match(text):
        key, value = match["key"], match["value"]
        if match["op"] == "!=":
            return lambda obj: _labels_of(obj).get(key) != value
        return lambda obj: _labels_of(obj).get(key) == value
    if match := _EXISTS.match(text):
        key, wanted = match["key"], not match["no"]
        return lambda obj: (key in _labels_of(obj)) == wanted
    raise refuse(400, f"unable to parse requirement: <nil>: found '{text}'")


def _field(kind: Kind, text: str) -> Predicate:
    match = _EQUAL.match(text)
    if match is None:
        raise refuse(400, f"invalid selector: '{text}'; can't understand '{text}'")
    path, value, same = match["key"], match["value"], match["op"] != "!="
    if path not in ("metadata.name", "metadata.namespace", *_FIELDS.get(kind.name, ())):
        raise refuse(400, _unknown_field(kind, path))
    names = ["source", "component"] if path == "source" else path.split(".")
    return lambda obj: (_text(obj, names) == value) == same


def _unknown_field(kind: Kind, path: str) -> str:
    if kind.name in _FIELDS:  # these have their own lists
        return f"field label not supported: {path}"
    return f'"{path}" is not a known field selector: only "metadata.name", "metadata.namespace"'


def _text(obj: Object, names: list[str]) -> str:
    found: Any = obj
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if found is None:
        return "false" if names[-1] in ("hostNetwork", "unschedulable") else ""
    return str(found).lower() if isinstance(found, bool) else str(found)
