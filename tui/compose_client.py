"""A Compose project asked as the panes ask a cluster: a pod's log, run by run, and one object's document."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.compose_containers import Containers
from tui.errors import Gone, Invalid
from tui.model.key import Meta
from tui.wire.docker_log import last_lines

if TYPE_CHECKING:
    from tui.wire.docker import Engine
    from tui.wire.server import Server

_SECRET = re.compile(r"PASS|SECRET|TOKEN|KEY|CREDENTIAL|PRIVATE|AUTH|DSN|_PW\b|COOKIE|SALT", re.I)
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]+(@)")
_MASK = "***"


class ComposeClient:
    """Reads what an engine has of the containers that are known."""

    def __init__(self, engine: Engine, containers: Containers) -> None:
        self.engine = engine
        self._containers = containers

    @property
    def server(self) -> Server:
        """The engine's; another one when the engine is found elsewhere."""
        return self.engine.server

    def log(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        follow: bool,
        previous: bool = False,
        since: str | None = None,
        tail: int | None = None,
        timestamps: bool = True,
        limit_bytes: int | None = None,
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """As a cluster's: only the lines of one run, of the present one or the one before."""
        return self._log(pod, follow, previous, since, tail, timestamps, limit_bytes)

    @contextlib.asynccontextmanager
    async def _log(
        self,
        pod: str,
        follow: bool,
        previous: bool,
        since: str | None,
        tail: int | None,
        timestamps: bool,
        limit: int | None,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        run = self._containers.run_of(pod, previous=previous)
        if run is None:
            raise Gone(f"container {pod} is gone")
        found, window = run
        if window is None:
            raise Invalid(f"{pod} has no run before this one" if previous else f"{pod} was never started")
        asked = datetime.fromisoformat(since).timestamp() if since else None
        begins = [each for each in (window.since, asked) if each is not None]
        # The engine counts a tail from the end of the whole log; of an earlier run it is counted here.
        counted = tail is not None and window.until is not None
        async with self.engine.log(
            found.id,
            tty=found.tty,
            follow=follow and window.until is None,
            since=max(begins, default=None),
            until=window.until,
            tail=None if counted else tail,
            timestamps=timestamps,
        ) as chunks:
            if counted and tail is not None:
                yield _once(await last_lines(chunks, tail))
            elif limit is not None:
                yield _limited(chunks, limit)
            elif follow:
                yield self._to_its_end(found.id, chunks)
            else:
                yield chunks

    async def _to_its_end(self, id: str, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            yield chunk
        await self._containers.settled(id)

    async def document(self, meta: Meta) -> bytes:
        """What the engine knows of a pod, or of the containers of a service or Job; secrets are masked."""
        found = self._containers.of(meta)
        if found is None:
            raise Gone(f"{meta.name} has no container")
        return json.dumps(masked(json.loads(await self.engine.document(found.id)))).encode()


def masked(document: dict[str, Any]) -> dict[str, Any]:
    """The document without the values of what looks like a secret, in variables, arguments and URLs."""
    config = dict(document.get("Config") or {})
    config["Env"] = [_variable(str(each)) for each in config.get("Env") or ()]
    found: dict[str, Any] = json.loads(
        _PASSWORD.sub(rf"\1{_MASK}\2", json.dumps({**document, "Config": config}))
    )
    return found


def _variable(text: str) -> str:
    name, equals, _ = text.partition("=")
    return f"{name}={_MASK}" if equals and _SECRET.search(name) else text


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _limited(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        yield chunk[:limit]
        limit -= len(chunk)
        if limit <= 0:
            return
