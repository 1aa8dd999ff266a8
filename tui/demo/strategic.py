"""Strategic merge patches: lists of objects are merged by a key that depends on the field."""

from __future__ import annotations

import copy
from typing import Any

from tui.demo.patch import Malformed

Object = dict[str, Any]

# Field -> merge keys that its items may have (patchMergeKey in k8s.io/api); the first that is there counts.
_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "ports": ("containerPort", "port"),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "conditions": ("type",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "ownerReferences": ("uid",),
    "hostAliases": ("ip",),
    "podIPs": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
    "taints": ("key",),
    "addresses": ("type",),
}
_PRIMITIVE = frozenset({"finalizers"})


def strategic_patch(target: Object, patch: Object) -> Object:
    """A new object. Malformed for a list item without its merge key."""
    return _merge(target, patch)


def _merge(target: Object, patch: Object) -> Object:
    directive = patch.get("$patch")
    if directive == "replace":
        return {name: _plain(value) for name, value in patch.items() if name != "$patch"}
    if directive == "delete":
        return {}
    made = dict(target)
    if "$retainKeys" in patch:
        made = {name: value for name, value in made.items() if name in patch["$retainKeys"]}
    for name, value in patch.items():
        if name.startswith("$deleteFromPrimitiveList/"):
            field = name.partition("/")[2]
            made[field] = [each for each in made.get(field) or () if each not in value]
        elif name.startswith("$"):
            continue
        elif value is None:
            made.pop(name, None)
        elif isinstance(value, dict):
            before = made.get(name)
            made[name] = _merge(before if isinstance(before, dict) else {}, value)
        elif isinstance(value, list):
            made[name] = _list(name, made.get(name), value)
        else:
            made[name] = value
    for name, order in patch.items():
        if name.startswith("$setElementOrder/"):
            field = name.partition("/")[2]
            if isinstance(made.get(field), list):
                made[field] = _ordered(field, made[field], order)
    return made


def _list(field: str, before: Any, patch: list[Any]) -> list[Any]:
    have = list(before) if isinstance(before, list) else []
    if field in _PRIMITIVE:
        return have + [each for each in patch if each not in have]
    keys = _KEYS.get(field)
    if keys is None or not all(isinstance(each, dict) for each in patch):
        return [_plain(each) for each in patch]
    if {"$patch": "replace"} in patch:
        return [_plain(each) for each in patch if each != {"$patch": "replace"}]
    for item in patch:
        key = next((each for each in keys if each in item), None)
        if key is None:
            raise Malformed(f"map: {item} does not contain declared merge key: {keys[0]}")
        index = next((at for at, each in enumerate(have) if each.get(key) == item[key]), None)
        if item.get("$patch") == "delete":
            if index is not None:
                del have[index]
        elif index is None:
            have.append(_plain(_merge({}, item)))
        else:
            have[index] = _merge(have[index], item)
    return have


def _ordered(field: str, items: list[Any], order: list[Any]) -> list[Any]:
    keys = _KEYS.get(field, ())

    def place(item: Any) -> int:
        for index, each in enumerate(order):
            if each == item or (
                isinstance(each, dict) and any(key in each and each[key] == item.get(key) for key in keys)
            ):
                return index
        return len(order)

    return sorted(items, key=place)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _plain(each)
            for name, each in value.items()
            if not name.startswith("$") and each is not None
        }
    return copy.deepcopy(value)
