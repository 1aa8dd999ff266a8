"""A TCP relay that stands before any host and port and can be cut, frozen (half-open) and slowed."""

from __future__ import annotations

import asyncio
from types import TracebackType

_PIECE = 16 * 1024  # bytes carried at once


class Link:
    """Use as `async with Link(host, port) as link`; connect to 127.0.0.1:`link.port`."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self.connections = 0  # accepted since the start, also those refused while cut
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._moving = asyncio.Event()
        self._moving.set()
        self._rate: float | None = None
        self._cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Link:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for pump in tuple(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        await self._server.wait_closed()

    def cut(self) -> None:
        """Resets every connection, and each new one at once, until `mend`."""
        self._cut = True
        self._moving.set()
        for writer in tuple(self._writers):
            writer.transport.abort()

    def freeze(self) -> None:
        """Half-open: connections stay, new ones are accepted, and no byte moves in either direction."""
        self._moving.clear()

    def slow(self, bytes_per_second: float) -> None:
        """Carries no more than this in each direction of each connection."""
        self._rate = bytes_per_second

    def mend(self) -> None:
        """Back to normal; what was held by `freeze` flows on."""
        self._cut = False
        self._rate = None
        self._moving.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._pumps.add(task)
        self._writers.add(writer)
        try:
            if self._cut:
                writer.transport.abort()
                return
            await self._relay(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._writers.discard(writer)
            self._pumps.discard(task)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._moving.wait()
        there, back = await asyncio.open_connection(*self._target)
        self._writers.add(back)
        pumps = [
            asyncio.create_task(self._pump(reader, back)),
            asyncio.create_task(self._pump(there, writer)),
        ]
        try:
            await asyncio.gather(*pumps)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            back.transport.abort()
            self._writers.discard(back)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carries one direction; ends it at the other side when the source ends."""
        while True:
            size = _PIECE if self._rate is None else max(1, min(_PIECE, int(self._rate / 20)))
            data = await reader.read(size)
            await self._moving.wait()
            if not data:
                break
            writer.write(data)
            await writer.drain()
            if self._rate is not None:
                await asyncio.sleep(len(data) / self._rate)
        if writer.can_write_eof():
            writer.write_eof()
