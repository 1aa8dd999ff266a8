"""EndpointSlices: the addresses behind each Service."""

from __future__ import annotations

from tui.demo.behaviours.common import Key, Object, deleting, owner_reference, pod_ready, suffix
from tui.demo.behaviours.selecting import Selecting


class EndpointSlices(Selecting):
    """One slice for each Service with a selector."""

    kind = "Service"

    def labels(self, obj: Object) -> dict[str, str]:
        """The Service's selector."""
        found: dict[str, str] = obj["spec"].get("selector") or {}
        return found

    def look(self, key: Key, obj: Object, pods: list[Object]) -> None:
        """Writes the slice, with pods that are not ready marked so."""
        if not self.labels(obj):
            return
        name = f"{key[2]}-{suffix(key[1], key[2])}"
        found = [
            {
                "addresses": [pod["status"]["podIP"]],
                "conditions": {
                    "ready": pod_ready(pod) and not deleting(pod),
                    "serving": pod_ready(pod),
                    "terminating": deleting(pod),
                },
                "nodeName": pod["spec"].get("nodeName", ""),
                "targetRef": {
                    "kind": "Pod",
                    "namespace": key[1],
                    "name": pod["metadata"]["name"],
                    "uid": pod["metadata"]["uid"],
                },
            }
            for pod in sorted(pods, key=lambda each: str(each["metadata"]["name"]))
            if (pod.get("status") or {}).get("podIP")
            and pod["status"].get("phase") not in ("Succeeded", "Failed")
        ]
        ports = [
            {"name": each.get("name", ""), "port": each["port"], "protocol": "TCP"}
            for each in obj["spec"].get("ports") or ()
        ]
        if self.cluster.get("EndpointSlice", key[1], name) is None:
            self.cluster.create(
                {
                    "apiVersion": "discovery.k8s.io/v1",
                    "kind": "EndpointSlice",
                    "metadata": {
                        "name": name,
                        "namespace": key[1],
                        "labels": {"kubernetes.io/service-name": key[2]},
                        "ownerReferences": [owner_reference(obj)],
                    },
                    "addressType": "IPv4",
                    "endpoints": found,
                    "ports": ports,
                }
            )
            return
        draft = self.cluster.edit("EndpointSlice", key[1], name)
        draft["endpoints"], draft["ports"] = found, ports
        self.cluster.update(draft)
