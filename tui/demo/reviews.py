"""The routes of the self reviews: what may I, which rules have I, who am I."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from tui.demo.access import User, access_review, rules_review, subject_review
from tui.demo.ask import answer
from tui.demo.protobuf import decode_review, is_protobuf
from tui.demo.status import refuse

Object = dict[str, Any]

_AUTHORIZATION = "/apis/authorization.k8s.io/v1/"
_PATHS = {
    _AUTHORIZATION + "selfsubjectaccessreviews": "access",
    _AUTHORIZATION + "selfsubjectrulesreviews": "rules",
    "/apis/authentication.k8s.io/v1/selfsubjectreviews": "subject",
}


def review(user: User, path: str, body: bytes, environment: str) -> Response | None:
    """The answer to a POST on one of these paths; None for others. Everybody may ask."""
    kind = _PATHS.get(path)
    if kind is None:
        return None
    try:
        asked: Object
        asked = decode_review(body) if is_protobuf(body) else msgspec.json.decode(body, type=dict[str, Any])
    except ValueError as error:
        raise refuse(400, f"the object provided is unrecognized: {error}") from None
    if kind == "access":
        return answer(access_review(user, asked, environment), 201)
    if kind == "rules":
        return answer(rules_review(user, asked, environment), 201)
    return answer(subject_review(user, asked), 201)
