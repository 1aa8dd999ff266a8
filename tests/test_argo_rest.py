"""Argo CD's REST API as it is read: paths, the token, answers, errors, writes."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.syncing import NEW, application
from tui.clock import SystemClock
from tui.doctor_rest import served
from tui.errors import (
    Conflict,
    DeployError,
    Forbidden,
    Gone,
    Invalid,
    Refused,
    Unauthorized,
    Unknown,
    Unreachable,
)
from tui.model.argo import ArgoCd
from tui.model.hooks import Origin
from tui.model.plan import Step, Target
from tui.wire.argo_config import RestPlace
from tui.wire.argo_rest import ArgoRest, as_yaml
from tui.wire.argo_write import send, sync_body
from tui.wire.secret import Secret

TOKEN = "eyJ.secret.token"
JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {
        "name": "gateway-migrate",
        "annotations": {"argocd.argoproj.io/hook": "PreSync", "argocd.argoproj.io/sync-wave": "-5"},
    },
    "spec": {"template": {"spec": {"containers": [{"name": "goose", "image": "deploytui/goose:auth_db"}]}}},
}


@dataclass
class Answering:
    """A server on a port of its own that answers one thing and keeps what it was asked."""

    status: str = "200 OK"
    body: object = None
    asked: list[str] = field(default_factory=list)
    port: int = 0
    sent: str = ""  # the body of the last request
    mute: bool = False  # it takes the request and gives no answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", asked, re.IGNORECASE)
        self.sent = (await reader.readexactly(int(length[1]))).decode() if length else ""
        self.asked.append(asked)
        if self.mute:
            writer.close()
            return
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        head = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def answering(body: object, status: str = "200 OK") -> AsyncIterator[tuple[Answering, ArgoRest]]:
    made = Answering(status, body)
    server = await asyncio.start_server(made.serve, "127.0.0.1")
    made.port = server.sockets[0].getsockname()[1]
    rest = ArgoRest(RestPlace(made.url, Secret(TOKEN)), SystemClock())
    try:
        yield made, rest
    finally:
        await rest.close()
        server.close()
        await server.wait_closed()


async def test_manifests_with_their_hooks() -> None:
    async with answering({"manifests": [json.dumps(JOB), "no json"]}) as (server, rest):
        found = await rest.manifests(application(), NEW)
    assert (found.origin, found.revision) == (Origin.SERVER, NEW)
    assert [(hook.name, hook.phase, hook.wave, hook.database) for hook in found.migrations] == [
        ("gateway-migrate", "PreSync", -5, "auth_db")
    ]
    (asked,) = server.asked
    query = f"appNamespace=argocd&project=platform&revision={NEW}"
    assert asked.startswith(f"GET /api/v1/applications/gateway-production/manifests?{query} HTTP/1.1")
    assert f"authorization: bearer {TOKEN}".lower() in asked.lower()


async def test_the_difference_is_of_what_was_modified_only() -> None:
    def state(tag: str) -> str:
        meta = {"name": "gateway", "uid": "u", "managedFields": []}
        return json.dumps({"kind": "Deployment", "metadata": meta, "spec": {"tag": tag}, "status": {}})

    items = [
        {"modified": True, "normalizedLiveState": state("1.0.0"), "predictedLiveState": state("1.1.0")},
        {"modified": True, "normalizedLiveState": "null", "predictedLiveState": state("new")},
        {"normalizedLiveState": state("same"), "predictedLiveState": state("same")},
    ]
    async with answering({"items": items}) as (_, rest):
        before, after = await rest.differences(application())
    assert before == "kind: Deployment\nmetadata:\n  name: gateway\nspec:\n  tag: 1.0.0\n"
    assert after.count("---") == 1
    assert "same" not in before + after


async def test_who_made_a_commit() -> None:
    body = {"author": "Ann <ann@example.org>", "date": "2026-11-24T12:00:00Z", "message": "faster\n\nmore"}
    async with answering(body) as (server, rest):
        found = await rest.commit(application(), NEW)
    assert (found.author, found.subject, found.at) == ("Ann", "faster", 1795521600.0)
    assert f"/revisions/{NEW}/metadata?" in server.asked[0]


async def test_windows_and_version() -> None:
    async with answering({"canSync": False, "activeWindows": [{"kind": "deny"}]}) as (_, rest):
        assert not await rest.can_sync(application())
    async with answering({"Version": "v3.6.1"}) as (_, rest):
        assert await rest.version() == "v3.6.1"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad Request", Invalid),
        ("401 Unauthorized", Unauthorized),
        ("403 Forbidden", Forbidden),
        ("404 Not Found", Gone),
        ("409 Conflict", Conflict),
        ("503 Service Unavailable", Unreachable),
    ],
)
async def test_errors_in_its_own_words_and_never_with_the_token(status: str, kind: type[DeployError]) -> None:
    body = {"error": "permission denied", "code": 7}
    async with answering(body, status) as (_, rest):
        with pytest.raises(kind) as caught:
            await rest.version()
    assert "Argo CD: permission denied" in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert TOKEN not in repr(rest._place)


async def test_a_redirect_is_not_followed() -> None:
    async with answering({}, "302 Found\r\nLocation: http://127.0.0.1:1/elsewhere") as (server, rest):
        with pytest.raises(Unreachable, match="sends elsewhere"):
            await rest.version()
        assert len(server.asked) == 1


async def test_what_is_not_argo_cd() -> None:
    async with answering(b"<html>") as (_, rest):
        with pytest.raises(Unreachable, match="not Argo CD's"):
            await rest.version()
    rest = ArgoRest(RestPlace("http://127.0.0.1:1", Secret(TOKEN)), SystemClock())
    with pytest.raises(Unreachable, match="connection refused"):
        await rest.version()
    await rest.close()


@pytest.mark.parametrize(
    ("body", "words", "ill"),
    [
        ({"Version": "v3.6.1", "loggedIn": True, "username": "ann"}, "v3.6.1, as ann", False),
        ({"Version": "v3.6.1"}, "its token is not accepted", True),
    ],
)
async def test_what_the_doctor_says_of_it(body: object, words: str, ill: bool) -> None:
    async with answering(body) as (server, _):
        said, found = await served(ArgoCd(server=server.url, token="$ARGO"), {"ARGO": TOKEN}, SystemClock())
    assert words in said
    assert found is ill
    assert TOKEN not in said


async def test_the_doctor_where_there_is_no_token() -> None:
    assert await served(ArgoCd(), {}, SystemClock()) == ("", False)
    said, ill = await served(ArgoCd(server="https://argocd", token="$ARGO"), {}, SystemClock())
    assert ("$ARGO is not set" in said, ill) == (True, True)


def test_values_of_secrets_are_not_shown() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"KEY": "dmFsdWU="}}
    assert "dmFsdWU=" not in as_yaml([secret])


# Writing


def step(deed: str, **arguments: object) -> Step:
    target = Target("Application", "argocd", "gateway-production", "u")
    return Step(deed, target, "Sync it", {"ticket": "t1", "revision": NEW, **arguments})


FRESH = {"spec": {"project": "platform", "syncPolicy": {"syncOptions": ["A=true"], "retry": {"limit": 2}}}}


async def test_a_sync_in_the_servers_own_words() -> None:
    async with answering({}) as (server, rest):
        resources = [("apps", "Deployment", "prod", "gateway")]
        await send(rest, step("sync", reason="CHG-1", prune=True, resources=resources), FRESH)
    assert server.asked[0].startswith("POST /api/v1/applications/gateway-production/sync HTTP/1.1")
    assert "content-type: application/json" in server.asked[0].lower()
    assert json.loads(server.sent) == {
        "appNamespace": "argocd",
        "project": "platform",
        "prune": True,
        "dryRun": False,
        "strategy": {"hook": {}},
        "infos": [{"name": "Reason", "value": "CHG-1"}, {"name": "deploytui", "value": "t1"}],
        "revision": NEW,
        "resources": [{"group": "apps", "kind": "Deployment", "namespace": "prod", "name": "gateway"}],
        "syncOptions": {"items": ["A=true"]},
        "retryStrategy": {"limit": 2},
    }


def test_what_syncs_by_itself_is_given_no_commit() -> None:
    made = sync_body(
        {"ticket": "t", "revision": NEW, "apply_only": True},
        {"spec": {"syncPolicy": {"automated": {"prune": True}}}},
    )
    assert "revision" not in made
    assert made["strategy"] == {"apply": {}}
    several = sync_body({"ticket": "t", "revisions": ["a", "b"]}, {"spec": {}})
    assert (several["revisions"], several["sourcePositions"]) == (["a", "b"], [1, 2])


async def test_terminate_and_refresh() -> None:
    async with answering({}) as (server, rest):
        await send(rest, step("terminate"), FRESH)
        await send(rest, step("refresh-hard"), FRESH)
        with pytest.raises(Refused, match="can't be done through"):
            await send(rest, step("hold"), FRESH)
    first, second = server.asked
    assert first.startswith("DELETE /api/v1/applications/gateway-production/operation?appNamespace=argocd")
    assert "content-type: application/json" in first.lower()
    assert "refresh=hard" in second


async def test_a_write_without_an_answer_is_sent_once() -> None:
    async with answering({}) as (server, rest):
        server.mute = True
        with pytest.raises(Unknown, match="no answer came"):
            await send(rest, step("sync"), FRESH)
        assert len(server.asked) == 1
    nobody = ArgoRest(RestPlace("http://127.0.0.1:1", Secret(TOKEN)), SystemClock())
    with pytest.raises(Unreachable, match="refused"):
        await send(nobody, step("sync"), FRESH)
    await nobody.close()
