"""What a container's tail is given and what it tells: its task, its source and its figures."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from tui.clock import Clock

_PATIENCE = 1.0  # seconds for which a log waits for others to be opened, which may never be
_REST = 0.03  # seconds from one to the next: a handshake is work, and a key comes in between


@dataclass(frozen=True, slots=True)
class Wanted:
    """One container to follow, and from where on."""

    namespace: str
    pod: str
    uid: str
    container: str
    label: str
    tail: int | None = None  # lines at first; None: all there are
    since: str | None = None
    previous: bool = False  # only the run before
    new: bool = False  # its pod was made after the tail began


@dataclass(slots=True)
class Figures:
    """What a status line needs of one container."""

    lines: int = 0
    lost: int = 0
    unknown_loss: bool = False
    last_stamp: bytes = b""  # RFC3339 time of the last line, the node's own
    words: str = ""
    finished: bool = False


class Logs(Protocol):
    """Where logs are read: a cluster, or a Docker engine that answers alike."""

    def log(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        follow: bool,
        previous: bool = False,
        since: str | None = None,
        tail: int | None = None,
        timestamps: bool = True,
        limit_bytes: int | None = None,
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Raw chunks of one container's log; `since` is RFC3339."""
        ...


class InTurn:
    """Logs of which only so many are opened at the same time, each with a connection of its own."""

    def __init__(self, logs: Logs, clock: Clock, at_once: int) -> None:
        self._logs, self._clock = logs, clock
        self._places = asyncio.Semaphore(at_once)

    @contextlib.asynccontextmanager
    async def log(
        self, namespace: str, pod: str, container: str, **how: Any
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The place is free again soon after the log answers."""
        async with contextlib.AsyncExitStack() as opened:
            has_place = await self._take_place()
            try:
                chunks = await opened.enter_async_context(self._logs.log(namespace, pod, container, **how))
            finally:
                if has_place:
                    asyncio.get_running_loop().call_later(_REST, self._places.release)
            yield chunks

    async def _take_place(self) -> bool:
        """False: the others take too long, and it goes on without one."""
        with contextlib.suppress(TimeoutError):
            async with self._clock.timeout(_PATIENCE):
                return await self._places.acquire()
        return False
