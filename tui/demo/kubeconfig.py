"""The files that point at a world: a kubeconfig for a user, and a configuration of the cockpit."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import yaml

from tui.demo.access import User
from tui.demo.world import World

Object = dict[str, Any]

_DECLARED: dict[str, Object] = {
    "development": {"branch": "develop", "sync": "auto"},
    "staging": {"branch": "release", "sync": "manual"},
    "production": {"branch": "main", "sync": "manual", "protected": True},
}
_NAMESPACES = {
    "gateway": "Cilium Gateway, GraphQL BFF, WebSocket",
    "services": "auth, personal, identity",
    "data": "PostgreSQL, Valkey, ClickHouse",
    "observability": "Prometheus, Grafana, Jaeger",
}


def write_kubeconfig(folder: Path, server: str, world: World, user: User) -> Path:
    """Contexts are named as the environments; the first is current, production when there is one."""
    authority = base64.b64encode((folder / "ca.crt").read_bytes()).decode()
    names = list(world.environments)
    found: Object = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "production" if "production" in names else names[0],
        "clusters": [
            {
                "name": name,
                "cluster": {
                    "server": f"{server}/{world.name}/{name}",
                    "certificate-authority-data": authority,
                },
            }
            for name in names
        ],
        "users": [{"name": user.name, "user": {"token": user.token}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": user.name, "namespace": "services"}}
            for name in names
        ],
    }
    return _write(folder / f"{world.name}-{user.name.replace('/', '_')}.kubeconfig", found)


def write_config(folder: Path, world: World, kubeconfig: Path, engine: str) -> Path:
    """A deploytui.yaml with all environments of the world, after the laptop's."""
    local = {"file": f"{world.name}-compose.yaml", "endpoint": f"{engine}/{world.name}"}
    environments: Object = {"local": {"platform": "compose", **local}} | {
        name: {"context": name, "kubeconfig": str(kubeconfig), **_DECLARED.get(name, {})}
        for name in world.environments
    }
    found = {"environments": environments, "namespaces": _NAMESPACES}
    checkout = folder / f"{world.name}-checkout"
    if checkout.is_dir():
        found["services"] = {"checkout": str(checkout)}
    return _write(folder / f"{world.name}-deploytui.yaml", found)


def _write(path: Path, found: Object) -> Path:
    path.touch(0o600)
    path.write_text(yaml.safe_dump(found, sort_keys=False))
    return path
