"""Foreign failures, said once in our words: transport errors of httpx and status codes of the API server."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from tui.errors import (
    Conflict,
    DeployError,
    Expired,
    Forbidden,
    Gone,
    Invalid,
    Overloaded,
    Unauthorized,
    Unreachable,
)
from tui.wire.plain import plain


def transport_error(error: BaseException, place: str, connect_timeout: float) -> Unreachable:
    """What stopped a request before an answer; `place` is host:port."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLWantReadError):
            return _tls_error(cause, place)
        if isinstance(cause, socket.gaierror):
            host = place.rpartition(":")[0]
            return Unreachable(f"name does not resolve: {host}", "check VPN, DNS and the server's name")
        if isinstance(cause, ConnectionRefusedError):
            return Unreachable(f"connection refused by {place}", "is the server up, and the port right?")
    if isinstance(error, httpx.ProxyError):
        title = f"the proxy refused to connect to {place}: {plain(str(error), 200)}"
        return Unreachable(title, "check proxy-url, HTTPS_PROXY and NO_PROXY")
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable(f"no answer from {place} within {connect_timeout:g} s", "check VPN and firewall")
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(f"{place} stopped answering", "check the link to the server")
    if isinstance(error, httpx.ConnectError):
        reason = next((c.strerror for c in causes if isinstance(c, OSError) and c.strerror), "") or str(error)
        return Unreachable(f"can't connect to {place}: {plain(reason, 200)}", "check VPN and firewall")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | httpx.LocalProtocolError):
        return Unreachable(f"{place} can't be asked: {plain(str(error), 200)}", "check the server's URL")
    return Unreachable(f"connection to {place} was cut", "it is tried again")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything behind it, groups opened."""
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        cause = pending.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            pending.extend(cause.exceptions)
        pending += [cause.__cause__, cause.__context__]


_VERIFY = {  # OpenSSL's X509_V_ERR numbers
    10: ("has expired", "the cluster must renew it; is this machine's clock right?"),
    9: ("is not valid yet", "is this machine's clock right?"),
    18: ("is not trusted: self-signed", "check certificate-authority-data of this cluster"),
    19: (
        "is not trusted: its authority is not the kubeconfig's",
        "check certificate-authority-data of this cluster",
    ),
    20: ("is not trusted: unknown authority", "check certificate-authority-data of this cluster"),
    62: ("is for another name", "check the server's name, or set tls-server-name"),
    64: ("is for another address", "check the server's address, or set tls-server-name"),
}


def _tls_error(error: ssl.SSLError, place: str) -> Unreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        default = (
            f"is not trusted: {error.verify_message}",
            "check certificate-authority-data of this cluster",
        )
        fault, hint = _VERIFY.get(error.verify_code, default)
        return Unreachable(f"certificate of {place} {fault}", hint)
    reason = error.reason or ""
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason or "ACCESS_DENIED" in reason):
        said = reason.rpartition("ALERT_")[2].replace("_", " ").lower()
        return Unauthorized(
            f"{place} refused the client certificate ({said})", "renew the user's certificate"
        )
    if reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}:
        return Unreachable(f"{place} does not speak TLS", "is the port right? http:// instead of https://?")
    return Unreachable(
        f"TLS with {place} failed: {plain(reason.replace('_', ' ').lower() or str(error), 200)}"
    )


def status_error(status: int, headers: Mapping[str, str], body: bytes, place: str) -> DeployError:
    """The error for an answer of 300 and above; its title is the server's own message where it sent one."""
    message, reason, details = _status(body)
    said = message or f"{place} answered {status}"
    if status < 400:
        target = plain(headers.get("location", "elsewhere"), 200)
        return Unreachable(
            f"{place} redirects to {target}", "is this the address of a Kubernetes API server?"
        )
    if status == 401:
        return Unauthorized(f"{place} rejected the credentials (401)", "log in again; is the token expired?")
    if status == 403:
        return Forbidden(said)
    if status == 404:
        return Gone(said)
    if status == 409:
        return Conflict(said)
    if status == 410 or (status == 504 and "ResourceVersionTooLarge" in body.decode("latin-1")):
        return Expired(said)
    if status == 504 and reason == "Timeout" and "Too large resource version" in message:
        return Expired(said)
    if status == 429:
        return Overloaded(said, retry_after=_retry_after(headers, details))
    if status < 500:
        return Invalid(said)
    wait = _retry_after(headers, details)
    if status == 503 and wait is not None:
        return Overloaded(said, retry_after=wait)
    title = said if str(status) in said else f"{said} ({status})"
    return Unreachable(title, "the server is in trouble; it is asked again")


def _status(body: bytes) -> tuple[str, str, dict[str, Any]]:
    """Message, reason and details of a Status object, or the plain text as message."""
    try:
        found = json.loads(body)
    except ValueError:
        text = body[:2000].decode("utf-8", "replace").strip()
        return ("" if text.startswith("<") else plain(text)), "", {}
    if not isinstance(found, dict):
        return "", "", {}
    details = found.get("details")
    message = plain(str(found.get("message") or ""), 1000)
    return message, str(found.get("reason") or ""), details if isinstance(details, dict) else {}


def _retry_after(headers: Mapping[str, str], details: Mapping[str, Any]) -> float | None:
    """Seconds to wait: the header when it is an integer, else what the Status says."""
    header = headers.get("retry-after", "")
    if header.isascii() and header.isdigit():
        return float(header)
    seconds = details.get("retryAfterSeconds")
    return float(seconds) if isinstance(seconds, int) and seconds > 0 else None
