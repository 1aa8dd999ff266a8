"""An object as YAML text: managedFields folded, secret data and values that look secret never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "(not shown)"
_SECRET_NAME = re.compile(
    r"PASS|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|AUTH|DSN|DATABASE_URL", re.I
)
_PASSWORD_IN_URL = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s@/]+@", re.I)
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def to_yaml(thing: Mapping[str, Any]) -> str:
    """The YAML of a decoded JSON object, keys in the server's order."""
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    made: str = yaml.dump(
        shown(thing), Dumper=dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
    )
    return made


def shown(thing: Mapping[str, Any]) -> dict[str, Any]:
    """What may be shown of an object."""
    made = dict(thing)
    meta = dict(made.get("metadata") or {})
    fields = meta.pop("managedFields", None)
    if fields:
        meta["managedFields"] = f"({len(fields)} managers, folded)"
    annotations = dict(meta.get("annotations") or {})
    if _LAST_APPLIED in annotations:
        annotations[_LAST_APPLIED] = "(folded)"
        meta["annotations"] = annotations
    if meta:
        made["metadata"] = meta
    if made.get("kind") == "Secret":
        for key in ("data", "stringData"):
            if isinstance(made.get(key), Mapping):
                made[key] = dict.fromkeys(made[key], HIDDEN)
    return {key: _masked(value) for key, value in made.items()}


def _masked(value: Any) -> Any:
    """The value with passwords in URLs and literal env values of secret names taken out."""
    if isinstance(value, str):
        return _PASSWORD_IN_URL.sub(rf"\1:{HIDDEN}@", value) if "://" in value else value
    if isinstance(value, list):
        return [_masked(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    name = value.get("name")
    if isinstance(value.get("value"), str) and isinstance(name, str) and _SECRET_NAME.search(name):
        return {**value, "value": HIDDEN}
    return {key: _masked(each) for key, each in value.items()}
