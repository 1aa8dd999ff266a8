"""Credentials that change: token files, exec plugins and OIDC, each until the server takes them."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from pathlib import Path

import pytest

from tests.recording_server import Authority, RecordingServer, Reply, Request
from tui.clock import SystemClock
from tui.errors import Unauthorized
from tui.wire import kubeconfig
from tui.wire.access import Access, Exec, Oidc, Tls, Token
from tui.wire.credentials import TokenFile, bearer
from tui.wire.exec_plugin import ExecPlugin
from tui.wire.kubeconfig_edit import provider_config, write_provider_config
from tui.wire.oidc import OidcSource
from tui.wire.secret import Secret
from tui.wire.server import Server

V1 = "client.authentication.k8s.io/v1"


class Stepped(SystemClock):
    """The system's clock, put forward by hand."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def script(folder: Path, body: str) -> Exec:
    """A plugin with this shell body; `give token [rest]` prints a credential; each run is noted in `runs`."""
    file = folder / "plugin"
    head = f"""#!/bin/sh
echo run >> {folder}/runs
give() {{ echo '{{"kind":"ExecCredential","apiVersion":"{V1}","status":{{"token":"'$1'"'$2'}}}}'; }}
"""
    file.write_text(head + body)
    file.chmod(0o700)
    return Exec(str(file), (), (), V1, "IfAvailable")


def runs(folder: Path) -> int:
    return len((folder / "runs").read_text().splitlines())


def plugin(made: Exec, clock: SystemClock, limit: float = 20.0) -> ExecPlugin:
    return ExecPlugin(made, clock, {"PATH": os.environ["PATH"]}, limit=limit)


async def test_token_file_is_read_again_after_a_minute(tmp_path: Path) -> None:
    clock, file = Stepped(), tmp_path / "token"
    file.write_text("one\n")
    source = TokenFile(Token(Secret("spare"), file), clock)
    assert await source.get() == bearer("one")
    file.write_text("two\n")
    assert await source.get() == bearer("one")
    clock.ahead = 61
    assert await source.get() == bearer("two")
    file.unlink()
    clock.ahead = 122
    assert await source.get() == bearer("two"), "the last one serves on"
    file.write_text("three")
    assert await source.renew(bearer("two")), "a 401 reads it at once"
    assert await source.get() == bearer("three")


async def test_plugin_runs_once_for_all_and_again_when_expired(tmp_path: Path) -> None:
    clock = Stepped()
    ends = ',\\"expirationTimestamp\\":\\"$(date -u -d @$(($(date +%s)+3600)) +%Y-%m-%dT%H:%M:%SZ)\\"'
    source = plugin(script(tmp_path, f'give "t$(wc -l < {tmp_path}/runs | tr -d " ")" "{ends}"'), clock)
    given = await asyncio.gather(*(source.get() for _ in range(10)))
    assert set(given) == {bearer("t1")}
    assert await source.get() == bearer("t1")
    assert runs(tmp_path) == 1
    clock.ahead = 3700
    assert await source.get() == bearer("t2")
    assert runs(tmp_path) == 2
    await source.close()


