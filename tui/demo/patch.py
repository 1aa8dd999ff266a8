"""JSON patches (RFC 6902, with test) and merge patches (RFC 7386) on plain JSON."""

from __future__ import annotations

import copy
from typing import Any

Object = dict[str, Any]


class Unfit(Exception):
    """The patch can't be applied: 422, as a failed test or a path that is not there."""


class Malformed(Exception):
    """It is no patch: 400."""


def merge_patch(target: Any, patch: Any) -> Any:
    """A new value; null takes members away, lists are replaced."""
    if not isinstance(patch, dict):
        return patch
    made = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = merge_patch(made.get(name), value)
    return made


def json_patch(target: Object, operations: Any) -> Object:
    """A new object; all operations or none."""
    if not isinstance(operations, list):
        raise Malformed("a JSON patch is a list of operations")
    made: Any = copy.deepcopy(target)
    for operation in operations:
        if not isinstance(operation, dict) or "op" not in operation or "path" not in operation:
            raise Malformed("an operation needs op and path")
        made = _apply(made, operation)
    if not isinstance(made, dict):
        raise Unfit("the document is no object any more")
    return made


def _apply(document: Any, operation: Object) -> Any:
    op, path = operation["op"], _path(operation["path"])
    if op == "test":
        if _get(document, path) != operation.get("value"):
            raise Unfit(f"testing path {operation['path']} failed")
        return document
    if op == "remove":
        return _remove(document, path)
    if op in ("add", "replace"):
        # The library that the API server uses lets "replace" add a member that is not there.
        if "value" not in operation:
            raise Malformed(f"{op} needs a value")
        return _put(document, path, copy.deepcopy(operation["value"]), insert=op == "add")
    if op in ("copy", "move"):
        source = _path(operation.get("from", ""))
        value = copy.deepcopy(_get(document, source))
        if op == "move":
            document = _remove(document, source)
        return _put(document, path, value, insert=True)
    raise Unfit(f"unexpected kind: {op}")


def _path(text: str) -> list[str]:
    if not text:
        return []
    if not text.startswith("/"):
        raise Malformed(f"{text!r} is no JSON pointer")
    return [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]


def _index(place: list[Any], part: str, *, end: bool = False) -> int:
    if end and part == "-":
        return len(place)
    if not part.isdigit() or int(part) >= len(place) + end:
        raise Unfit(f"unable to access invalid index: {part}")
    return int(part)


def _get(document: Any, path: list[str]) -> Any:
    found = document
    for part in path:
        if isinstance(found, list):
            found = found[_index(found, part)]
        elif isinstance(found, dict) and part in found:
            found = found[part]
        else:
            raise Unfit(
                f"replace operation does not apply: doc is missing path: /{'/'.join(path)}: missing value"
            )
    return found


def _put(document: Any, path: list[str], value: Any, *, insert: bool) -> Any:
    if not path:
        return value
    place, part = _get(document, path[:-1]), path[-1]
    if isinstance(place, list):
        if insert:
            place.insert(_index(place, part, end=True), value)
        else:
            place[_index(place, part)] = value
    elif isinstance(place, dict):
        place[part] = value
    else:
        raise Unfit(f"add operation does not apply: doc is missing path: /{'/'.join(path)}: missing value")
    return document


def _remove(document: Any, path: list[str]) -> Any:
    if not path:
        return None
    place, part = _get(document, path[:-1]), path[-1]
    if isinstance(place, list):
        del place[_index(place, part)]
    elif isinstance(place, dict) and part in place:
        del place[part]
    else:
        raise Unfit(f"Unable to remove nonexistent key: {part}: missing value")
    return document
