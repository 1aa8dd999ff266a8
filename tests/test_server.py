"""The door to an API server: answers, errors in words, unknown writes, streams, the gate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.link import Link
from tests.recording_server import Authority, RecordingServer, Reply, Request
from tui.clock import SystemClock
from tui.errors import (
    Conflict,
    DeployError,
    Expired,
    Forbidden,
    Gone,
    Invalid,
    Misconfigured,
    Overloaded,
    Unauthorized,
    Unknown,
    Unreachable,
)
from tui.wire.access import Access, Tls, Token
from tui.wire.secret import Secret
from tui.wire.server import Server, Servers


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def access(url: str, authority: Authority, **changes: object) -> Access:
    fields: dict[str, object] = {
        "context": "test",
        "server": url,
        "namespace": "default",
        "user_name": "u",
        "cluster_name": "c",
        "tls": Tls(ca_data=authority.pem),
        "auth": Token(Secret("sesame")),
    }
    return Access(**(fields | changes))  # type: ignore[arg-type]


@asynccontextmanager
async def opened(granted: Access, connect_timeout: float = 5.0) -> AsyncIterator[Server]:
    server = Server(granted, SystemClock(), environ={}, connect_timeout=connect_timeout)
    try:
        yield server
    finally:
        await server.close()


async def test_request_carries_params_headers_and_token(authority: Authority) -> None:
    async with (
        RecordingServer(authority.server_context("127.0.0.1")) as api,
        opened(access(api.url, authority)) as server,
    ):
        before = server.heard
        answer = await server.request(
            "PATCH",
            "/apis/apps/v1/namespaces/a/deployments/b",
            params={"fieldManager": "deploy tui"},
            headers={"Content-Type": "application/merge-patch+json"},
            content=b"{}",
        )
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/json"
        assert b"gitVersion" in answer.body
        assert server.heard > before
        (seen,) = api.requests
        assert seen.path == "/apis/apps/v1/namespaces/a/deployments/b?fieldManager=deploy+tui"
        assert seen.values("authorization") == ["Bearer sesame"]
        assert seen.values("content-type") == ["application/merge-patch+json"]
        assert seen.values("user-agent") == ["deploytui"]
        assert seen.body == b"{}"


def status(message: str, reason: str = "", seconds: int = 0) -> bytes:
    details = f'{{"retryAfterSeconds":{seconds}}}'
    return f'{{"kind":"Status","message":"{message}","reason":"{reason}","details":{details}}}'.encode()


@pytest.mark.parametrize(
    ("reply", "kind", "title"),
    [
        (Reply(401, status("Unauthorized")), Unauthorized, "rejected the credentials (401)"),
        (Reply(403, status("pods is forbidden")), Forbidden, "pods is forbidden"),
        (Reply(404, status("not found")), Gone, "not found"),
        (Reply(404, b"404 page not found\n"), Gone, "404 page not found"),
        (Reply(409, status("modified")), Conflict, "modified"),
        (Reply(410, status("too old")), Expired, "too old"),
        (
            Reply(504, status("Too large resource version: 9", "Timeout")),
            Expired,
            "Too large resource version: 9",
        ),
        (Reply(504, status("timed out", "Timeout")), Unreachable, "timed out (504)"),
        (Reply(400, status("bad")), Invalid, "bad"),
        (Reply(422, status("invalid")), Invalid, "invalid"),
        (Reply(500, b"<html>oops"), Unreachable, "answered 500"),
        (Reply(302, b"", {"Location": "https://login.example/"}), Unreachable, "redirects to https://login"),
        (Reply(403, status("evil \\u001b[31m red")), Forbidden, "evil U+001B[31m red"),
    ],
)
async def test_status_codes_become_our_errors(
    authority: Authority, reply: Reply, kind: type[DeployError], title: str
) -> None:
    async def answer(_: Request) -> Reply:
        return reply

    async with (
        RecordingServer(authority.server_context("127.0.0.1"), answer) as api,
        opened(access(api.url, authority)) as server,
    ):
        with pytest.raises(kind) as caught:
            await server.request("GET", "/x")
        assert title in caught.value.title
        assert type(caught.value) is kind
        with pytest.raises(kind):
            async with server.stream("/x"):
                pass
        assert server.down_since is None, "a server that answers is not down"


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (Reply(429, b"Too many requests, please try again later.", {"Retry-After": "7"}), 7.0),
        (Reply(429, status("cache not ready", seconds=3)), 3.0),
        (Reply(429, b"no"), None),
    ],
)
async def test_overload_says_when_to_come_back(
    authority: Authority, reply: Reply, seconds: float | None
) -> None:
    async def answer(_: Request) -> Reply:
        return reply

    async with (
        RecordingServer(authority.server_context("127.0.0.1"), answer) as api,
        opened(access(api.url, authority)) as server,
    ):
        with pytest.raises(Overloaded) as caught:
            await server.request("GET", "/x")
        assert caught.value.retry_after == seconds


async def test_refused_wrong_certificate_and_dns_are_told_apart(authority: Authority, tmp_path: Path) -> None:
    async with RecordingServer(authority.server_context("127.0.0.1")) as api:
        port = api.port
        other = Authority(tmp_path)
        async with opened(access(api.url, authority, tls=Tls(ca_data=other.pem))) as server:
            with pytest.raises(Unreachable, match=rf"certificate of 127.0.0.1:{port} is not trusted"):
                await server.request("GET", "/version")
        async with opened(
            access(api.url, authority, tls=Tls(authority.file, server_name="b.test"))
        ) as server:
            with pytest.raises(Unreachable, match="is for another name"):
                await server.request("GET", "/version")
        async with opened(access(f"http://127.0.0.1:{port}", authority)) as server:
            with pytest.raises(Unreachable):
                await server.request("GET", "/version")
    async with opened(access(f"https://127.0.0.1:{port}", authority)) as server:
        with pytest.raises(Unreachable, match=f"connection refused by 127.0.0.1:{port}"):
            await server.request("PATCH", "/x", content=b"{}")
        assert server.error is not None
        assert server.down_since is not None
    async with opened(access("https://no-such-host.invalid", authority)) as server:
        with pytest.raises(Unreachable, match=r"name does not resolve: no-such-host\.invalid"):
            await server.request("GET", "/x")

    async def plain_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(16)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(plain_http, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener, opened(access(f"https://127.0.0.1:{port}", authority)) as server:
        with pytest.raises(Unreachable, match="does not speak TLS"):
            await server.request("GET", "/x")


async def test_a_write_without_an_answer_is_unknown_and_never_sent_twice(authority: Authority) -> None:
    async def cut(_: Request) -> Reply:
        return Reply(cut=True)

    async def hang(_: Request) -> Reply:
        await asyncio.Event().wait()
        return Reply()

    async with (
        RecordingServer(authority.server_context("127.0.0.1"), cut) as api,
        opened(access(api.url, authority)) as server,
    ):
        with pytest.raises(Unknown):
            await server.request("PATCH", "/x", content=b"{}")
        assert [seen.method for seen in api.requests].count("PATCH") == 1
    async with (
        RecordingServer(authority.server_context("127.0.0.1"), hang) as api,
        opened(access(api.url, authority)) as server,
    ):
        with pytest.raises(Unknown, match=r"within 0.3 s"):
            await server.request("POST", "/x", content=b"{}", timeout=0.3)
        with pytest.raises(Unreachable, match=r"within 0.3 s"):
            await server.request("GET", "/x", timeout=0.3)


async def test_a_read_on_a_kept_connection_that_died_is_asked_again(authority: Authority) -> None:
    context = authority.server_context("127.0.0.1")
    async with (
        RecordingServer(context) as api,
        Link("127.0.0.1", api.port) as link,
        opened(access(f"https://127.0.0.1:{link.port}", authority)) as server,
    ):
        await server.request("GET", "/1")
        link.cut()
        link.mend()
        answer = await server.request("GET", "/2")
        assert answer.status == 200
        assert server.down_since is None


async def test_stream_gives_raw_chunks_and_says_when_it_is_cut(authority: Authority) -> None:
    parts: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def answer(request: Request) -> Reply:
        return Reply() if request.path == "/version" else Reply(parts=lambda: parts)

    async with (
        RecordingServer(authority.server_context("127.0.0.1"), answer) as api,
        opened(access(api.url, authority)) as server,
    ):
        parts.put_nowait(b'{"a":1}\n')
        async with server.stream("/watch", params=[("watch", "1")]) as chunks:
            assert await anext(chunks) == b'{"a":1}\n'
            assert api.requests[0].values("accept-encoding") == ["identity"]
            assert api.requests[0].path == "/watch?watch=1"
            parts.put_nowait(b"CUT")
            with pytest.raises(Unreachable, match="was cut"):
                await anext(chunks)
        assert server.down_since is not None
        for part in (b"x", b"y", None):
            parts.put_nowait(part)
        async with server.stream("/watch") as chunks:
            assert server.down_since is None
            assert b"".join([chunk async for chunk in chunks]) == b"xy"


async def test_a_dead_server_gets_one_request_a_second_from_all_users(authority: Authority) -> None:
    context = authority.server_context("127.0.0.1")
    async with (
        RecordingServer(context) as api,
        Link("127.0.0.1", api.port) as link,
        opened(access(f"https://127.0.0.1:{link.port}", authority)) as server,
    ):
        link.cut()
        with pytest.raises(Unreachable):
            await server.request("GET", "/first")
        before = link.connections
        results = await asyncio.gather(
            *(server.request("GET", f"/{n}") for n in range(30)), return_exceptions=True
        )
        assert all(isinstance(result, Unreachable) for result in results)
        assert link.connections == before + 1, "30 users, one probe, one outcome"
        link.mend()
        answers = await asyncio.gather(*(server.request("GET", f"/{n}") for n in range(30)))
        assert [answer.status for answer in answers] == [200] * 30
        assert server.down_since is None


async def test_a_half_open_link_ends_in_words(authority: Authority) -> None:
    context = authority.server_context("127.0.0.1")
    async with (
        RecordingServer(context) as api,
        Link("127.0.0.1", api.port) as link,
        opened(access(f"https://127.0.0.1:{link.port}", authority), connect_timeout=0.3) as server,
    ):
        link.freeze()
        with pytest.raises(Unreachable, match=r"no answer from 127.0.0.1:\d+ within 0.3 s"):
            await server.request("GET", "/x")
        link.mend()
        assert (await server.request("GET", "/x")).status == 200


async def test_servers_are_shared_by_identity(authority: Authority) -> None:
    servers = Servers(SystemClock(), environ={})
    one = access("https://127.0.0.1:1", authority)
    same = access("https://127.0.0.1:1", authority, context="other", namespace="elsewhere")
    other = access("https://127.0.0.1:1", authority, auth=Token(Secret("another")))
    assert servers.get(one) is servers.get(same)
    assert servers.get(one) is not servers.get(other)
    assert "sesame" not in repr(one)
    await servers.close()


async def test_a_certificate_authority_mended_on_disk_is_taken_up(
    authority: Authority, tmp_path: Path
) -> None:
    file = tmp_path / "ca.crt"
    file.write_text(Authority(tmp_path, "an older one").pem)
    async with (
        RecordingServer(authority.server_context("127.0.0.1")) as api,
        opened(access(api.url, authority, tls=Tls(ca_file=file))) as server,
    ):
        with pytest.raises(Unreachable, match="is not trusted"):
            await server.request("GET", "/x")
        file.write_text(authority.pem)
        assert (await server.request("GET", "/x")).status == 200
        assert server.down_since is None


async def test_a_token_that_is_no_header_is_refused_without_showing_it(authority: Authority) -> None:
    async with opened(access("https://127.0.0.1:1", authority, auth=Token(Secret("ses\name")))) as server:
        with pytest.raises(Unauthorized, match="control character") as caught:
            await server.request("GET", "/x")
        assert "ses" not in repr(caught.value)


async def test_an_address_that_is_none_is_said(authority: Authority) -> None:
    async with opened(access("https://127.0.0.1:1", authority)) as server:
        with pytest.raises(Misconfigured, match=r"x.* can't be asked"):
            await server.request("GET", "/x\a")


async def test_the_path_of_the_server_url_comes_first(authority: Authority) -> None:
    async with (
        RecordingServer(authority.server_context("127.0.0.1")) as api,
        opened(access(f"{api.url}/world/production", authority)) as server,
    ):
        await server.request("GET", "/api/v1/pods", params=[("limit", "5"), ("watch", "a b")])
        assert api.requests[0].path == "/world/production/api/v1/pods?limit=5&watch=a+b"


async def test_close_ends_open_streams(authority: Authority) -> None:
    parts: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def answer(_: Request) -> Reply:
        return Reply(parts=lambda: parts)

    async with RecordingServer(authority.server_context("127.0.0.1"), answer) as api:
        server = Server(access(api.url, authority), SystemClock(), environ={})
        reading = asyncio.Event()

        async def read() -> bytes:
            async with server.stream("/watch") as chunks:
                reading.set()
                return b"".join([chunk async for chunk in chunks])

        task = asyncio.create_task(read())
        await reading.wait()
        await server.close()
        with pytest.raises(Unreachable):
            await task
