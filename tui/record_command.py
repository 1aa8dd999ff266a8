"""`deploytui record`: the flight recorder without a screen; it reads only, and says in lines what it does."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tui.clock import Clock
from tui.errors import Misconfigured
from tui.loop import Loop
from tui.model.health import job_status
from tui.model.job import Job
from tui.model.past_run import ending
from tui.model.recording import Recording
from tui.opening import Opening
from tui.recorder import Recorder
from tui.session import Session
from tui.sessions import AnySession
from tui.settings import Settings
from tui.store import LinkState
from tui.wire.plain import plain

KINDS = frozenset({"Job", "Pod", "Application", "Namespace"})
"""What it reads, besides logs and events."""
_LOOK = 1.0  # seconds between two looks at what there is to say
_STOP = 5.0  # seconds within which streams have to end

Say = Callable[[str], None]


@dataclass(slots=True)
class _Told:
    """What was said of one environment."""

    link: str = ""
    condition: str = ""
    recording: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)


def run(settings: Settings, clock: Clock, *, only: str) -> int:
    """Until SIGTERM, SIGINT or SIGHUP: 0; 2 where there is nothing that could be recorded."""
    chosen = tuple(one for one in settings.environments if only in ("", one.name))
    reading = replace(settings, environments=chosen, readonly=True)

    def say(words: str) -> None:
        at = datetime.fromtimestamp(clock.now(), UTC)
        print(f"{at:%Y-%m-%dT%H:%M:%SZ} {plain(words)}", flush=True)

    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(record(reading, clock, say))


async def record(settings: Settings, clock: Clock, say: Say) -> int:
    """Records all environments of these settings until a signal comes."""
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    opening = Opening(settings, clock, os.environ)
    sessions: list[AnySession] = []
    try:
        for environment in settings.environments:
            try:
                sessions.append(opening.session(environment))
            except Misconfigured as error:
                if len(settings.environments) == 1:
                    raise
                say(f"{environment.name}: not recorded: {error}")
        if not sessions:
            raise Misconfigured("there is nothing to record", "name an environment of the configuration")
        say(f"recordings go to {settings.recordings or settings.state / 'recordings'}")
        for session in sessions:
            if isinstance(session, Session):
                session.only = KINDS
                session.beside.pop("schemas", None)  # it executes nothing
            session.start()
        await _tell(sessions, clock, say, over)
        say("ended by a signal; what was read is on the disk")
        return 0
    finally:
        await _stopped(sessions, opening)


async def _stopped(sessions: list[AnySession], opening: Opening) -> None:
    try:
        async with asyncio.timeout(_STOP):
            await asyncio.gather(*(session.stop() for session in sessions))
            await opening.close()
    except TimeoutError:
        print("a stream did not end in time", file=sys.stderr)


async def _tell(sessions: list[AnySession], clock: Clock, say: Say, over: asyncio.Event) -> None:
    """Says what is new each second; raises what ended a session, which would be a bug."""
    told = {session.environment.name: _Told() for session in sessions}
    while not over.is_set():
        for session in sessions:
            session.check()
            _news(session, told[session.environment.name], say)
        waiting = asyncio.create_task(over.wait())
        sleeping = asyncio.create_task(clock.sleep(_LOOK))
        await asyncio.wait((waiting, sleeping), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        sleeping.cancel()


def _news(session: AnySession, told: _Told, say: Say) -> None:
    name, recorder = session.environment.name, session.recorder
    link = session.link
    state = "watching" if link.usable else link.state.value
    if link.state is not LinkState.CONNECTING and state != told.link:
        told.link = state
        why = f": {session.error}" if session.error is not None else ""
        say(f"{name}: {state} {session.client.server.access.server}{why}")
    if recorder is None:
        return
    if recorder.condition != told.condition:
        told.condition = recorder.condition
        say(f"{name}: {recorder.condition or 'recordings are on again'}")
    for uid in recorder.running():
        job = session.store.by_uid("Job", uid)
        if uid not in told.recording and isinstance(job, Job):
            told.recording.add(uid)
            if job_status(job) not in ("Complete", "Failed"):
                say(f"{name}: {_begins(recorder, job)}")
    for one in recorder.hooks():
        if recorder.writes(one.job_uid) and one.job_uid not in told.ended and one.ended is not None:
            told.ended.add(one.job_uid)
            say(f"{name}: {_ends(one)}")


def _begins(recorder: Recorder, job: Job) -> str:
    where = "recording" if recorder.writes(job.meta.uid) else "reading, another recorder writes"
    return f"{where} job {job.meta.path} ({job.meta.uid})"


def _ends(one: Recording) -> str:
    took = f" in {one.took:.0f} s" if one.took is not None else ""
    version = f", version {one.goose.version}" if one.goose.version is not None else ""
    attempts = f", {one.attempts} attempts" if one.attempts > 1 else ""
    of = f" of {one.application}" if one.application else ""
    return f"job {one.namespace}/{one.job}{of}: {ending(one)}{took}{attempts}{version}"
