"""Writes the lines of running containers: what they say at the start, while they work, and at their end."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tui.demo.behaviours.common import Object, seconds_of
from tui.demo.behaviours.goose import output
from tui.demo.behaviours.lines import Voice
from tui.demo.behaviours.scripted import Script, script_of
from tui.demo.logbook import LogBook

# A clock that leaps ahead must not make a million lines.
_MOST_AT_ONCE = 400
_HISTORY = 80


@dataclass(slots=True)
class _Talker:
    """A running container instance and what it will say next."""

    uid: str
    container: str
    instance: int
    voice: Voice
    script: Script
    told: Iterator[tuple[float, str]] | None = None
    next_line: tuple[float, str] | None = None
    due: float = 0.0


class Logs:
    """The voices of one cluster's containers."""

    def __init__(self, book: LogBook) -> None:
        self._book = book
        self._talkers: dict[tuple[str, str], _Talker] = {}
        self._heap: list[tuple[float, str, str, int]] = []

    def begin(self, pod: Object, container: str, instance: int, script: Script, at: float) -> None:
        """A container instance starts to run."""
        talker = self._enter(pod, container, instance, script)
        told = _told(script, at)
        if told is not None:
            talker.told = told
            talker.next_line = next(talker.told, None)
            if talker.next_line is not None:
                self._wait(talker, talker.next_line[0])
            return
        self._write(talker, talker.voice.starting(at), at)
        if script.rate > 0:
            self._wait(talker, at + 1 / script.rate)

    def adopt(
        self, pod: Object, container: str, instance: int, script: Script, began: float, now: float
    ) -> None:
        """Goes on with a container that ran before anybody looked, without a first line."""
        if (pod["metadata"]["uid"], container) in self._talkers:
            return
        talker = self._enter(pod, container, instance, script)
        talker.voice.count = len(self._book.log(talker.uid, container, instance).lines)
        told = _told(script, began)
        if told is not None:
            talker.told = (entry for entry in told if entry[0] > now)
            talker.next_line = next(talker.told, None)
            if talker.next_line is not None:
                self._wait(talker, talker.next_line[0])
        elif script.rate > 0:
            self._wait(talker, now + 1 / script.rate)

    def end(self, uid: str, container: str, at: float, code: int, *, asked: bool = False) -> None:
        """The container's last words; its log is closed."""
        talker = self._talkers.pop((uid, container), None)
        if talker is None:
            return
        self._catch_up(talker, at)
        voice, script = talker.voice, talker.script
        if talker.told is None and not script.oom:
            if asked:
                self._write(talker, voice.stopping(at), at)
            elif code and script.trace:
                lines = voice.trace(at)
                self._write(talker, lines[0], at)
                for line in lines[1:]:
                    self._write(talker, line, at, "stderr")
            elif code:
                self._write(talker, voice.fatal(at), at, "stderr" if script.log == "text" else "stdout")
        self._book.log(uid, container, talker.instance).close()

    def forget(self, uid: str) -> None:
        """The pod is gone, and its logs with it."""
        for key in [each for each in self._talkers if each[0] == uid]:
            del self._talkers[key]
        self._book.forget(uid)

    def step(self, now: float) -> None:
        """Writes every line whose time has come."""
        while self._heap and self._heap[0][0] <= now:
            _, uid, container, instance = heapq.heappop(self._heap)
            talker = self._talkers.get((uid, container))
            if talker is not None and talker.instance == instance:
                self._speak(talker, now)

    def _enter(self, pod: Object, container: str, instance: int, script: Script) -> _Talker:
        uid = pod["metadata"]["uid"]
        voice = voice_of(pod, container, instance, script)
        talker = _Talker(uid, container, instance, voice, script)
        self._talkers[uid, container] = talker
        return talker

    def _speak(self, talker: _Talker, now: float) -> None:
        if talker.told is not None:
            self._catch_up(talker, now)
            if talker.next_line is not None:
                self._wait(talker, talker.next_line[0])
            return
        pause = 1 / talker.script.rate
        at = max(talker.due, now - _MOST_AT_ONCE * pause)
        while at <= now:
            self._write(talker, talker.voice.line(at), at)
            at += pause * talker.voice.random.uniform(0.5, 1.5)
        self._wait(talker, at)

    def _catch_up(self, talker: _Talker, now: float) -> None:
        while talker.told is not None and talker.next_line is not None and talker.next_line[0] <= now:
            stream = "stderr" if talker.script.goose is not None else "stdout"
            self._write(talker, talker.next_line[1], talker.next_line[0], stream)
            talker.next_line = next(talker.told, None)

    def _wait(self, talker: _Talker, at: float) -> None:
        talker.due = at
        heapq.heappush(self._heap, (at, talker.uid, talker.container, talker.instance))

    def _write(self, talker: _Talker, text: str, at: float, stream: str = "stdout") -> None:
        self._book.log(talker.uid, talker.container, talker.instance).write(text, at, stream)


def _told(script: Script, began: float) -> Iterator[tuple[float, str]] | None:
    """The lines of a program whose output is known from its start; None for one that speaks by chance."""
    if script.goose is not None:
        return output(script.goose, began)
    return script.shell.output(began) if script.shell is not None else None


def voice_of(pod: Object, container: str, instance: int, script: Script) -> Voice:
    """The voice of one container instance; the same each time for the same pod."""
    spec = next(
        each
        for member in ("containers", "initContainers")
        for each in pod["spec"].get(member) or ()
        if each["name"] == container
    )
    service, _, version = spec.get("image", "").rsplit("/", 1)[-1].partition(":")
    named = next(
        (each.get("value") for each in spec.get("env") or () if each["name"] == "SERVICE_NAME"), None
    )
    chance = Random(f"{pod['metadata']['namespace']}/{pod['metadata']['name']}/{container}/{instance}")
    return Voice(named or service, version or "latest", script.log, chance)


def write_history(book: LogBook, pod: Object, now: float) -> None:
    """The log that a pod of a scene already has: of each container's present run and of the one before."""
    status = pod.get("status") or {}
    for entry in [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]:
        script = script_of(pod, entry["name"])
        count = entry.get("restartCount", 0)
        state = entry.get("state") or {}
        before = (entry.get("lastState") or {}).get("terminated")
        if before:
            _write_run(
                book, pod, entry["name"], count - 1 if "running" in state else count, script, before, now
            )
        if "running" in state or "terminated" in state:
            _write_run(
                book, pod, entry["name"], count, script, state.get("running") or state["terminated"], now
            )


def _write_run(
    book: LogBook, pod: Object, container: str, instance: int, script: Script, run: Object, now: float
) -> None:
    log = book.log(pod["metadata"]["uid"], container, max(instance, 0))
    began = seconds_of(run["startedAt"])
    ended = seconds_of(run["finishedAt"]) if "finishedAt" in run else None
    told = _told(script, began)
    if told is not None:
        for at, text in told:
            if at <= now:
                log.write(text, at, "stderr")
    else:
        voice = voice_of(pod, container, instance, script)
        log.write(voice.starting(began), began)
        until = now if ended is None else ended
        pause = 1 / script.rate if script.rate > 0 else 0
        at = max(began + pause, until - _HISTORY * pause)
        while pause and at < until:
            log.write(voice.line(at), at)
            at += pause * voice.random.uniform(0.5, 1.5)
        if ended is not None and run.get("exitCode") and not script.oom:
            lines = voice.trace(ended) if script.trace else [voice.fatal(ended)]
            for line in lines:
                log.write(line, ended)
    if ended is not None:
        log.close()
