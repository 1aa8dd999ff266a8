"""A server that cannot be used: the environment says what and what to try, and recovers by itself."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.demo_control import WorldControl
from tests.demo_objects import running_pod
from tests.recording_server import Authority
from tests.wired import QUICK, relay, until
from tui.clock import SystemClock
from tui.model.environment import Environment
from tui.session import Numbers, Session
from tui.store import LinkState
from tui.wire.access import Access, Tls, Token
from tui.wire.kube import Client
from tui.wire.kubeconfig import load
from tui.wire.secret import Secret
from tui.wire.server import Servers

SOON = Numbers(look=0.05, stagger=0.0)


def access_of(world: WorldControl) -> Access:
    return load(world.kubeconfig, {}, Path("/nowhere")).access("production")


@contextlib.asynccontextmanager
async def reading(access: Access) -> AsyncIterator[Session]:
    servers = Servers(SystemClock(), environ={})
    client = Client(servers.get(access))
    made = Session(Environment("production"), client, SystemClock(), numbers=SOON, feed_numbers=QUICK)
    made.start()
    try:
        yield made
    finally:
        await made.stop()
        await servers.close()


async def test_credentials_that_were_refused_and_renewed(world: WorldControl, tmp_path: Path) -> None:
    world.put(running_pod("a"))
    file = tmp_path / "token"
    file.write_text(world.user("operator"))
    async with reading(replace(access_of(world), auth=Token(Secret(""), file))) as made:
        await until(lambda: made.store.get("Pod", "services", "a") and made.link.state is LinkState.LIVE)
        token = world.user("operator", renew=True)
        world.end_streams(cut=True)
        await until(lambda: made.link.state is LinkState.STALE and "401" in str(made.error))
        assert "log in again" in str(made.error)
        assert made.store.get("Pod", "services", "a") is not None, "what was seen stays, marked as stale"
        file.write_text(token)
        await until(lambda: made.link.state is LinkState.LIVE)
        assert made.error is None


async def test_a_wrong_certificate_that_is_mended(world: WorldControl, tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    file.write_text(Authority(tmp_path, "another").pem)
    async with reading(replace(access_of(world), tls=Tls(ca_file=file))) as made:
        await until(lambda: made.link.state is LinkState.UNREACHABLE)
        assert "is not trusted" in str(made.error)
        assert "certificate-authority-data" in str(made.error)
        file.write_text(world.authority.read_text())
        await until(lambda: made.link.state is LinkState.LIVE)


@pytest.mark.parametrize(
    ("change", "said", "hint"),
    [
        ({"server": "https://no-such-host.invalid"}, "name does not resolve: no-such-host.invalid", "DNS"),
        ({"proxy_url": Secret("http://127.0.0.1:9")}, "refused", ""),
    ],
)
async def test_a_server_that_is_not_reached(
    world: WorldControl, change: dict[str, object], said: str, hint: str
) -> None:
    access = replace(access_of(world), **change)  # type: ignore[arg-type]
    async with reading(access) as made:
        await until(lambda: made.link.state is LinkState.UNREACHABLE)
        assert said in str(made.error)
        assert hint in str(made.error)


async def test_a_server_that_comes_up_later(world: WorldControl) -> None:
    world.put(running_pod("a"))
    access = access_of(world)
    async with relay(world) as link:
        link.cut()
        port = urlsplit(access.server).port
        async with reading(
            replace(access, server=access.server.replace(f":{port}/", f":{link.port}/"))
        ) as made:
            await until(lambda: made.link.state is LinkState.UNREACHABLE)
            assert f"127.0.0.1:{link.port}" in str(made.error)
            link.mend()
            await until(lambda: made.link.state is LinkState.LIVE)
            assert made.store.get("Pod", "services", "a") is not None
