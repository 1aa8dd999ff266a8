"""The simulator's pod logs: since, tail, follow, previous, and the words when there is none."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.demo_control import WorldControl
from tests.demo_objects import running_pod, with_state

Object = dict[str, Any]

PODS = "/api/v1/namespaces/services/pods"


async def test_a_log_is_read_from_a_time_on(world: WorldControl) -> None:
    world.put(running_pod("one"))
    begin = datetime(2026, 8, 1, 12, 0, 0, tzinfo=UTC).timestamp()
    for number, line in enumerate(["first", "second", "third"]):
        world.log("services", "one", "app", line, at=begin + number + 0.5)
    async with world.http() as http:

        async def text(**params: Any) -> str:
            return (await http.get(f"{PODS}/one/log", params=params)).text

        assert await text() == "first\nsecond\nthird\n"
        assert await text(tailLines=1) == "third\n"
        assert await text(limitBytes=3) == "fir"
        # Inclusive, and the fraction is cut on the way to the kubelet.
        assert await text(sinceTime="2026-08-01T12:00:01.900000000Z") == "second\nthird\n"
        assert await text(timestamps="true", tailLines=1) == "2026-08-01T12:00:02.500000000Z third\n"
        world.rotate("services", "one", "app", keep=1)
        assert await text() == "third\n"


async def test_a_log_is_followed_to_the_end_of_its_run(world: WorldControl) -> None:
    world.put(running_pod("one"))
    world.log("services", "one", "app", "before")
    found: list[bytes] = []
    async with world.http() as http:

        async def follow() -> None:
            asked = {"follow": "true", "tailLines": "10"}
            async with http.stream("GET", f"{PODS}/one/log", params=asked) as response:
                async for chunk in response.aiter_raw():
                    found.append(chunk)

        following = asyncio.create_task(follow())
        await world.until(lambda: found)
        world.log("services", "one", "app", b"\xff\x1b[31mred", "last")
        world.restart_container("services", "one", "app", code=3)
        await following
        assert b"".join(found) == b"before\n\xff\x1b[31mred\nlast\n"
        world.log("services", "one", "app", "anew")
        assert (await http.get(f"{PODS}/one/log")).text == "anew\n"
        assert (await http.get(f"{PODS}/one/log?previous=true")).text.endswith("last\n")


WAITING = 'container "app" in pod "one" is waiting to start: '


@pytest.mark.parametrize(
    ("state", "params", "code", "said"),
    [
        ({"waiting": {"reason": "ContainerCreating"}}, {}, 400, WAITING + "ContainerCreating"),
        ({"waiting": {"reason": "ErrImagePull"}}, {}, 400, WAITING + "image can't be pulled"),
        (
            {"waiting": {"reason": "ImagePullBackOff"}},
            {},
            400,
            WAITING + "trying and failing to pull image",
        ),
        (
            {"running": {}},
            {"previous": "true"},
            400,
            'previous terminated container "app" in pod "one" not found',
        ),
        ({"running": {}}, {"container": "x"}, 400, "container x is not valid for pod one"),
    ],
)
async def test_why_there_is_no_log(
    world: WorldControl, state: Object, params: dict[str, str], code: int, said: str
) -> None:
    world.put(with_state(running_pod("one"), state))
    async with world.http() as http:
        answer = await http.get(f"{PODS}/one/log", params=params)
        assert (answer.status_code, answer.json()["message"]) == (code, said)


async def test_logs_of_several_containers_and_of_no_node(world: WorldControl) -> None:
    nowhere = running_pod("nowhere")
    del nowhere["spec"]["nodeName"]
    world.put(running_pod("two", "services", "a", "b"), nowhere)
    async with world.http() as http:
        answer = await http.get(f"{PODS}/two/log")
        assert answer.json()["message"] == (
            "a container name must be specified for pod two, choose one of: [a b]"
        )
        assert (await http.get(f"{PODS}/nowhere/log")).status_code == 204
