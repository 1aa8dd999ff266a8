"""A long answer read in large pieces: HTTP/1.0, so that a busy log is not a chunk for each of its lines.

An HTTP library parses every chunk for itself; at 100 000 lines a second that alone takes more than a core.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from urllib.parse import urlsplit

from tui.errors import DeployError, Unreachable
from tui.wire import tls
from tui.wire.access import Access
from tui.wire.translate import status_error

_PIECE = 256 * 1024  # bytes that are read at once
_ERROR_BODY = 64 * 1024
_HEAD_LIMIT = 64 * 1024
_CONNECT = 10.0  # seconds


class Absent(Unreachable):
    """There is no connection, or there is none any more."""


@contextlib.asynccontextmanager
async def stream(access: Access, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
    """The body of a GET as it comes; Unreachable when there is no engine, its own error for 300 and above."""
    place = access.socket or access.server.partition("://")[2]
    try:
        async with asyncio.timeout(_CONNECT):
            reader, writer = await _connect(access)
    except (OSError, TimeoutError) as error:
        raise Absent(f"can't connect to {place}: {error}") from error
    try:
        try:
            base = urlsplit(access.server)
            host = base.netloc or "docker"
            head = f"GET {base.path}{path} HTTP/1.0\r\nHost: {host}\r\nUser-Agent: deploytui\r\n\r\n"
            writer.write(head.encode("ascii"))
            await writer.drain()
            status, headers = await _answer(reader, place)
            if status >= 300:
                raise status_error(status, headers, await reader.read(_ERROR_BODY), place)
        except OSError as error:
            raise _cut(place) from error
        async with contextlib.aclosing(_body(reader, place)) as body:
            yield body
    finally:
        writer.close()


async def _connect(access: Access) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if access.socket:
        return await asyncio.open_unix_connection(access.socket, limit=_HEAD_LIMIT)
    url = urlsplit(access.server)
    context = tls.context(access.tls, access.certificate) if url.scheme == "https" else None
    return await asyncio.open_connection(url.hostname, url.port, ssl=context, limit=_HEAD_LIMIT)


async def _answer(reader: asyncio.StreamReader, place: str) -> tuple[int, dict[str, str]]:
    try:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(first.split(" ", 2)[1])
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, IndexError) as error:
        raise _cut(place) from error
    pairs = (line.partition(":") for line in lines if line)
    return status, {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _body(reader: asyncio.StreamReader, place: str) -> AsyncGenerator[bytes, None]:
    while True:
        try:
            data = await reader.read(_PIECE)
        except OSError as error:
            raise _cut(place) from error
        if not data:
            return
        yield data


def _cut(place: str) -> DeployError:
    return Absent(f"connection to {place} was cut", "it is tried again")
