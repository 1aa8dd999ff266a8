"""The scheduler and the kubelet: a pod finds a node, its containers run, it ends when asked."""

from __future__ import annotations

from tui.demo.behaviours.common import Controller, Key, Object, deleting, grace_of, set_condition, suffix
from tui.demo.behaviours.container import Containers
from tui.demo.behaviours.logs import Logs
from tui.demo.behaviours.pod_status import accept, entries_of, passed, phase_of, set_conditions
from tui.demo.behaviours.scripted import script_of, still
from tui.demo.cluster import Cluster

_SCHEDULED_AFTER = 0.2
_TRY_AGAIN = 5.0


class Pods(Controller):
    """Moves every pod on, from Pending to its end."""

    kind = "Pod"

    def __init__(self, cluster: Cluster, logs: Logs) -> None:
        super().__init__(cluster)
        self.containers = Containers(cluster, logs)
        self.logs = logs
        self._uids: dict[Key, str] = {}
        self._ending: dict[str, float] = {}
        self._seen: dict[Key, tuple[str, float | None]] = {}

    def reconcile(self, key: Key, now: float) -> None:
        """One look at one pod; cheap when nothing is due."""
        pod = self.cluster.get(*key)
        uid = pod["metadata"]["uid"] if pod else ""
        if self._uids.get(key, uid) != uid:
            self._forget(key)
        if pod is None or still(pod):
            return
        seen = self._seen.get(key)
        if (
            seen is not None
            and seen[0] == pod["metadata"]["resourceVersion"]
            and (seen[1] is None or now < seen[1])
        ):
            return
        self._uids[key] = uid
        if deleting(pod):
            self._end(key, pod, now)
            return
        draft = self.cluster.edit(*key)
        wake = self._advance(draft, now)
        written = self.cluster.update(draft)
        self._seen[key] = (written["metadata"]["resourceVersion"], wake)
        if wake is not None:
            self.due(wake, key)

    def _forget(self, key: Key) -> None:
        uid = self._uids.pop(key, None)
        self._seen.pop(key, None)
        if uid is not None:
            self.containers.forget(uid)
            self.logs.forget(uid)
            self._ending.pop(uid, None)

    def _end(self, key: Key, pod: Object, now: float) -> None:
        uid = pod["metadata"]["uid"]
        if uid not in self._ending:
            running = [each for each in entries_of(pod) if "running" in each["state"]]
            patience = max((script_of(pod, each["name"]).stop_after for each in running), default=0.0)
            self._ending[uid] = now + min(patience, grace_of(pod))
            for each in running:
                self.cluster.event(pod, "Normal", "Killing", f"Stopping container {each['name']}", "kubelet")
        if now < self._ending[uid]:
            self.due(self._ending[uid], key)
            return
        draft = self.cluster.edit(*key)
        for each in entries_of(draft):
            self.containers.stop(draft, each, now)
        if draft["status"].get("phase") == "Running":
            set_conditions(draft, now)
        if draft["metadata"].get("finalizers"):
            # Nothing runs any more; whoever put the finalizer lets it go.
            draft["metadata"]["deletionGracePeriodSeconds"] = 0
            self.cluster.update(draft)
            return
        self.cluster.update(draft)
        self.cluster.remove(*key)
        self._forget(key)

    def _advance(self, pod: Object, now: float) -> float | None:
        status: Object = pod.setdefault("status", {})
        if status.get("phase") in ("Succeeded", "Failed"):
            return None
        if not pod["spec"].get("nodeName"):
            return self._schedule(pod, now)
        if "containerStatuses" not in status:
            accept(pod, now)
        wake = self._containers(pod, now)
        status["phase"] = phase_of(pod)
        set_conditions(pod, now)
        return wake

    def _schedule(self, pod: Object, now: float) -> float | None:
        key = (pod["metadata"]["namespace"], pod["metadata"]["name"])
        nodes = self.cluster.all("Node")
        fitting = [node for node in nodes if _fits(pod, node)]
        if not fitting:
            count = len(nodes)
            none = f"0/{count} nodes are available: {count}"
            said = (
                f"{none} node(s) didn't match Pod's node affinity/selector. "
                f"preemption: {none} Preemption is not helpful for scheduling."
            )
            status = pod["status"]
            status["phase"] = "Pending"
            before = status.get("conditions")
            set_condition(
                status,
                {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": said},
                now,
            )
            if not before:
                self.cluster.event(pod, "Warning", "FailedScheduling", said, "default-scheduler")
            return now + _TRY_AGAIN
        number = int.from_bytes(suffix(*key).encode(), "big")
        node = sorted(each["metadata"]["name"] for each in fitting)[number % len(fitting)]
        pod["spec"]["nodeName"] = node
        set_condition(pod["status"], {"type": "PodScheduled", "status": "True"}, now)
        said = f"Successfully assigned {key[0]}/{key[1]} to {node}"
        self.cluster.event(pod, "Normal", "Scheduled", said, "default-scheduler")
        return now + _SCHEDULED_AFTER

    def _containers(self, pod: Object, now: float) -> float | None:
        wakes: list[float] = []
        rule = pod["spec"].get("restartPolicy", "Always")
        specs = {each["name"]: each for each in pod["spec"].get("initContainers") or ()}
        for entry in pod["status"].get("initContainerStatuses") or ():
            sidecar = specs.get(entry["name"], {}).get("restartPolicy") == "Always"
            # An init container that failed is tried again unless the pod says Never.
            restart = "Always" if sidecar else "Never" if rule == "Never" else "OnFailure"
            if passed(entry, sidecar) and not sidecar:
                continue
            wake = self.containers.advance(pod, entry, restart, now)
            if wake is not None:
                wakes.append(wake)
            if not passed(entry, sidecar):
                return min(wakes, default=None)
        for entry in pod["status"]["containerStatuses"]:
            wake = self.containers.advance(pod, entry, rule, now)
            if wake is not None:
                wakes.append(wake)
        return min(wakes, default=None)


def _fits(pod: Object, node: Object) -> bool:
    labels = node["metadata"].get("labels") or {}
    if node.get("spec", {}).get("unschedulable"):
        return False
    wanted = pod["spec"].get("nodeSelector") or {}
    if any(labels.get(name) != value for name, value in wanted.items()):
        return False
    required = (
        (pod["spec"].get("affinity") or {})
        .get("nodeAffinity", {})
        .get("requiredDuringSchedulingIgnoredDuringExecution", {})
    )
    for term in required.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            if node["metadata"]["name"] not in field["values"]:
                return False
    return True