async def test_a_refused_credential_runs_the_plugin_again_once(tmp_path: Path, authority: Authority) -> None:
    async def answer(request: Request) -> Reply:
        return Reply(200 if request.values("authorization") == ["Bearer t2"] else 401)

    made = script(tmp_path, f'give "t$(wc -l < {tmp_path}/runs | tr -d " ")"')
    clock = Stepped()
    async with RecordingServer(authority.server_context("127.0.0.1"), answer) as api:
        access = Access("a", api.url, "default", "u", "c", tls=Tls(ca_data=authority.pem), auth=made)
        server = Server(access, clock, environ=dict(os.environ))
        with pytest.raises(Unauthorized, match="rejected the credentials"):
            await server.request("GET", "/version")
        assert runs(tmp_path) == 1, "just fetched: running it again would bring the same"
        clock.ahead = 11
        answers = await asyncio.gather(*(server.request("PATCH", f"/{n}", content=b"{}") for n in range(8)))
        assert [answer.status for answer in answers] == [200] * 8
        assert runs(tmp_path) == 2
        await server.close()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "printf 'bad \\033[31mluck' >&2; exit 3",
            r"exec plugin plugin failed \(exit code 3\): bad U\+001B\[31mluck",
        ),
        ("echo hello", "did not print JSON"),
        ("echo '{}'", "did not print an ExecCredential"),
        (f'echo \'{{"kind":"ExecCredential","apiVersion":"{V1}beta1"}}\'', "answered in .*v1beta1"),
        ("give ''", "gave neither token nor certificate"),
        ('give t \',"expirationTimestamp":"soon"\'', "unreadable expirationTimestamp: soon"),
        ("kill -9 $$", "was ended by signal 9"),
        ("read x; tty -s && give t; echo no terminal >&2; exit 1", "no terminal"),
        ("head -c 3000000 /dev/zero >&2; exit 1", "exit code 1"),
    ],
)
async def test_plugin_failures_are_said(tmp_path: Path, body: str, said: str) -> None:
    source = plugin(script(tmp_path, body), Stepped())
    for _ in range(3):
        with pytest.raises(Unauthorized, match=said):
            await source.get()
    assert runs(tmp_path) == 1, "a failure is remembered for a while"
    await source.close()


async def test_a_plugin_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    source = plugin(script(tmp_path, f"sleep 1000 & echo $! > {pid}; wait"), Stepped(), limit=0.5)
    with pytest.raises(Unauthorized, match=r"did not end within 0\.5 s"):
        await source.get()
    await gone(int(pid.read_text()))


