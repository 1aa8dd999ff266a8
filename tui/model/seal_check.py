"""What is wrong with a Secret before it is sealed, and what is odd about its values; never tells a value."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping

from tui.model.plaintext import Plaintext
from tui.model.sealed_secret import Scope, Seal

TYPES: Mapping[str, tuple[str, ...]] = {  # the keys that the API server asks of a type
    "Opaque": (),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/basic-auth": (),
}
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")
_MOST = 1 << 20  # bytes of all values of a Secret together


def name_problems(seal: Seal) -> tuple[str, ...]:
    """What the API server would refuse of the names."""
    found = []
    if not seal.name:
        found.append("the name is missing")
    elif len(seal.name) > 253 or not _SUBDOMAIN.fullmatch(seal.name):
        found.append(
            f'"{seal.name}" is no name: small letters, digits, "-" and "." between them, at most 253'
        )
    if not seal.namespace:
        if seal.scope is not Scope.CLUSTER:
            found.append("the namespace is missing: the value would open in another one only")
    elif len(seal.namespace) > 63 or not _LABEL.fullmatch(seal.namespace):
        found.append(f'"{seal.namespace}" is no namespace: small letters, digits and "-" between, at most 63')
    return tuple(found)


def key_problem(key: str) -> str:
    """Why it can't be a key of a Secret; "" when it can."""
    if not key:
        return "a key is missing"
    if len(key) > 253 or not _KEY.fullmatch(key):
        return f'"{key}" is no key: letters, digits, "-", "_" and ".", at most 253'
    if key == "." or key.startswith(".."):
        return f'"{key}" is no key: it is a path'
    return ""


def problems(
    seal: Seal, values: Mapping[str, Plaintext], kept: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Why it can't be sealed; `kept` are the keys that are sealed already and stay."""
    found = [*name_problems(seal), *filter(None, map(key_problem, values))]
    if not values:
        found.append("there is nothing to seal")
    keys = kept | values.keys()
    for key in TYPES.get(seal.type, ()):
        if key not in keys:
            found.append(f"{seal.type} needs the key {key}")
    if seal.type == "kubernetes.io/basic-auth" and not {"username", "password"} & keys:
        found.append("kubernetes.io/basic-auth needs the key username or password")
    docker = values.get(".dockerconfigjson")
    if seal.type == "kubernetes.io/dockerconfigjson" and docker is not None and not _is_json(docker):
        found.append(".dockerconfigjson is not JSON")
    if sum(map(len, values.values())) > _MOST:
        found.append("a Secret holds 1 MiB at most")
    return tuple(found)


def remarks(value: Plaintext) -> tuple[str, ...]:
    """What is often a slip: pointed out, never changed."""
    if not len(value):
        return ("is empty",)
    raw = value.reveal()
    found = []
    if raw.endswith(b"\n"):
        found.append("ends with a line end")
    elif raw.strip() != raw:
        found.append("begins or ends with blanks")
    if _looks_encoded(raw.strip()):
        found.append("looks like base64 already: it is sealed as it stands")
    return tuple(found)


def _is_json(value: Plaintext) -> bool:
    try:
        return isinstance(json.loads(value.reveal()), dict)
    except ValueError:
        return False


def _looks_encoded(raw: bytes) -> bool:
    """Whole base64 of readable text: a random token of that alphabet hardly ever decodes to some."""
    if len(raw) % 4 or not _BASE64.fullmatch(raw):
        return False
    try:
        text = base64.b64decode(raw, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return all(letter.isprintable() or letter in "\r\n\t" for letter in text)
