"""What a request carries to say who asks: fixed credentials, token files, and the two refreshed kinds."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tui.clock import Clock
from tui.wire.access import Access, Basic, ClientCertificate, Exec, Impersonation, Oidc, Token
from tui.wire.secret import Secret

REREAD = 60.0  # seconds between two looks at a token file, as client-go


@dataclass(frozen=True, slots=True)
class Credential:
    """The Authorization header (empty: none) and the certificate that an exec plugin gave, if any."""

    authorization: Secret = field(default_factory=lambda: Secret(""))
    certificate: ClientCertificate | None = None


class Source(Protocol):
    """Where credentials come from; `get` and `renew` raise Unauthorized when they can't be had."""

    async def get(self) -> Credential: ...

    async def renew(self, refused: Credential) -> bool:
        """After a 401: whether `get` may now give something other than what was refused."""
        ...

    async def close(self) -> None: ...


def bearer(token: str) -> Credential:
    return Credential(Secret(f"Bearer {token}") if token else Secret(""))


class Fixed:
    """Nothing, a token or a password: the same until the end."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    async def get(self) -> Credential:
        return self._credential

    async def renew(self, refused: Credential) -> bool:
        return False

    async def close(self) -> None:
        return None


class TokenFile:
    """A token kept fresh in a file by others; the kubeconfig's own token serves when it can't be read."""

    def __init__(self, token: Token, clock: Clock) -> None:
        self._token = token
        self._clock = clock
        self._read_at = float("-inf")
        self._credential = bearer(token.token.reveal())

    async def get(self) -> Credential:
        if self._clock.monotonic() - self._read_at >= REREAD:
            self._read()
        return self._credential

    async def renew(self, refused: Credential) -> bool:
        self._read()
        return self._credential != refused

    async def close(self) -> None:
        return None

    def _read(self) -> None:
        self._read_at = self._clock.monotonic()
        try:
            text = self._token.file.read_text().strip() if self._token.file else ""
        except (OSError, UnicodeDecodeError):
            return  # the last token that was read serves on, as in client-go
        if text:
            self._credential = bearer(text)


def source(access: Access, clock: Clock, environ: Mapping[str, str]) -> Source:
    """The source for an access; over plain http there are no credentials at all, as with kubectl."""
    if access.server.lower().startswith("http://"):
        return Fixed(Credential())
    auth = access.auth
    if isinstance(auth, Exec):
        from tui.wire.exec_plugin import ExecPlugin

        return ExecPlugin(auth, clock, environ)
    if isinstance(auth, Oidc):
        from tui.wire.oidc import OidcSource

        return OidcSource(auth, clock)
    if isinstance(auth, Token):
        return TokenFile(auth, clock) if auth.file else Fixed(bearer(auth.token.reveal()))
    if isinstance(auth, Basic):
        pair = f"{auth.username}:{auth.password.reveal()}".encode()
        return Fixed(Credential(Secret("Basic " + base64.b64encode(pair).decode())))
    return Fixed(Credential())


def impersonation_headers(who: Impersonation) -> list[tuple[bytes, bytes]]:
    """Raw header pairs as client-go sends them: UTF-8 values, escaped extra keys."""
    if not who.user:
        return []
    pairs = [("Impersonate-User", who.user)]
    if who.uid:
        pairs.append(("Impersonate-Uid", who.uid))
    pairs += [("Impersonate-Group", group) for group in who.groups]
    for key, values in who.extra:
        pairs += [(f"Impersonate-Extra-{_header_key(key)}", value) for value in values]
    return [(name.encode(), value.encode()) for name, value in pairs]


_LEGAL = frozenset(b"!#$&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _header_key(key: str) -> str:
    return "".join(chr(byte) if byte in _LEGAL else f"%{byte:02X}" for byte in key.encode())
