"""One request as it leaves: headers that say who asks and what is wanted, and how far it got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from tui.errors import Unauthorized
from tui.wire.access import Access
from tui.wire.credentials import Credential, impersonation_headers

Params = Mapping[str, str] | Sequence[tuple[str, str]]


class Trace:
    """How far a request got, told by httpcore's trace hook: `sent` is set before its first byte goes out."""

    def __init__(self) -> None:
        self.sent = self.connected = False

    async def __call__(self, event: str, _: Mapping[str, object]) -> None:
        if event == "connection.connect_tcp.started":
            self.connected = True
        elif event == "http11.send_request_headers.started":
            self.sent = True


def build(
    client: httpx.AsyncClient,
    access: Access,
    method: str,
    path: str,
    params: Params | None,
    headers: Mapping[str, str] | None,
    content: bytes | None,
    credential: Credential,
) -> httpx.Request:
    """Raises httpx.InvalidURL; the caller's headers win over our Accept and Accept-Encoding."""
    pairs = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
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
        *(params.items() if isinstance(params, Mapping) else params or ())
    ]
    return client.build_request(
        method, access.server + path, params=query or None, headers=pairs, content=content
    )
