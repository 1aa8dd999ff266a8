"""The gate to every write as tests use it: defaults that let all through, and plans made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.demo_control import WorldControl
from tui.carry import Outcome, out
from tui.clock import SystemClock
from tui.journal import Journal
from tui.model.environment import Environment
from tui.model.plan import Plan, Step, Target
from tui.model.seen import digest
from tui.store import Store
from tui.wire.server import Server

OPEN = Environment("production")


@dataclass
class Gate:
    """What `out` needs, with defaults that let everything through."""

    world: WorldControl
    server: Server
    journal: Journal

    async def out(
        self,
        plan: Plan,
        environment: Environment = OPEN,
        *,
        readonly: bool = False,
        stale: Callable[[], bool] = lambda: False,
        store: Store | None = None,
    ) -> Outcome:
        return await out(
            plan,
            server=self.server,
            store=store or Store(),
            environment=environment,
            readonly=readonly,
            stale=stale,
            journal=self.journal,
            clock=SystemClock(),
            who="ann",
        )

    @property
    def patches(self) -> list[dict[str, Any]]:
        return self.world.requests("PATCH")

    def template(self, kind: str, namespace: str, name: str) -> dict[str, Any]:
        found = self.world.get(kind, namespace, name)
        assert found is not None
        template: dict[str, Any] = found["spec"]["template"]
        return template


def target(world: WorldControl, kind: str, namespace: str, name: str) -> Target:
    found = world.get(kind, namespace, name)
    assert found is not None
    return Target(kind, namespace, name, found["metadata"]["uid"], digest(found["spec"]))


def restarting(*targets: Target) -> Plan:
    steps = tuple(Step("restart", each, f"Restart {each.name}") for each in targets)
    return Plan("restart", "production", "Restart", steps, command="kubectl rollout restart")


def rolling_back(world: WorldControl, kind: str, namespace: str, name: str, past: dict[str, Any]) -> Plan:
    arguments = {"revision_name": past["metadata"]["name"], "revision_uid": past["metadata"]["uid"]}
    step = Step("roll-back", target(world, kind, namespace, name), f"Roll {name} back", arguments)
    return Plan("roll-back", "production", f"Roll {name} back", (step,))


def owned(world: WorldControl, kind: str, namespace: str, owner: str) -> list[dict[str, Any]]:
    """The revisions of a workload, oldest first."""

    def number(each: dict[str, Any]) -> int:
        annotations = each["metadata"].get("annotations") or {}
        return int(each.get("revision") or annotations.get("deployment.kubernetes.io/revision") or 0)

    found = [
        each
        for each in world.all(kind, namespace)
        if any(one["name"] == owner for one in each["metadata"].get("ownerReferences", []))
    ]
    return sorted(found, key=number)
