"""One API server reached as one user: the only door for requests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from tui.clock import Clock
from tui.errors import DeployError, Unauthorized, Unknown, Unreachable
from tui.wire import proxy
from tui.wire.access import Access
from tui.wire.credentials import Credential, source
from tui.wire.gate import Gate
from tui.wire.line import Line, stamp
from tui.wire.outgoing import Ask, Params, Trace, build
from tui.wire.translate import status_error, transport_error

Breathe = Callable[[], Awaitable[None]]
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_ERROR_BODY = 64 * 1024  # bytes of an error's body that are read from a stream
_RECHECK = 60.0  # seconds between two looks at the certificate files
_TRANSPORT = (httpx.RequestError, httpx.StreamError, OSError)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer below 300; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Server:
    """Raises only tui.errors; safe for any number of concurrent users."""

    def __init__(
        self, access: Access, clock: Clock, *, environ: Mapping[str, str], connect_timeout: float = 10.0
    ) -> None:
        url = urlsplit(access.server)
        host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
        self.access = access
        port = url.port or (443 if url.scheme.lower() == "https" else 80)
        self.place = access.socket or f"{host}:{port}"
        self.heard = float("-inf")
        self._clock = clock
        self._connect_timeout = connect_timeout
        self._proxy = "" if access.socket else proxy.resolve(access, environ)
        self._source = source(access, clock, environ)
        self._line: Line | None = None
        self._stamp: tuple[object, ...] = ()
        self._stamped_at = float("-inf")
        self._retiring: set[asyncio.Task[None]] = set()
        self._gate = Gate(clock, self._probe)
        self.breathe: Breathe | None = None  # awaited before each piece of a stream: others may come first

    @property
    def down_since(self) -> float | None:
        """Monotonic seconds of the first connection error since the last answer; None while it answers."""
        return self._gate.down_since

    @property
    def error(self) -> DeployError | None:
        """Why it is down."""
        return self._gate.error

    async def way(self) -> tuple[Credential, str]:
        """What another client needs to come here as we do: credentials, and the proxy ("" is none)."""
        return await self._source.get(), self._proxy

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout: float = 30.0,
    ) -> Answer:
        """One request and its whole answer within `timeout` seconds; Unknown when a write got no answer."""
        trace = Trace()
        try:
            async with self._clock.timeout(timeout):
                await self._gate.passed()
                return await self._exchange(Ask(method, path, params, headers, content), trace)
        except TimeoutError:
            title = f"no answer from {self.place} within {timeout:g} s"
            if method not in _READS and trace.sent:
                raise _unknown(method, title) from None
            held = self._gate.error
            if held is not None:
                raise type(held)(held.title, held.hint) from None
            if not trace.connected and not trace.sent:  # still waiting for an exec plugin or an issuer
                raise Unauthorized(
                    f"no credentials within {timeout:g} s", "look at the exec plugin"
                ) from None
            error = Unreachable(title, "check the link to the server")
            self._gate.failed(error)
            raise error from None

    async def _exchange(self, ask: Ask, trace: Trace) -> Answer:
        """Sends once; again with renewed credentials, or when a kept connection proved dead under a read."""
        reads = ask.method in _READS
        renewed = repeated = False
        while True:
            trace.sent = trace.connected = False
            credential = await self._source.get()
            line = await self._current_line(credential)
            # A write takes a fresh connection: on a kept one that just closed nobody knows if it arrived.
            client = line.requests if reads else line.streams
            request = build(client, self.access, ask, credential, trace)
            try:
                async with line.used():
                    response = await client.send(request, stream=True)
                    body = await self._body(response)
            except _TRANSPORT as error:
                if reads and trace.sent and not trace.connected and not repeated:
                    repeated = True
                    continue
                told = self._broke(error)
                # a refused client certificate shows only after the request left, which was not taken then
                if not reads and trace.sent and not isinstance(told, Unauthorized):
                    raise _unknown(ask.method, told.title) from error
                raise told from error
            self._answered()
            if response.status_code == 401 and not renewed and await self._renew(credential):
                renewed = True
                continue
            if response.status_code >= 300:
                raise status_error(response.status_code, response.headers, body, self.place)
            return Answer(response.status_code, dict(response.headers), body)

    async def _body(self, response: httpx.Response, limit: int | None = None) -> bytes:
        """All of an answer, or its beginning; closes it."""
        parts: list[bytes] = []
        size = 0
        try:
            async for chunk in response.aiter_bytes():
                self.heard = self._clock.monotonic()
                parts.append(chunk)
                size += len(chunk)
                if limit is not None and size >= limit:
                    break
        finally:
            await response.aclose()
        return b"".join(parts)

    def stream(
        self, path: str, *, params: Params | None = None, headers: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A GET whose raw chunks come as they arrive, without a time limit; raises Unreachable when cut."""
        return self._stream(path, params, headers)

    @contextlib.asynccontextmanager
    async def _stream(
        self, path: str, params: Params | None, headers: Mapping[str, str] | None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        await self._gate.passed()
        ask = Ask("GET", path, params, {"Accept-Encoding": "identity", **(headers or {})})
        line, response = await self._open(ask)
        async with line.used():
            chunks = self._chunks(response)
            try:
                yield chunks
            finally:
                await chunks.aclose()
                await response.aclose()

    async def _open(self, ask: Ask) -> tuple[Line, httpx.Response]:
        """The answer's head, after one renewal of the credentials at most."""
        renewed = False
        while True:
            credential = await self._source.get()
            line = await self._current_line(credential)
            request = build(line.streams, self.access, ask, credential, Trace())
            try:
                async with line.used():
                    response = await line.streams.send(request, stream=True)
                    if response.status_code < 300:
                        self._answered()
                        return line, response
                    body = await self._body(response, _ERROR_BODY)
            except _TRANSPORT as error:
                raise self._broke(error) from error
            self._answered()
            if response.status_code == 401 and not renewed and await self._renew(credential):
                renewed = True
                continue
            raise status_error(response.status_code, response.headers, body, self.place)

    async def _chunks(self, response: httpx.Response) -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in response.aiter_raw():
                self.heard = self._clock.monotonic()
                if self.breathe is not None:
                    await self.breathe()
                yield chunk
        except _TRANSPORT as error:
            raise self._broke(error, attempt=False) from error

    async def _probe(self) -> None:
        """Any answer at all to GET /version means that the server lives."""
        credential = await self._source.get()
        line = await self._current_line(credential)
        request = build(line.streams, self.access, Ask("GET", "/version"), credential, Trace())
        try:
            async with line.used(), self._clock.timeout(self._connect_timeout):
                response = await line.streams.send(request, stream=True)
                await response.aclose()
        except TimeoutError:
            title = f"no answer from {self.place} within {self._connect_timeout:g} s"
            raise Unreachable(title, "check the link to the server") from None
        except _TRANSPORT as error:
            self._stamped_at = float("-inf")
            raise transport_error(error, self.place, self._connect_timeout) from error
        self.heard = self._clock.monotonic()

    async def _current_line(self, credential: Credential) -> Line:
        """The clients for these certificates; new ones when a plugin gave others or files changed."""
        now = self._clock.monotonic()
        if self._line is None or now - self._stamped_at >= _RECHECK:
            self._stamped_at = now
            seen = stamp(self.access)
            if self._line is not None and seen != self._stamp:
                self._retire(self._line)
                self._line = None
            self._stamp = seen
        if self._line is not None and self._line.certificate != credential.certificate:
            self._retire(self._line)
            self._line = None
        if self._line is None:
            self._line = Line(self.access, credential.certificate, self._proxy, self._connect_timeout)
        return self._line

    def _retire(self, line: Line) -> None:
        task = asyncio.create_task(line.retire(), name=f"retire {self.place}")
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _renew(self, refused: Credential) -> bool:
        """Whether asking again may help: other credentials, or certificate files that changed."""
        self._stamped_at = float("-inf")
        changed = stamp(self.access) != self._stamp
        return await self._source.renew(refused) or changed

    def _answered(self) -> None:
        self.heard = self._clock.monotonic()
        self._gate.opened()

    def _broke(self, error: Exception, *, attempt: bool = True) -> Unreachable:
        told = transport_error(error, self.place, self._connect_timeout)
        self._stamped_at = float("-inf")  # the cause may be a certificate that is mended on disk
        self._gate.failed(told, attempt=attempt)
        return told

    async def close(self) -> None:
        """Ends everything at once, streams included."""
        await self._gate.close()
        for task in tuple(self._retiring):
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        await self._source.close()
        if self._line is not None:
            await self._line.close()
            self._line = None


class Servers:
    """One Server for all accesses of equal identity."""

    def __init__(self, clock: Clock, *, environ: Mapping[str, str]) -> None:
        self._clock = clock
        self._environ = environ
        self._servers: dict[Hashable, Server] = {}
        self.breathe: Breathe | None = None  # of the servers that are made from now on

    def get(self, access: Access) -> Server:
        found = self._servers.get(access.identity)
        if found is None:
            found = self._servers[access.identity] = Server(access, self._clock, environ=self._environ)
            found.breathe = self.breathe
        return found

    async def close(self) -> None:
        servers = list(self._servers.values())
        self._servers.clear()
        await asyncio.gather(*(server.close() for server in servers))


def _unknown(method: str, why: str) -> Unknown:
    hint = "it may or may not have happened: look before doing it again"
    return Unknown(f"{method} was sent, no answer came: {why}", hint)
