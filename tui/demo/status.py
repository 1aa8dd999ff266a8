"""The refusals of the API server: `Status` bodies with the reason, message and details of the real one."""

from __future__ import annotations

from typing import Any

from tui.demo.kinds import Kind

Object = dict[str, Any]

_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    410: "Expired",
    413: "RequestEntityTooLarge",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


def reason_of(code: int) -> str:
    """The reason that goes with a code; "" for one that has none."""
    return _REASONS.get(code, "")


def status(code: int, message: str, *, reason: str | None = None, details: Object | None = None) -> Object:
    """A `Status` object of a failure."""
    body: Object = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason if reason is not None else reason_of(code),
        "code": code,
    }
    if not body["reason"]:
        del body["reason"]
    if details is not None:
        body["details"] = details
    return body


class Refused(Exception):
    """An answer other than success; `headers` as on the wire."""

    def __init__(self, body: Object, headers: dict[str, str] | None = None) -> None:
        super().__init__(body["message"])
        self.body = body
        self.headers = headers or {}


def refuse(code: int, message: str, *, reason: str | None = None, details: Object | None = None) -> Refused:
    """The refusal to raise."""
    return Refused(status(code, message, reason=reason, details=details))


def _details(kind: Kind, name: str) -> Object:
    found = {"name": name, "group": kind.group, "kind": kind.plural}
    return {key: value for key, value in found.items() if value}


def not_found(kind: Kind, name: str) -> Refused:
    """404 with the object's name."""
    return refuse(404, f'{kind.resource} "{name}" not found', details=_details(kind, name))


def no_such_path() -> Refused:
    """404 for a resource that a group does not have."""
    return refuse(404, "the server could not find the requested resource", details={})


def already_exists(kind: Kind, name: str) -> Refused:
    """409 at creation."""
    message = f'{kind.resource} "{name}" already exists'
    return refuse(409, message, reason="AlreadyExists", details=_details(kind, name))


def conflict(kind: Kind, name: str) -> Refused:
    """409 for a resourceVersion that is not the present one."""
    message = (
        f'Operation cannot be fulfilled on {kind.resource} "{name}": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )
    return refuse(409, message, details=_details(kind, name))


def invalid(kind: Kind, name: str, causes: list[tuple[str, str]]) -> Refused:
    """422 with (field, message) causes."""
    told = [f"{field}: {message}" for field, message in causes]
    text = told[0] if len(told) == 1 else f"[{', '.join(told)}]"
    found: Object = {"name": name, "group": kind.group, "kind": kind.name}
    details = {member: value for member, value in found.items() if value}
    details["causes"] = [
        {"reason": _cause_of(message), "message": message, "field": field} for field, message in causes
    ]
    full = f"{kind.name}.{kind.group}" if kind.group else kind.name
    return refuse(422, f'{full} "{name}" is invalid: {text}', details=details)


def _cause_of(message: str) -> str:
    word = message.partition(" ")[0].rstrip(":")
    return {"Required": "FieldValueRequired", "Forbidden": "FieldValueForbidden"}.get(
        word, "FieldValueInvalid"
    )


def expired(message: str) -> Object:
    """The 410 of a list or watch, also as the object of an ERROR event."""
    return status(410, message)
