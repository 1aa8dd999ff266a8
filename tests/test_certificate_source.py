"""The certificate from a file or a URL, and what is said when it can't be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.demo_control import WorldControl
from tests.sealing_keys import NOW, key_pair
from tui.clock import SystemClock
from tui.errors import Refused, Unreachable
from tui.wire.certificate_source import fetch


class _Then(SystemClock):
    """It is the day for which the test's certificates are made."""

    def now(self) -> float:
        return NOW.timestamp()


async def test_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "prod.pem").write_bytes(key_pair().pem)
    found = await fetch("certs/prod.pem", tmp_path, _Then())
    assert found.fingerprint == key_pair().certificate.fingerprint
    assert found.origin == "certs/prod.pem"
    assert (await fetch(str(tmp_path / "certs/prod.pem"), Path("/"), _Then())).bits == 2048


async def test_no_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"missing.pem: can't be read: No such file or directory"):
        await fetch("missing.pem", tmp_path, _Then())


async def test_a_url_of_a_private_authority_is_not_trusted(
    world: WorldControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = world.url("/api/v1/namespaces/kube-system/services/http:x:http/proxy/v1/cert.pem")
    with pytest.raises(Unreachable, match=r"certificate of 127.0.0.1:\d+ is not trusted") as raised:
        await fetch(url, Path("/"), _Then())
    assert "SSL_CERT_FILE" in raised.value.hint
    monkeypatch.setenv("SSL_CERT_FILE", str(world.authority))
    with pytest.raises(Unreachable, match=r"127.0.0.1:\d+ answered 401"):
        await fetch(url, Path("/"), _Then())
    world.fault("status", "/v1/cert.pem", code=200, body=key_pair().pem.decode())
    assert (await fetch(url, Path("/"), _Then())).fingerprint == key_pair().certificate.fingerprint


async def test_nobody_there(unused_tcp_port: int) -> None:
    with pytest.raises(Unreachable, match="connection refused"):
        await fetch(f"http://127.0.0.1:{unused_tcp_port}/cert.pem", Path("/"), _Then())
