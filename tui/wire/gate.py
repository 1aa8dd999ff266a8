"""The gate before a dead server: one probe a second goes out, and all who wait share its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tui.clock import Clock
from tui.errors import DeployError, Unreachable

PAUSE = 1.0  # seconds between two attempts on a dead server


class Gate:
    """Open while the server answers; else `down_since` (monotonic) and `error` say since when and why."""

    def __init__(self, clock: Clock, probe: Callable[[], Awaitable[None]]) -> None:
        """`probe` makes one small request and raises DeployError when there was no answer at all."""
        self._clock = clock
        self._probe = probe
        self._probing: asyncio.Task[DeployError | None] | None = None
        self._attempted = float("-inf")
        self.down_since: float | None = None
        self.error: DeployError | None = None

    def opened(self) -> None:
        """The server answered."""
        self.down_since = self.error = None

    def failed(self, error: DeployError, *, attempt: bool = True) -> None:
        """A connection could not be made; one that stood and broke is no attempt: the next goes at once."""
        self.error = error
        if self.down_since is None:
            self.down_since = self._clock.monotonic()
            if attempt:
                self._attempted = self.down_since

    async def passed(self) -> None:
        """Returns when a request may go; raises the error that still holds after the next probe."""
        if self.error is None:
            return
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._attempt(), name="gate probe")
        error = await asyncio.shield(self._probing)
        if error is not None:
            # each caller gets an exception of its own: a shared one would grow everybody's traceback
            raise type(error)(error.title, error.hint)

    async def _attempt(self) -> DeployError | None:
        wait = self._attempted + PAUSE - self._clock.monotonic()
        if wait > 0:
            await self._clock.sleep(wait)
        self._attempted = self._clock.monotonic()
        try:
            await self._probe()
        except Unreachable as error:
            self.failed(error)
            return error
        except DeployError as error:
            return error
        self.opened()
        return None

    async def close(self) -> None:
        if self._probing is not None and not self._probing.done():
            self._probing.cancel()
            await asyncio.gather(self._probing, return_exceptions=True)
