"""The HTTPS server: worlds and environments by path prefix, who asks, faults, the record, then the routes."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tui.demo import discovery, faults, metrics
from tui.demo.access import User, allowed, forbidden
from tui.demo.ask import Ask, answer, target_of
from tui.demo.control import Control
from tui.demo.lists import get_list, get_one, get_scale
from tui.demo.logs_route import get_log
from tui.demo.reviews import review
from tui.demo.service_proxy import proxied_of, proxy
from tui.demo.status import Refused, refuse
from tui.demo.watches import get_watch
from tui.demo.world import Environment, World, Worlds
from tui.demo.writes import write

Object = dict[str, Any]
Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# What the record keeps of the headers; never the token.
_RECORDED = (
    "accept",
    "accept-encoding",
    "content-type",
    "user-agent",
    "impersonate-user",
    "impersonate-group",
    "impersonate-uid",
)
# What no group serves is told as plain text.
_NOT_FOUND = PlainTextResponse("404 page not found\n", 404)
_MOST_RECORDED_BODY = 100_000
_PREFIX = re.compile(r"^/(?P<world>[^/]+)/(?P<environment>[^/]+)(?P<path>/.*)?$")


class Server:
    """An ASGI application."""

    def __init__(self, worlds: Worlds, control: Control) -> None:
        self._worlds = worlds
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; a cut connection is cut here."""
        if scope["type"] != "http":
            return
        try:
            await self._serve(scope, receive, send)
        except faults.Aborted:
            # uvicorn has no message for it: its `send` belongs to the object that has the transport.
            cast(Any, send).__self__.transport.abort()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if self._control.meant(scope["path"]):
            response = await self._control.answer(request)
            await response(scope, receive, send)
            return
        match = _PREFIX.match(scope["path"])
        world = self._worlds.worlds.get(match["world"]) if match else None
        environment = world.environments.get(match["environment"]) if match and world else None
        if match is None or world is None or environment is None:
            await _NOT_FOUND(scope, receive, send)
            return
        await self._serve_environment(request, environment, match["path"] or "/", send)

    async def _serve_environment(
        self, request: Request, environment: Environment, path: str, send: Send
    ) -> None:
        world, body = environment.world, await request.body()
        entry = _record(request, environment, path, body)
        world.requests.append(entry)
        query = f"?{request.url.query}" if request.url.query else ""
        met = world.faults.matching(request.method, f"/{environment.name}{path}{query}")

        async def recorded(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            await send(message)

        out = faults.through(met, recorded)
        try:
            if await faults.before(world.faults, met, out):
                return
            try:
                response = _respond(request, environment, path, body, entry)
            except Refused as refused:
                response = answer(refused.body, refused.body["code"], refused.headers)
            await response(request.scope, request.receive, out)
        finally:
            entry["ended"] = time.time()


def _record(request: Request, environment: Environment, path: str, body: bytes) -> Object:
    return {
        "environment": environment.name,
        "method": request.method,
        "path": path,
        "query": request.url.query,
        "headers": {name: request.headers[name] for name in _RECORDED if name in request.headers},
        "body": body[:_MOST_RECORDED_BODY].decode("utf-8", "replace"),
        "at": time.time(),
        "user": None,
        "status": None,
        "ended": None,
    }


def _respond(request: Request, environment: Environment, path: str, body: bytes, entry: Object) -> Response:
    user = _user(request, environment.world)
    entry["user"] = user.name
    if request.method == "POST":
        reviewed = review(user, path, body, environment.name)
        if reviewed is not None:
            return reviewed
    asked = proxied_of(path)
    if asked is not None:
        return proxy(environment, user, request.method, asked, body)
    measured = metrics.asked(path)
    if measured is not None and request.method == "GET":
        return answer(metrics.pod_metrics(environment, user, measured))
    target = target_of(path)
    if target is None:
        return _discover(request, path)
    params: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        params.setdefault(name, value)
    ask = Ask(environment, user, request.method, target, params, request.headers, body)
    if not allowed(user, ask.access, environment.name):
        raise forbidden(user, ask.access)
    if request.method == "GET":
        return _read(ask)
    return write(ask)


def _read(ask: Ask) -> Response:
    if ask.flag("watch"):
        return get_watch(ask)
    if not ask.target.name:
        return get_list(ask)
    if ask.target.subresource == "log":
        return get_log(ask)
    if ask.target.subresource == "scale":
        return get_scale(ask)
    return get_one(ask)


def _user(request: Request, world: World) -> User:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    user = world.by_token(token.strip()) if kind.lower() == "bearer" else None
    if user is None:
        raise refuse(401, "Unauthorized")
    name = request.headers.get("impersonate-user")
    if name is None:
        return user
    if user.rules is not None:
        message = f'users "{name}" is forbidden: User "{user.name}" cannot impersonate resource "users"'
        raise refuse(403, f'{message} in API group "" at the cluster scope')
    groups = tuple(request.headers.getlist("impersonate-group"))
    known = world.users.get(name)
    return User(name, "", groups or (known.groups if known else ()), known.rules if known else [])


def _discover(request: Request, path: str) -> Response:
    parts = [part for part in path.split("/") if part]
    combined = "as=APIGroupDiscoveryList" in request.headers.get("accept", "").replace(" ", "")
    found: Object | None = None
    match parts:
        case ["version"]:
            found = discovery.VERSION
        case ["healthz" | "livez" | "readyz", *_]:
            return PlainTextResponse("ok")
        case ["api" | "apis"] if combined:
            made = msgspec.json.encode(discovery.aggregated(core=parts[0] == "api"))
            return Response(made, headers={"content-type": discovery.AGGREGATED})
        case ["api"]:
            found = discovery.api_versions()
        case ["apis"]:
            found = discovery.group_list()
        case ["api", version]:
            found = discovery.resource_list("", version)
        case ["apis", group]:
            found = discovery.group(group)
        case ["apis", group, version]:
            found = discovery.resource_list(group, version)
    return answer(found) if found is not None and request.method == "GET" else _NOT_FOUND
