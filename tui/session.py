"""One environment, live from start to quit: which feeds run, over what scope, and how its link is."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui.argo_place import ARGO, ArgoPlace
from tui.clock import Clock
from tui.errors import DeployError, Unreachable
from tui.feed_link import WORSE
from tui.feeds import Feed
from tui.feeds import Numbers as FeedNumbers
from tui.model.environment import Environment
from tui.recorder import Recorder
from tui.rights import Need, Rights
from tui.store import EVERYWHERE, Link, LinkState, Store
from tui.usage import read_usage
from tui.wire.kinds import KINDS
from tui.wire.kinds.base import Kind

if TYPE_CHECKING:
    from tui.sync_desk import SyncDesk
    from tui.wire.back_then import BackThen
    from tui.wire.kube import Client  # it imports httpx, which the first paint does not wait for


@dataclass(frozen=True, slots=True)
class Numbers:
    """Seconds."""

    front_silence: float = 10.0  # without a byte, before the server is asked whether it lives
    light_silence: float = 25.0
    probe: float = 5.0  # until it must have answered
    look: float = 1.0  # between two looks at the silence
    review: float = 60.0  # between access reviews
    widen: float = 300.0  # between two tries to list the whole cluster again
    stagger: float = 0.05  # between the starts of two feeds


class Session:
    """`start` and `stop` once each; everything it learns is in `store`, its own trouble in `error`."""

    def __init__(
        self,
        environment: Environment,
        client: Client,
        clock: Clock,
        *,
        argo: Client | None = None,
        store: Store | None = None,
        numbers: Numbers | None = None,
        feed_numbers: FeedNumbers | None = None,
        recordings: Path | None = None,
    ) -> None:
        self.environment = environment
        self.client = client
        self.argo = ArgoPlace(environment, client, argo)
        self.store = store or Store()
        place = (self.store, clock, environment.name, client.events_about)
        self.recorder = Recorder(recordings, client, *place) if recordings else None
        self.beside = {"recorder": self.recorder.run} if self.recorder else {}  # tasks of its own
        self.back_then: BackThen | None = None  # what Git had of an earlier deployment
        self.needs: frozenset[Need] = frozenset()
        self.sync_desk: SyncDesk | None = None  # what a sync's dialog asks beside the store
        self.only: frozenset[str] = frozenset()  # kinds to read, whatever the depth; empty: by the depth
        self._rights = Rights(client, self.store, clock, self._scopes, self.argo.resources())
        self.depth: Literal["light", "front"] = "light"
        self.version = ""  # of the server, "v1.33.1"
        self._clock = clock
        self._numbers = numbers or Numbers()
        self._feed_numbers = feed_numbers or FeedNumbers()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._feeds: dict[tuple[str, str], Feed] = {}
        self._review_now = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    # What others see

    @property
    def link(self) -> Link:
        """The worst of its feeds; kinds that are forbidden, absent or elsewhere are conditions of panes."""
        beside = ARGO if self.argo.elsewhere else ()
        links = [link for (name, _), link in self.store.links.items() if name not in beside]
        telling = [one for one in links if one.state not in (LinkState.FORBIDDEN, LinkState.ABSENT)]
        if not telling:
            return links[0] if links else Link(LinkState.CONNECTING, 0.0)
        return max(telling, key=lambda one: (WORSE[one.state], -one.since))

    @property
    def error(self) -> DeployError | None:
        """Why the link is not live."""
        link = self.link
        return None if link.usable else link.error or self.client.server.error

    def heard_age(self) -> float | None:
        """Seconds since the server's last byte; None when it never said anything."""
        age = self._clock.monotonic() - self.client.server.heard
        return None if age == float("inf") else age

    def namespaces(self) -> tuple[str, ...]:
        """The configured ones, else those that the cluster has."""
        if self.environment.namespaces:
            return tuple(purpose.actual for purpose in self.environment.namespaces)
        return tuple(sorted(record.meta.name for record in self.store.all("Namespace")))

    # Life

    def start(self) -> None:
        """Begins to watch at its depth."""
        self._running = asyncio.create_task(self.run(), name=f"session {self.environment.name}")

    async def stop(self) -> None:
        """Ends everything and waits for it."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    def check(self) -> None:
        """Raises what ended one of its tasks: a bug, which would leave it deaf without a word."""
        for task in (self._running, *self._tasks.values()):
            if task is not None and task.done() and not task.cancelled() and (bug := task.exception()):
                raise bug

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._start_feeds(), name="feeds")
                group.create_task(self._watch_silence(), name="silence")
                group.create_task(self._review_rights(), name="rights")
                usage = read_usage(
                    self.client, self.store, self._clock, self._scopes, lambda: self.depth == "front"
                )
                group.create_task(usage, name="usage")
                for name, work in self.beside.items():
                    group.create_task(work(), name=name)
        finally:
            await self._end(self._tasks)

    async def front(self, yes: bool) -> None:
        """All kinds and rights, or only what its row needs; the records of dropped kinds go."""
        self.depth = "front" if yes else "light"
        if self._running is None:
            return
        if yes:
            self._review_now.set()
            await self._start_feeds()
        else:
            await self._end([name for name in self._tasks if not KINDS[name].light])

    def review(self) -> None:
        """Asks for all rights again, and for kinds that were forbidden: something was refused (403)."""
        self._review_now.set()
        self._retry()

    def _retry(self, kind: str = "") -> None:
        for feed in self._feeds.values():
            if kind in ("", feed.kind.name):
                feed.retry()

    # Feeds

    async def _start_feeds(self) -> None:
        """In the order of importance, a little apart, so that the first rows come first."""
        for kind in KINDS.values():
            wanted = kind.name in self.only if self.only else kind.light or self.depth == "front"
            if wanted and kind.name not in self._tasks:
                task = asyncio.create_task(self._read(kind), name=f"{self.environment.name} {kind.name}")
                self._tasks[kind.name] = task
                await self._clock.sleep(self._numbers.stagger)

    async def _end(self, names: Iterable[str]) -> None:
        names = list(names)
        ended = [self._tasks.pop(name) for name in names]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        for name in names:
            self.store.drop(name)

    async def _read(self, kind: Kind) -> None:
        """The whole cluster where that is allowed; else namespace by namespace, and back when it is again."""
        if kind.argo:
            await self._feed(self.argo.chosen(kind), self.argo.namespace)
            return
        if not kind.namespaced:
            await self._feed(kind, EVERYWHERE)
            return
        while True:
            if not self.environment.watch_by_namespace:
                await self._feed(kind, EVERYWHERE, leave_forbidden=True)
                self.store.drop_scope(kind.name, EVERYWHERE)
            await self._know_namespaces()
            scopes = self._scopes()
            async with asyncio.TaskGroup() as group:
                feeds = [
                    group.create_task(self._feed(kind, scope, one_of=len(scopes)), name=scope)
                    for scope in scopes
                ]
                await self._until_other(kind, scopes)
                for task in feeds:
                    task.cancel()
            for scope in scopes:
                self.store.drop_scope(kind.name, scope)

    def _scopes(self) -> tuple[str, ...]:
        """Namespaces to read one by one: the known ones, else the context's own."""
        return self.namespaces() or (self.client.server.access.namespace or "default",)

    async def _know_namespaces(self) -> None:
        """Where none are configured: until the cluster's are listed, or cannot be."""
        while not self.environment.namespaces:
            seen = self.store.versions(("links",))
            link = self.store.link("Namespace")
            if link is not None and link.state is not LinkState.CONNECTING:
                return
            await self.store.changed(("links",), seen)

    async def _until_other(self, kind: Kind, scopes: tuple[str, ...]) -> None:
        """Returns when the namespaces differ, or the whole cluster may be listed and that is not unwanted."""
        while self._scopes() == scopes:
            await self._clock.sleep(self._numbers.widen)
            if self.environment.watch_by_namespace:
                continue
            with contextlib.suppress(DeployError):
                if (await self.client.can("list", kind.resource, EVERYWHERE)).allowed:
                    return

    async def _feed(self, kind: Kind, scope: str, *, leave_forbidden: bool = False, one_of: int = 1) -> None:
        """One of several asks less often for what is forbidden; one that got it wakes the others."""
        numbers = replace(self._feed_numbers, retry=self._feed_numbers.retry * one_of)
        feed = Feed(
            self.argo.client_of(kind.name),
            self.store,
            kind,
            scope,
            self._clock,
            wants=self.environment.wants if kind.namespaced and not kind.argo else lambda _: True,
            rng=random.Random(),
            numbers=numbers,
            leave_forbidden=leave_forbidden,
            allowed=lambda: self._retry(kind.name),
        )
        self._feeds[kind.name, scope] = feed
        try:
            await feed.run()
        finally:
            if self._feeds.get((kind.name, scope)) is feed:  # else its successor has come already
                del self._feeds[kind.name, scope]

    # Liveness

    async def _watch_silence(self) -> None:
        """A half-open link closes nothing: silence is answered by one small question."""
        server = self.client.server
        while True:
            limit = self._numbers.front_silence if self.depth == "front" else self._numbers.light_silence
            age = self.heard_age()
            if not self.version or (age is not None and age >= limit and server.down_since is None):
                await self._ask_version()
            await self._clock.sleep(self._numbers.look)

    async def _ask_version(self) -> None:
        try:
            self.version = (await self.client.version(timeout=self._numbers.probe)).version
        except Unreachable as error:
            for feed in self._feeds.values():
                if self.argo.client_of(feed.kind.name) is self.client:
                    feed.suspect(error, self._clock.now() - (self.heard_age() or 0.0))
        except DeployError:
            self.version = self.version or "unknown"  # an answer all the same

    # Rights

    async def _review_rights(self) -> None:
        """While in front: when it comes there, each minute, and when told."""
        while True:
            self._review_now.clear()  # before: who asks meanwhile is answered by another round
            if self.depth == "front":
                await self._rights.review(self.needs)
                await self._check_watches()
            with contextlib.suppress(TimeoutError):
                async with self._clock.timeout(self._numbers.review):
                    await self._review_now.wait()

    async def _check_watches(self) -> None:
        """An open stream goes on when the right to it is taken away: it is opened again, and so refused."""
        for (name, scope), feed in list(self._feeds.items()):
            link = self.store.links.get((name, scope))
            if link is None or link.state is not LinkState.LIVE:
                continue
            if not await self._rights.allows("watch", feed.kind.resource, scope):
                feed.reopen()
