"""Which groups and kinds there are: plain and aggregated discovery, and /version."""

from __future__ import annotations

from typing import Any

from tui.demo.kinds import KINDS, Kind

Object = dict[str, Any]

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
VERSION = {
    "major": "1",
    "minor": "34",
    "gitVersion": "v1.34.0-demo",
    "gitCommit": "demo",
    "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z",
    "goVersion": "go1.24",
    "compiler": "gc",
    "platform": "linux/amd64",
}
_REVIEWS = (
    ("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
    ("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
    ("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews"),
)
_SERVED = KINDS + tuple(
    Kind(group, "v1", name, plural, namespaced=False, verbs=("create",)) for group, name, plural in _REVIEWS
)
_SUBRESOURCES = {
    "status": (None, ("get", "patch", "update")),
    "scale": ("Scale", ("get", "patch", "update")),
    "log": (None, ("get",)),
    "eviction": ("Eviction", ("create",)),
}


def _groups() -> dict[str, dict[str, list[Kind]]]:
    found: dict[str, dict[str, list[Kind]]] = {}
    for kind in _SERVED:
        found.setdefault(kind.group, {}).setdefault(kind.version, []).append(kind)
    return found


def api_versions() -> Object:
    """GET /api."""
    address = {"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [address]}


def group_list() -> Object:
    """GET /apis."""
    groups = [_group(name, versions) for name, versions in _groups().items() if name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(name: str) -> Object | None:
    """GET /apis/<group>."""
    versions = _groups().get(name)
    if not name or versions is None:
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)}


def _group(name: str, versions: dict[str, list[Kind]]) -> Object:
    named = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": named, "preferredVersion": named[0]}


def resource_list(group_name: str, version: str) -> Object | None:
    """GET /api/v1 and /apis/<group>/<version>."""
    kinds = _groups().get(group_name, {}).get(version)
    if kinds is None:
        return None
    resources: list[Object] = []
    for kind in kinds:
        entry: Object = {
            "name": kind.plural,
            "singularName": kind.name.lower(),
            "namespaced": kind.namespaced,
            "kind": kind.name,
            "verbs": list(kind.verbs),
        }
        if kind.short:
            entry["shortNames"] = list(kind.short)
        if kind.categories:
            entry["categories"] = list(kind.categories)
        resources.append(entry)
        for sub in kind.subresources:
            name, verbs = _SUBRESOURCES[sub]
            resources.append(
                {
                    "name": f"{kind.plural}/{sub}",
                    "singularName": "",
                    "namespaced": kind.namespaced,
                    "kind": name or kind.name,
                    "verbs": list(verbs),
                }
            )
    full = f"{group_name}/{version}" if group_name else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": full, "resources": resources}


def aggregated(*, core: bool) -> Object:
    """GET /api or /apis when the client takes an APIGroupDiscoveryList."""
    items: list[Object] = []
    for name, versions in _groups().items():
        if bool(name) == core:
            continue
        meta = {"name": name, "creationTimestamp": None} if name else {"creationTimestamp": None}
        listed = [
            {"version": version, "freshness": "Current", "resources": [_discovered(kind) for kind in kinds]}
            for version, kinds in versions.items()
        ]
        items.append({"metadata": meta, "versions": listed})
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


def _discovered(kind: Kind) -> Object:
    def response(name: str) -> Object:
        return {"group": kind.group, "version": kind.version, "kind": name}

    entry: Object = {
        "resource": kind.plural,
        "responseKind": response(kind.name),
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.name.lower(),
        "verbs": list(kind.verbs),
    }
    if kind.short:
        entry["shortNames"] = list(kind.short)
    if kind.categories:
        entry["categories"] = list(kind.categories)
    if kind.subresources:
        entry["subresources"] = [
            {
                "subresource": sub,
                "responseKind": response(_SUBRESOURCES[sub][0] or kind.name),
                "verbs": list(_SUBRESOURCES[sub][1]),
            }
            for sub in kind.subresources
        ]
    return entry
