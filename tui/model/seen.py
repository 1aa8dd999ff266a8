"""What a plan depends on of an object, as a digest: equal digests mean that the plan still holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any


def digest(spec: Mapping[str, Any]) -> str:
    """Of a workload's spec without its replicas, which an autoscaler changes at any time (16 hex digits)."""
    kept = {key: value for key, value in spec.items() if key != "replicas"}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def digest_application(spec: Mapping[str, Any] | None, operation: Mapping[str, Any] | None) -> str:
    """Of an Application's spec and of the operation that was asked for and is not over."""
    return digest({"spec": spec or {}, "operation": operation or {}})


@lru_cache(maxsize=256)
def digest_bytes(spec: bytes) -> str:
    """The same of the JSON that a record keeps; asked at every tick of an open deed, so it is kept."""
    found = json.loads(spec)
    return digest(found if isinstance(found, dict) else {})
