"""Reads a stream of chunks with an eye on the clock: says when it rests, and ends one that hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

from tui.clock import Clock

QUIET = 1.0  # seconds without a byte that are a rest
_END = b""


async def pulled(
    chunks: AsyncIterator[bytes], clock: Clock, hangs: Callable[[float], Awaitable[bool]]
) -> AsyncGenerator[bytes | None, None]:
    """Chunks; None after each second's rest, when `hangs` is asked with the seconds of silence so far."""
    pull: asyncio.Task[bytes] | None = None
    silent = 0.0
    try:
        while True:
            if pull is None:
                pull = asyncio.create_task(_next(chunks))
            timer = asyncio.create_task(clock.sleep(QUIET))
            try:
                await asyncio.wait({pull, timer}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                timer.cancel()
            if pull.done():
                chunk, pull, silent = pull.result(), None, 0.0
                if chunk == _END:
                    return
                yield chunk
                continue
            yield None
            silent += QUIET
            if await hangs(silent):
                return
    finally:
        if pull is not None:
            pull.cancel()
            await asyncio.gather(pull, return_exceptions=True)


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    async for chunk in chunks:
        if chunk:
            return chunk
    return _END
