"""The simulated Sealed Secrets controller's keys, kept as it keeps them, and what it does with them."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tui.demo.cluster import Cluster

Object = dict[str, Any]

KEY_LABEL = "sealedsecrets.bitnami.com/sealed-secrets-key"
PLACE = "kube-system"
_GROUP = "sealedsecrets.bitnami.com"
_FIELD = re.compile(r"\{\{-?\s*\.([A-Za-z0-9_]+)\s*-?\}\}")


class Unopened(Exception):
    """A SealedSecret with keys that no private key opens; its text is the controller's."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key pair of the controller."""

    private: rsa.RSAPrivateKey
    certificate: bytes  # PEM
    begins: float


@cache
def _private(owner: str, number: int) -> rsa.RSAPrivateKey:
    """One for each owner and number; the worlds of a process share them, for they take long to make."""
    return rsa.generate_private_key(65537, 2048)


def add_key(cluster: Cluster, owner: str = "", ago: float = 0.0) -> None:
    """A new key pair, `ago` seconds old; clusters of different owners have different keys."""
    number = len(_stored(cluster))
    private = _private(owner, number)
    begins = datetime.fromtimestamp(int(cluster.now() - ago), UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([]))
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=3650))
        .sign(private, hashes.SHA256())
    )
    shape = serialization.PrivateFormat.TraditionalOpenSSL
    pem = serialization.Encoding.PEM
    data = {
        "tls.crt": made.public_bytes(pem),
        "tls.key": private.private_bytes(pem, shape, serialization.NoEncryption()),
    }
    name = f"sealed-secrets-key{number}"
    meta = {"name": name, "namespace": PLACE, "labels": {KEY_LABEL: "active"}}
    encoded = {each: base64.b64encode(value).decode() for each, value in data.items()}
    cluster.create({"kind": "Secret", "metadata": meta, "type": "kubernetes.io/tls", "data": encoded})


def keys(cluster: Cluster) -> list[Key]:
    """The newest first; the first one is made when it is asked for."""
    if not _stored(cluster):
        add_key(cluster, ago=3600.0)  # a world's clock may run ahead of the client's
    found = [_key(secret["data"]["tls.key"], secret["data"]["tls.crt"]) for secret in _stored(cluster)]
    return sorted(found, key=lambda key: key.begins, reverse=True)


def _stored(cluster: Cluster) -> list[Object]:
    found = cluster.all("Secret", PLACE)
    return [each for each in found if (each["metadata"].get("labels") or {}).get(KEY_LABEL) == "active"]


@cache
def _key(private: str, certificate: str) -> Key:
    pem = base64.b64decode(certificate)
    key = serialization.load_pem_private_key(base64.b64decode(private), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Key(key, pem, x509.load_pem_x509_certificate(pem).not_valid_before_utc.timestamp())


def label_of(sealed: Object) -> bytes:
    """What the ciphertext must be bound to, by the object's own metadata."""
    meta = sealed["metadata"]
    notes = meta.get("annotations") or {}
    if notes.get(f"{_GROUP}/cluster-wide") == "true":
        return b""
    if notes.get(f"{_GROUP}/namespace-wide") == "true":
        return str(meta.get("namespace", "")).encode()
    return f"{meta.get('namespace', '')}/{meta['name']}".encode()


def _oaep(label: bytes) -> padding.OAEP:
    return padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label)


def seal(key: Key, value: bytes, label: bytes) -> str:
    """Ciphertext of one value."""
    session = AESGCM.generate_key(256)
    wrapped = key.private.public_key().encrypt(session, _oaep(label))
    whole = len(wrapped).to_bytes(2, "big") + wrapped + AESGCM(session).encrypt(bytes(12), value, None)
    return base64.b64encode(whole).decode()


def _open(ring: list[Key], sealed: str, label: bytes) -> bytes | None:
    try:
        whole = base64.b64decode(sealed, validate=True)
    except ValueError:
        return None
    size = int.from_bytes(whole[:2], "big")
    for key in ring:
        try:
            session = key.private.decrypt(whole[2 : 2 + size], _oaep(label))
            return AESGCM(session).decrypt(bytes(12), whole[2 + size :], None)
        except (ValueError, InvalidTag):
            continue
    return None


def unseal(cluster: Cluster, sealed: Object) -> dict[str, bytes]:
    """The Secret's data, templates filled in; Unopened."""
    ring, label = keys(cluster), label_of(sealed)
    spec = sealed.get("spec") or {}
    opened = {name: _open(ring, str(each), label) for name, each in (spec.get("encryptedData") or {}).items()}
    shut = [name for name, value in opened.items() if value is None]
    if shut:
        raise Unopened(f"no key could decrypt secret ({', '.join(shut)})")
    found = {name: value for name, value in opened.items() if value is not None}
    texts = {name: value.decode("utf-8", "replace") for name, value in found.items()}
    for name, text in ((spec.get("template") or {}).get("data") or {}).items():
        found[name] = _FIELD.sub(lambda field: texts.get(field[1], "<no value>"), text).encode()
    return found


def rotate(cluster: Cluster, sealed: Object) -> Object:
    """Sealed again with the newest key, as the real one answers: without its kind. Unopened."""
    newest, label = keys(cluster)[0], label_of(sealed)
    encrypted = {name: seal(newest, value, label) for name, value in unseal(cluster, sealed).items()}
    meta = sealed["metadata"]
    template = {"metadata": meta, "type": ((sealed.get("spec") or {}).get("template") or {}).get("type")}
    return {
        "metadata": {name: meta[name] for name in ("name", "namespace", "annotations") if name in meta},
        "spec": {"template": template, "encryptedData": encrypted},
    }
