"""Reads of a Kubernetes API: lists page by page, watches, logs, single objects, rights, the version."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeVar, cast

import msgspec

from tui.errors import Unreachable
from tui.model.cluster import Event
from tui.model.record import Right
from tui.wire.kinds import event
from tui.wire.kinds.base import Kind, Unreadable
from tui.wire.server import Server

T = TypeVar("T")
_META = "g=meta.k8s.io"
_MOST_ASKED = 20  # objects whose events are asked for


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list; each item is the JSON of one object, a copy of its own."""

    items: list[bytes]
    version: str  # resourceVersion of the whole list
    more: str = ""  # continue token, "" on the last page
    remaining: int | None = None  # how many items follow, where the server says so


@dataclass(frozen=True, slots=True)
class ServerVersion:
    """What GET /version says."""

    version: str = ""  # "v1.33.1"
    platform: str = ""


class _ListMeta(msgspec.Struct, gc=False, rename="camel"):
    resource_version: str = ""
    more: str = msgspec.field(default="", name="continue")
    remaining_item_count: int | None = None


class _List(msgspec.Struct, gc=False):
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)
    items: list[msgspec.Raw] | None = None


class _Version(msgspec.Struct, gc=False, rename="camel"):
    git_version: str = ""
    platform: str = ""


class _ReviewStatus(msgspec.Struct, gc=False, rename="camel"):
    allowed: bool = False
    reason: str = ""
    evaluation_error: str = ""


class _Review(msgspec.Struct, gc=False):
    status: _ReviewStatus = msgspec.field(default_factory=_ReviewStatus)


class _UserInfo(msgspec.Struct, gc=False):
    username: str = ""


class _WhoStatus(msgspec.Struct, gc=False, rename="camel"):
    user_info: _UserInfo = msgspec.field(default_factory=_UserInfo)


class _Who(msgspec.Struct, gc=False):
    status: _WhoStatus = msgspec.field(default_factory=_WhoStatus)


class Client:
    """Only tui.errors are raised; an answer that is not the JSON expected is Unreachable in words."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def pages(
        self, kind: Kind, namespace: str, *, version: str = "", limit: int = 500
    ) -> AsyncGenerator[Page, None]:
        """A list; `limit` 0 asks for all of it at once. Expired when a continue token grew too old."""
        more = ""
        while True:
            params = {"limit": str(limit)} if limit else {}
            if more:
                params["continue"] = more
            elif version:
                params["resourceVersion"] = version
            headers = _accept(kind, "PartialObjectMetadataList")
            answer = await self.server.request("GET", kind.url(namespace), params=params, headers=headers)
            found = _decode(answer.body, _List)
            more = found.metadata.more
            items = [bytes(item) for item in found.items or ()]
            yield Page(items, found.metadata.resource_version, more, found.metadata.remaining_item_count)
            if not more:
                return

    def watch(
        self, kind: Kind, namespace: str, since: str, *, timeout_seconds: int
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Whole lines of a watch, each the JSON of one event; the head of the answer is awaited on entry."""
        return self._watch(kind, namespace, since, timeout_seconds)

    @contextlib.asynccontextmanager
    async def _watch(
        self, kind: Kind, namespace: str, since: str, timeout_seconds: int
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        params = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": since,
            "timeoutSeconds": str(timeout_seconds),
        }
        headers = _accept(kind, "PartialObjectMetadata")
        async with (
            self.server.stream(kind.url(namespace), params=params, headers=headers) as chunks,
            contextlib.aclosing(_lines(chunks)) as lines,
        ):
            yield lines

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
        """Raw chunks; `since` is RFC3339, of which the kubelet sees whole seconds (facts 3)."""
        params = {"container": container}
        for name, flag in (("follow", follow), ("previous", previous), ("timestamps", timestamps)):
            if flag:
                params[name] = "true"
        for name, value in (("sinceTime", since), ("tailLines", tail), ("limitBytes", limit_bytes)):
            if value is not None:
                params[name] = str(value)
        return self.server.stream(f"/api/v1/namespaces/{namespace}/pods/{pod}/log", params=params)

    async def get(self, kind: Kind, namespace: str, name: str) -> bytes:
        """The JSON of one object; only its metadata where no more of the kind is ever read."""
        headers = _accept(kind, "PartialObjectMetadata")
        return (await self.server.request("GET", kind.url(namespace, name), headers=headers)).body

    async def events_about(self, namespace: str, objects: Sequence[str], by: str = "uid") -> list[Event]:
        """What the server still has of a few objects, one request each; `by` is "uid" or "name"."""
        found: list[Event] = []
        for one in objects[:_MOST_ASKED]:
            params = {"fieldSelector": f"involvedObject.{by}={one}", "limit": "200"}
            answer = await self.server.request("GET", event.KIND.url(namespace), params=params)
            for item in _decode(answer.body, _List).items or ():
                with contextlib.suppress(Unreadable):
                    found.append(cast(Event, event.KIND.read(bytes(item))))
        return found

    async def raw(self, path: str) -> bytes:
        """Any path."""
        return (await self.server.request("GET", path)).body

    async def version(self, *, timeout: float = 10.0) -> ServerVersion:
        """GET /version, which every user may."""
        answer = await self.server.request("GET", "/version", timeout=timeout)
        found = _decode(answer.body, _Version)
        return ServerVersion(found.git_version, found.platform)

    async def can(self, verb: str, resource: str, namespace: str, at: float = 0.0) -> Right:
        """A SelfSubjectAccessReview of `deployments.apps` or `pods/log`; `at` is kept in the answer."""
        plain, _, group = resource.partition(".")
        plain, _, sub = plain.partition("/")
        group, _, sub_of_group = group.partition("/")  # "deployments.apps/scale"
        asked = {"verb": verb, "resource": plain, "group": group, "subresource": sub or sub_of_group}
        if namespace:
            asked["namespace"] = namespace
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": asked},
        }
        answer = await self._review("authorization.k8s.io/v1/selfsubjectaccessreviews", review)
        status = _decode(answer, _Review).status
        return Right(status.allowed, status.reason or status.evaluation_error, at)

    async def whoami(self) -> str:
        """The user's name as the server knows it (SelfSubjectReview, Kubernetes 1.28 and later)."""
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        answer = await self._review("authentication.k8s.io/v1/selfsubjectreviews", review)
        return _decode(answer, _Who).status.user_info.username

    async def _review(self, path: str, review: Mapping[str, object]) -> bytes:
        """Asks the server about ourselves; a POST that writes nothing."""
        headers = {"Content-Type": "application/json"}
        content = msgspec.json.encode(review)
        answer = await self.server.request("POST", f"/apis/{path}", headers=headers, content=content)
        return answer.body


def _accept(kind: Kind, what: str) -> dict[str, str] | None:
    if not kind.metadata_only:
        return None
    return {"Accept": f"application/json;as={what};v=v1;{_META}"}


def _decode(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, ValueError) as error:
        title = f"the answer is not what an API server sends: {error}"
        raise Unreachable(title, "is this the address of a Kubernetes API server?") from error


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Splits on line feeds only; what follows the last one is the torn end of a cut stream."""
    rest: list[bytes] = []
    async for chunk in chunks:
        first, *others = chunk.split(b"\n")
        rest.append(first)
        if others:
            yield b"".join(rest)
            for line in others[:-1]:
                yield line
            rest = [others[-1]]
