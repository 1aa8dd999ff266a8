"""One container's log through cuts and restarts: what the store says decides, never the end of a stream."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from functools import partial

from tui.clock import Clock
from tui.errors import DeployError, Forbidden, Gone, Invalid, Unreachable
from tui.merge import utc
from tui.model.log import Chunk, Seam, SeamKind, Source
from tui.model.pod import Container, Ended
from tui.resume import Joint, Lines, Position, whole
from tui.store import Store
from tui.tail_behind import Behind
from tui.tail_inbox import Inbox
from tui.tail_parts import Figures, Logs, Wanted
from tui.tail_pull import QUIET, pulled
from tui.tail_state import (
    Instance,
    how_ended,
    instance_of,
    just_restarted,
    link_back,
    over,
    pod_of,
    restarted,
    why_waiting,
)

STALL = 60.0  # seconds of silence after which one line is asked for
_ANSWER = 10.0  # seconds within which it has to come
_GRACE = 3.0  # seconds a stream may go on after the store said its container ended
_RIGHTS = 15.0  # seconds after which a forbidden log is asked for again
_BACKOFF = (0.5, 1.0, 2.0, 5.0, 10.0)


class ContainerTail:
    """Follows one container of one pod until the pod is gone or the container will not run again."""

    def __init__(
        self,
        client: Logs,
        store: Store,
        clock: Clock,
        inbox: Inbox,
        wanted: Wanted,
        stall: float = STALL,
    ) -> None:
        self.wanted = wanted
        self.figures = Figures()
        self._open = partial(client.log, wanted.namespace, wanted.pod, wanted.container)
        self._store, self._clock, self._inbox, self._stall = store, clock, inbox, stall
        self._instance: Instance | None = None
        self._position = Position()
        self._behind = Behind()
        self._opened = False  # the present instance was read once
        self._drained = False  # the present instance was read to its end
        self._waits = ""  # the instance of which it was said that the next one waits
        self._forbidden = False  # and that was said
        self._over = 0.0  # seconds since the store said that the run that is read has ended
        self._whole = False  # the present instance is read from its first line
        self._lost_at: float | None = None  # when the link broke
        self._back_at: float | None = None
        self._filled = 0
        self._gapped = False  # since the link broke
        self._attempt = 0

    async def run(self) -> None:
        """Reads until nothing more can come."""
        while not self.figures.finished:
            versions = self._store.versions(("Pod",))
            try:
                wait = await self._step()
            except Forbidden as error:
                if not self._forbidden:
                    await self._seam(SeamKind.END, str(error), bad=True)
                self._forbidden, self.figures.words = True, error.title
                wait = _RIGHTS
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
        if self.wanted.previous:
            await self._previous_alone(container)
            return None
        now = instance_of(container)
        if container is None or now is None:
            self.figures.words = why_waiting(pod, container)
            return 0.0
        if self._instance is None:
            if just_restarted(container, self._clock.now()) and await self._read_previous():
                await self._restarted(container, container.last)
                self._whole = True
        elif now.id != self._instance.id:
            await self._finish_old(self._instance, now)
            await self._restarted(container, container.last if not now.ended else None)
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
            how = f"{'done' if good else 'failed'}: {how_ended(now.ended)}"
            await self._seam(SeamKind.END, f"{self.wanted.label} {how}", bad=not good, at=now.ended.finished)
            self.figures.finished = True
        self.figures.words = f"ended: {how_ended(now.ended)}"
        if now.waiting:
            self.figures.words += ", waits to start again"
            if self._waits != now.id:
                self._waits = now.id
                text = f"{self.wanted.label} {self.figures.words}: {container.waiting}"
                await self._seam(SeamKind.WAIT, text, bad=True, at=now.ended.finished)
        return 0.0

    async def _restarted(self, container: Container, ended: Ended | None) -> None:
        text = restarted(self.wanted.label, container, ended)
        await self._seam(SeamKind.RESTART, text, bad=True, at=container.running_since)

    async def _pod_gone(self) -> None:
        if self._lost_at is not None:
            await self._gap(f"{self.wanted.label} was deleted while the link was down: lines may be missing")
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
        await self._gap(f"the end of {self.wanted.label}'s run is not recoverable: {why}")

    async def _previous_alone(self, container: Container | None) -> None:
        """The run before the present one, and how it ended."""
        ended = container.last if container is not None else None
        if not await self._read_previous():
            await self._seam(SeamKind.END, f"{self.wanted.label}: no run before this one is kept")
        elif ended is not None:
            text = f"{self.wanted.label} ended: {how_ended(ended)}"
            await self._seam(SeamKind.END, text, bad=ended.exit_code != 0, at=ended.finished)
        self.figures.finished = True

    async def _read_previous(self) -> bool:
        """Hands on the run before, in one piece so that a second try doubles nothing; False: none is kept."""
        since, tail = self.wanted.since, self.wanted.tail
        try:
            async with self._open(follow=False, previous=True, since=since, tail=tail) as chunks:
                block = await whole(chunks)
        except (Invalid, Gone):
            return False
        await self._hand_on(block, previous=True, replayed=True)
        return True

    async def _read(self, *, follow: bool, previous: bool = False) -> None:
        """One stream, from where the last one ended."""
        first = not self._opened
        since = self._position.since or (self.wanted.since if first else None)
        tail = self.wanted.tail if first and since is None and not self._whole else None
        joint, lines, self._behind = Joint(self._position), Lines(), Behind()
        async with self._open(follow=follow, previous=previous, since=since, tail=tail) as chunks:
            self._opened, self._forbidden = True, False
            if self._lost_at is not None and self._back_at is None:
                self._back_at = self._clock.now()
            self._attempt, self._over = 0, 0.0
            hangs = self._hangs if follow else _never
            async with contextlib.aclosing(pulled(chunks, self._clock, hangs)) as pulling:
                async for chunk in pulling:
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
            await self._gap("possible gap (log rotated)")
        count = block.count(b"\n")
        leap = self._behind.look(block, self._clock.now()) if block else -1
        if leap >= 0:
            await self._hand_on(block[:leap], replayed=replayed)
            await self._gap("possible gap (read too slowly, log rotated)")
            block = block[leap:]
        await self._hand_on(block, replayed=replayed)
        if self._lost_at is None or self._back_at is None:
            return
        self._filled += count
        back = datetime.fromtimestamp(self._back_at, UTC).isoformat().encode()
        if rest or utc(self._position.stamp) >= utc(back):
            await self._link_seam()

    async def _gap(self, text: str) -> None:
        """Lines may be missing here, nobody knows how many."""
        self.figures.unknown_loss = self._gapped = True
        await self._seam(SeamKind.LOSS, text, bad=True, lost=-1)

    async def _link_seam(self) -> None:
        assert self._lost_at is not None
        assert self._back_at is not None
        text = link_back(self._lost_at, self._back_at, self._filled, whole=not self._gapped)
        self._lost_at, self._back_at, self._filled, self._gapped = None, None, 0, False
        await self._seam(SeamKind.LINK, text)

    async def _hand_on(self, block: bytes, *, replayed: bool = False, previous: bool = False) -> None:
        if not block:
            return
        count = block.count(b"\n")
        self.figures.lines += count
        if not previous:
            self._position.take(block)
            self.figures.last_stamp = self._position.stamp
        await self._inbox.put(Chunk(self.source, block, count, replayed))

    async def _seam(
        self, kind: SeamKind, text: str, *, bad: bool = False, lost: int = 0, at: float | None = None
    ) -> None:
        when = self._clock.now() if at is None else at
        await self._inbox.put(Seam(kind, text, when, bad, self.source, lost))

    @property
    def caught_up(self) -> bool:
        """Whether its history has begun to come, or there is none to wait for."""
        figures, run = self.figures, self._instance
        return figures.finished or bool(figures.words or (figures.lines and run and not run.ended))

    @property
    def source(self) -> Source:
        """Who writes now."""
        wanted = self.wanted
        restart = self._instance.restarts if self._instance else 0
        return Source(wanted.namespace, wanted.pod, wanted.uid, wanted.container, restart, wanted.label)

    def _broke(self, error: DeployError) -> None:
        if self._lost_at is None:
            self._lost_at, self._gapped = self._clock.now(), False
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

    async def _hangs(self, silent: float) -> bool:
        """A followed stream is over when the store says so, or when lines came that it did not bring."""
        self._over = 0.0 if self._current() else self._over + QUIET
        return self._over >= _GRACE or (silent % self._stall < QUIET and await self._missed())

    async def _missed(self) -> bool:
        """Whether the container wrote since the last line read: the stream went silent for good."""
        try:
            async with self._clock.timeout(_ANSWER), self._open(follow=False, tail=1) as chunks:
                found = await whole(chunks)
        except TimeoutError:
            raise Unreachable("the log does not answer") from None
        return utc(found.partition(b" ")[0]) > utc(self._position.stamp)


async def _never(silent: float) -> bool:
    return False
