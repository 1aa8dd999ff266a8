"""One container's log through cuts and restarts: what the store says decides, never the end of a stream."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from tui.clock import Clock
from tui.errors import DeployError, Forbidden, Gone, Invalid
from tui.merge import utc
from tui.model.log import Chunk, Seam, SeamKind, Source
from tui.resume import Joint, Lines, Position
from tui.store import Store
from tui.tail_inbox import Inbox
from tui.tail_parts import Figures, LogClient, Wanted
from tui.tail_state import Instance, how_ended, instance_of, over, pod_of, restarted, why_waiting

_QUIET = 1.0  # seconds without a byte after which an overlap is decided
_STALL = 60.0  # seconds of silence after which one line is asked for
_GRACE = 3.0  # seconds a stream may go on after the store said its container ended
_BACKOFF = (0.5, 1.0, 2.0, 5.0, 10.0)
_END = b""


class ContainerTail:
    """Follows one container of one pod until the pod is gone or the container will not run again."""

    def __init__(self, client: LogClient, store: Store, clock: Clock, inbox: Inbox, wanted: Wanted) -> None:
        self.wanted = wanted
        self.figures = Figures()
        self._client, self._store, self._clock, self._inbox = client, store, clock, inbox
        self._instance: Instance | None = None
        self._position = Position()
        self._opened = False  # the present instance was read once
        self._drained = False  # the present instance was read to its end
        self._lost_at: float | None = None  # when the link broke
        self._back_at: float | None = None
        self._filled = 0
        self._attempt = 0

    async def run(self) -> None:
        """Reads until nothing more can come."""
        if self.wanted.previous:
            await self._read_previous(self.wanted.tail)
            self.figures.finished = True
            return
        while not self.figures.finished:
            versions = self._store.versions(("Pod",))
            try:
                wait = await self._step()
            except Forbidden as error:
                await self._seam(SeamKind.END, str(error), bad=True)
                return
            except (Invalid, Gone) as error:
                self.figures.words = error.title
                self._drained = ended = self._instance is not None and self._instance.ended is not None
                wait = 0.0 if ended else 5.0  # the store says that it runs: the kubelet is behind
            except DeployError as error:
                self._broke(error)
                wait = _BACKOFF[min(self._attempt, len(_BACKOFF) - 1)]
                self._attempt += 1
            if not self.figures.finished and wait is not None:
                await self._pause(versions, wait)

    async def _step(self) -> float | None:
        """One move; seconds to wait for a change of the store (0: as long as it takes), None to go on."""
        pod = pod_of(self._store, self.wanted.uid)
        if pod is None:
            await self._pod_gone()
            return None
        container = pod.container(self.wanted.container)
        now = instance_of(container)
        if now is None:
            self.figures.words = why_waiting(pod, container)
            return 0.0
        if self._instance is None:
            if container is not None and container.last is not None and not now.ended:
                await self._read_previous(self.wanted.tail)
                await self._seam(
                    SeamKind.RESTART, restarted(self.wanted.label, container, container.last), bad=True
                )
        elif now.id != self._instance.id:
            await self._finish_old(self._instance, now)
            if container is not None:
                ended = container.last if not now.ended else None
                await self._seam(SeamKind.RESTART, restarted(self.wanted.label, container, ended), bad=True)
            self._position, self._opened, self._drained = Position(), False, False
        self._instance = now
        if now.ended is None:
            self.figures.words = ""
            await self._read(follow=True)
            return 0.5
        if not self._drained:
            await self._read(follow=False)
            self._drained = True
        if over(pod, container):
            good = now.ended.exit_code == 0
            text = f"{self.wanted.label} {'done' if good else 'failed'}: {how_ended(now.ended)}"
            await self._seam(SeamKind.END, text, bad=not good)
            self.figures.finished = True
        self.figures.words = f"ended: {how_ended(now.ended)}"
        return 0.0

    async def _pod_gone(self) -> None:
        if self._lost_at is not None:
            self.figures.unknown_loss = True
            await self._seam(
                SeamKind.LOSS,
                f"{self.wanted.label} was deleted while the link was down: lines may be missing",
                bad=True,
                lost=-1,
            )
        await self._seam(SeamKind.END, f"{self.wanted.label} is gone")
        self.figures.finished = True

    async def _finish_old(self, old: Instance, now: Instance) -> None:
        """The end of the run that is no more, through `previous`."""
        if self._drained:
            return
        try:
            if now.restarts - old.restarts == 1 and not now.waiting:
                await self._read(follow=False, previous=True)
                return
            why = f"{now.restarts - old.restarts} runs since" if now.restarts > old.restarts else "gone"
        except (Invalid, Gone) as error:
            why = error.title
        self.figures.unknown_loss = True
        text = f"the end of {self.wanted.label}'s run is not recoverable: {why}"
        await self._seam(SeamKind.LOSS, text, bad=True, lost=-1)

    async def _read_previous(self, tail: int | None) -> None:
        lines = Lines()
        with contextlib.suppress(Invalid, Gone):  # no previous run is kept: nothing to splice in
            async with self._open(follow=False, previous=True, tail=tail) as chunks:
                async for chunk in chunks:
                    await self._hand_on(lines.feed(chunk), previous=True, replayed=True)
            await self._hand_on(lines.finish(), previous=True, replayed=True)

    def _open(
        self, *, follow: bool, previous: bool = False, since: str | None = None, tail: int | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        wanted = self.wanted
        return self._client.log(
            wanted.namespace,
            wanted.pod,
            wanted.container,
            follow=follow,
            previous=previous,
            since=since,
            tail=tail,
        )

    async def _read(self, *, follow: bool, previous: bool = False) -> None:
        """One stream, from where the last one ended."""
        first = not self._opened
        since = self._position.since or (self.wanted.since if first else None)
        tail = self.wanted.tail if first and self._position.since is None else None
        joint, lines = Joint(self._position), Lines()
        async with self._open(follow=follow, previous=previous, since=since, tail=tail) as chunks:
            self._opened = True
            if self._lost_at is not None and self._back_at is None:
                self._back_at = self._clock.now()
            self._attempt = 0
            async with contextlib.aclosing(self._pulled(chunks, follow)) as pulled:
                async for chunk in pulled:
                    if chunk is None:
                        await self._pass(joint, joint.settle(), rest=True)
                    elif whole := lines.feed(chunk):
                        replayed = first and self.figures.lines == 0
                        await self._pass(joint, joint.feed(whole), replayed=replayed)
        if not follow:
            await self._pass(joint, joint.feed(lines.finish()) if joint.done else b"")
        await self._pass(joint, joint.settle(), rest=True)

    async def _pass(self, joint: Joint, block: bytes, *, replayed: bool = False, rest: bool = False) -> None:
        if joint.gap:
            joint.gap = False
            self.figures.unknown_loss = True
            await self._seam(SeamKind.LOSS, "possible gap (log rotated)", bad=True, lost=-1)
        await self._hand_on(block, replayed=replayed)
        if self._lost_at is None or self._back_at is None:
            return
        self._filled += block.count(b"\n")
        back = utc(datetime.fromtimestamp(self._back_at).astimezone().isoformat().encode())
        if rest or utc(self._position.stamp) >= back:
            await self._link_seam()

    async def _link_seam(self) -> None:
        assert self._lost_at is not None
        assert self._back_at is not None
        lost, back = (
            datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")
            for at in (self._lost_at, self._back_at)
        )
        count, self._filled = self._filled, 0
        filled = f"{count} line{'s' * (count != 1)} filled in"
        self._lost_at = self._back_at = None
        await self._seam(SeamKind.LINK, f"link lost {lost}, back {back}: {filled}, none lost")

    async def _hand_on(self, block: bytes, *, replayed: bool = False, previous: bool = False) -> None:
        if not block:
            return
        count = block.count(b"\n")
        self.figures.lines += count
        if not previous:
            self._position.take(block)
            self.figures.last_stamp = self._position.stamp
        await self._inbox.put(Chunk(self.source, block, count, replayed))

    async def _seam(self, kind: SeamKind, text: str, *, bad: bool = False, lost: int = 0) -> None:
        await self._inbox.put(Seam(kind, text, self._clock.now(), bad, self.source, lost))

    @property
    def source(self) -> Source:
        """Who writes now."""
        wanted = self.wanted
        restart = self._instance.restarts if self._instance else 0
        return Source(wanted.namespace, wanted.pod, wanted.uid, wanted.container, restart, wanted.label)

    def _broke(self, error: DeployError) -> None:
        if self._lost_at is None:
            self._lost_at = self._clock.now()
        self._back_at = None
        self.figures.words = f"link lost: {error.title}"

    async def _pause(self, versions: tuple[int, ...], seconds: float) -> None:
        """Until a pod changes, or for so many seconds; 0: only a change counts."""
        with contextlib.suppress(TimeoutError):
            if not seconds:
                await self._store.changed(("Pod",), versions)
            else:
                async with self._clock.timeout(seconds):
                    await self._store.changed(("Pod",), versions)

    def _current(self) -> bool:
        """Whether the run that is read is the one the store knows as running."""
        pod = pod_of(self._store, self.wanted.uid)
        now = instance_of(pod.container(self.wanted.container)) if pod else None
        return now is not None and now.ended is None and now.id == (self._instance and self._instance.id)

    async def _pulled(self, chunks: AsyncIterator[bytes], follow: bool) -> AsyncGenerator[bytes | None, None]:
        """Chunks; None once after each second's rest. Ends with the stream, or when it hangs."""
        pull: asyncio.Task[bytes] | None = None
        silent = ended = 0.0
        try:
            while True:
                if pull is None:
                    pull = asyncio.create_task(_next(chunks))
                timer = asyncio.create_task(self._clock.sleep(_QUIET))
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
                silent += _QUIET
                ended = 0.0 if self._current() else ended + _QUIET
                if follow and (ended >= _GRACE or (silent >= _STALL and await self._missed())):
                    return
                silent %= _STALL
        finally:
            if pull is not None:
                pull.cancel()
                await asyncio.gather(pull, return_exceptions=True)

    async def _missed(self) -> bool:
        """Whether the container wrote since the last line read: the stream went silent for good."""
        lines, found = Lines(), b""
        async with self._open(follow=False, tail=1) as chunks:
            async for chunk in chunks:
                found += lines.feed(chunk)
        return utc(found.partition(b" ")[0]) > utc(self._position.stamp)


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    async for chunk in chunks:
        if chunk:
            return chunk
    return _END
