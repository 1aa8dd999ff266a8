"""The Engine API of every world, on a loopback port of its own: `tcp://127.0.0.1:PORT/WORLD`."""

from __future__ import annotations

import contextlib
import json
import re
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any, cast

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from tui.demo import engine_compose
from tui.demo.engine import Box, Engine
from tui.demo.engine_answers import events, inspected, listed, log
from tui.demo.world import World, Worlds

Object = dict[str, Any]
Message = MutableMapping[str, Any]
_API = "1.47"
_PATH = re.compile(r"^/(?P<world>[^/]+)(?:/v[\d.]+)?(?P<path>/.*)$")
_CONTAINER = re.compile(r"^/containers/(?P<ref>[^/]+)(?:/(?P<verb>\w+))?$")


class EngineServer:
    """An ASGI application."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        match = _PATH.match(scope["path"])
        world = self._worlds.worlds.get(match["world"]) if match else None
        if world is not None and not world.engine.up:
            # uvicorn has no message for it: its `send` belongs to the object that has the transport.
            cast(Any, send).__self__.transport.abort()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        if match is None or world is None:
            response: Response = _refuse(404, "page not found")
        else:
            try:
                response = await _docker(request, world, match["path"]) or _answer(
                    request, world, match["path"]
                )
            except KeyError as error:
                response = _refuse(404, f"No such container: {error.args[0]}")
        await response(scope, receive, send)


async def _docker(request: Request, world: World, path: str) -> Response | None:
    """What only the docker command asks."""
    raw = await request.body() if request.method == "POST" else b""
    body = json.loads(raw) if raw.startswith(b"{") else {}
    query = dict(request.query_params)
    return engine_compose.answer(world.engine, request.method, path, query, body, world.now())


def _answer(request: Request, world: World, path: str) -> Response:
    engine, query = world.engine, dict(request.query_params)
    if path == "/_ping":
        return PlainTextResponse("OK", headers={"Api-Version": _API, "Server": f"Docker/{engine.version}"})
    if path == "/version":
        return JSONResponse({"Version": engine.version, "ApiVersion": _API, "MinAPIVersion": "1.24"})
    if path == "/events":
        return StreamingResponse(events(engine, query), media_type="application/json")
    if path == "/images/json":
        named = [(id, [name]) for name, id in engine.images.items()]
        images = [*named, *((id, []) for id in engine.nameless)]
        found = [{"Id": id, "RepoTags": names, "RepoDigests": []} for id, names in images]
        return JSONResponse(found)
    if path == "/containers/json":
        return JSONResponse(_list(engine, query, world.now()))
    match = _CONTAINER.match(path)
    if match is None:
        return _refuse(404, "page not found")
    box, verb = engine.find(match["ref"]), match["verb"]
    if request.method == "GET" and verb == "logs":
        if not {"stdout", "stderr"} & query.keys():
            return _refuse(400, "Bad parameters: you must choose at least one stream")
        return StreamingResponse(log(engine, box, query), media_type="application/octet-stream")
    if request.method == "GET":
        return JSONResponse(inspected(engine, box))
    return _do(request.method, engine, box, verb or "", world.now())


def _list(engine: Engine, query: Object, now: float) -> list[Object]:
    wanted = [each.partition("=") for each in json.loads(query.get("filters") or "{}").get("label", ())]
    made = [listed(engine, box, now) for box in engine.boxes.values()]
    return [one for one in made if all(_bears(one["Labels"], *each) for each in wanted)]


def _bears(labels: Mapping[str, str], key: str, equals: str, value: str) -> bool:
    return labels.get(key) == value if equals else key in labels


def _do(method: str, engine: Engine, box: Box, verb: str, now: float) -> Response:
    """Starts, ends or removes a container."""
    if method == "DELETE":
        engine.remove(box, now)
    elif verb == "restart":
        engine.restart(box, now)
    elif verb == "stop":
        engine.stop(box, now)
    elif verb == "start":
        engine.start(box, now)
    else:
        return _refuse(405, "method not allowed")
    return Response(status_code=204)


def _refuse(code: int, message: str) -> Response:
    return JSONResponse({"message": message}, code)


class Beside(uvicorn.Server):
    """A second server in one process: signals are the first one's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None."""
        yield


def server(worlds: Worlds) -> tuple[Beside, socket.socket]:
    """Not running yet; h11 is the one that answers HTTP/1.0 without chunks, as Go's server does."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        EngineServer(worlds),
        http="h11",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    return Beside(config), listening
