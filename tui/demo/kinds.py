"""The kinds that the simulator serves, with their names in the API."""

from __future__ import annotations

from dataclasses import dataclass

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: `group` is "" for core; `subresources` are those that take or give the object's parts."""

    group: str
    version: str
    name: str
    plural: str
    short: tuple[str, ...] = ()
    namespaced: bool = True
    subresources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    singular: str = ""
    verbs: tuple[str, ...] = VERBS

    @property
    def api_version(self) -> str:
        """As objects say it: "v1", "apps/v1"."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def custom(self) -> bool:
        """Defined by a CustomResourceDefinition: no strategic patches, and list items say their kind."""
        return self.group in ("argoproj.io", "bitnami.com", "gateway.networking.k8s.io")

    @property
    def resource(self) -> str:
        """As messages say it: "pods", "deployments.apps"."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


_ALL = ("all",)
_APPS = ("status", "scale")
KINDS: tuple[Kind, ...] = (
    Kind("", "v1", "Namespace", "namespaces", ("ns",), namespaced=False, subresources=("status",)),
    Kind("", "v1", "Node", "nodes", ("no",), namespaced=False, subresources=("status",)),
    Kind("", "v1", "Pod", "pods", ("po",), subresources=("status", "log", "eviction"), categories=_ALL),
    Kind("", "v1", "Service", "services", ("svc",), subresources=("status",), categories=_ALL),
    Kind("", "v1", "Endpoints", "endpoints", ("ep",)),
    Kind("", "v1", "ConfigMap", "configmaps", ("cm",)),
    Kind("", "v1", "Secret", "secrets"),
    Kind("", "v1", "Event", "events", ("ev",)),
    Kind("", "v1", "ServiceAccount", "serviceaccounts", ("sa",)),
    Kind("", "v1", "ResourceQuota", "resourcequotas", ("quota",), subresources=("status",)),
    Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", ("pvc",), subresources=("status",)),
    Kind("apps", "v1", "Deployment", "deployments", ("deploy",), subresources=_APPS, categories=_ALL),
    Kind("apps", "v1", "ReplicaSet", "replicasets", ("rs",), subresources=_APPS, categories=_ALL),
    Kind("apps", "v1", "StatefulSet", "statefulsets", ("sts",), subresources=_APPS, categories=_ALL),
    Kind("apps", "v1", "DaemonSet", "daemonsets", ("ds",), subresources=("status",), categories=_ALL),
    Kind("apps", "v1", "ControllerRevision", "controllerrevisions"),
    Kind("batch", "v1", "Job", "jobs", subresources=("status",), categories=_ALL),
    Kind("batch", "v1", "CronJob", "cronjobs", ("cj",), subresources=("status",), categories=_ALL),
    Kind(
        "autoscaling",
        "v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        ("hpa",),
        subresources=("status",),
        categories=_ALL,
    ),
    Kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", ("pdb",), subresources=("status",)),
    Kind("networking.k8s.io", "v1", "Ingress", "ingresses", ("ing",), subresources=("status",)),
    Kind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices"),
    Kind("argoproj.io", "v1alpha1", "Application", "applications", ("app", "apps")),
    Kind("argoproj.io", "v1alpha1", "AppProject", "appprojects", ("appproj",)),
    Kind("bitnami.com", "v1alpha1", "SealedSecret", "sealedsecrets", subresources=("status",)),
    Kind("gateway.networking.k8s.io", "v1", "Gateway", "gateways", ("gtw",), subresources=("status",)),
    Kind("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes", subresources=("status",)),
)
BY_NAME = {kind.name: kind for kind in KINDS}
BY_PATH = {(kind.group, kind.version, kind.plural): kind for kind in KINDS}
