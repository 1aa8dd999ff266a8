"""What tests do to the simulator's Applications: commits, and the bench's scenarios by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.demo_control import WorldControl

Object = dict[str, Any]


def push(
    world: WorldControl,
    application: str,
    manifests: Sequence[Object] | None = None,
    *,
    message: str = "",
    environment: str = "production",
) -> Object:
    """A commit on its branch, with other manifests for it (None: as they were); sha and manifests."""
    told = None if manifests is None else list(manifests)
    body = {"environment": environment, "application": application, "manifests": told, "message": message}
    found: Object = world.demo.call(f"worlds/{world.name}/push", body)
    return found


def play(
    world: WorldControl, name: str, service: str = "", of: str = "", *, environment: str = "production"
) -> None:
    """One of the bench's scenarios on SERVICE-OF; what it waits for comes as the clock goes."""
    body = {"environment": environment, "name": name, "service": service, "of": of}
    world.demo.call(f"worlds/{world.name}/scenario", body)
