"""The status of PodDisruptionBudgets: how many pods may go at once."""

from __future__ import annotations

from tui.demo.behaviours.common import Key, Object, deleting, pod_ready, set_condition, share
from tui.demo.behaviours.selecting import Selecting


class PodDisruptionBudgets(Selecting):
    """Counts healthy pods against what must stay."""

    kind = "PodDisruptionBudget"

    def labels(self, obj: Object) -> dict[str, str]:
        """matchLabels only."""
        found: dict[str, str] = (obj["spec"].get("selector") or {}).get("matchLabels") or {}
        return found

    def look(self, key: Key, obj: Object, pods: list[Object]) -> None:
        """Writes the counts and the condition DisruptionAllowed."""
        count = len(pods)
        healthy = sum(pod_ready(pod) and not deleting(pod) for pod in pods)
        spec = obj["spec"]
        if "maxUnavailable" in spec:
            least = count - share(spec["maxUnavailable"], count, up=True)
        else:
            least = share(spec.get("minAvailable", 1), count, up=True)
        allowed = max(healthy - least, 0)
        status: Object = {
            "observedGeneration": obj["metadata"].get("generation", 1),
            "currentHealthy": healthy,
            "desiredHealthy": least,
            "expectedPods": count,
            "disruptionsAllowed": allowed,
            "conditions": [dict(each) for each in (obj.get("status") or {}).get("conditions") or ()],
        }
        told = {
            "type": "DisruptionAllowed",
            "status": "True" if allowed else "False",
            "reason": "SufficientPods" if allowed else "InsufficientPods",
            "message": "",
        }
        set_condition(status, told, self._now)
        self.write_status(key, status)
