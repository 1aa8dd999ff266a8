"""One request to a cluster, taken apart: which kind, namespace, name, verb, and how to answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response

from tui.demo.access import Access, User
from tui.demo.kinds import BY_PATH, Kind
from tui.demo.protobuf import is_protobuf
from tui.demo.status import no_such_path, refuse
from tui.demo.world import Environment

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names; `name` is "" for a collection."""

    kind: Kind
    namespace: str
    name: str
    subresource: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A request with its user; `params` holds the first value of each."""

    environment: Environment
    user: User
    method: str
    target: Target
    params: dict[str, str]
    headers: Headers
    body: bytes = field(repr=False)

    @property
    def verb(self) -> str:
        """As rights name it."""
        if self.method == "GET":
            if self.target.name:
                return "get"
            return "watch" if self.flag("watch") else "list"
        if self.method == "DELETE":
            return "delete" if self.target.name else "deletecollection"
        return {"POST": "create", "PUT": "update", "PATCH": "patch"}.get(self.method, self.method.lower())

    @property
    def access(self) -> Access:
        """What the user must be allowed."""
        target = self.target
        return Access(
            self.verb,
            target.kind.group,
            target.kind.plural,
            target.subresource,
            target.namespace,
            target.name,
        )

    def flag(self, name: str) -> bool:
        """A boolean parameter: true by any value but these two."""
        return name in self.params and self.params[name].lower() not in ("false", "0")

    def number(self, name: str) -> int | None:
        """A parameter that is a whole number; Refused 400."""
        text = self.params.get(name, "")
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            raise refuse(400, f'strconv.ParseInt: parsing "{text}": invalid syntax') from None

    def json(self) -> Object:
        """The body as an object; Refused 400."""
        if is_protobuf(self.body):
            raise refuse(415, "the body of the request was in an unknown format - use application/json")
        try:
            found = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            problem = f"couldn't get version/kind; json parse error: {error}"
            wanted = f"(must be of type {self.target.kind.name})"
            raise refuse(400, f"the object provided is unrecognized {wanted}: {problem}") from None
        if not isinstance(found, dict):
            raise refuse(400, "the object provided is unrecognized (must be of type Object)")
        return found


def target_of(path: str) -> Target | None:
    """What a path below /api/v1 or /apis/<group>/<version> names; None for discovery and unknown groups."""
    parts = [part for part in path.split("/") if part]
    if parts[:1] == ["api"] and len(parts) > 2:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[:1] == ["apis"] and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    kind = BY_PATH.get((group, version, rest[0]))
    if kind is None and not any(known[:2] == (group, version) for known in BY_PATH):
        return None
    if kind is None or len(rest) > 3:
        raise no_such_path()
    name = rest[1] if len(rest) > 1 else ""
    sub = rest[2] if len(rest) > 2 else ""
    if sub and sub not in kind.subresources:
        raise no_such_path()
    if kind.name == "Namespace":
        namespace = name
    elif bool(namespace) != kind.namespaced and (name or namespace):
        raise no_such_path()
    return Target(kind, namespace, name, sub)


def representation(accept: str, *, of_list: bool) -> str:
    """ "Table", "Partial" (metadata only) or "" (whole); Refused 406 when none is acceptable."""
    partial = "PartialObjectMetadataList" if of_list else "PartialObjectMetadata"
    for part in (accept or "*/*").split(","):
        media, *rest = (each.strip() for each in part.split(";"))
        options = dict(each.partition("=")[::2] for each in rest)
        if media not in ("application/json", "*/*", "application/*"):
            continue
        wanted = options.get("as")
        if wanted is None:
            return ""
        if options.get("g") == "meta.k8s.io" and options.get("v") == "v1":
            if wanted == "Table":
                return "Table"
            if wanted == partial:
                return "Partial"
    raise refuse(
        406,
        "only the following media types are accepted: application/json, "
        "application/json;as=Table;v=v1;g=meta.k8s.io",
    )


def partial(obj: Object) -> Object:
    """The metadata alone."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}


def answer(body: Object, code: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(msgspec.json.encode(body), code, headers, media_type="application/json")
