"""Sealing in memory: plaintext becomes ciphertext that the controller alone opens, as kubeseal does."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from tui.errors import Refused
from tui.model.plaintext import Plaintext
from tui.model.sealed_secret import Seal, scope_of
from tui.wire.certificate import Certificate

Object = dict[str, Any]

API_VERSION = "bitnami.com/v1alpha1"
_NONCE = bytes(12)  # each value has a key of its own, so the nonce never meets one twice
_SERVER_SIDE = (
    "creationTimestamp",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "uid",
)
_PLAIN = "kubectl.kubernetes.io/last-applied-configuration"  # may hold the clear text of a Secret


def seal_value(key: RSAPublicKey, value: Plaintext, label: bytes) -> str:
    """base64 of: length of the next (2 bytes), RSA-OAEP(AES key), AES-256-GCM(value) and tag (facts 2d)."""
    session = os.urandom(32)
    oaep = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=label)
    wrapped = key.encrypt(session, oaep)
    sealed = AESGCM(session).encrypt(_NONCE, value.reveal(), None)
    return base64.b64encode(len(wrapped).to_bytes(2, "big") + wrapped + sealed).decode()


def seal_values(certificate: Certificate, seal: Seal, values: Mapping[str, Plaintext]) -> dict[str, str]:
    """Ciphertext by key."""
    return {key: seal_value(certificate.key, value, seal.label) for key, value in values.items()}


def sealed_secret(seal: Seal, encrypted: Mapping[str, str]) -> Object:
    """The whole object, to be written or asked about."""
    meta: Object = {"name": seal.name}
    if seal.namespace:
        meta["namespace"] = seal.namespace
    template: Object = {"metadata": dict(meta), "type": seal.type}
    if seal.scope.annotations:
        meta["annotations"] = dict(seal.scope.annotations)
        template["metadata"]["annotations"] = dict(seal.scope.annotations)
    return {
        "apiVersion": API_VERSION,
        "kind": "SealedSecret",
        "metadata": meta,
        "spec": {"encryptedData": dict(encrypted), "template": template},
    }


def seal_of(thing: Object, namespace: str = "") -> Seal:
    """What an object's ciphertext is bound to; `namespace` where it names none. Refused for another kind."""
    meta = thing.get("metadata")
    if thing.get("kind") != "SealedSecret" or not isinstance(meta, dict) or not meta.get("name"):
        raise Refused("this is no SealedSecret", "expected kind: SealedSecret with a name")
    template = (thing.get("spec") or {}).get("template") or {}
    scope = scope_of(meta.get("annotations") or {})
    return Seal(meta["name"], meta.get("namespace") or namespace, scope, template.get("type") or "Opaque")


def encrypted_of(thing: Object) -> dict[str, str]:
    """Its ciphertext by key."""
    found: dict[str, str] = (thing.get("spec") or {}).get("encryptedData") or {}
    return found


def with_encrypted(thing: Object, encrypted: Mapping[str, str]) -> Object:
    """The object with these values put over its own; everything else stays."""
    spec = thing.get("spec") or {}
    return {**thing, "spec": {**spec, "encryptedData": {**encrypted_of(thing), **encrypted}}}


def bare(thing: Object) -> Object:
    """Without what a server adds, and without the clear text that kubectl may have left in it."""
    meta = {key: value for key, value in thing["metadata"].items() if key not in _SERVER_SIDE}
    notes = {key: value for key, value in (meta.pop("annotations", None) or {}).items() if key != _PLAIN}
    if notes:
        meta["annotations"] = notes
    kept = {key: value for key, value in thing.items() if key not in ("metadata", "status")}
    return {**kept, "metadata": meta}
