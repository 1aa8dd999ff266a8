"""Where an environment's Argo CD is, and which of its Applications are this environment's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui.model.application import IN_CLUSTER, Application
from tui.model.label_selector import selects

IN_CLUSTER_NAME = "in-cluster"


@dataclass(frozen=True, slots=True)
class ArgoCd:
    """As declared by `argocd:`. An empty context is the environment's own cluster."""

    namespace: str = "argocd"
    context: str = ""
    kubeconfig: str = ""
    selector: str = ""  # of the Applications' labels
    destination: str = ""  # URL or name, as the Applications have it
    server: str = ""  # URL of its REST API
    self_heal: bool | None = None  # declared; None: nothing is
    token: str = ""  # where its token is: "$NAME" of the environment, or a file

    @property
    def elsewhere(self) -> bool:
        """Whether it runs in a cluster that has a context of its own."""
        return bool(self.context or self.kubeconfig)

    def owns(self, one: Application, wants: Callable[[str], bool], clusters: frozenset[str]) -> bool:
        """By selector and destination where they are declared, else by cluster and namespace.

        `wants` knows the environment's namespaces; `clusters` are URLs and names of its cluster.
        """
        if self.selector and not selects(self.selector, one.meta.labels):
            return False
        place = one.destination
        if self.destination:
            return self.destination.rstrip("/") in (place.server.rstrip("/"), place.name)
        if self.selector:
            return True
        here = {IN_CLUSTER, IN_CLUSTER_NAME} if not self.elsewhere else set[str]()
        if not {place.server.rstrip("/"), place.name} & (here | clusters):
            return False
        if place.namespace:
            return wants(place.namespace)
        deployed = {resource.namespace for resource in one.resources if resource.namespace}
        return not deployed or any(wants(namespace) for namespace in deployed)
