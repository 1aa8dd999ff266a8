"""Sealed secrets: the controller and its keys, what it opened and what it could not, and who reads it."""

from __future__ import annotations

from typing import Any

from tui.demo.behaviours.common import Object, key_of, owner_reference, time_of
from tui.demo.behaviours.sealed_secrets import written
from tui.demo.scene_parts import DAY, Place, Release, Workload
from tui.demo.scene_small import build_small
from tui.demo.sealing import PLACE, add_key, keys, seal

_MADE = (  # name, keys, age in days
    ("auth-secrets", ("DATABASE_URL", "JWT_SECRET"), 40.0),
    ("personal-secrets", ("DATABASE_URL", "JWT_SECRET"), 33.0),
    ("identity-secrets", ("DATABASE_URL", "JWT_SECRET"), 12.0),
    ("legal-secrets", ("DATABASE_URL", "JWT_SECRET"), 90.0),
)


def reads(name: str) -> dict[str, Any]:
    """What a workload of the policy has in container and pod to read its Secret; nothing for most."""
    if name in ("auth", "personal", "identity"):
        return {"container": all_of(f"{name}-secrets")}
    if name == "legal":
        return mounted("legal-secrets")
    return {"container": one_of("sessions-cache", "PASSWORD")} if name == "sessions" else {}


def all_of(secret: str) -> Object:
    """A container's part that takes every key as a variable."""
    return {"envFrom": [{"secretRef": {"name": secret}}]}


def one_of(secret: str, key: str) -> Object:
    """A container's part that takes one key."""
    return {"env": [{"name": key, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}]}


def mounted(secret: str) -> dict[str, Any]:
    """Container and pod parts that mount it as files."""
    volume = {"name": "secrets", "secret": {"secretName": secret}}
    mount = {"name": "secrets", "mountPath": "/secrets", "readOnly": True}
    return {"container": {"volumeMounts": [mount]}, "template": {"volumes": [volume]}}


def build_sealed(place: Place) -> None:
    """The scene `small` with Secrets of every state: Synced, shut, not managed, not sealed, a key missing."""
    build_small(place)
    controller(place)
    release = (Release("1.0.0", 2 * DAY, "release 1.0.0"),)
    place.secret("services", "billing-secrets", "DATABASE_URL", "JWT_SECRET")
    billing = sealed_secret(place, "services", "billing-secrets", ("DATABASE_URL", "JWT_SECRET"), 12 * DAY)
    adopt(place, billing, 600.0)
    for name in ("billing", "invoices"):
        place.deployment(Workload("services", name, release, container=all_of("billing-secrets")))
    place.deployment(Workload("services", "ledger", release, 1, **mounted("billing-secrets")))
    place.secret("services", "portal-secrets", "DATABASE_URL")
    adopt(place, sealed_secret(place, "services", "portal-secrets", ("DATABASE_URL",), 40 * DAY))
    portal = one_of("portal-secrets", "SMTP_PASSWORD")
    place.deployment(Workload("services", "portal", release, container=portal))
    place.secret("services", "mail-secrets", "SMTP_PASSWORD")
    taken = 'failed update: Resource "mail-secrets" already exists and is not managed by SealedSecret'
    sealed_secret(place, "services", "mail-secrets", ("SMTP_PASSWORD",), 3600, problem=taken)
    place.deployment(Workload("services", "mailer", release, 1, **mounted("mail-secrets")))
    label, shut = b"default/reports-secrets", "no key could decrypt secret (SMTP_PASSWORD)"
    sealed_secret(place, "services", "reports-secrets", ("SMTP_PASSWORD",), 7200, label, shut)
    adopt(place, sealed_secret(place, "services", "identity-secrets", ("IDENTITY_DATABASE_URL",), 90 * DAY))


def adopt(place: Place, sealed: Object, ago: float | None = None) -> None:
    """The Secret of that name is what came of it, last written `ago` seconds before (None: when made)."""
    meta = sealed["metadata"]
    secret = place.cluster.edit("Secret", meta["namespace"], meta["name"])
    secret["metadata"]["ownerReferences"] = [owner_reference(sealed)]
    if ago is not None:
        secret["metadata"]["managedFields"] = [written(place.now - ago)]
    place.cluster.update(secret)


def build_secrets(place: Place) -> None:
    """Everything settled; production has a value sealed without a namespace, staging a Secret in the way."""
    controller(place)
    for name, names, days in _MADE:
        adopt(place, sealed_secret(place, "services", name, names, days * DAY))
    if place.environment == "production":
        label = b"default/reports-secrets"  # the policy's own command names no namespace
        shut = "no key could decrypt secret (SMTP_PASSWORD)"
        sealed_secret(place, "services", "reports-secrets", ("SMTP_PASSWORD",), 7200, label, shut)
    elif place.environment == "staging":
        place.secret("services", "mail-secrets", "SMTP_PASSWORD")
        taken = 'failed update: Resource "mail-secrets" already exists and is not managed by SealedSecret'
        sealed_secret(place, "services", "mail-secrets", ("SMTP_PASSWORD",), 3600, problem=taken)


def controller(place: Place) -> None:
    """Its Service, and two keys; those of another environment are others."""
    ports = [{"name": "http", "port": 8080, "targetPort": "http"}]
    labels = {"app.kubernetes.io/name": "sealed-secrets"}
    spec = {"type": "ClusterIP", "selector": labels, "ports": ports, "clusterIP": "10.96.0.20"}
    meta = {"labels": labels}
    place.put("Service", PLACE, "sealed-secrets-controller", metadata=meta, spec=spec)
    for days in (45, 15):
        add_key(place.cluster, place.environment, days * DAY)


def sealed_secret(
    place: Place,
    namespace: str,
    name: str,
    names: tuple[str, ...],
    ago: float,
    label: bytes = b"",
    problem: str = "",
) -> Object:
    """A SealedSecret that the controller has looked at; `label` is what it was really sealed for."""
    newest = keys(place.cluster)[0]
    bound = label or f"{namespace}/{name}".encode()
    data = {key: seal(newest, b"demo", bound) for key in names}
    template = {"metadata": {"name": name, "namespace": namespace}, "type": "Opaque"}
    made = place.put("SealedSecret", namespace, name, ago, spec={"encryptedData": data, "template": template})
    at = time_of(place.now - ago)
    synced: dict[str, Any] = {
        "type": "Synced",
        "status": "False" if problem else "True",
        "lastUpdateTime": at,
        "lastTransitionTime": at,
    }
    if problem:
        synced["message"] = problem
    draft = place.cluster.edit(*key_of(made))
    draft["status"] = {"observedGeneration": 1, "conditions": [synced]}
    return place.cluster.update(draft)
