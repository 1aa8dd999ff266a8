"""The controller's certificate: read from PEM, described, and refused in words where it can't serve."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tui.errors import Refused

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_FETCH = "fetch it again: kubeseal --fetch-cert"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A public key with its time; the fingerprint is SHA-256 of the whole certificate, `3f:9a:...`."""

    key: RSAPublicKey = field(repr=False)
    fingerprint: str
    begins: float  # epoch seconds
    ends: float
    origin: str  # where it is from, in words: kube-system/sealed-secrets-controller, a URL, a file

    @property
    def bits(self) -> int:
        return self.key.key_size

    @property
    def short(self) -> str:
        """Enough of the fingerprint to tell two apart."""
        return f"{self.fingerprint[:5]}:…:{self.fingerprint[-2:]}"


def certificates(pem: bytes, origin: str) -> tuple[Certificate, ...]:
    """All of a bundle, the newest first; Refused when it holds none, or one that is no RSA certificate."""
    found = [_read(block[0], origin) for block in _BLOCK.finditer(pem)]
    if not found:
        what = "a private key" if b"PRIVATE KEY-----" in pem else "no PEM certificate"
        raise Refused(f"{origin}: holds {what}", f"expected -----BEGIN CERTIFICATE-----; {_FETCH}")
    return tuple(sorted(found, key=lambda each: each.begins, reverse=True))


def usable(pem: bytes, origin: str, now: float) -> Certificate:
    """The newest of a bundle; Refused when it has expired or is not valid yet."""
    newest = certificates(pem, origin)[0]
    if now > newest.ends:
        raise Refused(f"{origin}: the certificate expired on {_day(newest.ends)}", _FETCH)
    if now < newest.begins:
        title = f"{origin}: the certificate is not valid before {_day(newest.begins)}"
        raise Refused(title, "is this machine's clock right?")
    return newest


def _read(block: bytes, origin: str) -> Certificate:
    try:
        found = x509.load_pem_x509_certificate(block)
        key = found.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise Refused(f"{origin}: a certificate in it can't be read", _FETCH) from None
    if not isinstance(key, RSAPublicKey):
        raise Refused(f"{origin}: the certificate's key is not RSA", "is it the one of Sealed Secrets?")
    if key.key_size < 2048:
        raise Refused(f"{origin}: an RSA key of {key.key_size} bits is too weak", "expected 2048 or more")
    return Certificate(
        key=key,
        fingerprint=found.fingerprint(hashes.SHA256()).hex(":"),
        begins=found.not_valid_before_utc.timestamp(),
        ends=found.not_valid_after_utc.timestamp(),
        origin=origin,
    )


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
