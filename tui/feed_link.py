"""How one feed is doing, as the store shows it: each state since when, and stale only after a while."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tui.clock import Clock
from tui.errors import DeployError
from tui.store import Link, LinkState, Store


class FeedLink:
    """Writes `store.links[kind, scope]`; `close` ends what it has under way."""

    def __init__(self, store: Store, kind: str, scope: str, clock: Clock, stale_after: float) -> None:
        self.unreadable: Mapping[str, str] = {}  # by uid
        self._store = store
        self._key = (kind, scope)
        self._clock = clock
        self._stale_after = stale_after
        self._staling: asyncio.Task[None] | None = None
        self._behind: DeployError | None = None
        if self._key not in store.links:
            self.write(LinkState.CONNECTING)

    def write(
        self,
        state: LinkState,
        error: DeployError | None = None,
        *,
        since: float | None = None,
        listed: int = 0,
        total: int | None = None,
    ) -> None:
        """The state since then, or from now on; its beginning stays while it is the same."""
        before = self._store.links.get(self._key)
        if before is not None and before.state is state:
            since = before.since
        elif since is None:
            since = self._clock.now()
        if before is not None and error is not None and str(before.error) == str(error):
            error = before.error  # an equal one is no change
        told = tuple(sorted(self.unreadable.values()))
        self._store.set_link(*self._key, Link(state, since, error, listed, total, unreadable=told))

    def settle(self, state: LinkState, error: DeployError | None = None) -> None:
        """A state that is no delay any more."""
        self.close()
        self.write(state, error)

    def note(self, unreadable: Mapping[str, str]) -> None:
        """While live: what cannot be read has changed."""
        if unreadable != self.unreadable:
            self.unreadable = unreadable
            self.write(LinkState.LIVE)

    def falls_behind(self, error: DeployError) -> None:
        """Stale, unless it settles in time; the last error is the one that is told."""
        self._behind = error
        if self._staling is None:
            self._staling = asyncio.create_task(self._stale_later(), name=f"stale {self._key[0]}")
        elif self._staling.done():
            self.write(LinkState.STALE, error)

    async def _stale_later(self) -> None:
        since = self._clock.now()
        await self._clock.sleep(self._stale_after)
        self.write(LinkState.STALE, self._behind, since=since)

    def close(self) -> None:
        """Forgets that it was about to be stale."""
        if self._staling is not None:
            self._staling.cancel()
            self._staling = None


WORSE = {
    LinkState.LIVE: 0,
    LinkState.POLLING: 1,
    LinkState.CONNECTING: 2,
    LinkState.STALE: 3,
    LinkState.UNREACHABLE: 4,
}
"""Which link speaks for several."""
