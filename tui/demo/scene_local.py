"""The policy's laptop: a Compose project that was just brought up, its migrations under way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from tui.demo.behaviours.migration import files_of
from tui.demo.engine import PROJECT, Box, Ends, Engine

Object = dict[str, Any]

NAMESPACE = "deploytui.namespace"
_REGISTRY = "registry.platform.example"
# (service, image, namespace, port outside); the services are a little ahead of development.
_SERVICES = (
    ("postgres", "postgres:15.5", "data", "5432"),
    ("valkey", "valkey/valkey:8.0.1", "data", "6379"),
    ("auth", f"{_REGISTRY}/auth:1.5.0", "services", "8081"),
    ("personal", f"{_REGISTRY}/personal:2.1.0-rc.1", "services", "8082"),
    ("identity", f"{_REGISTRY}/identity:1.6.0", "services", "8083"),
    ("graphql-bff", f"{_REGISTRY}/graphql-bff:4.3.0", "gateway", "8080"),
)
_MIGRATIONS = (("identity_db", 3.0), ("auth_db", 30.0), ("legal_db", 6.0))
_MIGRATES = f"{_REGISTRY}/identity:1.6.0"
_CHECKED = ("postgres", "personal")
_REFUSED = "wget: can't connect to remote host (127.0.0.1): Connection refused"


def compose_file(scene: str) -> str:
    """The project's file; without services where nothing runs."""
    services: Object = {}
    if scene == "policy":
        before = "postgres"
        for database, _ in _MIGRATIONS:
            name, waits = _job(database), "service_healthy"
            waits = waits if before == "postgres" else "service_completed_successfully"
            services[name] = {
                "image": _MIGRATES,
                "command": ["sh", "-c", _command(database)],
                "depends_on": {before: {"condition": waits}},
                "restart": "no",
                "labels": {NAMESPACE: "services"},
            }
            before = name
        for name, image, namespace, port in _SERVICES:
            services[name] = {
                "image": image,
                "ports": [f"{port}:{port}"],
                "restart": "unless-stopped",
                "labels": {NAMESPACE: namespace},
            }
        services["identity"]["depends_on"] = {before: {"condition": "service_completed_successfully"}}
        for name in _CHECKED:
            services[name]["healthcheck"] = {"test": ["CMD", "/ready"]}
    text: str = yaml.safe_dump({"name": PROJECT, "services": services}, sort_keys=False)
    return text


def build_local(engine: Engine, now: float) -> None:
    """What `docker compose up` has made of that file so far."""
    for name, image, namespace, port in _SERVICES:
        box = _box(name, image, namespace, ports={f"{port}/tcp": port})
        if name in _CHECKED:
            box.check, box.healthy = _REFUSED, name != "personal"
        if name == "identity":
            box.waits_for = tuple(_job(database) for database, _ in _MIGRATIONS)
        engine.add(box, now - 900)
        if name != "identity":
            engine.start(box, now - 890)
            box.spoken = 0.0
    before: tuple[str, ...] = ()
    for database, seconds in _MIGRATIONS:
        box = _box(_job(database), _MIGRATES, "services", command=_command(database))
        box.policy, box.says, box.rate, box.waits_for = "no", (), 0.0, before
        box.ends = Ends(_goose(database), seconds)
        engine.add(box, now - 60)
        before = (*before, _job(database))
    engine.start(engine.find(f"{PROJECT}-{_job('identity_db')}-1"), now - 10)
    engine.step(now)


def _box(service: str, image: str, namespace: str, **more: Any) -> Box:
    variable = f"postgres://{service}:local@postgres:5432/{service}"
    return Box(
        service,
        image,
        labels={NAMESPACE: namespace},
        says=("GET /healthz 200 2ms", f"{service}: 1 request in flight", "!cache miss, read from postgres"),
        rate=0.5,
        env=(f"DATABASE_URL={variable}", "JWT_SECRET=only-on-this-laptop", f"SERVICE={service}"),
        **more,
    )


def _job(database: str) -> str:
    return f"identity-migrate-{database.removesuffix('_db')}"


def _command(database: str) -> str:
    variable = f"{database.removesuffix('_db').upper()}_DATABASE_URL"
    return f'goose -dir /app/services/identity/migrations/{database} postgres "${variable}" up'


def _goose(database: str) -> Sequence[str]:
    files, base = files_of(database, 2)
    applied = [f"!2026/01/05 09:00:0{at} OK   {file} ({20 + at}.1ms)" for at, file in enumerate(files)]
    last = f"!2026/01/05 09:00:09 goose: successfully migrated database to version: {base + len(files)}"
    return (*applied, last)
