"""Parts of a scene: namespaces and workloads with their revisions and pods, all settled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.demo.behaviours.common import Object, key_of, suffix, time_of
from tui.demo.behaviours.controller_revision import make_revision, revisions_of
from tui.demo.behaviours.daemonset import DaemonSets, daemon_pod
from tui.demo.behaviours.deployment_status import judged
from tui.demo.behaviours.replicaset import ReplicaSets
from tui.demo.behaviours.revision import REVISION, make_set, owned_sets
from tui.demo.behaviours.scripted import BEHAVIOUR
from tui.demo.behaviours.statefulset import StatefulSets
from tui.demo.cluster import Cluster
from tui.demo.scene_pods import place_pod, tell, uid_of

DAY = 86400.0
_CAUSE = "kubernetes.io/change-cause"
_REGISTRY = "registry.platform.example"


@dataclass(frozen=True, slots=True)
class Release:
    """One revision of a workload: its image's tag, how many seconds ago it came, and why."""

    tag: str
    ago: float
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload of a scene; `pods` is (state, count) of the newest release, `old` the count before it."""

    namespace: str
    name: str
    releases: Sequence[Release]
    replicas: int = 2
    pods: tuple[str, int] | None = None
    old: int = 0
    manager: str = ""
    image: str = ""
    behaviour: Mapping[str, Any] | None = None
    container: Mapping[str, Any] | None = None
    template: Mapping[str, Any] | None = None
    deadline: int = 600


class Place:
    """Puts objects into one cluster as they would be after a while."""

    def __init__(self, cluster: Cluster, environment: str, now: float) -> None:
        self.cluster = cluster
        self.environment = environment
        self.now = now

    def put(self, kind: str, namespace: str, name: str, ago: float = 90 * DAY, **more: Any) -> Object:
        """Creates an object of any kind, `ago` seconds old."""
        meta = {
            "name": name,
            "uid": uid_of(kind, namespace, name),
            "creationTimestamp": time_of(self.now - ago),
            **more.pop("metadata", {}),
        }
        if namespace:
            meta["namespace"] = namespace
        return self.cluster.create({"kind": kind, "metadata": meta, **more})

    def node(self, name: str) -> None:
        """A ready node."""
        ready = {
            "type": "Ready",
            "status": "True",
            "reason": "KubeletReady",
            "message": "kubelet is posting ready status",
            "lastTransitionTime": time_of(self.now - 90 * DAY),
        }
        capacity = {"cpu": "8", "memory": "32Gi", "pods": "110"}
        info = {"kubeletVersion": "v1.34.2", "osImage": "Debian GNU/Linux 12", "architecture": "amd64"}
        labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}
        status = {"capacity": capacity, "allocatable": capacity, "nodeInfo": info, "conditions": [ready]}
        self.put("Node", "", name, metadata={"labels": labels}, spec={}, status=status)

    def namespace(self, name: str, annotations: Mapping[str, str] | None = None) -> None:
        """An active namespace with the default service account and a root certificate."""
        meta = {"labels": {"kubernetes.io/metadata.name": name}, "annotations": dict(annotations or {})}
        self.put("Namespace", "", name, metadata=meta, spec={}, status={"phase": "Active"})
        self.put("ServiceAccount", name, "default")
        self.put("ConfigMap", name, "kube-root-ca.crt", data={"ca.crt": "..."})

    def secret(self, namespace: str, name: str, *keys: str) -> None:
        """A Secret with those keys."""
        self.put("Secret", namespace, name, type="Opaque", data=dict.fromkeys(keys, "ZGVtbw=="))

    def service(self, namespace: str, name: str) -> None:
        """A Service in front of the workload of that name."""
        ports = [{"name": "http", "port": 80, "targetPort": 8080}]
        selector = {"app.kubernetes.io/name": name}
        spec = {"type": "ClusterIP", "selector": selector, "ports": ports, "clusterIP": "10.96.0.10"}
        self.put("Service", namespace, name, spec=spec, status={"loadBalancer": {}})

    def deployment(self, it: Workload, reason: str = "NewReplicaSetAvailable") -> Object:
        """A Deployment with a ReplicaSet for each release; `reason` is its Progressing condition's."""
        newest = it.releases[-1]
        rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
        spec = {
            "replicas": it.replicas,
            "selector": {"matchLabels": {"app.kubernetes.io/name": it.name}},
            "template": self._template(it, newest),
            "strategy": rolling,
            "progressDeadlineSeconds": it.deadline,
        }
        meta = self._meta("Deployment", it)
        meta["annotations"][REVISION] = str(len(it.releases))
        made = self.put("Deployment", it.namespace, it.name, it.releases[0].ago, metadata=meta, spec=spec)
        state, count = it.pods or ("running", it.replicas)
        for number, release in enumerate(it.releases):
            last = number == len(it.releases) - 1
            wanted = count if last else it.old if number == len(it.releases) - 2 else 0
            self._replica_set(made, it, number, wanted, state if last else "running", release)
        self._status(made, newest, reason)
        return made

    def stateful_set(self, it: Workload) -> Object:
        """A StatefulSet with its ControllerRevisions, all pods at the newest."""
        spec = {
            "serviceName": it.name,
            "replicas": it.replicas,
            "selector": {"matchLabels": {"app.kubernetes.io/name": it.name}},
            "template": self._template(it, it.releases[-1]),
        }
        made = self._with_revisions("StatefulSet", it, spec)
        latest = revisions_of(self.cluster, made)[-1]["metadata"]["name"]
        for ordinal in range(it.replicas):
            name = f"{it.name}-{ordinal}"
            labels = {
                "apps.kubernetes.io/pod-index": str(ordinal),
                "controller-revision-hash": latest,
                "statefulset.kubernetes.io/pod-name": name,
            }
            self._pod(made, made["spec"]["template"], name, labels, it, ("running", ""))
        StatefulSets(self.cluster).reconcile(key_of(made), self.now)
        return made

    def daemon_set(self, it: Workload) -> Object:
        """A DaemonSet with its ControllerRevisions and a pod on each node."""
        selector = {"matchLabels": {"app.kubernetes.io/name": it.name}}
        spec = {"selector": selector, "template": self._template(it, it.releases[-1])}
        made = self._with_revisions("DaemonSet", it, spec)
        code = revisions_of(self.cluster, made)[-1]["metadata"]["name"].rpartition("-")[2]
        for node in sorted(each["metadata"]["name"] for each in self.cluster.all("Node")):
            name = f"{it.name}-{suffix(it.namespace, it.name, node)}"
            wanted = daemon_pod(made, name, node, code)
            template = {"metadata": wanted["metadata"], "spec": wanted["spec"]}
            self._pod(made, template, name, {}, it, ("running", node))
        DaemonSets(self.cluster).reconcile(key_of(made), self.now)
        return made

    def _with_revisions(self, kind: str, it: Workload, spec: Object) -> Object:
        made = self.put(
            kind, it.namespace, it.name, it.releases[0].ago, metadata=self._meta(kind, it), spec=spec
        )
        for number, release in enumerate(it.releases, 1):
            draft = json.loads(json.dumps(made))
            draft["spec"]["template"] = self._filled(made, it, release)
            draft["metadata"]["annotations"][_CAUSE] = release.cause
            revision = make_revision(draft, number)
            revision["metadata"]["creationTimestamp"] = time_of(self.now - release.ago)
            self.cluster.create(revision)
        return made

    def _filled(self, made: Object, it: Workload, release: Release) -> Object:
        """The stored template (with the defaults that the server added) with another release's image."""
        template: Object = json.loads(json.dumps(made["spec"]["template"]))
        template["spec"]["containers"][0]["image"] = _image(it, release)
        template["metadata"]["labels"]["app.kubernetes.io/version"] = release.tag
        return template

    def _replica_set(
        self, made: Object, it: Workload, number: int, count: int, state: str, release: Release
    ) -> None:
        draft = json.loads(json.dumps(made))
        draft["spec"]["template"] = self._filled(made, it, release)
        draft["metadata"]["annotations"][_CAUSE] = release.cause
        replica_set = make_set(self.cluster, draft, number, count)
        replica_set["metadata"]["creationTimestamp"] = time_of(self.now - release.ago)
        replica_set["metadata"]["uid"] = uid_of("ReplicaSet", it.namespace, replica_set["metadata"]["name"])
        stored = self.cluster.create(replica_set)
        for each in range(count):
            name = f"{stored['metadata']['name']}-{suffix(it.namespace, stored['metadata']['name'], each)}"
            template = stored["spec"]["template"]
            self._pod(stored, template, name, {}, it, (state, ""), release.ago - 3.0 * each)
        ReplicaSets(self.cluster).reconcile(key_of(stored), self.now)

    def _pod(
        self,
        owner: Object,
        template: Object,
        name: str,
        labels: dict[str, str],
        it: Workload,
        how: tuple[str, str],
        ago: float | None = None,
    ) -> None:
        state, node = how
        place_pod(
            self.cluster,
            template,
            owner,
            name,
            state=state,
            ago=max(it.releases[-1].ago if ago is None else ago, 2.0),
            now=self.now,
            labels=labels,
            node=node,
        )

    def _status(self, made: Object, newest: Release, reason: str) -> None:
        owned = owned_sets(self.cluster, made)
        fresh = owned[-1]
        status, _ = judged(made, fresh, owned, self.now - newest.ago)
        failed = reason == "ProgressDeadlineExceeded"
        words = {
            "NewReplicaSetAvailable": "has successfully progressed.",
            "ReplicaSetUpdated": "is progressing.",
            "ProgressDeadlineExceeded": "has timed out progressing.",
        }
        deadline = float(made["spec"]["progressDeadlineSeconds"])
        at = time_of(self.now - max(newest.ago - deadline, 0) if failed else self.now - newest.ago + 3)
        status["conditions"].append(
            {
                "type": "Progressing",
                "status": "False" if failed else "True",
                "lastUpdateTime": at,
                "lastTransitionTime": at,
                "reason": reason,
                "message": f'ReplicaSet "{fresh["metadata"]["name"]}" {words[reason]}',
            }
        )
        draft = self.cluster.edit(*key_of(made))
        draft["status"] = status
        self.cluster.update(draft)
        if newest.ago < 3600:
            said = f"Scaled up replica set {fresh['metadata']['name']} from 0 to 1"
            words_of = ("Normal", "ScalingReplicaSet", said, "deployment-controller")
            tell(self.cluster, made, words_of, self.now - newest.ago)

    def _meta(self, kind: str, it: Workload) -> Object:
        labels = {"app.kubernetes.io/name": it.name, "app.kubernetes.io/part-of": "platform"}
        annotations = {_CAUSE: it.releases[-1].cause} if it.releases[-1].cause else {}
        labels["environment"] = self.environment
        if it.manager == "Helm":
            labels |= {"app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": f"{it.name}-0.3.1"}
            annotations |= {
                "meta.helm.sh/release-name": it.name,
                "meta.helm.sh/release-namespace": it.namespace,
            }
        elif it.manager == "Argo CD":
            application = f"{it.name}-{self.environment}"
            tracked = f"{application}:apps/{kind}:{it.namespace}/{it.name}"
            annotations["argocd.argoproj.io/tracking-id"] = tracked
        return {"labels": labels, "annotations": annotations}

    def _template(self, it: Workload, release: Release) -> Object:
        container: Object = {
            "name": it.name,
            "image": _image(it, release),
            "ports": [{"name": "http", "containerPort": 8080}],
            "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 2},
            "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
            **(it.container or {}),
        }
        meta: Object = {
            "labels": {"app.kubernetes.io/name": it.name, "app.kubernetes.io/version": release.tag}
        }
        if it.behaviour:
            meta["annotations"] = {BEHAVIOUR: json.dumps({it.name: dict(it.behaviour)})}
        spec = {"terminationGracePeriodSeconds": 5, "containers": [container], **(it.template or {})}
        return {"metadata": meta, "spec": spec}


def _image(it: Workload, release: Release) -> str:
    return f"{_REGISTRY}/{it.image or it.name}:{release.tag}"
