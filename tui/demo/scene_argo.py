"""The test bench's layout in one simulated cluster: four services in three environments, under Argo CD."""

from __future__ import annotations

from tui.demo.applications import application, project
from tui.demo.behaviours.common import Object
from tui.demo.chart import MIGRATED, render
from tui.demo.scene_parts import Place
from tui.demo.scene_secrets import controller
from tui.demo.sealing import keys, seal

SHORT = {"development": "dev", "staging": "staging", "production": "prod"}
BRANCH = {"development": "develop", "staging": "release", "production": "main"}
PROJECT = "platform"
AUTOMATED = {
    "automated": {"prune": True, "selfHeal": True},
    "retry": {"limit": 2, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "1m"}},
}
FREEZE = {
    "kind": "deny",
    "schedule": "0 3 30 12 *",
    "duration": "1h",
    "manualSync": False,
    "timeZone": "Europe/Paris",
    "description": "Year-end freeze",
    "applications": ["*-production"],
}


def namespace_of(service: str, environment: str) -> str:
    """prod-services, dev-gateway."""
    return f"{SHORT[environment]}-{'gateway' if service == 'gateway' else 'services'}"


def path_of(service: str, environment: str) -> str:
    """Where a service's manifests are on its branch; the environment is one of the values files."""
    return f"services/{service}/helm/{SHORT[environment]}"


def build_argo(place: Place) -> None:
    """The cluster of production holds all three environments, staging not deployed; the others are empty."""
    place.node("node-1")
    place.namespace("argocd")
    if place.environment != "production":
        return
    controller(place)
    place.put("AppProject", "argocd", PROJECT, spec=project([FREEZE]))
    for environment, branch in BRANCH.items():
        for purpose in ("services", "gateway"):
            place.namespace(f"{SHORT[environment]}-{purpose}")
        files = {path_of(each, environment): _manifests(place, each, environment) for each in MIGRATED}
        place.cluster.repository.push(branch, files, at=place.now - 3600, message="The platform")
        for service in MIGRATED:
            _application(place, service, environment)


def _manifests(place: Place, service: str, environment: str) -> list[Object]:
    namespace = namespace_of(service, environment)
    name = f"{service}-secrets"
    bound = f"{namespace}/{name}".encode()
    data = {"DATABASE_URL": seal(keys(place.cluster)[0], b"demo", bound)}
    sealed = {"encryptedData": data, "template": {"metadata": {"name": name, "namespace": namespace}}}
    # A PreSync migration needs its Secret before the SealedSecret is synced.
    place.put("SealedSecret", namespace, name, 3600, spec=sealed)
    replicas = 1 if environment == "development" else 2
    return render(service, namespace, environment, "1.0.0", sealed, replicas)


def _application(place: Place, service: str, environment: str) -> None:
    automated = environment == "development"
    made = application(
        f"{service}-{environment}",
        namespace_of(service, environment),
        path_of(service, environment),
        BRANCH[environment],
        AUTOMATED if automated else {},
    )
    if environment == "production":
        options = made["spec"]["syncPolicy"]["syncOptions"]
        asked = {"syncStrategy": {"hook": {}}, "syncOptions": options}
        made["operation"] = {"initiatedBy": {"username": "scenario"}, "sync": asked}
    meta = {"labels": {"app.kubernetes.io/name": service, "environment": environment}}
    place.put("Application", "argocd", made["metadata"]["name"], metadata=meta, **_parts(made))


def _parts(made: Object) -> Object:
    return {name: value for name, value in made.items() if name in ("spec", "operation", "status")}
