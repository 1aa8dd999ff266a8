"""The self reviews as kubectl sends them: Kubernetes' protobuf envelope, decoded to the JSON form."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

_MAGIC = b"k8s\x00"
# Field numbers of ResourceAttributes and NonResourceAttributes (k8s.io/api/authorization/v1 generated.proto).
_RESOURCE = {1: "namespace", 2: "verb", 3: "group", 4: "version", 5: "resource", 6: "subresource", 7: "name"}
_OTHER = {1: "path", 2: "verb"}


def is_protobuf(body: bytes) -> bool:
    """Whether it begins as the envelope does."""
    return body.startswith(_MAGIC)


def decode_review(body: bytes) -> Object:
    """apiVersion, kind and spec of a self review; ValueError for what is none."""
    envelope = _fields(body.removeprefix(_MAGIC))
    kind, raw = _texts(envelope.get(1, b""), {1: "apiVersion", 2: "kind"}), envelope.get(2, b"")
    spec = _fields(_fields(raw).get(2, b""))
    found: Object = {}
    if kind.get("kind") == "SelfSubjectRulesReview":
        found["namespace"] = spec.get(1, b"").decode()
    elif 1 in spec:
        found["resourceAttributes"] = _texts(spec[1], _RESOURCE)
    elif 2 in spec:
        found["nonResourceAttributes"] = _texts(spec[2], _OTHER)
    return {**kind, "metadata": {}, "spec": found}


def _texts(raw: bytes, names: dict[int, str]) -> dict[str, str]:
    return {names[number]: value.decode() for number, value in _fields(raw).items() if number in names}


def _fields(raw: bytes) -> dict[int, bytes]:
    """The length-delimited fields by number; numbers (wire type 0) are passed over."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(raw):
        tag, at = _number(raw, at)
        if tag & 7 == 0:
            _, at = _number(raw, at)
        elif tag & 7 == 2:
            size, at = _number(raw, at)
            found[tag >> 3] = raw[at : at + size]
            at += size
        else:
            raise ValueError(f"wire type {tag & 7} is not expected")
    return found


def _number(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(raw):
            raise ValueError("the message ends too early")
        byte = raw[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
