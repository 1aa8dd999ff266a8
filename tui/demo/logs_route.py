"""GET pods/log: which run's log is meant, from where on, and followed to its end."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from starlette.responses import Response, StreamingResponse

from tui.demo.ask import Ask
from tui.demo.faults import Aborted
from tui.demo.kinds import Kind
from tui.demo.logbook import ContainerLog, Line
from tui.demo.status import invalid, not_found, refuse
from tui.demo.world import Stream

Object = dict[str, Any]

_OPTIONS = Kind("", "v1", "PodLogOptions", "")
_CHUNK_LINES = 2000
_WAITING = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}


def get_log(ask: Ask) -> Response:
    """The text; Refused 400 in the words of the API server and the kubelet."""
    target = ask.target
    pod = ask.environment.cluster.get("Pod", target.namespace, target.name)
    if pod is None:
        raise not_found(target.kind, target.name)
    _check(ask)
    container = _container(pod, ask.params.get("container", ""))
    since = _since(ask)
    if not (pod.get("spec") or {}).get("nodeName"):
        return Response(status_code=204)
    instance = _instance(pod, container, previous=ask.flag("previous"))
    log = ask.environment.logs.log(pod["metadata"]["uid"], container, instance)
    follow = ask.flag("follow") and not ask.flag("previous")
    if follow and not _runs(pod, container):
        follow = False
    reader = _Reader(ask, log, since, follow=follow)
    return StreamingResponse(reader.chunks(), headers={"content-type": "text/plain"})


def _container(pod: Object, name: str) -> str:
    spec, pod_name = pod.get("spec") or {}, pod["metadata"]["name"]
    first = [each["name"] for each in spec.get("containers") or ()]
    init = [each["name"] for each in spec.get("initContainers") or ()]
    if name:
        if name not in first + init:
            raise refuse(400, f"container {name} is not valid for pod {pod_name}")
        return name
    if len(first) == 1:
        return str(first[0])
    names = " ".join(init + first)
    raise refuse(400, f"a container name must be specified for pod {pod_name}, choose one of: [{names}]")


def _entry(pod: Object, container: str) -> Object | None:
    status = pod.get("status") or {}
    for member in ("containerStatuses", "initContainerStatuses"):
        for each in status.get(member) or ():
            if each["name"] == container:
                found: Object = each
                return found
    return None


def _runs(pod: Object, container: str) -> bool:
    entry = _entry(pod, container) or {}
    return "running" in (entry.get("state") or {})


def _instance(pod: Object, container: str, *, previous: bool) -> int:
    """The run that is read, as its restart count."""
    name, entry = pod["metadata"]["name"], _entry(pod, container)
    if entry is None:
        raise refuse(400, f'container "{container}" in pod "{name}" is not available')
    state, last = entry.get("state") or {}, (entry.get("lastState") or {}).get("terminated")
    count = int(entry.get("restartCount", 0))
    if previous:
        if not last:
            raise refuse(400, f'previous terminated container "{container}" in pod "{name}" not found')
        # The count goes up when the next run starts: one that waits still has the count of its last run.
        return count if "waiting" in state else max(count - 1, 0)
    if "running" in state or "terminated" in state or last:
        return count
    reason = (state.get("waiting") or {}).get("reason", "ContainerCreating")
    said = _WAITING.get(reason, reason)
    raise refuse(400, f'container "{container}" in pod "{name}" is waiting to start: {said}')


def _check(ask: Ask) -> None:
    """422 for options that the API server takes from nobody."""
    problems: list[tuple[str, str]] = []
    least = (("sinceSeconds", 1), ("tailLines", 0), ("limitBytes", 1))
    for name, smallest in least:
        value = ask.number(name)
        if value is not None and value < smallest:
            bound = "greater than 0" if smallest else "greater than or equal to 0"
            problems.append((name, f"Invalid value: {value}: must be {bound}"))
    if "stream" in ask.params:
        problems.append(("stream", "Forbidden: may not be specified"))
    if ask.params.get("sinceSeconds") and ask.params.get("sinceTime"):
        said = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
        problems.append(("[]", said))
    if problems:
        raise invalid(_OPTIONS, ask.target.name, problems)


def _since(ask: Ask) -> int | None:
    """Nanoseconds since the epoch; the fraction is cut as the API server does on the way to the kubelet."""
    seconds, text = ask.number("sinceSeconds"), ask.params.get("sinceTime", "")
    if text:
        try:
            return int(datetime.fromisoformat(text).timestamp()) * 1_000_000_000
        except ValueError:
            form = "2006-01-02T15:04:05Z07:00"
            said = f'parsing time "{text}" as "{form}": cannot parse "{text}" as "2006"'
            raise refuse(400, said) from None
    if seconds is not None:
        return int((ask.environment.world.now() - seconds) * 1_000_000_000)
    return None


class _Reader:
    """One answer: from the tail or a time on, as many bytes as asked for, and what is written meanwhile."""

    def __init__(self, ask: Ask, log: ContainerLog, since: int | None, *, follow: bool) -> None:
        self._ask = ask
        self._log = log
        self._since = since or 0
        self._follow = follow
        self._timestamps = ask.flag("timestamps")
        self._second = (-1, b"")
        self._left = ask.number("limitBytes")

    async def chunks(self) -> AsyncIterator[bytes]:
        """Chunks of lines."""
        stream = Stream("log")
        self._ask.environment.streams.add(stream)
        self._log.listeners.add(stream.tell)
        try:
            async for chunk in self._run(stream):
                if self._left is not None:
                    chunk = chunk[: self._left]
                    self._left -= len(chunk)
                if chunk:
                    yield chunk
                if self._left == 0:
                    return
        finally:
            self._log.listeners.discard(stream.tell)
            self._ask.environment.streams.discard(stream)

    async def _run(self, stream: Stream) -> AsyncIterator[bytes]:
        log, place = self._log, self._log.dropped
        end = log.dropped + len(log.lines)
        tail = self._ask.number("tailLines")
        if tail is not None:
            place = max(place, end - tail)
        while not stream.ended:
            lines, after = log.after(place, _CHUNK_LINES if self._follow else min(_CHUNK_LINES, end - place))
            place = after
            if lines:
                yield self._text(lines)
                await asyncio.sleep(0)  # a connection that is gone is noticed in between
            elif not self._follow or log.closed:
                return
            else:
                await stream.wait(None)
            if not self._follow and place >= end:
                return
            while stream.injected:
                yield stream.injected.popleft()
        if stream.cut:
            raise Aborted

    def _text(self, lines: list[Line] | deque[Line]) -> bytes:
        picked = [line for line in lines if line[0] >= self._since]
        if not self._timestamps:
            return b"".join([line[2] + b"\n" for line in picked])
        return b"".join([self._stamp(line[0]) + line[2] + b"\n" for line in picked])

    def _stamp(self, at: int) -> bytes:
        second, rest = divmod(at, 1_000_000_000)
        if second != self._second[0]:
            self._second = second, time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(second)).encode()
        return self._second[1] + b"%09dZ " % rest
