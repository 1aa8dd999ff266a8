"""Records every migration and hook Job of one environment, and says how far goose has come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tui import evidence, operation_log, watch_log
from tui.archive import Archive
from tui.clock import Clock
from tui.errors import DeployError
from tui.model.cluster import Event
from tui.model.goose import GooseRun, newest
from tui.model.health import job_status
from tui.model.job import Job
from tui.model.log import Chunk
from tui.model.watched import Span
from tui.recorded_job import RecordedJob, end, header, is_recorded
from tui.recording import RecordingFile, heard, index, masked, path_of, prune, summary
from tui.store import Store
from tui.tail import Selection, Tail, of_owner
from tui.tail_parts import InTurn, Logs

_LAST = 1.0  # seconds for what was read to reach the disk
_AGAIN = 5.0  # seconds between two tries to have a file that another cockpit writes, or a full disk refused
_EVENTS = 10.0  # seconds within which events have to come
_CONTAINERS = 1000  # of all attempts of a Job
_ASKED_AT_ONCE = 2  # Jobs whose events are asked for: of fifty hooks that end together the others wait
_OPENED_AT_ONCE = 4  # logs: fifty handshakes at once would hold up the screen

EventsOf = Callable[[str, Sequence[str]], Awaitable[list[Event]]]
"""Events of a namespace about objects of those uids; raises DeployError."""


class Recorder(Archive):
    """One per environment. What goose said goes to the store; `condition` says why nothing is kept, or ""."""

    def __init__(
        self,
        folder: Path,
        client: Logs,
        store: Store,
        clock: Clock,
        environment: str,
        events: EventsOf | None = None,
    ) -> None:
        super().__init__(folder, store, environment)
        self.condition = ""
        self._events_of = events
        self._client, self._clock = InTurn(client, clock, _OPENED_AT_ONCE), clock
        self._turn = asyncio.Lock()  # for the disk: of fifty that begin together each lets a key in
        self._asking = asyncio.Semaphore(_ASKED_AT_ONCE)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._written: set[str] = set()

    async def run(self) -> None:
        """Records until it is cancelled."""
        await self._recall()
        kinds, watched = ("Job", "links"), True
        place = (self._folder, self._environment)
        async with asyncio.TaskGroup() as group:
            group.create_task(watch_log.keep(*place, self._clock, self._watches, self._told), name="watched")
            group.create_task(operation_log.follow(*place, self._store, self._refused), name="operations")
            while True:
                versions = self._store.versions(kinds)
                if self._watches():
                    if not watched:
                        await self._recall()  # another recorder may have seen what we did not
                    self._begin(group)
                    watched = True
                elif self._running:
                    watched = False
                await self._store.changed(kinds, versions)

    async def _recall(self) -> None:
        """Takes what the disk knows."""
        self._remember(await asyncio.to_thread(index, self._folder, self._environment))

    def running(self) -> list[str]:
        """Uids of the Jobs that are being read."""
        return [uid for uid, task in self._running.items() if not task.done()]

    def writes(self, job_uid: str) -> bool:
        """Whether its file is ours; of several recorders only one has it."""
        return job_uid in self._written

    def _begin(self, group: asyncio.TaskGroup) -> None:
        """Reads the Jobs that are new; of those that went, another cockpit may have written the end."""
        jobs = {job.meta.uid: job for job in self._store.all("Job") if isinstance(job, Job)}
        for uid in [uid for uid, task in self._running.items() if task.done() and uid not in jobs]:
            del self._running[uid]
            self._note(uid)
        for uid, job in jobs.items():
            if uid in self._known and self._store.goose(uid) is None:
                self._store.set_goose(uid, self._known[uid].goose)
            if uid not in self._running and is_recorded(job):
                self._running[uid] = group.create_task(self._record(job), name=f"record {job.meta.name}")

    async def _record(self, job: Job) -> None:
        """Until the Job is over, with a file or without."""
        uid = job.meta.uid
        async with self._turn:
            await asyncio.sleep(0)
            work = RecordedJob(job, self._opened(job))
        try:
            while not (work.kept is not None and work.kept.ended) and not await self._read(work):
                # Not before: a file takes the log from its beginning only.
                work.kept, work.next = work.next, None
                work.runs.clear()
        finally:
            for file in (work.kept, work.next):
                if file is not None:
                    file.close()
        self._note(uid)

    async def _read(self, work: RecordedJob) -> bool:
        """Reads the log from its beginning; True at the Job's end, False to do it again with another file."""
        choose = partial(self._choose, work.job)
        tail = Tail(self._client, self._store, self._clock, choose, lines=None, most=_CONTAINERS)
        work_on = (self._take(tail, work), self._until_over(tail, work))
        tasks = [asyncio.create_task(each) for each in work_on]
        if work.kept is None:
            tasks.append(asyncio.create_task(self._until_writable(work)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if work.next is not None:
                return False
            if work.kept is not None:
                await self._note_events(work)
                async with self._turn:
                    await asyncio.sleep(0)
                    work.kept.end(end(self._environment, self._store, work, self._clock.now()))
        except OSError as error:
            self._refused(error)
            if work.kept is not None:
                work.kept.close()
                work.kept = None
            return False
        finally:
            await _cancelled(*tasks)
        return True

    async def _take(self, tail: Tail, work: RecordedJob) -> None:
        uid = work.job.meta.uid
        async with contextlib.aclosing(tail.batches()) as batches:
            async for batch in batches:
                for item in batch:
                    if isinstance(item, Chunk):
                        work.runs[item.source] = heard(work.runs.get(item.source, GooseRun()), item)
                self._store.set_goose(uid, newest(work.runs.values()))
                if work.kept is not None:
                    work.kept.write(batch)

    async def _until_over(self, tail: Tail, work: RecordedJob) -> None:
        """Returns when the Job ended after its last line was written."""
        uid = work.job.meta.uid
        while True:
            versions = self._store.versions(("Job", "Pod"))
            found = self._store.by_uid("Job", uid)
            work.job = found if isinstance(found, Job) else work.job
            self._note_exits(work)
            if self._over(uid):
                await self._clock.sleep(_LAST)
                while not tail.drained:
                    await self._clock.sleep(_LAST)
                self._note_exits(work)
                return
            await self._store.changed(("Job", "Pod"), versions)

    async def _until_writable(self, work: RecordedJob) -> None:
        while work.next is None:
            await self._clock.sleep(_AGAIN)
            work.next = self._opened(work.job)

    def _opened(self, job: Job) -> RecordingFile | None:
        """Its file; None while another cockpit has it, or where it can't be written."""
        begun = header(self._environment, self._store, job, self._clock.now())
        try:
            if self._folder.is_dir():
                prune(self._folder)
            kept = RecordingFile.open(self._folder, begun)
        except OSError as error:
            self._refused(error)
            return None
        self.condition = ""
        if kept is not None and not kept.ended:
            self._written.add(job.meta.uid)
        return kept

    def _refused(self, error: OSError) -> None:
        self.condition = f"recordings are off: {(error.strerror or str(error)).lower()}: {self._folder}"

    def _note_exits(self, work: RecordedJob) -> None:
        """Before the next attempt makes them forgotten."""
        ended = work.look(of_owner(self._store, work.job.meta.uid))
        for one in ended if work.kept is not None else ():
            assert work.kept is not None
            work.kept.note(evidence.of_exit(one))

    async def _note_events(self, work: RecordedJob) -> None:
        """They outlive their objects by an hour, so the end is early enough."""
        if self._events_of is None or work.kept is None:
            return
        with contextlib.suppress(DeployError, TimeoutError):  # what is not allowed, or gone, is not kept
            found = await self._events(self._events_of, work)
            for one in evidence.newest(found):
                message = masked(one.message.encode()).decode("utf-8", "replace")
                work.kept.note(evidence.of_event(replace(one, message=message)))

    async def _events(self, ask: EventsOf, work: RecordedJob) -> list[Event]:
        """The store's, where it has all of them: only the environment in front reads events."""
        if self._listed("Event"):
            there = (event for uid in work.uids for event in self._store.events(uid))
            return [one for one in there if isinstance(one, Event)]
        async with self._clock.timeout(_EVENTS), self._asking:
            return await ask(work.job.meta.namespace, work.uids)

    def _note(self, uid: str) -> None:
        """Takes what the disk says of a recording that ended."""
        found = summary(path_of(self._folder, self._environment, uid))
        if found is not None and self._known.get(uid) != found:
            self._remember((found,))
            self._store.set_goose(uid, found.goose)

    def _choose(self, job: Job) -> Selection:
        return Selection(of_owner(self._store, job.meta.uid), waits=f"the pod of job {job.meta.name}")

    def _over(self, uid: str) -> bool:
        """Whether the Job ended; one that is unknown because nobody lists Jobs now did not."""
        job = self._store.by_uid("Job", uid)
        if isinstance(job, Job):
            return job_status(job) in ("Complete", "Failed")
        return self._listed("Job")

    def _told(self, watched: tuple[Span, ...]) -> None:
        self.watched = watched

    def _watches(self) -> bool:
        return self._listed("Job") and self._listed("Pod")

    def _listed(self, kind: str) -> bool:
        link = self._store.link(kind)
        return link is not None and link.usable


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    ended: Awaitable[object] = asyncio.gather(*tasks, return_exceptions=True)
    await ended
