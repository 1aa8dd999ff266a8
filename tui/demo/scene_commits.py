"""The policy's repository: what Git has of the services that Argo CD deploys, made from what is there."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tui.demo.behaviours.common import Object
from tui.demo.behaviours.migration import IDENTITY, hook_job
from tui.demo.behaviours.revision import owned_sets
from tui.demo.repository import Commit
from tui.demo.scene_argo import BRANCH, SHORT
from tui.demo.scene_parts import DAY, Place
from tui.demo.scene_small import failed_migration

SERVICES = ("identity", "personal", "gateway", "graphql-bff", "websocket")
# What waits in staging to be synced.
_NEXT = {"graphql-bff": "4.3.0", "websocket": "1.3.1"}
_SECONDS = ((0.81, 24.0, 1.2), (3.0, 9.0, 14.0), (2.0, 6.0, 4.0))


@dataclass(frozen=True, slots=True)
class Commits:
    """What was deployed before, what was deployed last, and the branch's head."""

    before: Commit
    last: Commit
    head: Commit


def branch_of(environment: str) -> str:
    """main, release, develop."""
    return BRANCH.get(environment, "develop")


def path_of(environment: str, service: str) -> str:
    """Where a service's manifests are."""
    return f"services/{service}/helm/{SHORT.get(environment, 'dev')}"


def namespace_of(service: str) -> str:
    """services or gateway."""
    return "services" if service in ("identity", "personal") else "gateway"


def push_all(place: Place) -> Commits:
    """The three commits."""
    news = 5500.0 if place.environment == "production" else 4000.0
    before = _push(place, "release before", 9 * DAY, older=True)
    last = _push(place, "release", 2.5 * DAY)
    return Commits(before, last, _push(place, "next release", news, news=True))


def _push(place: Place, message: str, ago: float, *, older: bool = False, news: bool = False) -> Commit:
    where = place.environment
    files = {path_of(where, each): _manifests(place, each, older, news) for each in SERVICES}
    at = place.now - ago
    return place.cluster.repository.push(branch_of(where), files, at=at, author="maria", message=message)


def _manifests(place: Place, service: str, older: bool, news: bool) -> list[Object]:
    live = place.cluster.edit("Deployment", namespace_of(service), service)
    deployment = _manifest(live)
    sets = owned_sets(place.cluster, live)
    if older and len(sets) > 1:
        deployment["spec"]["template"] = _template(sets[-2])
    if news and place.environment == "staging" and service in _NEXT:
        template = deployment["spec"]["template"]
        container = template["spec"]["containers"][0]
        container["image"] = f"{container['image'].rpartition(':')[0]}:{_NEXT[service]}"
        template["metadata"]["labels"]["app.kubernetes.io/version"] = _NEXT[service]
    beside = _manifest(place.cluster.edit("Service", namespace_of(service), service))
    return [*_hooks(place, service, news), beside, deployment]


def _hooks(place: Place, service: str, news: bool) -> list[Object]:
    production = place.environment == "production"
    if service == "personal" and production and news:
        return [_manifest(failed_migration("services", "production"))]
    if service != "identity":
        return []
    found: list[Object] = []
    for wave, seconds in zip(IDENTITY, _SECONDS, strict=True):
        # Outside of production only two of the databases have something new, and in development none.
        fresh = news and (production or (place.environment == "staging" and wave.wave > -5))
        job = hook_job(wave, "services", place.environment, int(fresh), seconds)
        if not fresh:
            job["spec"]["template"]["spec"]["containers"][0]["image"] += "-before"
        found.append(_manifest(job))
    return found


def _manifest(live: Object) -> Object:
    """What Git has of it: no status, nothing that the server wrote."""
    meta = live["metadata"]
    kept: Object = {"name": meta["name"], "namespace": meta["namespace"]}
    for member in ("labels", "annotations"):
        told = {name: value for name, value in (meta.get(member) or {}).items() if not _server(name)}
        if told:
            kept[member] = told
    spec: Object = json.loads(json.dumps(live["spec"]))
    spec.pop("clusterIP", None)
    return {"apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": kept, "spec": spec}


def _server(name: str) -> bool:
    return name.startswith(
        ("deployment.kubernetes.io/", "kubernetes.io/change-cause", "argocd.argoproj.io/t")
    )


def _template(replica_set: Object) -> Object:
    found: Object = json.loads(json.dumps(replica_set["spec"]["template"]))
    found["metadata"]["labels"].pop("pod-template-hash", None)
    return found
