"""GET with watch=true: changes as JSON lines from any version that the history still holds."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from starlette.responses import Response, StreamingResponse

from tui.demo.ask import Ask, partial, representation
from tui.demo.faults import Aborted
from tui.demo.history import Change, TooOld
from tui.demo.lists import present
from tui.demo.selectors import Predicate, predicate
from tui.demo.status import expired, refuse
from tui.demo.table import table
from tui.demo.world import Stream

Object = dict[str, Any]

_encode = msgspec.json.encode


def get_watch(ask: Ask) -> Response:
    """The stream; Refused before it begins for what is malformed."""
    version = ask.params.get("resourceVersion", "")
    initial = ask.flag("sendInitialEvents")
    if initial and ask.params.get("resourceVersionMatch") != "NotOlderThan":
        raise refuse(
            422,
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: '
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        )
    if version and not version.isdigit():
        problem = f'strconv.ParseUint: parsing "{version}": invalid syntax'
        raise refuse(500, f'resourceVersion: Invalid value: "{version}": {problem}', reason="")
    target = ask.target
    fields = ask.params.get("fieldSelector", "")
    if target.name:
        fields = f"metadata.name={target.name}"
    matches = predicate(target.kind, ask.params.get("labelSelector", ""), fields)
    watch = _Watch(ask, matches, representation(ask.headers.get("accept", ""), of_list=False))
    since = None if initial or version in ("", "0") else int(version)
    return StreamingResponse(watch.lines(since, initial=initial), media_type="application/json")


class _Watch:
    """One open watch."""

    def __init__(self, ask: Ask, matches: Predicate | None, kind: str) -> None:
        self._ask = ask
        self._history = ask.environment.cluster.history
        self._matches = matches
        self._namespace = ask.target.namespace if ask.target.kind.namespaced else ""
        self._look = self._looks(kind)
        self._whole = kind == ""
        self._columns = True

    async def lines(self, since: int | None, *, initial: bool) -> AsyncIterator[bytes]:
        """Chunks of whole lines, until the time asked for is over or somebody ends it."""
        stream = Stream(self._ask.target.kind.name)
        self._ask.environment.streams.add(stream)
        self._history.listeners.add(stream.tell)
        try:
            async for chunk in self._run(stream, since, initial=initial):
                yield chunk
        finally:
            self._history.listeners.discard(stream.tell)
            self._ask.environment.streams.discard(stream)

    async def _run(self, stream: Stream, since: int | None, *, initial: bool) -> AsyncIterator[bytes]:
        bookmarks = self._ask.flag("allowWatchBookmarks")
        every = self._ask.environment.world.bookmark_seconds
        until = time.monotonic() + float(self._ask.number("timeoutSeconds") or random.uniform(1800, 3600))
        marked = time.monotonic()
        if since is None:
            since = self._history.version
            first = b"".join(self._line("ADDED", obj) for obj in present(self._ask))
            if initial and bookmarks:
                first += self._bookmark(since, ended=True)
            if first:
                yield first
        while not stream.ended:
            try:
                changes = self._history.since(self._ask.target.kind.name, since)
            except TooOld as error:
                yield _line(b"ERROR", _encode(expired(str(error))))
                return
            if changes:
                since = changes[-1].version
                chunk = b"".join(map(self._change, changes))
                if chunk:
                    yield chunk
            elif not stream.injected:
                now = time.monotonic()
                if now >= until:
                    if bookmarks:
                        yield self._bookmark(self._history.version)
                    return
                if bookmarks and now >= marked + every:
                    marked, since = now, max(since, self._history.version)
                    yield self._bookmark(since)
                await stream.wait(min(until - now, every))
            while stream.injected:
                yield stream.injected.popleft()
        if stream.cut:
            raise Aborted

    def _change(self, change: Change) -> bytes:
        if self._namespace and change.object["metadata"].get("namespace") != self._namespace:
            return b""
        type_ = change.type
        if self._matches is not None:
            # What comes into view by a change is new to this watcher, and what leaves is gone.
            now = type_ != "DELETED" and self._matches(change.object)
            before = change.before is not None and self._matches(change.before)
            if not now and not before:
                return b""
            if now != before:
                type_ = "ADDED" if now else "DELETED"
        if self._whole:
            return _line(type_.encode(), change.raw())
        return self._line(type_, change.object)

    def _line(self, type_: str, obj: Object) -> bytes:
        return _line(type_.encode(), _encode(self._look(obj)))

    def _looks(self, kind: str) -> Callable[[Object], Object]:
        if kind == "Partial":
            return partial
        if kind == "Table":
            return self._table
        return lambda obj: obj

    def _table(self, obj: Object) -> Object:
        now, include = self._ask.environment.world.now(), self._ask.params.get("includeObject", "")
        made = table(self._ask.target.kind, [obj], now, include)
        made["metadata"] = {"resourceVersion": obj["metadata"]["resourceVersion"]}
        if not self._columns:
            made["columnDefinitions"] = None
        self._columns = False
        return made

    def _bookmark(self, version: int, *, ended: bool = False) -> bytes:
        kind = self._ask.target.kind
        meta: Object = {"resourceVersion": str(version), "creationTimestamp": None}
        if ended:
            meta["annotations"] = {"k8s.io/initial-events-end": "true"}
        obj = {"kind": kind.name, "apiVersion": kind.api_version, "metadata": meta}
        return _line(b"BOOKMARK", _encode(obj))


def _line(type_: bytes, raw: bytes) -> bytes:
    return b'{"type":"' + type_ + b'","object":' + raw + b"}\n"
