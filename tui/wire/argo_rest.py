"""Argo CD's REST API with a token: manifests of a commit, Argo CD's own difference, authors, windows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import yaml

from tui.clock import Clock
from tui.errors import (
    Conflict,
    DeployError,
    Forbidden,
    Gone,
    Invalid,
    Overloaded,
    Unauthorized,
    Unknown,
    Unreachable,
)
from tui.model.application import Application
from tui.model.commits import Commit
from tui.model.hooks import Manifests, Origin
from tui.wire.access import Tls
from tui.wire.argo_config import RestPlace
from tui.wire.manifests import Document, manifests
from tui.wire.plain import plain
from tui.wire.tls import context
from tui.wire.translate import transport_error

_SECONDS = 20.0
_LEAST = 3.0  # seconds to connect in
_LOOK = "it may or may not have happened: look before doing it again"
_STATUS: Mapping[int, type[DeployError]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: Gone,
    409: Conflict,
    429: Overloaded,
}
_DROPPED = ("managedFields", "uid", "resourceVersion", "creationTimestamp", "generation", "selfLink")
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class ArgoRest:
    """Only tui.errors are raised. Nothing follows a redirect: the token would go with it."""

    def __init__(self, place: RestPlace, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._client: httpx.AsyncClient | None = None
        url = urlsplit(place.server)
        self.host = url.netloc or place.server

    async def version(self) -> str:
        """`v3.6.1`; needs no token."""
        return str((await self.request("GET", "/api/version")).get("Version") or "")

    async def user(self) -> str:
        """Whom it takes us for, "" where the token is not accepted."""
        found = await self.request("GET", "/api/v1/session/userinfo")
        return plain(str(found.get("username") or ""), 80) if found.get("loggedIn") else ""

    async def manifests(self, application: Application, revision: str) -> Manifests:
        """What that commit holds for an application, hooks included, as Argo CD renders it."""
        found = await self.documents(application, revision)
        return manifests(found, revision, application.destination.namespace, Origin.SERVER)

    async def documents(self, application: Application, revision: str) -> list[Document]:
        """The objects themselves; Argo CD gives no values of Secrets."""
        answer = await self._of(application, "manifests", revision=revision)
        return [one for text in answer.get("manifests") or () if (one := _document(text)) is not None]

    async def differences(self, application: Application) -> tuple[str, str]:
        """YAML of what is there and of what a sync of the compared commit would make of it; no hooks."""
        answer = await self._of(application, "managed-resources")
        before, after = [], []
        for item in answer.get("items") or ():
            if isinstance(item, dict) and item.get("modified"):
                before.append(_document(item.get("normalizedLiveState")))
                after.append(_document(item.get("predictedLiveState")))
        return as_yaml(before), as_yaml(after)

    async def commit(self, application: Application, revision: str) -> Commit:
        """Author, time and the first line of its message."""
        found = await self._of(application, f"revisions/{quote(revision, safe='')}/metadata")
        subject = str(found.get("message") or "").partition("\n")[0]
        author = str(found.get("author") or "").partition(" <")[0]
        return Commit(revision, plain(author, 80), _epoch(found.get("date")), plain(subject, 200))

    async def can_sync(self, application: Application) -> bool:
        """Whether Argo CD's own reading of the sync windows lets a sync by hand begin now."""
        found = await self._of(application, "syncwindows")
        return bool(found.get("canSync", True)) or not found.get("activeWindows")

    async def _of(self, application: Application, what: str, **params: str) -> dict[str, Any]:
        """Without its project a missing application would be a missing right."""
        meta = application.meta
        path = f"/api/v1/applications/{quote(meta.name, safe='')}/{what}"
        given = {"appNamespace": meta.namespace, "project": application.project, **params}
        return await self.request("GET", path, given)

    async def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        content: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One request, sent once, and its answer; Unknown when a write got none."""
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self._place.token.reveal()}"}
        if method != "GET":
            headers["Content-Type"] = "application/json"  # else 415, with DELETE too
        try:
            async with self._clock.timeout(_SECONDS):
                url = f"{self._place.server}{path}"
                response = await self._http().request(
                    method,
                    url,
                    params=params,
                    headers=headers,
                    content=json.dumps(content).encode() if content is not None else None,
                )
        except TimeoutError:
            title = f"no answer from Argo CD at {self.host} within {_SECONDS:g} s"
            raise (Unreachable(title) if method == "GET" else Unknown(title, _LOOK)) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            told = transport_error(error, self.host, _LEAST)
            if method == "GET" or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                raise told from error
            raise Unknown(f"{method} was sent, no answer came: {told.title}", _LOOK) from error
        if response.status_code >= 300:
            raise _error(response.status_code, response.content, self.host)
        found = _decoded(response.content)
        if found is None:
            raise Unreachable(
                f"{self.host} answered something that is not Argo CD's", "check argocd: server:"
            )
        return found

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            verify = context(Tls(insecure=self._place.insecure))
            timeout = httpx.Timeout(_SECONDS, connect=_LEAST)
            self._client = httpx.AsyncClient(verify=verify, timeout=timeout, follow_redirects=False)
        return self._client

    async def close(self) -> None:
        """Ends its connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def as_yaml(found: Iterable[Document | None]) -> str:
    """Documents without what the server alone writes, and without the values of Secrets."""
    return "---\n".join(
        str(yaml.safe_dump(_shown(one), sort_keys=True, width=100)) for one in found if one is not None
    )


def _shown(one: Document) -> dict[str, Any]:
    made = {key: value for key, value in one.items() if key != "status"}
    meta = {key: value for key, value in dict(made.get("metadata") or {}).items() if key not in _DROPPED}
    annotations = {k: v for k, v in dict(meta.get("annotations") or {}).items() if k != _LAST_APPLIED}
    meta.pop("annotations", None)
    made["metadata"] = meta | ({"annotations": annotations} if annotations else {})
    if made.get("kind") == "Secret":
        for key in ("data", "stringData"):
            if isinstance(made.get(key), dict):
                made[key] = dict.fromkeys(made[key], "***")
    return made


def _document(text: object) -> Document | None:
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _decoded(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _error(status: int, body: bytes, host: str) -> DeployError:
    """Argo CD's own message is the title; a missing right and a refused token have hints."""
    found = _decoded(body) or {}
    said = plain(str(found.get("error") or found.get("message") or f"status {status}"), 300)
    hints = {
        401: "the token is expired or wrong: argocd login, or token: under argocd:",
        403: "the account may not do that, or the application is not there",
    }
    if 300 <= status < 400:
        return Unreachable(f"{host} sends elsewhere ({status})", "check argocd: server:, https or http")
    return _STATUS.get(status, Unreachable)(f"Argo CD: {said}", hints.get(status, ""))


def _epoch(text: object) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0
