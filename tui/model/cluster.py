"""The small kinds: Namespace, Event, and objects of which only the metadata is read (Secrets, ConfigMaps)."""

from __future__ import annotations

from dataclasses import dataclass

from tui.model.key import Meta


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace; `phase` is Active or Terminating."""

    meta: Meta
    phase: str = "Active"


@dataclass(frozen=True, slots=True)
class Event:
    """An event, of either generation of the API (facts 8). `at` is when it was seen last."""

    meta: Meta
    about_kind: str = ""
    about_namespace: str = ""
    about_name: str = ""
    about_uid: str = ""
    about_field: str = ""  # fieldPath, such as spec.containers{app}
    type: str = "Normal"  # or Warning
    reason: str = ""
    message: str = ""
    source: str = ""
    count: int = 1
    first: float = 0.0
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Named:
    """A Secret or ConfigMap: that it exists, never what it holds. `changed` is when it was last written."""

    meta: Meta
    changed: float | None = None
