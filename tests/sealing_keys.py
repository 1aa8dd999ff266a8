"""A controller's key pair of a test: its certificate, and how the controller opens a value (facts 2d)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tui.wire.certificate import Certificate, usable

NOW = datetime(2026, 8, 1, tzinfo=UTC)


@dataclass(frozen=True)
class KeyPair:
    """An RSA key with its certificate."""

    key: rsa.RSAPrivateKey
    pem: bytes

    @property
    def certificate(self) -> Certificate:
        return usable(self.pem, "the test", NOW.timestamp())

    @property
    def private_pem(self) -> bytes:
        shape = serialization.PrivateFormat.TraditionalOpenSSL
        return self.key.private_bytes(serialization.Encoding.PEM, shape, serialization.NoEncryption())

    def open(self, sealed: str, label: bytes) -> bytes:
        """Raises ValueError when the label is another one, as the controller's decryption does."""
        whole = base64.b64decode(sealed, validate=True)
        size = int.from_bytes(whole[:2], "big")
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label)
        session = self.key.decrypt(whole[2 : 2 + size], oaep)
        return AESGCM(session).decrypt(bytes(12), whole[2 + size :], None)


@cache
def key_pair(bits: int = 2048, number: int = 0) -> KeyPair:
    """Another one for each number; made once per process."""
    key = rsa.generate_private_key(65537, bits)
    return KeyPair(key, make_pem(key))


def make_pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    begins: datetime = NOW - timedelta(days=10),
    ends: datetime = NOW + timedelta(days=3640),
) -> bytes:
    """A self-signed certificate as the controller makes them: without a name."""
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
