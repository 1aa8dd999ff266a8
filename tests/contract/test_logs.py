"""Pod logs that hold on the simulator and on a real API server: which lines, and why there are none."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.contract.place import Object, Place, pod_spec, shell
from tests.contract.test_reads import refused


def state_of(pod: Object, name: str = "app") -> Object:
    """The state of one container, {} when there is none yet."""
    status = pod["status"]
    entries = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    return next((dict(one["state"]) for one in entries if one["name"] == name), {})


async def log(place: Place, pod: str, **params: str | int) -> str:
    """The text of one answer, which is a success."""
    answer = await place.http.get(place.path("Pod", pod) + "/log", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain"
    return answer.text


async def first_line(place: Place, pod: str, container: str) -> bytes:
    """Of a container that may not have written it yet."""
    told = b""
    async with place.client.log(place.namespace, pod, container, follow=True, timestamps=False) as chunks:
        async for chunk in chunks:
            told += chunk
            if b"\n" in told:
                break
    return told


async def why_none(place: Place, pod: str, **params: str | int) -> tuple[int, str, str]:
    """What the refusal says."""
    return refused((await place.http.get(place.path("Pod", pod) + "/log", params=params)).json())


async def test_parts_of_a_log(place: Place) -> None:
    script = "echo one; sleep 2; echo two; echo three; exit 0"
    await place.create("Pod", "p", spec=pod_spec(shell("app", script), restart="Never"))
    await place.until("Pod", "p", lambda pod: "terminated" in state_of(pod))
    assert await log(place, "p") == "one\ntwo\nthree\n"
    assert await log(place, "p", tailLines=1) == "three\n"
    assert await log(place, "p", tailLines=0) == ""
    assert await log(place, "p", limitBytes=5) == "one\nt"
    stamped = (await log(place, "p", timestamps="true")).splitlines()
    times = [line.split(" ")[0] for line in stamped]
    assert [line.split(" ")[1] for line in stamped] == ["one", "two", "three"]
    assert times == sorted(times)
    assert {len(time) for time in times} == {len("2026-01-01T00:00:00.123456789Z")}
    second = datetime.fromisoformat(times[1][:19] + "+00:00")
    # Inclusive, and the fraction of a second is cut.
    since = second.isoformat().replace("+00:00", ".999999999Z")
    assert await log(place, "p", sinceTime=since) == "two\nthree\n"
    later = (second + timedelta(seconds=9)).isoformat()
    assert await log(place, "p", sinceTime=later) == ""
    assert await log(place, "p", follow="true", tailLines=1) == "three\n"
    refusals: list[tuple[dict[str, str | int], int, str]] = [
        ({"tailLines": -1}, 422, "tailLines: Invalid value: -1: must be greater than or equal to 0"),
        ({"limitBytes": 0}, 422, "limitBytes: Invalid value: 0: must be greater than 0"),
        ({"sinceSeconds": 0}, 422, "sinceSeconds: Invalid value: 0: must be greater than 0"),
        ({"stream": "Stdout"}, 422, "stream: Forbidden: may not be specified"),
        ({"sinceSeconds": 5, "sinceTime": since}, 422, "at most one of `sinceTime` or `sinceSeconds` may be"),
        ({"sinceTime": "yesterday"}, 400, 'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot'),
        ({"tailLines": "x"}, 400, 'strconv.ParseInt: parsing "x": invalid syntax'),
    ]
    for params, code, said in refusals:
        found, _, message = await why_none(place, "p", **params)
        assert found == code
        assert said in message


async def test_a_log_is_followed_from_its_first_line_to_its_last(place: Place) -> None:
    script = "echo one; sleep 1; echo two; sleep 1; echo three; exit 3"
    await place.create("Pod", "p", spec=pod_spec(shell("app", script), restart="Never"))
    await place.until("Pod", "p", lambda pod: state_of(pod).keys() & {"running", "terminated"})
    told = b""
    async with place.client.log(place.namespace, "p", "app", follow=True, timestamps=False) as chunks:
        async for chunk in chunks:
            told += chunk
    assert told == b"one\ntwo\nthree\n"


async def test_the_previous_run(place: Place) -> None:
    containers = (shell("app", "echo mine; exit 1"), shell("steady", "sleep 3600"))
    await place.create("Pod", "p", spec=pod_spec(*containers))
    await place.until("Pod", "p", lambda pod: "running" in state_of(pod, "steady"))
    assert await why_none(place, "p", container="steady", previous="true") == (
        400,
        "BadRequest",
        'previous terminated container "steady" in pod "p" not found',
    )
    back_off = await place.until(
        "Pod", "p", lambda pod: state_of(pod).get("waiting", {}).get("reason") == "CrashLoopBackOff"
    )
    (entry,) = [one for one in back_off["status"]["containerStatuses"] if one["name"] == "app"]
    assert entry["lastState"]["terminated"]["exitCode"] == 1
    assert back_off["status"]["phase"] == "Running"
    assert await log(place, "p", container="app", previous="true") == "mine\n"
    assert await log(place, "p", container="app") == "mine\n"


async def test_several_containers(place: Place) -> None:
    containers = (shell("a", "echo from a; sleep 3600"), shell("b", "echo from b; sleep 3600"))
    inits = [shell("prepare", "echo prepared; exit 0")]
    await place.create("Pod", "p", spec=pod_spec(*containers, initContainers=inits))
    await place.until("Pod", "p", lambda pod: "running" in state_of(pod, "b"))
    assert await why_none(place, "p") == (
        400,
        "BadRequest",
        "a container name must be specified for pod p, choose one of: [prepare a b]",
    )
    assert await first_line(place, "p", "b") == b"from b\n"
    assert await log(place, "p", container="prepare") == "prepared\n"
    assert await why_none(place, "p", container="x") == (
        400,
        "BadRequest",
        "container x is not valid for pod p",
    )
    assert await why_none(place, "none") == (404, "NotFound", 'pods "none" not found')


async def test_a_pod_without_a_node_has_no_log(place: Place) -> None:
    spec = pod_spec(shell("app", "echo a"), nodeSelector={"nowhere": "true"})
    await place.create("Pod", "p", spec=spec)
    answer = await place.http.get(place.path("Pod", "p") + "/log")
    assert (answer.status_code, answer.text) == (204, "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"image": "deploytui/nothing:1"},
            {
                "ErrImagePull": "image can't be pulled",
                "ImagePullBackOff": "trying and failing to pull image",
            },
        ),
        (
            {"envFrom": [{"secretRef": {"name": "none"}}]},
            {"CreateContainerConfigError": "CreateContainerConfigError"},
        ),
    ],
)
async def test_a_container_that_waits_has_no_log(place: Place, change: Object, said: dict[str, str]) -> None:
    await place.create("Pod", "p", spec=pod_spec(shell("app", "echo a; sleep 3600", **change)))

    found: dict[str, tuple[int, str, str]] = {}
    async with asyncio.timeout(60):
        while found.keys() != said.keys():
            before = await place.get("Pod", "p")
            refusal = await place.http.get(place.path("Pod", "p") + "/log")
            reason = state_of(before).get("waiting", {}).get("reason", "")
            if reason in said and before == await place.get("Pod", "p"):
                found[reason] = refused(refusal.json())
            await asyncio.sleep(0.1)
    waits = 'container "app" in pod "p" is waiting to start: '
    assert found == {word: (400, "BadRequest", waits + text) for word, text in said.items()}


async def test_a_container_behind_an_init_container_waits(place: Place) -> None:
    spec = pod_spec(shell("app", "echo a; sleep 3600"), initContainers=[shell("first", "sleep 3600")])
    await place.create("Pod", "p", spec=spec)
    await place.until("Pod", "p", lambda pod: "running" in state_of(pod, "first"))
    message = 'container "app" in pod "p" is waiting to start: PodInitializing'
    assert await why_none(place, "p", container="app") == (400, "BadRequest", message)
