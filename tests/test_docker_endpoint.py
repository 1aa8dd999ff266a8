"""Where the engine is: the docker command's own rules, then sockets of rootless Docker and Podman."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tui.errors import Misconfigured
from tui.wire.docker_endpoint import api_version, endpoint, how_to_start, resolve


def context(home: Path, name: str, host: str, **more: object) -> None:
    folder = home / ".docker/contexts/meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": name, "Endpoints": {"docker": {"Host": host, **more}}}
    (folder / "meta.json").write_text(json.dumps(meta))


def test_docker_host_beats_the_context(tmp_path: Path) -> None:
    context(tmp_path, "colima", "unix:///colima.sock")
    environ = {"DOCKER_HOST": "unix:///own.sock", "DOCKER_CONTEXT": "colima"}
    assert resolve(environ, tmp_path).socket == "/own.sock"
    assert resolve({"DOCKER_CONTEXT": "colima"}, tmp_path).socket == "/colima.sock"


def test_the_declared_endpoint_beats_all(tmp_path: Path) -> None:
    found = resolve({"DOCKER_HOST": "unix:///own.sock"}, tmp_path, "tcp://127.0.0.1:99/world")
    assert found.server == "http://127.0.0.1:99/world"
    assert endpoint(found) == "tcp://127.0.0.1:99/world"


def test_the_current_context(tmp_path: Path) -> None:
    context(tmp_path, "desktop", "unix:///desktop.sock")
    (tmp_path / ".docker/config.json").write_text('{"currentContext": "desktop"}')
    assert resolve({}, tmp_path).socket == "/desktop.sock"
    assert resolve({"DOCKER_CONTEXT": "default"}, tmp_path).socket != "/desktop.sock"


def test_tls_of_a_tcp_endpoint(tmp_path: Path) -> None:
    for name in ("ca", "cert", "key"):
        (tmp_path / f"{name}.pem").write_text("PEM")
    environ = {
        "DOCKER_HOST": "tcp://build:2376",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": str(tmp_path),
    }
    found = resolve(environ, tmp_path)
    assert (found.server, found.tls.ca_file) == ("https://build:2376", tmp_path / "ca.pem")
    assert found.certificate is not None
    assert found.certificate.key_file == tmp_path / "key.pem"
    assert resolve({"DOCKER_HOST": "tcp://build"}, tmp_path).server == "http://build:2375"
    assert resolve({"DOCKER_HOST": "tcp://build", "DOCKER_TLS": "1"}, tmp_path).tls.insecure


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("ssh://me@build", "ssh://me@build: an engine behind ssh is not asked"),
        ("npipe:////./pipe/docker_engine", "is no address of a Docker engine"),
        ("unix://relative.sock", "is no address of a Docker engine"),
        ("tcp://build:port", "is no address of a Docker engine"),
    ],
)
def test_what_cannot_be_asked_says_so(host: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=said):
        resolve({"DOCKER_HOST": host}, tmp_path)


def test_a_context_that_is_not_there_and_a_broken_file(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match='docker context "gone" does not exist'):
        resolve({"DOCKER_CONTEXT": "gone"}, tmp_path)
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text("{")
    with pytest.raises(Misconfigured, match=r"config\.json can't be read"):
        resolve({}, tmp_path)


def test_rootless_and_podman_sockets(tmp_path: Path) -> None:
    socket = tmp_path / "podman/podman.sock"
    socket.parent.mkdir()
    socket.touch()
    found = resolve({"XDG_RUNTIME_DIR": str(tmp_path)}, tmp_path)
    assert found.socket in (str(socket), "/var/run/docker.sock")
    (tmp_path / "docker.sock").touch()
    found = resolve({"XDG_RUNTIME_DIR": str(tmp_path)}, tmp_path)
    assert found.socket in (str(tmp_path / "docker.sock"), "/var/run/docker.sock")


def test_what_to_start(tmp_path: Path) -> None:
    podman = resolve({"DOCKER_HOST": "unix:///run/podman/podman.sock"}, tmp_path)
    assert how_to_start(podman) == "systemctl --user start podman.socket"
    assert "colima start" in how_to_start(resolve({"DOCKER_HOST": "unix:///d.sock"}, tmp_path))


@pytest.mark.parametrize(
    ("offered", "environ", "used"),
    [
        ("1.41", {}, "1.41"),
        ("1.99", {}, "1.50"),
        ("", {}, "1.41"),
        ("1.47", {"DOCKER_API_VERSION": "1.43"}, "1.43"),
    ],
)
def test_the_older_version_of_the_api_is_spoken(offered: str, environ: dict[str, str], used: str) -> None:
    assert api_version(offered, environ) == used
