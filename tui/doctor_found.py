"""Which of the policy's systems a cluster has: Argo CD, Sealed Secrets, PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any, cast

import msgspec

from tui.errors import DeployError
from tui.model.environment import Environment
from tui.model.workload import Workload
from tui.wire.kinds import KINDS
from tui.wire.kinds.base import Unreadable
from tui.wire.kube import Client

GROUPS = {"argoproj.io": "Argo CD", "bitnami.com": "Sealed Secrets", "postgresql.cnpg.io": "PostgreSQL"}
"""By API group."""


async def systems(client: Client, environment: Environment) -> tuple[str, ...]:
    """Which of the policy's systems are there: by API group, PostgreSQL also by the image of a workload."""
    try:
        groups = msgspec.json.decode(await client.raw("/apis"), type=dict[str, Any]).get("groups") or []
        there = {GROUPS[one["name"]] for one in groups if one.get("name") in GROUPS}
    except (DeployError, msgspec.MsgspecError, AttributeError, KeyError):
        there = set()
    if "PostgreSQL" not in there and await _runs_postgres(client, environment):
        there.add("PostgreSQL")
    return tuple(one for one in dict.fromkeys(GROUPS.values()) if one in there)


async def _runs_postgres(client: Client, environment: Environment) -> bool:
    for kind in (KINDS["StatefulSet"], KINDS["Deployment"]):
        for namespace in tuple(one.actual for one in environment.namespaces) or ("",):
            # What may not be listed, or cannot be read, is no sign of a database.
            with contextlib.suppress(DeployError, Unreadable):
                async for page in client.pages(kind, namespace):
                    if any(_is_postgres(cast(Workload, kind.read(raw)).images) for raw in page.items):
                        return True
    return False


def _is_postgres(images: Iterable[str]) -> bool:
    return any(image.rpartition("/")[2].partition(":")[0].startswith("postgres") for image in images)
