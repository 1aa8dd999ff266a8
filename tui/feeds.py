"""One kind in one scope, from the server into the store for ever: list, watch, and list again.

The rule is client-go's reflector's, with two differences. Lists ask for the most recent state, in pages: with
resourceVersion=0 the server's watch cache answers all at once whatever the limit, and may be behind. And it
lists after a stream could not be opened: a server that was away may be back with another history, and before
a version that is not reached yet a watch is silent.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from tui.clock import Clock
from tui.errors import DeployError, Expired, Forbidden, Gone, Overloaded, Unreachable
from tui.feed_link import FeedLink
from tui.model.record import Record
from tui.pause import Pauses
from tui.store import Change, LinkState, Store
from tui.wire.kinds.base import Kind, identity
from tui.wire.objects import EVENT, STATUS, decode

if TYPE_CHECKING:
    from tui.wire.kube import Client


@dataclass(frozen=True, slots=True)
class Numbers:
    """Seconds, unless said otherwise."""

    page: int = 500  # objects
    first_pause: float = 0.8  # doubled each time, each time up to twice as long by chance
    longest_pause: float = 30.0
    calm: float = 120.0  # without a pause, the next one is the first again
    stale_after: float = 5.0  # a stream that is not open again
    silence: float = 150.0  # bookmarks come each minute
    opening: float = 15.0  # until a watch's answer begins
    retry: float = 60.0  # after 403 and 404
    poll: float = 10.0  # between lists where watch is not allowed


class Relist(Exception):
    """The watch cannot go on from where it was; `paused` asks for a pause before the list."""

    def __init__(self, *, paused: bool = False) -> None:
        self.paused = paused


class Feed:
    """`run` ends only when it is cancelled, or on a forbidden list where `leave_forbidden` is set."""

    def __init__(
        self,
        client: Client,
        store: Store,
        kind: Kind,
        scope: str,
        clock: Clock,
        *,
        wants: Callable[[str], bool] = lambda _: True,
        rng: random.Random | None = None,
        numbers: Numbers | None = None,
        leave_forbidden: bool = False,
        allowed: Callable[[], None] = lambda: None,
    ) -> None:
        """`allowed` is called when a list succeeds that was forbidden before."""
        self.kind = kind
        self.scope = scope
        self._client = client
        self._store = store
        self._clock = clock
        self._wants = wants
        self._rng = rng or random.Random()
        self._numbers = pauses = numbers or Numbers()
        self._leave = leave_forbidden
        self._allowed = allowed
        self._version = ""
        self._listed = False  # whether a list was ever read to its end
        self._forbidden = False
        self._opened = False  # whether the last stream was
        self._pauses = Pauses(clock, self._rng, pauses.first_pause, pauses.longest_pause, pauses.calm)
        self._relisted_at = float("-inf")
        self._told = asyncio.Event()
        self._silence: asyncio.Timeout | None = None
        self._link = FeedLink(store, kind.name, scope, clock, self._numbers.stale_after)

    def retry(self) -> None:
        """Ends a wait after 403 or 404 at once: rights may have come."""
        self._told.set()

    def suspect(self, error: DeployError, since: float) -> None:
        """The server proved dead while the stream seemed open: stale since its last byte (epoch seconds)."""
        if self._listed:
            self._link.write(LinkState.STALE, error, since=since)
        self.reopen()

    def reopen(self) -> None:
        """Ends the stream and opens it again: rights may be gone, which an open one does not show."""
        if self._silence is not None:
            self._silence.reschedule(0)

    async def run(self) -> None:
        """The loop of a reflector."""
        try:
            while True:
                try:
                    await self._list()
                    await self._watch_on()
                except Relist as again:
                    hasty = self._clock.monotonic() - self._relisted_at < self._numbers.stale_after
                    self._relisted_at = self._clock.monotonic()
                    if again.paused or hasty:
                        await self._pauses.take()
                except Expired:
                    await self._pauses.take()
                except Forbidden as error:
                    self._lost(LinkState.FORBIDDEN, error)
                    self._forbidden = True
                    if self._leave:
                        return
                    await self._wait(self._numbers.retry)
                except Gone as error:
                    self._lost(LinkState.ABSENT, error)
                    await self._wait(self._numbers.retry)
                except DeployError as error:
                    self._trouble(error)
                    await self._after(error)
        finally:
            self._link.close()

    async def _list(self) -> None:
        """Shows the first list as it comes; a later one replaces everything at once."""
        try:
            await self._list_pages(self._numbers.page)
        except Expired:
            await self._list_pages(0)  # the continue token grew too old: all of it in one answer

    async def _list_pages(self, limit: int) -> None:
        whole: dict[str, Record] = {}
        unreadable: dict[str, str] = {}
        version = ""
        async with contextlib.aclosing(self._client.pages(self.kind, self.scope, limit=limit)) as pages:
            async for page in pages:
                if len(page.items) > 50:
                    found = await asyncio.to_thread(decode, self.kind, page.items, self._wants)
                else:
                    found = decode(self.kind, page.items, self._wants)
                for uid, one in found[0].items():  # compared by the page: no long list holds up a key
                    old = self._store.by_uid(self.kind.name, uid)
                    whole[uid] = old if old == one and old else one
                unreadable |= found[1]
                version = page.version
                if not self._listed:
                    for uid, record in found[0].items():
                        self._store.apply(Change(self.kind.name, uid, record))
                    total = None if page.remaining is None else len(whole) + page.remaining
                    self._link.write(LinkState.CONNECTING, listed=len(whole), total=total)
        self._store.replace(self.kind.name, self.scope, whole)
        self._version = version
        self._link.unreadable = unreadable
        self._listed = True
        if self._forbidden:
            self._forbidden = False
            self._allowed()

    async def _watch_on(self) -> None:
        """Watches one stream after the other; raises Relist when that cannot go on."""
        while True:
            began = self._clock.monotonic()
            try:
                events = await self._watch_once()
            except Overloaded as error:
                self._link.falls_behind(error)
                await self._pauses.take(error.retry_after)
                continue
            except Unreachable as error:
                self._link.falls_behind(error)
                await self._after(error)
                if not self._opened:
                    raise Relist from error
                continue
            except Expired as error:
                raise Relist from error
            except (Forbidden, Gone) as error:
                await self._poll(error)
                raise Relist from error
            if events == 0 and self._clock.monotonic() - began < 1:
                raise Relist(paused=True)  # a very short watch: nothing comes this way

    async def _watch_once(self) -> int:
        """One stream to its end; the number of events. Unreachable when it is silent for too long."""
        seconds = self._rng.randint(300, 600)
        # events have no bookmarks in between: their stream may be silent up to its end
        silence = self._numbers.silence if self.kind.name != "Event" else seconds + 30.0
        count = 0
        self._opened = False
        try:
            async with contextlib.AsyncExitStack() as stack:
                async with self._clock.timeout(self._numbers.opening):
                    watch = self._client.watch(self.kind, self.scope, self._version, timeout_seconds=seconds)
                    lines = await stack.enter_async_context(watch)
                self._opened = True
                self._link.settle(LinkState.LIVE)
                while (line := await self._next(lines, silence)) is not None:
                    count += self._take(line)
                    if not count % 20:
                        await asyncio.sleep(0)  # a key comes in between
        except TimeoutError:
            raise Unreachable("the watch fell silent", "it is opened again") from None
        return count

    async def _next(self, lines: AsyncIterator[bytes], silence: float) -> bytes | None:
        async with self._clock.timeout(silence) as limit:
            self._silence = limit if isinstance(limit, asyncio.Timeout) else None
            try:
                return await anext(lines, None)
            finally:
                self._silence = None

    def _take(self, line: bytes) -> int:
        """One event into the store; 0 for an empty line."""
        if not line.strip():
            return 0
        try:
            event = EVENT.decode(line)
        except (msgspec.MsgspecError, ValueError):
            raise Relist(paused=True) from None
        raw = bytes(event.object)
        if event.type == "ERROR":
            self._refused(raw)
        found = identity(raw)
        if event.type in ("ADDED", "MODIFIED") and self._wants(found.namespace):
            self._change(raw)
        elif event.type == "DELETED":
            self._store.apply(Change(self.kind.name, found.uid, None))
            self._link.note({uid: text for uid, text in self._link.unreadable.items() if uid != found.uid})
        self._version = found.resource_version or self._version
        return 1

    def _change(self, raw: bytes) -> None:
        records, unreadable = decode(self.kind, [raw], self._wants)
        for uid, record in records.items():
            self._store.apply(Change(self.kind.name, uid, record))
            if uid in self._link.unreadable:
                self._link.note(
                    {other: text for other, text in self._link.unreadable.items() if other != uid}
                )
        for uid in unreadable or (() if records else (identity(raw).uid,)):
            self._store.apply(Change(self.kind.name, uid, None))  # what was known of it is the past
        if unreadable:
            self._link.note({**self._link.unreadable, **unreadable})

    def _refused(self, raw: bytes) -> None:
        """An ERROR event: 429 waits and watches again, 410 lists at once, anything else after a pause."""
        try:
            status = STATUS.decode(raw)
        except (msgspec.MsgspecError, ValueError):
            raise Relist(paused=True) from None
        if status.code == 429:
            raise Overloaded(status.message or "too many requests")
        raise Relist(paused=status.code != 410)

    async def _poll(self, error: DeployError) -> None:
        """Watch is not allowed: lists now and then, and tries the watch again after a while."""
        until = self._clock.monotonic() + self._numbers.retry
        while self._clock.monotonic() < until:
            await self._list()  # at once: with the watch the list may have been taken away
            self._link.settle(LinkState.POLLING, error)
            await self._clock.sleep(self._numbers.poll * (1 + self._rng.random() / 2))

    def _trouble(self, error: DeployError) -> None:
        if self._listed:
            self._link.falls_behind(error)
        else:
            self._link.write(LinkState.UNREACHABLE, error)

    def _lost(self, state: LinkState, error: DeployError) -> None:
        """Nothing is known of it any more."""
        self._store.replace(self.kind.name, self.scope, {})
        self._listed = False
        self._link.unreadable = {}
        self._link.settle(state, error)

    async def _after(self, error: DeployError) -> None:
        """Before a dead server its gate makes everybody wait; else a pause."""
        if self._client.server.down_since is None or isinstance(error, Overloaded):
            await self._pauses.take(error.retry_after if isinstance(error, Overloaded) else None)

    async def _wait(self, seconds: float) -> None:
        """Until then, or until somebody says `retry`."""
        self._told.clear()
        with contextlib.suppress(TimeoutError):
            async with self._clock.timeout(seconds):
                await self._told.wait()
