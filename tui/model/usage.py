"""What a pod uses of CPU and memory, and what it may use at most."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui.model.key import Meta
from tui.model.pod import Part, Pod

_UNITS = {
    **{
        "n": 1e-9,
        "u": 1e-6,
        "m": 1e-3,
        "": 1.0,
        "k": 1e3,
        "M": 1e6,
        "G": 1e9,
        "T": 1e12,
        "P": 1e15,
        "E": 1e18,
    },
    **{"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60},
}

_QUANTITY = re.compile(r"(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)([numkMGTPE]?|[KMGTPE]i)")


@dataclass(frozen=True, slots=True)
class PodUsage:
    """By metrics.k8s.io, over some seconds: `cpu` in cores, `memory` in bytes, of all its containers."""

    meta: Meta
    cpu: float = 0.0
    memory: float = 0.0


def quantity(text: str) -> float:
    """`250m`, `64Mi`, `1e3` as a number; 0 where it is none (apimachinery's resource.Quantity)."""
    found = _QUANTITY.fullmatch(text)
    return float(found[1]) * _UNITS[found[2]] if found else 0.0


def limits(pod: Pod) -> tuple[float, float]:
    """(cores, bytes) that the pod's lasting containers may use; 0 where one of them has no limit."""
    lasting = [one for one in pod.containers if one.part is not Part.INIT]
    return _sum([one.cpu_limit for one in lasting]), _sum([one.memory_limit for one in lasting])


def _sum(texts: list[str]) -> float:
    found = [quantity(text) for text in texts]
    return sum(found) if all(found) else 0.0
