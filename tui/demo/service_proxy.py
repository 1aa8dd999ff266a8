"""The API server's proxy to Services; the one that answers behind it is the Sealed Secrets controller."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec
from starlette.responses import Response

from tui.demo.access import Access, User, allowed, forbidden
from tui.demo.kinds import BY_NAME
from tui.demo.sealing import Object, Unopened, keys, rotate, unseal
from tui.demo.status import not_found, refuse
from tui.demo.world import Environment

DOWN = "demo.deploytui/down"  # on a Service: nothing answers behind it
_PATH = re.compile(r"^/api/v1/namespaces/(?P<namespace>[^/]+)/services/(?P<ref>[^/]+)/proxy(?P<path>/.*)?$")


@dataclass(frozen=True, slots=True)
class Proxied:
    """A path through the proxy: `ref` is `http:NAME:PORT`, `NAME:PORT` or `NAME`."""

    namespace: str
    ref: str
    path: str

    @property
    def name(self) -> str:
        parts = self.ref.split(":")
        return parts[1] if len(parts) == 3 else parts[0]

    @property
    def port(self) -> str:
        return self.ref.rpartition(":")[2] if ":" in self.ref else ""


def proxied_of(path: str) -> Proxied | None:
    """What a path asks of a Service; None when it is another one."""
    match = _PATH.match(path)
    return Proxied(match["namespace"], match["ref"], match["path"] or "/") if match else None


def proxy(environment: Environment, user: User, method: str, asked: Proxied, body: bytes) -> Response:
    """Answers in the controller's place; Refused in the words of the API server."""
    verb = {"GET": "get", "POST": "create"}.get(method, method.lower())
    access = Access(verb, "", "services", "proxy", asked.namespace, asked.ref)
    if not allowed(user, access, environment.name):
        raise forbidden(user, access)
    service = environment.cluster.get("Service", asked.namespace, asked.name)
    if service is None:
        raise not_found(BY_NAME["Service"], asked.name)
    ports = [str(port.get("name") or "") for port in (service.get("spec") or {}).get("ports") or ()]
    if asked.port not in ports or (service["metadata"].get("annotations") or {}).get(DOWN) == "true":
        raise refuse(503, f'no endpoints available for service "{asked.ref}"')
    return _controller(environment, method, asked.path, body)


def _controller(environment: Environment, method: str, path: str, body: bytes) -> Response:
    cluster = environment.cluster
    if (method, path) == ("GET", "/v1/cert.pem"):
        return Response(keys(cluster)[0].certificate, media_type="application/x-pem-file")
    if (method, path) not in (("POST", "/v1/verify"), ("POST", "/v1/rotate")):
        return Response("404 page not found\n", 404, media_type="text/plain")
    sealed = _sealed(body)
    if sealed is None:
        return Response(b"", 500)
    try:
        if path == "/v1/verify":
            unseal(cluster, sealed)
            return Response(b"")
        return Response(msgspec.json.encode(rotate(cluster, sealed)), media_type="text/plain")
    except Unopened:
        return Response(b"", 409 if path == "/v1/verify" else 500)


def _sealed(body: bytes) -> Object | None:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    fine = isinstance(found, dict) and found.get("kind") == "SealedSecret" and "name" in found["metadata"]
    return found if fine else None
