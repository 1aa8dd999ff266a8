"""What an engine sends, as it is kept: Docker's answers and Podman's."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from tui.model.compose import Inspected
from tui.wire.docker_shapes import Container, Happened, inspected, moment, one_off

DOCKER = {
    "Id": "4c33",
    "Name": "/shop-api-2",
    "Image": "sha256:2f74",
    "Created": "2026-11-24T12:38:28.597149622Z",
    "RestartCount": 3,
    "State": {
        "Status": "running",
        "ExitCode": 0,
        "OOMKilled": True,
        "Error": "",
        "StartedAt": "2026-11-24T12:38:29.500000000Z",
        "FinishedAt": "0001-01-01T00:00:00Z",
        "Health": {
            "Status": "unhealthy",
            "FailingStreak": 2,
            "Log": [
                {"Start": "2026-11-24T12:40:00Z", "ExitCode": 0, "Output": "fine"},
                {"Start": "2026-11-24T12:40:05Z", "ExitCode": 1, "Output": "no\n"},
                {"Start": "2026-11-24T12:40:10Z", "ExitCode": 1, "Output": "not yet\n"},
            ],
        },
    },
    "Config": {
        "Image": "shop/api:1",
        "Tty": True,
        "Labels": {"com.docker.compose.service": "api", "com.docker.compose.container-number": "2"},
        "Cmd": ["serve"],
        "Entrypoint": None,
    },
    "HostConfig": {"RestartPolicy": {"Name": "always"}, "Memory": 67108864},
    "NetworkSettings": {
        "Ports": {
            "80/tcp": [{"HostIp": "", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}],
            "81/tcp": None,
        },
        "Networks": {"shop_default": {"IPAddress": "172.18.0.2"}},
    },
}


def kept(document: Mapping[str, object]) -> Inspected:
    return inspected(msgspec.json.decode(msgspec.json.encode(document), type=Container))


def test_what_is_kept_of_a_container() -> None:
    found = kept(DOCKER)
    assert (found.name, found.service, found.number) == ("shop-api-2", "api", 2)
    assert (found.health, found.health_said) == ("unhealthy", "not yet")
    assert found.health_failed == moment("2026-11-24T12:40:05Z")
    assert (found.finished, found.restarts, found.policy, found.oom) == (None, 3, "always", True)
    assert (found.ports, found.ip, found.memory_limit) == (("8080->80/tcp",), "172.18.0.2", "64Mi")
    assert (found.command, found.tty) == ("serve", True)


def test_podman_sends_an_empty_check_and_a_state_of_its_own() -> None:
    empty = {"Status": "", "FailingStreak": 0, "Log": None}
    podman = {"Id": "1", "State": {"Status": "stopped", "Health": empty}, "Config": {"Entrypoint": "/run"}}
    found = kept(podman)
    assert (found.state, found.health, found.command) == ("exited", "", "/run")
    again = kept({**podman, "HostConfig": {"RestartPolicy": {"Name": "always"}}})
    assert again.state == "restarting"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01.500000000Z", 1.5),
        ("1970-01-01T01:00:01+01:00", 1.0),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_moments(text: str, seconds: float | None) -> None:
    assert moment(text) == seconds


def test_containers_of_run_and_of_hooks_are_nobodys() -> None:
    assert one_off({"com.docker.compose.oneoff": "True"})
    assert one_off({"com.docker.compose.hook": "post_start"})
    assert not one_off({"com.docker.compose.oneoff": "False"})


def test_an_events_time() -> None:
    assert msgspec.json.decode(b'{"time": 5, "timeNano": 5500000000}', type=Happened).at == 5.5
    assert msgspec.json.decode(b'{"time": 5}', type=Happened).at == 5.0
