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

# Snapshots kept for continue tokens of one environment.
_MOST_SNAPSHOTS = 64


class _Token(msgspec.Struct):
    rv: int
    start: int
    key: str
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
        version, start, key, found = _continued(ask, token)
    else:
        _check_version(ask)
        version, start = ask.environment.cluster.history.version, 0
        found = present(ask)
        key = f"{version}/{ask.target}/{ask.params.get('labelSelector')}/{ask.params.get('fieldSelector')}"
    page = found[start : start + limit] if limit else found[start:]
    meta: Object = {"resourceVersion": str(version)}
    left = len(found) - start - len(page)
    if left > 0:
        _keep(ask, key, found)
        meta["continue"] = _encode(_Token(version, start + len(page), key))
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
    wanted = ask.number("resourceVersion") or 0
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


def _continued(ask: Ask, text: str) -> tuple[int, int, str, list[Object]]:
    if ask.params.get("resourceVersion", "") not in ("", "0"):
        raise refuse(400, "specifying resource version is not allowed when using continue")
    try:
        token = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Token)
    except (ValueError, msgspec.DecodeError):
        raise refuse(400, "continue key is not valid") from None
    found = ask.environment.pages.get(token.key)
    if found is None:
        raise Refused(
            expired(
                "The provided continue parameter is too old to display a consistent list result. You can "
                "start a new list without the continue parameter, or use the continue token in this "
                "response to retrieve the remainder of the results."
            )
        )
    return token.rv, token.start, token.key, found


def _keep(ask: Ask, key: str, found: list[Object]) -> None:
    pages = ask.environment.pages
    pages.setdefault(key, found)
    while len(pages) > _MOST_SNAPSHOTS:
        pages.pop(next(iter(pages)))
