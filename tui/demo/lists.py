"""GET of one object and of lists: pages with continue tokens, selectors, versions, three representations."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import msgspec
from starlette.responses import Response

from tui.demo.ask import Ask, answer, partial, representation
from tui.demo.scale import scale_of
from tui.demo.selectors import predicate
from tui.demo.status import Refused, expired, not_found, refuse
from tui.demo.table import table

Object = dict[str, Any]

_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new "
    "list without the continue parameter, or use the continue token in this response to retrieve the "
    "remainder of the results. Continuing with the provided token results in an inconsistent list - objects "
    "that were created, modified, or deleted between the time the first chunk was returned and now may show "
    "up in the list."
)
# Snapshots kept for continue tokens of one environment.
_MOST_SNAPSHOTS = 64


class _Token(msgspec.Struct):
    """As the real one: after `start` (a key with a NUL), at version `rv`; -1 is whatever is there now."""

    rv: int
    start: str
    v: str = "meta.k8s.io/v1"


def _stored(ask: Ask) -> Object:
    target = ask.target
    obj = ask.environment.cluster.get(target.kind.name, _space(ask), target.name)
    if obj is None:
        raise not_found(target.kind, target.name)
    return obj


def get_scale(ask: Ask) -> Response:
    """The subresource scale, or 404."""
    return answer(scale_of(_stored(ask)))


def get_one(ask: Ask) -> Response:
    """The object, or 404."""
    target, obj = ask.target, _stored(ask)
    kind = representation(ask.headers.get("accept", ""), of_list=False)
    if kind == "Table":
        made = table(target.kind, [obj], ask.environment.world.now(), ask.params.get("includeObject", ""))
        made["metadata"] = {"resourceVersion": obj["metadata"]["resourceVersion"]}
        return answer(made)
    return answer(partial(obj) if kind == "Partial" else obj)


def _space(ask: Ask) -> str:
    return ask.target.namespace if ask.target.kind.namespaced else ""


def present(ask: Ask) -> list[Object]:
    """What matches now, in the order of the store: by namespace and name."""
    kind = ask.target.kind
    space = ask.target.namespace if kind.namespaced and ask.target.namespace else None
    found = ask.environment.cluster.all(kind.name, space)
    matches = predicate(kind, ask.params.get("labelSelector", ""), ask.params.get("fieldSelector", ""))
    if matches is not None:
        found = [obj for obj in found if matches(obj)]
    found.sort(key=lambda obj: (obj["metadata"].get("namespace", ""), obj["metadata"]["name"]))
    return found


def get_list(ask: Ask) -> Response:
    """One page, or all when there is no limit."""
    kind = representation(ask.headers.get("accept", ""), of_list=True)
    limit = ask.number("limit") or 0
    token = ask.params.get("continue", "")
    if token:
        version, start, found = _continued(ask, token)
    else:
        _check_version(ask)
        version, start, found = ask.environment.cluster.history.version, 0, present(ask)
    page = found[start : start + limit] if limit else found[start:]
    meta: Object = {"resourceVersion": str(version)}
    left = len(found) - start - len(page)
    if left > 0:
        _keep(ask, _snapshot(ask, version), found)
        meta["continue"] = _encode(_Token(version, _place(ask, page[-1]) + "\0"))
        # The real server does not count what a selector leaves out.
        if not ask.params.get("labelSelector") and not ask.params.get("fieldSelector"):
            meta["remainingItemCount"] = left
    return Response(_body(ask, kind, page, meta), media_type="application/json")


def _body(ask: Ask, kind: str, page: list[Object], meta: Object) -> bytes:
    target = ask.target.kind
    if kind == "Table":
        made = table(target, page, ask.environment.world.now(), ask.params.get("includeObject", ""))
        made["metadata"] = meta
        return msgspec.json.encode(made)
    items: Iterable[Object]
    if kind == "Partial":
        head = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": meta}
        items = (partial(obj) for obj in page)
    else:
        head = {"kind": f"{target.name}List", "apiVersion": target.api_version, "metadata": meta}
        items = page if target.custom else map(_untyped, page)
    return msgspec.json.encode({**head, "items": list(items)})


def _untyped(obj: Object) -> Object:
    # The real server leaves kind and apiVersion out of the items of its own kinds' lists.
    return {name: value for name, value in obj.items() if name not in ("kind", "apiVersion")}


def _check_version(ask: Ask) -> None:
    text = ask.params.get("resourceVersion", "")
    if text in ("", "0"):
        return
    history = ask.environment.cluster.history
    if not text.isdigit():
        problem = f'strconv.ParseUint: parsing "{text}": invalid syntax'
        raise refuse(400, f'invalid resource version: resourceVersion: Invalid value: "{text}": {problem}')
    wanted = int(text)
    if wanted > history.version:
        raise too_large(wanted, history.version)
    if ask.params.get("resourceVersionMatch") == "Exact" and wanted != history.version:
        raise Refused(expired("The resourceVersion for the provided list is too old."))


def too_large(wanted: int, current: int) -> Refused:
    """504: that version has not been yet."""
    message = f"Too large resource version: {wanted}, current: {current}"
    causes = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
    return refuse(504, f"Timeout: {message}", details={"causes": causes, "retryAfterSeconds": 1})


def _encode(token: _Token) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode().rstrip("=")


def _snapshot(ask: Ask, version: int) -> str:
    """The name of what a list found at a version."""
    return f"{version}/{ask.target}/{ask.params.get('labelSelector')}/{ask.params.get('fieldSelector')}"


def _place(ask: Ask, obj: Object) -> str:
    """The object's key below that of the list."""
    meta = obj["metadata"]
    return f"{'' if ask.target.namespace else meta.get('namespace', '')}/{meta['name']}"


def _continued(ask: Ask, text: str) -> tuple[int, int, list[Object]]:
    """(version, where to go on, everything) of a continue token."""
    if ask.params.get("resourceVersion", "") not in ("", "0"):
        raise refuse(400, "specifying resource version is not allowed when using continue")
    token = _decode(text)
    version = token.rv
    if version == -1:
        version, found = ask.environment.cluster.history.version, present(ask)
    elif (known := ask.environment.pages.get(_snapshot(ask, version))) is not None:
        found = known
    else:
        body = expired(_TOO_OLD)
        body["metadata"] = {"continue": _encode(_Token(-1, token.start))}
        raise Refused(body)
    start = next((at for at, obj in enumerate(found) if _place(ask, obj) >= token.start), len(found))
    return version, start, found


def _decode(text: str) -> _Token:
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
        return msgspec.json.decode(plain, type=_Token)
    except ValueError as error:
        raise refuse(400, f"invalid continue token: continue key is not valid: {error}") from None


def _keep(ask: Ask, key: str, found: list[Object]) -> None:
    pages = ask.environment.pages
    pages.setdefault(key, found)
    while len(pages) > _MOST_SNAPSHOTS:
        pages.pop(next(iter(pages)))
