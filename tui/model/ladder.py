"""Which version of each service runs where: services down, environments across; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from tui.model.environment import Environment, Platform
from tui.model.health import WorkloadHealth
from tui.model.key import NOTHING
from tui.model.rollout import RolloutState


class Rung(Enum):
    """What a version is doing there."""

    RUNS = "runs"
    MOVING = "moving"
    STUCK = "stuck"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Step:
    """One service in one environment: the image it wants, the one that still runs, and what holds it."""

    image: str = ""
    old_image: str = ""
    rung: Rung = Rung.ABSENT
    trouble: str = ""
    uid: str = ""
    kind: str = ""
    waits: str = ""  # what a sync would bring there, in words


ABSENT = Step()


@dataclass(frozen=True, slots=True)
class Service:
    """A service by its policy's namespace and name, with its step in each environment, in their order."""

    namespace: str
    name: str
    steps: tuple[Step, ...]


_MOVING = frozenset({RolloutState.MOVING})
_BROKEN = frozenset({RolloutState.STUCK, RolloutState.DOWN})


def ladder(
    environments: Sequence[Environment],
    judged: Mapping[str, Iterable[WorkloadHealth]],
    waits: Mapping[str, str] = NOTHING,
) -> list[Service]:
    """Every service that runs in any of the environments, by namespace and name. An environment that is
    not in `judged` was not read: its steps are absent, and the caller says so. `waits` tells by uid of a
    workload which release waits for it."""
    found: dict[tuple[str, str], dict[str, Step]] = {}
    # Compose last: its services have the place of those of that name elsewhere, where they name none.
    for environment in sorted(environments, key=lambda one: one.platform is Platform.COMPOSE):
        policy = {one.actual: one.name for one in environment.namespaces}
        known = {name: namespace for namespace, name in found}
        for one in judged.get(environment.name, ()):
            meta = one.workload.meta
            namespace, name = policy.get(meta.namespace, meta.namespace), service_name(meta.name)
            if environment.platform is Platform.COMPOSE and namespace == environment.name:
                namespace = known.get(name, namespace)
            key = namespace, name
            found.setdefault(key, {})[environment.name] = _step(one, waits.get(meta.uid, ""))
    order = {
        purpose.name: number
        for environment in environments
        for number, purpose in enumerate(environment.namespaces)
    }
    return [
        Service(namespace, name, tuple(steps.get(each.name, ABSENT) for each in environments))
        for (namespace, name), steps in sorted(
            found.items(), key=lambda item: (order.get(item[0][0], len(order)), *item[0])
        )
    ]


def service_name(workload: str) -> str:
    """The policy names a service's workload `auth` or `auth-service`."""
    return workload.removesuffix("-service") or workload


def _step(one: WorkloadHealth, waits: str) -> Step:
    meta = one.workload.meta
    image = one.workload.images[0] if one.workload.images else ""
    old = one.old_images[0] if one.old_images else ""
    rung = Rung.RUNS
    if one.rollout.state in _BROKEN:
        rung = Rung.STUCK
    elif one.rollout.state in _MOVING:
        rung = Rung.MOVING
    trouble = one.trouble.cause if one.trouble is not None else ""
    return Step(image, old if old != image else "", rung, trouble, meta.uid, meta.kind, waits)


def behind(older: str, newer: str) -> bool | None:
    """Whether one version is before another; None where either is not numbers and dots, or they are equal."""
    first, second = _numbers(older), _numbers(newer)
    if first is None or second is None or first == second:
        return None
    return first < second


def _numbers(version: str) -> tuple[tuple[int, ...], bool, str] | None:
    """`v1.4.2-rc1` as comparable parts: a pre-release comes before its release (semver 11)."""
    found = re.fullmatch(r"v?(\d+(?:\.\d+){1,3})(?:-([0-9A-Za-z.-]+))?(?:\+.*)?", version)
    if found is None:
        return None
    numbers = tuple(int(part) for part in found[1].split("."))
    return numbers + (0,) * (4 - len(numbers)), found[2] is None, found[2] or ""
