"""Pod templates: whether two mean the same, and what differs between them in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tui.model.plan import Change

Object = dict[str, Any]

HASH = "pod-template-hash"
_SECRET = re.compile(r"passw|secret|token|credential|private|api_?key|dsn|database_url", re.IGNORECASE)
_FIRST = ("image", "env", "resources")


def same_template(one: Object, other: Object) -> bool:
    """Whether two pod templates mean the same: the hash label, nulls and empty members do not count."""
    return bool(_normal(without_hash(one)) == _normal(without_hash(other)))


def without_hash(template: Object) -> Object:
    """A copy of a ReplicaSet's template without the label that the controller put in."""
    meta = dict(template.get("metadata") or {})
    labels = {key: value for key, value in (meta.get("labels") or {}).items() if key != HASH}
    return {**template, "metadata": {**meta, "labels": labels}}


def masked(template: Object) -> Object:
    """A copy in which environment variables that sound like secrets have no value."""
    hidden: Object = json.loads(json.dumps(without_hash(template)))
    spec = hidden.get("spec") or {}
    for container in [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]:
        for variable in container.get("env") or []:
            if variable.get("value") and _SECRET.search(variable.get("name", "")):
                variable["value"] = "***"
    return hidden


def differences(before: Object, after: Object) -> tuple[Change, ...]:
    """What changes: images first, then environment and resources, then the rest by path."""
    old, new = dict(_lines(before)), dict(_lines(after))
    found = []
    for path in sorted(old.keys() | new.keys(), key=_rank):
        was, will = old.get(path, ""), new.get(path, "")
        if was == will:
            continue
        if "env" in path and _SECRET.search(path[-1]):
            was, will = was and "***", will and "*** (another)" if was else "***"
        found.append(Change(" ".join(path), was, will))
    return tuple(found)


def _lines(template: Object) -> Iterator[tuple[tuple[str, ...], str]]:
    normal = _normal(without_hash(template))
    spec = dict(normal.get("spec") or {})
    for container in spec.pop("containers", []):
        yield from _flat(container, (container["name"],))
    for container in spec.pop("initContainers", []):
        yield from _flat(container, ("init", container["name"]))
    yield from _flat(spec, ())
    yield from _flat(normal.get("metadata") or {}, ("template",))


def _flat(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            # a variable, volume or port is named by its path already
            if key != "name" or not path or path[-1] != each:
                yield from _flat(each, path if key == "value" else (*path, key))
    elif isinstance(value, list) and all(isinstance(each, dict) and "name" in each for each in value):
        for each in value:
            yield from _flat(each, (*path, str(each["name"])))
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        yield path, " ".join(value)
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _rank(path: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    kind = next((each for each in path[1:] if each in _FIRST), "")
    return (_FIRST.index(kind) if kind else len(_FIRST) + (path[0] == "template"), path)


def _normal(value: Any) -> Any:
    if isinstance(value, dict):
        found = {key: _normal(each) for key, each in value.items()}
        return {key: each for key, each in found.items() if each not in (None, {}, [])}
    return [_normal(each) for each in value] if isinstance(value, list) else value
