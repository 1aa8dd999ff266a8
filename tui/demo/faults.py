"""Faults on demand: what happens to requests whose method and path match."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from tui.demo.status import status

Object = dict[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

What = Literal["status", "drop", "hang", "latency", "cut", "slow"]


class Fault(msgspec.Struct, kw_only=True):
    """`path` is a regular expression searched in "/<environment>/<path>?<query>"; `count` None is for ever.

    status: answers `code` with a Status, or with `body` as `content_type`, and `retry_after` seconds.
    drop: the connection ends before a byte. hang: no answer until the fault is taken away or the client goes.
    latency: `seconds` later. cut: the connection ends after `bytes` of the body. slow: `bytes` a second.
    """

    what: What
    path: str = ""
    method: str = ""
    count: int | None = None
    code: int = 500
    reason: str | None = None
    message: str = "the demo was told to fail"
    body: str | None = None
    content_type: str = "text/plain; charset=utf-8"
    retry_after: int | None = None
    seconds: float = 0.0
    bytes: int = 0


class Aborted(Exception):
    """The connection is to be cut."""


@dataclass(slots=True)
class Faults:
    """The faults of one world, the first match of each sort counts."""

    _faults: list[Fault] = field(default_factory=list)
    _cleared: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, fault: Fault) -> None:
        """From the next request on."""
        re.compile(fault.path)
        self._faults.append(fault)

    def clear(self) -> None:
        """Takes all away, and lets go what hangs (its connection ends)."""
        self._faults.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    def matching(self, method: str, path: str) -> list[Fault]:
        """Those that meet this request; their count goes down."""
        found: list[Fault] = []
        for fault in tuple(self._faults):
            if fault.method and fault.method != method:
                continue
            if re.search(fault.path, path) is None:
                continue
            found.append(fault)
            if fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    self._faults.remove(fault)
        return found

    async def wait_cleared(self) -> None:
        """Until `clear`."""
        await self._cleared.wait()


async def before(faults: Faults, met: list[Fault], send: Send) -> bool:
    """Does what comes instead of an answer; whether the request is done with; Aborted for a cut."""
    for fault in met:
        if fault.what == "latency":
            await asyncio.sleep(fault.seconds)
        elif fault.what == "drop":
            raise Aborted
        elif fault.what == "hang":
            await faults.wait_cleared()
            raise Aborted
        elif fault.what == "status":
            await _answer(fault, send)
            return True
    return False


async def _answer(fault: Fault, send: Send) -> None:
    if fault.body is None:
        details = {"retryAfterSeconds": fault.retry_after} if fault.retry_after is not None else None
        body = msgspec.json.encode(
            status(fault.code, fault.message, reason=fault.reason, details=details),
        )
        content_type = "application/json"
    else:
        body, content_type = fault.body.encode(), fault.content_type
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    if fault.retry_after is not None:
        headers.append((b"retry-after", str(fault.retry_after).encode()))
    await send({"type": "http.response.start", "status": fault.code, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def through(met: list[Fault], send: Send) -> Send:
    """`send`, made slow or cut by the faults."""
    slow = next((fault.bytes for fault in met if fault.what == "slow"), 0)
    cut = next((fault.bytes for fault in met if fault.what == "cut"), None)
    if not slow and cut is None:
        return send
    left = cut

    async def faulty(message: Message) -> None:
        nonlocal left
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            if left is not None and len(body) > left:
                await send({"type": "http.response.body", "body": body[:left], "more_body": True})
                raise Aborted
            if left is not None:
                left -= len(body)
            if slow:
                await asyncio.sleep(len(body) / slow)
        await send(message)

    return faulty
