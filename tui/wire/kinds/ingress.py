"""Ingresses."""

from __future__ import annotations

import msgspec

from tui.model.network import Ingress
from tui.wire.kinds.base import Kind, RawMeta, meta


class RawService(msgspec.Struct, gc=False):
    """`backend.service`."""

    name: str = ""


class RawBackend(msgspec.Struct, gc=False):
    """A backend; one that is a resource has no Service."""

    service: RawService | None = None


class RawPath(msgspec.Struct, gc=False):
    """A path of a rule."""

    backend: RawBackend = msgspec.field(default_factory=RawBackend)


class RawHttp(msgspec.Struct, gc=False):
    """`http` of a rule."""

    paths: list[RawPath] | None = None


class RawRule(msgspec.Struct, gc=False):
    """A rule."""

    http: RawHttp | None = None


class RawSpec(msgspec.Struct, gc=False, rename="camel"):
    """An Ingress's spec."""

    ingress_class_name: str = ""
    default_backend: RawBackend | None = None
    rules: list[RawRule] | None = None


class RawPoint(msgspec.Struct, gc=False):
    """An address of the load balancer."""

    ip: str = ""
    hostname: str = ""


class RawLoadBalancer(msgspec.Struct, gc=False):
    """`status.loadBalancer`."""

    ingress: list[RawPoint] | None = None


class RawStatus(msgspec.Struct, gc=False, rename="camel"):
    """An Ingress's status."""

    load_balancer: RawLoadBalancer = msgspec.field(default_factory=RawLoadBalancer)


class RawIngress(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    spec: RawSpec = msgspec.field(default_factory=RawSpec)
    status: RawStatus = msgspec.field(default_factory=RawStatus)


_OBJECT = msgspec.json.Decoder(RawIngress)


def parse(raw: bytes) -> Ingress:
    """Backends once each, in the order of the rules."""
    found = _OBJECT.decode(raw)
    backends = [found.spec.default_backend] if found.spec.default_backend else []
    for rule in found.spec.rules or ():
        backends += [path.backend for path in (rule.http.paths if rule.http else None) or ()]
    names = [backend.service.name for backend in backends if backend.service is not None]
    points = found.status.load_balancer.ingress or ()
    return Ingress(
        meta=meta("Ingress", found.metadata),
        class_name=found.spec.ingress_class_name,
        backends=tuple(dict.fromkeys(names)),
        addresses=tuple(point.ip or point.hostname for point in points),
    )


KIND = Kind("Ingress", "apis/networking.k8s.io/v1", "ingresses", "ingresses.networking.k8s.io", parse)
