"""The HTTP clients to one server with one set of certificates, retired as a whole when these change."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from tui.errors import Misconfigured
from tui.wire import tls
from tui.wire.access import Access, ClientCertificate
from tui.wire.backend import ClosingBackend

_KEPT = 30.0  # seconds an idle connection is kept; API servers close theirs after 90


class Line:
    """Two clients: `requests` keeps connections, `streams` opens a fresh one each time, without a limit."""

    def __init__(
        self, access: Access, certificate: ClientCertificate | None, proxy: str, connect_timeout: float
    ) -> None:
        self.certificate = certificate
        self._users = 0
        self._idle = asyncio.Event()
        self._idle.set()
        context = tls.context(access.tls, certificate or access.certificate)
        timeout = httpx.Timeout(None, connect=connect_timeout)

        def client(limits: httpx.Limits) -> httpx.AsyncClient:
            try:
                transport = httpx.AsyncHTTPTransport(
                    verify=context,
                    http2=False,
                    trust_env=False,
                    limits=limits,
                    proxy=httpx.Proxy(_known(proxy)) if proxy else None,
                    uds=access.socket or None,
                    socket_options=None if access.socket else _keepalive(),
                )
            except (ImportError, ValueError, httpx.InvalidURL) as error:
                scheme = proxy.partition("://")[0]
                raise Misconfigured(
                    f"the proxy can't be used: {scheme}", "use an http:// or https:// proxy"
                ) from error
            if not access.socket:
                # httpx has no argument for it; its pool takes it at any time.
                pool = transport._pool
                pool._network_backend = ClosingBackend(pool._network_backend)
            return httpx.AsyncClient(transport=transport, trust_env=False, timeout=timeout)

        self.requests = client(httpx.Limits(keepalive_expiry=_KEPT, max_connections=None))
        self.streams = client(httpx.Limits(max_connections=None, max_keepalive_connections=0))

    @contextlib.asynccontextmanager
    async def used(self) -> AsyncIterator[None]:
        """Holds the clients open while a request of theirs runs."""
        self._users += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()

    async def retire(self) -> None:
        """Closes the clients after their last request."""
        try:
            await self._idle.wait()
        finally:
            await self.close()

    async def close(self) -> None:
        await self.requests.aclose()
        await self.streams.aclose()


def _known(proxy: str) -> str:
    return proxy.replace("socks5h://", "socks5://")


def _keepalive() -> list[tuple[int, int, int]]:
    """A dead peer is found by TCP after 10 + 3 * 5 s; what this system does not know is left out."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        option = getattr(socket, name, None)
        if option is not None:
            options.append((socket.IPPROTO_TCP, option, value))
    return options


def stamp(access: Access) -> tuple[object, ...]:
    """What the certificate files look like now; differs when one was replaced."""
    own = access.certificate
    files: list[Path | None] = [access.tls.ca_file]
    if own is not None:
        files += [own.certificate_file, own.key_file]
    return tuple(_version(file) for file in files if file is not None)


def _version(file: Path) -> object:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
