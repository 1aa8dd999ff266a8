"""Applications on the simulator or on a real Argo CD: scenarios by name, every state that a watch sees."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import httpx

from tests.demo_argo import play
from tests.demo_control import WorldControl
from tui.model.application import Application
from tui.model.operation import running_now
from tui.wire.kinds import KINDS

Object = dict[str, Any]

HOME = "/apis/argoproj.io/v1alpha1/namespaces/argocd"
MERGE = {"content-type": "application/merge-patch+json"}
_ATTEMPTS = 5  # of a scenario that meets another writer
_KINDS = (
    (r"^waiting for (completion) of hook", "hook"),
    (r"^waiting for deletion of", "deletion"),
    (r"^waiting for healthy state of", "healthy"),
    (r"blocked by sync window$", "blocked"),
    (r"Retrying attempt #(\d+) at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.$", "waits"),
    (r"^Retrying operation\. Attempt #(\d+)$", "again"),
    (r"^successfully synced", "done"),
    (r"unsuccessfully( \(retried \d+ times\)\.)?$", "failed"),
    (r"^Operation terminated$", "terminated"),
    (r"^$", "begun"),
)


class State(NamedTuple):
    """What an operation's record says: its phase, what its message is about, the phases of its hooks."""

    phase: str
    message: str
    hooks: tuple[str, ...]


@dataclass(slots=True)
class Watched:
    """One Application, event by event; what counts begins at `began`."""

    events: list[Object] = field(default_factory=list)
    began: int = 0

    @property
    def last(self) -> Object:
        """As it is now."""
        return self.events[-1]

    def mark(self) -> None:
        """From here on everything counts."""
        self.began = len(self.events)

    def states(self) -> list[State]:
        """Each once as long as it lasted; the deletion of old hooks is left out, for there may be none."""
        records = [(each.get("status") or {}).get("operationState") for each in self.events[self.began :]]
        found = [state_of(each) for each in records if each]
        return [one for one, _ in groupby(each for each in found if each.message != "deletion")]

    def words(self) -> list[str]:
        """What the cockpit calls it, each once as long as it lasted."""
        found = [running_now(record(each), 0.0).word for each in self.events[self.began :]]
        return [one for one, _ in groupby(each for each in found if each != "deletion")]


def record(obj: Object) -> Application:
    """As the cockpit reads it."""
    found = KINDS["Application"].read(json.dumps(obj).encode())
    assert isinstance(found, Application)
    return found


def state_of(told: Object) -> State:
    """Of an operationState."""
    message = told.get("message", "")
    kind = next((name for pattern, name in _KINDS if re.search(pattern, message)), message)
    rows = (told.get("syncResult") or {}).get("resources") or ()
    hooks = tuple(each["hookPhase"] for each in rows if each.get("hookType"))
    return State(told.get("phase", ""), kind, hooks)


