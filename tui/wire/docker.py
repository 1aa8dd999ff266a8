"""Reads of a Docker engine: which containers a project has, how they are, what they say, what happens."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from tui.clock import Clock
from tui.errors import DeployError, Unreachable
from tui.model.compose import Inspected
from tui.wire.access import Access
from tui.wire.docker_endpoint import api_version, endpoint, how_to_start, resolve
from tui.wire.docker_log import framed
from tui.wire.docker_shapes import PROJECT, Container, Happened, Image, Listed, inspected, one_off
from tui.wire.docker_stream import Absent, stream
from tui.wire.server import Answer, Server, Servers

T = TypeVar("T")
_ACTIONS = (
    *("create", "start", "restart", "die", "stop", "kill", "oom", "pause", "unpause", "destroy", "rename"),
    *("health_status", "update", "remove"),
)


class Engine:
    """The engine of one environment, found anew whenever it is not there; raises only tui.errors."""

    def __init__(
        self, servers: Servers, clock: Clock, environ: Mapping[str, str], home: Path, declared: str = ""
    ) -> None:
        self._servers, self._clock = servers, clock
        self._environ, self._home, self._declared = environ, home, declared
        self._api = ""
        self.version = ""  # "Docker 28.0.4"
        self.server: Server = servers.get(_unresolved())
        self.seek()

    def seek(self) -> None:
        """Asks the environment and the files again where the engine is; Misconfigured says why it is none."""
        self.server = self._servers.get(resolve(self._environ, self._home, self._declared))
        self._api = ""

    @property
    def access(self) -> Access:
        """Where it is."""
        return self.server.access

    @property
    def endpoint(self) -> str:
        """`unix:///var/run/docker.sock`."""
        return endpoint(self.server.access)

    async def greet(self, *, timeout: float = 10.0) -> str:
        """Agrees on the API's version with the engine; returns which one it is, "Podman 4.3.1"."""
        with self._said():
            answer = await self.server.request("GET", "/_ping", timeout=timeout)
        self._api = api_version(answer.headers.get("api-version", ""), self._environ)
        found = _decode((await self._get("/version")).body, dict[str, Any])
        name = "Podman" if "libpod-api-version" in answer.headers else "Docker"
        self.version = f"{name} {found.get('Version', '')}"
        return self.version

    async def containers(self, project: str) -> list[str]:
        """Ids of the project's containers, in every state, less those of `run`."""
        filters = {"label": [f"{PROJECT}={project}"]}
        answer = await self._get("/containers/json", {"all": "true", "filters": json.dumps(filters)})
        return [one.id for one in _decode(answer.body, list[Listed]) if not one_off(one.labels or {})]

    async def inspect(self, id: str) -> Inspected:
        """One container; Gone when it went since it was listed."""
        return inspected(_decode(await self.document(id), Container))

    async def document(self, id: str) -> bytes:
        """The JSON of one container, as the engine has it."""
        return (await self._get(f"/containers/{id}/json")).body

    async def images(self) -> list[Image]:
        """All images that the engine has."""
        return _decode((await self._get("/images/json")).body, list[Image])

    @contextlib.asynccontextmanager
    async def events(
        self, project: str, since: float, *, until: float | None = None
    ) -> AsyncIterator[AsyncIterator[Happened]]:
        """What happened to the project's containers since then, as far as it is remembered, and goes on."""
        filters = {"type": ["container"], "label": [f"{PROJECT}={project}"], "event": list(_ACTIONS)}
        asked = {"filters": json.dumps(filters), "since": f"{since:.9f}"}
        if until is not None:
            asked["until"] = f"{until:.9f}"
        query = urlencode(asked)
        with self._said():
            async with stream(self.access, f"/v{self._api}/events?{query}") as chunks:
                yield _events(chunks)

    @contextlib.asynccontextmanager
    async def log(
        self,
        id: str,
        *,
        tty: bool,
        follow: bool,
        since: float | None,
        until: float | None,
        tail: int | None,
        timestamps: bool,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Whole lines, with a TTY as they come. `tail` counts from the end of the file, before `since`."""
        params: dict[str, str] = {"stdout": "1", "stderr": "1"}
        if follow:
            params["follow"] = "1"
        if timestamps:
            params["timestamps"] = "1"
        if since is not None:
            params["since"] = f"{since:.9f}"
        if until is not None:
            params["until"] = f"{until:.9f}"
        if tail is not None:
            params["tail"] = str(tail)
        if not self._api:
            await self.greet()
        path = f"/v{self._api}/containers/{id}/logs?{urlencode(params)}"
        with self._said():
            async with stream(self.access, path) as chunks:
                yield chunks if tty else framed(chunks, mark=timestamps)

    async def _get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        with self._said():
            if not self._api:
                await self.greet()
            return await self.server.request("GET", f"/v{self._api}{path}", params=params)

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """An engine that is not there is told with what to start."""
        try:
            yield
        except Unreachable as error:
            if isinstance(error, Absent) or self.server.error is not None:
                raise self.absent(error) from error
            raise

    def absent(self, error: DeployError) -> DeployError:
        """Why there is no answer, in the operator's words."""
        access = self.access
        if not access.socket:
            return Unreachable(f"no Docker engine at {self.endpoint}: {error.title}", how_to_start(access))
        if "ermission denied" in error.title:
            hint = "add yourself to the group docker, or use a rootless engine"
            return Unreachable(f"you may not open {access.socket}", hint)
        return Unreachable(f"no Docker engine at {self.endpoint}", how_to_start(access))


def _unresolved() -> Access:
    return Access("default", "http://docker", "", "", "", socket="/var/run/docker.sock", compression=False)


async def _events(chunks: AsyncIterator[bytes]) -> AsyncIterator[Happened]:
    """One of each line; what is no event (a proxy's page) ends the stream."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield _decode(line, Happened)


def _decode(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, ValueError) as error:
        title = f"the answer is not what a Docker engine sends: {error}"
        raise Unreachable(title, "is this the address of a Docker engine?") from error