async def test_close_ends_a_running_plugin(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    source = plugin(script(tmp_path, f"echo $$ > {pid}.new; mv {pid}.new {pid}; sleep 1000"), Stepped())
    asking = asyncio.create_task(source.get())
    while not pid.exists():  # noqa: ASYNC110 - the state is in a foreign process
        await asyncio.sleep(0.01)
    await source.close()
    with pytest.raises(Unauthorized, match="was stopped"):
        await asking
    await gone(int(pid.read_text()))


async def gone(pid: int) -> None:
    async with asyncio.timeout(5):
        while _alive(pid):  # noqa: ASYNC110 - the state is in a foreign process
            await asyncio.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def jwt(name: str, expires: float) -> str:
    def part(claims: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part({'sub': name, 'exp': expires})}.sig"


KUBECONFIG = """# mine, by hand
current-context: a
contexts: [{name: a, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://x"}}]
users:
- name: other
  user: {token: keep}
- name: u # the one
  user:
    auth-provider:
      name: oidc
      config:
        client-id: cockpit
        client-secret: 'se:cret'
        id-token: @ID@ # old
        idp-certificate-authority-data: @CA@
        idp-issuer-url: @ISSUER@
        refresh-token: r1
"""


class Issuer:
    """An OIDC provider: refresh token r1 gives `token` and r2; it wants the client's secret in the body."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.url = ""

    async def __call__(self, request: Request) -> Reply:
        if request.path == "/.well-known/openid-configuration":
            return Reply(body=json.dumps({"token_endpoint": f"{self.url}/token"}).encode())
        form = request.body.decode()
        if request.values("authorization") or "client_secret=se%3Acret" not in form:
            return Reply(401, b'{"error":"invalid_client"}')
        if "refresh_token=r1" not in form or "client_id=cockpit" not in form:
            return Reply(400, b'{"error":"invalid_grant","error_description":"used up"}')
        return Reply(body=json.dumps({"id_token": self.token, "refresh_token": "r2"}).encode())


def oidc(file: Path, folder: Path) -> Oidc:
    auth = kubeconfig.load(file, {}, folder).access(None).auth
    assert isinstance(auth, Oidc)
    return auth


def write(folder: Path, authority: Authority, issuer: str, token: str) -> Path:
    file = folder / "k"
    ca = base64.b64encode(authority.pem.encode()).decode()
    file.write_text(KUBECONFIG.replace("@ID@", token).replace("@CA@", ca).replace("@ISSUER@", issuer))
    file.chmod(0o640)
    return file


async def test_oidc_refreshes_and_writes_back_nothing_else(tmp_path: Path, authority: Authority) -> None:
    clock = Stepped()
    old, new = jwt("old", clock.now() - 1), jwt("new", clock.now() + 3600)
    issuer = Issuer(new)
    async with RecordingServer(authority.server_context("127.0.0.1"), issuer) as api:
        issuer.url = api.url
        file = write(tmp_path, authority, api.url, old)
        before = file.read_text()
        source = OidcSource(oidc(file, tmp_path), clock)
        given = await asyncio.gather(*(source.get() for _ in range(5)))
        assert set(given) == {bearer(new)}
        assert [seen.method for seen in api.requests] == ["GET", "POST", "POST"]
        expected = before.replace(f"id-token: {old}", f'id-token: "{new}"')
        assert file.read_text() == expected.replace("refresh-token: r1", 'refresh-token: "r2"')
        assert file.stat().st_mode & 0o777 == 0o640
        assert os.listdir(tmp_path) == ["k"], "neither lock nor temporary file stays"
        again = OidcSource(oidc(file, tmp_path), clock)
        assert await again.get() == bearer(new)
        assert len(api.requests) == 3, "the token that was written serves the next start"


async def test_oidc_takes_what_another_program_refreshed(tmp_path: Path, authority: Authority) -> None:
    clock = Stepped()
    file = write(tmp_path, authority, "https://127.0.0.1:1", jwt("old", clock.now() - 1))
    source = OidcSource(oidc(file, tmp_path), clock)
    new = jwt("new", clock.now() + 3600)
    write_provider_config(file, "u", {"id-token": new, "refresh-token": "r9"})
    assert await source.get() == bearer(new)


async def test_oidc_failures_are_said(tmp_path: Path, authority: Authority) -> None:
    clock = Stepped()
    old = jwt("old", clock.now() - 1)
    issuer = Issuer("")
    async with RecordingServer(authority.server_context("127.0.0.1"), issuer) as api:
        issuer.url = api.url
        file = write(tmp_path, authority, api.url, old)
        write_provider_config(file, "u", {"refresh-token": "r0"})
        with pytest.raises(Unauthorized, match=r"refused to refresh the ID token \(400\): used up"):
            await OidcSource(oidc(file, tmp_path), clock).get()
        (tmp_path / "other").mkdir()
        other = Authority(tmp_path / "other", "another authority")
        file = write(tmp_path, other, api.url, old)
        with pytest.raises(Unauthorized, match=r"certificate of 127\.0\.0\.1:.* is not trusted"):
            await OidcSource(oidc(file, tmp_path), clock).get()
    file = write(tmp_path, authority, api.url, old)
    write_provider_config(file, "u", {"refresh-token": ""})
    with pytest.raises(Unauthorized, match="there is no refresh-token"):
        await OidcSource(oidc(file, tmp_path), clock).get()


@pytest.mark.parametrize(
    "config",
    [
        "{client-id: c, idp-issuer-url: 'https://i'}",
        "\n        client-id: c\n        idp-issuer-url: 'https://ü'",
        "{id-token: , refresh-token: 'a', client-id: c, idp-issuer-url: x}",
    ],
)
def test_new_tokens_find_their_place(tmp_path: Path, config: str) -> None:
    file = tmp_path / "real"
    file.write_text(
        f"users:\n- name: u\n  user:\n    auth-provider:\n      name: oidc\n      config: {config}\n"
    )
    link = tmp_path / "link"
    link.symlink_to(file)
    before = provider_config(link, "u")
    write_provider_config(link, "u", {"id-token": 'a"b', "refresh-token": "c"})
    assert provider_config(file, "u") == before | {"id-token": 'a"b', "refresh-token": "c"}
    assert link.is_symlink()
