"""The simulator as a process: it ends with its input or by a signal, and leaves nothing behind."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest

from tests.demo_control import Demo


@pytest.fixture
def loaded() -> Iterator[Demo]:
    """A process of its own that makes load."""
    demo = Demo.start("--pods", "60", "--churn", "100", "--log-rate", "100")
    yield demo
    demo.stop()


def _close(demo: Demo) -> None:
    assert demo.process.stdin is not None
    demo.process.stdin.close()


def _terminate(demo: Demo) -> None:
    demo.process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("end", [_close, _terminate])
def test_it_ends_with_open_streams_and_takes_its_folder_along(
    loaded: Demo, end: Callable[[Demo], None]
) -> None:
    folder, world = loaded.folder, loaded.attach("demo")
    assert (folder.stat().st_mode & 0o777) == 0o700
    assert world.kubeconfig.parent == folder
    url, headers = world.url("/api/v1/pods"), {"Authorization": f"Bearer {world.token}"}
    with loaded.client.stream("GET", url, params={"watch": "true"}, headers=headers) as response:
        chunks = response.iter_raw()
        assert next(chunks).startswith(b'{"type":"ADDED"')
        end(loaded)
        # A signal leaves no time for a last chunk.
        with suppress(httpx.RemoteProtocolError):
            for _ in chunks:
                continue
    assert loaded.process.wait(10) == 0
    assert not folder.exists()


def test_load_has_owners_changes_and_lines(loaded: Demo) -> None:
    world = loaded.attach("demo")
    url, headers = world.url("/api/v1/pods"), {"Authorization": f"Bearer {world.token}"}
    pods = loaded.client.get(url, headers=headers).json()
    assert len(pods["items"]) == 60
    owners = {each["metadata"]["uid"] for each in world.all("ReplicaSet")}
    assert {each["metadata"]["ownerReferences"][0]["uid"] for each in pods["items"]} == owners
    asked = {"watch": "true", "resourceVersion": pods["metadata"]["resourceVersion"]}
    with loaded.client.stream("GET", url, params=asked, headers=headers) as response:
        assert next(response.iter_raw()).startswith(b'{"type":"MODIFIED"')
    first = pods["items"][0]["metadata"]
    log = world.url(f"/api/v1/namespaces/{first['namespace']}/pods/{first['name']}/log")
    with loaded.client.stream("GET", log, params={"follow": "true"}, headers=headers) as response:
        assert b"request served" in next(response.iter_raw())
