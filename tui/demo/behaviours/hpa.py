"""The status of HorizontalPodAutoscalers: what they see, without scaling anything."""

from __future__ import annotations

from collections.abc import Iterable

from tui.demo.behaviours.common import Controller, Key, Object, key_of, set_condition


class HorizontalPodAutoscalers(Controller):
    """Says the target's present size and a processor load that asks for no change."""

    kind = "HorizontalPodAutoscaler"

    def concerned(self, key: Key) -> Iterable[Key]:
        """Itself, and those that scale a Deployment that changed."""
        yield from super().concerned(key)
        if key[0] == "Deployment":
            for each in self.cluster.all(self.kind, key[1]):
                if each["spec"]["scaleTargetRef"]["name"] == key[2]:
                    yield key_of(each)

    def reconcile(self, key: Key, now: float) -> None:
        """Writes the status."""
        scaler = self.cluster.get(*key)
        if scaler is None:
            return
        target = scaler["spec"]["scaleTargetRef"]
        found = self.cluster.get(target["kind"], key[1], target["name"])
        status: Object = {
            "conditions": [dict(each) for each in (scaler.get("status") or {}).get("conditions") or ()]
        }
        if found is None:
            name = target["name"]
            said = f'the HPA controller was unable to get the target\'s current scale: "{name}" not found'
            told = {"type": "AbleToScale", "status": "False", "reason": "FailedGetScale", "message": said}
            set_condition(status, told, now)
            self.write_status(key, {**status, "currentReplicas": 0, "desiredReplicas": 0})
            return
        count = int(found["spec"].get("replicas", 1))
        for kind, reason, said in (
            ("AbleToScale", "ReadyForNewScale", "recommended size matches current size"),
            (
                "ScalingActive",
                "ValidMetricFound",
                "the HPA was able to successfully calculate a replica count from cpu resource utilization",
            ),
            ("ScalingLimited", "DesiredWithinRange", "the desired count is within the acceptable range"),
        ):
            value = "False" if kind == "ScalingLimited" else "True"
            set_condition(status, {"type": kind, "status": value, "reason": reason, "message": said}, now)
        load = {"averageUtilization": 41, "averageValue": "41m"}
        status["currentMetrics"] = [{"type": "Resource", "resource": {"name": "cpu", "current": load}}]
        status["currentReplicas"], status["desiredReplicas"] = count, count
        status["observedGeneration"] = scaler["metadata"].get("generation", 1)
        self.write_status(key, status)
