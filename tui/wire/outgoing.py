"""One request as it leaves: headers that say who asks and what is wanted, and how far it got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from tui.errors import Misconfigured, Unauthorized
from tui.wire.access import Access
from tui.wire.credentials import Credential, impersonation_headers
from tui.wire.plain import plain

Params = Mapping[str, str] | Sequence[tuple[str, str]]


class Trace:
    """How far a request got, told by httpcore's trace hook: `sent` is set before its first byte goes out."""

    def __init__(self) -> None:
        self.sent = self.connected = False

    async def __call__(self, event: str, _: Mapping[str, object]) -> None:
        if event in ("connection.connect_tcp.started", "connection.connect_unix_socket.started"):
            self.connected = True
        elif event == "http11.send_request_headers.started":
            self.sent = True


@dataclass(frozen=True, slots=True)
class Ask:
    """What a caller wants, before anyone's credentials are on it."""

    method: str
    path: str
    params: Params | None = None
    headers: Mapping[str, str] | None = None
    content: bytes | None = None


def build(
    client: httpx.AsyncClient, access: Access, ask: Ask, credential: Credential, trace: Trace
) -> httpx.Request:
    """Raises Unauthorized for a credential that is no header; the caller's own headers win over ours."""
    pairs = [(name.encode(), value.encode()) for name, value in (ask.headers or {}).items()]
    given = {name.lower() for name, _ in pairs}
    if b"accept" not in given:
        pairs.append((b"Accept", b"application/json"))
    if b"accept-encoding" not in given:
        pairs.append((b"Accept-Encoding", b"gzip" if access.compression else b"identity"))
    pairs.append((b"User-Agent", b"deploytui"))
    pairs += impersonation_headers(access.impersonate)
    if credential.authorization:
        value = credential.authorization.reveal()
        if not value.isprintable():  # checked here: the library's own complaint would quote it
            title = "the token or password holds a line end or another control character"
            raise Unauthorized(title, "take it out of the kubeconfig or token file")
        pairs.append((b"Authorization", value.encode()))
    query: list[tuple[str, str | int | float | bool | None]] = [
        *(ask.params.items() if isinstance(ask.params, Mapping) else ask.params or ())
    ]
    url = access.server + ask.path
    try:
        request = client.build_request(
            ask.method, url, params=query or None, headers=pairs, content=ask.content
        )
    except httpx.InvalidURL as error:
        raise Misconfigured(f"{plain(url, 200)} can't be asked: {error}", "check the server's URL") from error
    request.extensions["trace"] = trace
    return request
