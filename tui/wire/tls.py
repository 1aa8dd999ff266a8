"""TLS contexts as Go's client would make them, from files or from PEM text that never stays on disk."""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tui.errors import Misconfigured
from tui.wire.access import ClientCertificate, Tls


class _NamedContext(ssl.SSLContext):
    """Asks for, and checks, one fixed name (tls-server-name), also through a proxy's tunnel."""

    name = ""

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return super().wrap_bio(incoming, outgoing, server_side, self.name or server_hostname, session)


def context(tls: Tls, certificate: ClientCertificate | None = None) -> ssl.SSLContext:
    """Raises Misconfigured when a certificate or key can't be used."""
    made = _NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    made.name = tls.server_name
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 refuses cluster CAs without key identifiers; Go takes them, and intermediates as roots.
    made.verify_flags = (made.verify_flags & ~ssl.VERIFY_X509_STRICT) | ssl.VERIFY_X509_PARTIAL_CHAIN
    made.hostname_checks_common_name = False
    if tls.insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    elif tls.ca_data or tls.ca_file:
        _load_ca(made, tls)
    else:
        made.load_default_certs()
    if certificate is not None:
        _load_certificate(made, certificate)
    return made


def _load_ca(made: ssl.SSLContext, tls: Tls) -> None:
    try:
        if tls.ca_data:
            made.load_verify_locations(cadata=tls.ca_data)
        else:
            made.load_verify_locations(cafile=tls.ca_file)
    except (ssl.SSLError, OSError, ValueError) as error:
        where = "certificate-authority-data" if tls.ca_data else f"certificate-authority {tls.ca_file}"
        raise Misconfigured(f"{where} holds no usable certificate", "expected PEM") from error


def _load_certificate(made: ssl.SSLContext, certificate: ClientCertificate) -> None:
    with (
        _on_disk(certificate.certificate.reveal(), certificate.certificate_file) as pem,
        _on_disk(certificate.key.reveal(), certificate.key_file) as key,
    ):
        try:
            # An empty password, or OpenSSL would ask for one on the terminal.
            made.load_cert_chain(pem, key, password="")
        except (ssl.SSLError, OSError, ValueError) as error:
            names = f"{certificate.certificate_file or 'client-certificate-data'}"
            title = f"the client certificate or its key can't be used ({names})"
            raise Misconfigured(title, "expected PEM, the key not encrypted and made for it") from error


@contextlib.contextmanager
def _on_disk(text: str, file: Path | None) -> Iterator[Path]:
    """The file itself, or the text in a file of mode 0600 that is gone afterwards: `ssl` reads only files."""
    if file is not None and not text:
        yield file
        return
    handle, name = tempfile.mkstemp(prefix="deploytui-")
    try:
        with os.fdopen(handle, "w") as out:
            out.write(text)
        yield Path(name)
    finally:
        os.unlink(name)