@dataclass(slots=True)
class ArgoPlace:
    """`world` is the simulator's control; `command` the real bench's `argo/scenario`."""

    http: httpx.AsyncClient
    world: WorldControl | None = None
    command: str = ""
    touched: set[tuple[str, str]] = field(default_factory=set)

    async def mend(self) -> None:
        """Brings what was touched back to a good version; a world of its own is not worth it."""
        for service, environment in sorted(self.touched) if self.world is None else ():
            name = f"{service}-{environment}"
            if "operation" in await self.application(name):
                await self.terminate(name)
            for last in (False, True):
                try:
                    await self.play("repair", service, environment)
                    break
                except AssertionError as error:  # the bench keeps one file for all scenarios that run at once
                    if last or "error decoding patch" not in str(error):
                        raise

    async def terminate(self, name: str) -> None:
        """As an operator does."""
        body = {"status": {"operationState": {"phase": "Terminating"}}}
        answer = await self.patch(f"applications/{name}", body)
        assert answer.status_code == 200, answer.text

    async def application(self, name: str) -> Object:
        """As it is."""
        answer = await self.http.get(f"{HOME}/applications/{name}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def patch(self, path: str, body: Object) -> httpx.Response:
        """A merge patch of something in Argo CD's namespace."""
        return await self.http.patch(f"{HOME}/{path}", content=json.dumps(body), headers=MERGE)

    async def play(self, name: str, service: str, environment: str) -> None:
        """A scenario; on the real one until its state is there, on the simulator its beginning."""
        self.touched.add((service, environment))
        if self.world is not None:
            play(self.world, name, service, environment)
            return
        environ = {**os.environ, "SLOW_SECONDS": "4"}
        for attempt in range(1, _ATTEMPTS + 1):
            process = await asyncio.create_subprocess_exec(
                self.command,
                name,
                service,
                environment,
                env=environ,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            said, _ = await process.communicate()
            if process.returncode == 0:
                return
            # It writes with the version that it read: where the controller came between, nothing was written.
            assert "Error from server (Conflict)" in said.decode(), said.decode()
            assert attempt < _ATTEMPTS, said.decode()

    async def sync(self, name: str, **more: Any) -> Object:
        """Writes an operation as an operator does, again on a conflict; the Application as it is then."""
        while (answer := await self._asked(name, more)).status_code == 409:
            pass
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def _asked(self, name: str, more: Object) -> httpx.Response:
        found = await self.application(name)
        asked = {
            "syncStrategy": {"hook": {}},
            "syncOptions": found["spec"]["syncPolicy"]["syncOptions"],
            **more,
        }
        body = {
            "metadata": {"resourceVersion": found["metadata"]["resourceVersion"]},
            "operation": {"initiatedBy": {"username": "contract"}, "sync": asked},
            "status": {"operationState": None},
        }
        return await self.patch(f"applications/{name}", body)

    async def job(self, path: str, holds: Callable[[Object], Any], within: float = 60) -> Object:
        """The Job at that path once it is so."""
        async with asyncio.timeout(within):
            while True:
                found: Object = (await self.http.get(path)).json()
                if holds(found):
                    return found
                await asyncio.sleep(0.2)

    @asynccontextmanager
    async def watching(self, name: str) -> AsyncIterator[Watched]:
        """Every event from now on."""
        found = await self.application(name)
        seen = Watched([found])
        version = found["metadata"]["resourceVersion"]
        task = asyncio.create_task(self._watch(name, version, seen.events))
        try:
            yield seen
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self, name: str, version: str, events: list[Object]) -> None:
        told = {"watch": "1", "fieldSelector": f"metadata.name={name}", "resourceVersion": version}
        path = f"{HOME}/applications"
        async with self.http.stream("GET", path, params=told, timeout=httpx.Timeout(30, read=None)) as answer:
            async for line in answer.aiter_lines():
                event = json.loads(line)
                if event["type"] in ("ADDED", "MODIFIED"):
                    events.append(event["object"])

    async def until(self, seen: Watched, holds: Callable[[Object], Any], within: float = 120) -> Object:
        """The Application once it is so."""
        try:
            async with asyncio.timeout(within):
                while not holds(seen.last):  # noqa: ASYNC110 - another process is waited for
                    await asyncio.sleep(0.05)
        except TimeoutError:
            told = (seen.last["status"].get("operationState") or {}).get("message")
            raise AssertionError(f"{status_of(seen.last)}, {told}: {seen.states()}") from None
        return seen.last


def phase_of(obj: Object) -> str:
    """Of the last operation; "" while one is asked for that nobody began."""
    return str(((obj.get("status") or {}).get("operationState") or {}).get("phase", ""))


def over(obj: Object) -> bool:
    """No operation is asked for or under way."""
    return "operation" not in obj and phase_of(obj) in ("Succeeded", "Failed", "Error")


def status_of(obj: Object) -> tuple[str, str, str]:
    """(sync, health, phase of the last operation)."""
    status = obj.get("status") or {}
    sync, health = status.get("sync") or {}, status.get("health") or {}
    return sync.get("status", ""), health.get("status", ""), phase_of(obj)


def history_of(obj: Object) -> int:
    """How many deployments are remembered: the newest one's number, for old ones are dropped."""
    history = (obj.get("status") or {}).get("history") or []
    return int(history[-1]["id"]) if history else -1
