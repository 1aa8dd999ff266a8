"""The simulator's API: lists, watches, rights, faults and its record, as the real API server answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.demo_control import WorldControl
from tests.demo_objects import config_map, running_pod

Object = dict[str, Any]

MAPS = "/api/v1/namespaces/maps/configmaps"
PODS = "/api/v1/namespaces/services/pods"


async def lines_of(response: httpx.Response) -> AsyncIterator[Object]:
    """The events of a watch."""
    rest = b""
    async for chunk in response.aiter_raw():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield json.loads(line)


async def watched(http: httpx.AsyncClient, path: str, count: int, **params: Any) -> list[Object]:
    """The first `count` events, or all until the stream ends."""
    found: list[Object] = []
    async with http.stream("GET", path, params={"watch": "true", **params}) as response:
        assert response.status_code == 200
        async for event in lines_of(response):
            found.append(event)
            if len(found) == count:
                break
    return found


async def test_pages_show_one_moment(world: WorldControl) -> None:
    world.put(*(config_map(f"map-{number}") for number in range(5)))
    async with world.http() as http:
        first = (await http.get(MAPS, params={"limit": 2})).json()
        assert first["metadata"]["remainingItemCount"] == 3
        assert "kind" not in first["items"][0]
        world.put(config_map("map-9"))
        world.delete("ConfigMap", "maps", "map-3")
        names = [each["metadata"]["name"] for each in first["items"]]
        page = first
        while token := page["metadata"].get("continue"):
            page = (await http.get(MAPS, params={"limit": 2, "continue": token})).json()
            names += [each["metadata"]["name"] for each in page["items"]]
            assert page["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
        assert names == [f"map-{number}" for number in range(5)]


async def test_a_continue_token_and_a_watch_expire(world: WorldControl) -> None:
    world.put(*(config_map(f"map-{number}") for number in range(3)))
    async with world.http() as http:
        page = (await http.get(MAPS, params={"limit": 1})).json()
        world.expire()
        answer = await http.get(MAPS, params={"limit": 1, "continue": page["metadata"]["continue"]})
        assert (answer.status_code, answer.json()["reason"]) == (410, "Expired")
        (event,) = await watched(http, MAPS, 2, resourceVersion=page["metadata"]["resourceVersion"])
        assert event["type"] == "ERROR"
        assert event["object"]["code"] == 410
        assert event["object"]["message"].startswith("too old resource version:")


async def test_versions_from_the_future(world: WorldControl) -> None:
    async with world.http() as http:
        answer = await http.get(MAPS, params={"resourceVersion": "99999999"})
        assert answer.status_code == 504
        assert answer.json()["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"


async def test_selectors(world: WorldControl) -> None:
    one, two = running_pod("one", app="auth", tier="a"), running_pod("two", app="legal")
    world.put(one, two)
    async with world.http() as http:

        async def names(**params: str) -> list[str]:
            found = (await http.get(PODS, params=params)).json()
            return [each["metadata"]["name"] for each in found["items"]]

        assert await names(labelSelector="app in (auth, personal),tier") == ["one"]
        assert await names(labelSelector="app!=auth") == ["two"]
        assert await names(labelSelector="!tier") == ["two"]
        assert await names(fieldSelector="metadata.name=two,status.phase=Running") == ["two"]
        assert await names(fieldSelector="spec.nodeName!=node-1") == []
        assert (await http.get(PODS, params={"fieldSelector": "spec.colour=red"})).status_code == 400


async def test_metadata_only_and_tables(world: WorldControl) -> None:
    world.put(running_pod("one"))
    async with world.http() as http:

        async def get(path: str, kind: str) -> httpx.Response:
            accept = f"application/json;as={kind};v=v1;g=meta.k8s.io"
            return await http.get(path, headers={"Accept": accept})

        listed = (await get(PODS, "PartialObjectMetadataList")).json()
        assert listed["items"][0]["metadata"]["name"] == "one"
        assert "spec" not in listed["items"][0]
        assert (await get(f"{PODS}/one", "PartialObjectMetadata")).json()["kind"] == "PartialObjectMetadata"
        assert (await get(PODS, "PartialObjectMetadata")).status_code == 406
        table = (await get(PODS, "Table")).json()
        assert table["rows"][0]["cells"][:4] == ["one", "1/1", "Running", "0"]
        assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


async def test_a_watch_tells_every_change_once(world: WorldControl) -> None:
    async with world.http() as http:
        version = (await http.get(MAPS)).json()["metadata"]["resourceVersion"]
        world.put(config_map("a", x="1"))
        world.put(config_map("a", x="2"))
        world.put(config_map("a", x="2"))
        world.put(config_map("b", namespace="data"))
        world.delete("ConfigMap", "maps", "a")
        events = await watched(http, MAPS, 3, resourceVersion=version)
        assert [each["type"] for each in events] == ["ADDED", "MODIFIED", "DELETED"]
        assert [each["object"]["data"]["x"] for each in events] == ["1", "2", "2"]
        versions = [int(each["object"]["metadata"]["resourceVersion"]) for each in events]
        assert versions == sorted(set(versions))


async def test_a_watch_by_label_sees_things_come_and_go(world: WorldControl) -> None:
    world.put(running_pod("one", app="auth"))
    async with world.http() as http:
        version = (await http.get(PODS)).json()["metadata"]["resourceVersion"]
        world.patch("Pod", "services", "one", {"metadata": {"labels": {"app": "legal"}}})
        world.patch("Pod", "services", "one", {"metadata": {"labels": {"app": "auth"}}})
        events = await watched(http, PODS, 2, resourceVersion=version, labelSelector="app=auth")
        assert [each["type"] for each in events] == ["DELETED", "ADDED"]


async def test_bookmarks_and_the_time_asked_for(world: WorldControl) -> None:
    world.bookmarks(0.05)
    async with world.http() as http:
        version = (await http.get(MAPS)).json()["metadata"]["resourceVersion"]
        asked = {"resourceVersion": version, "allowWatchBookmarks": "true", "timeoutSeconds": 1}
        events = await watched(http, MAPS, 1000, **asked)
        assert len(events) > 2
        assert {each["type"] for each in events} == {"BOOKMARK"}
        assert set(events[0]["object"]["metadata"]) == {"resourceVersion", "creationTimestamp"}


async def test_initial_events_end_with_a_marked_bookmark(world: WorldControl) -> None:
    world.put(config_map("a"))
    async with world.http() as http:
        asked = {"sendInitialEvents": "true", "allowWatchBookmarks": "true"}
        assert (await http.get(MAPS, params={"watch": "true", **asked})).status_code == 422
        events = await watched(http, MAPS, 2, resourceVersionMatch="NotOlderThan", **asked)
        assert [each["type"] for each in events] == ["ADDED", "BOOKMARK"]
        assert events[1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


async def test_rights(world: WorldControl) -> None:
    rule = {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"], "namespaces": ["services"]}
    token = world.user("viewer", [rule])
    world.put(running_pod("one"))
    async with world.http(token=token) as http:
        assert (await http.get(PODS)).status_code == 200
        answer = await http.get("/api/v1/pods")
        assert answer.status_code == 403
        assert answer.json()["message"] == (
            'pods is forbidden: User "viewer" cannot list resource "pods" in API group "" '
            "at the cluster scope"
        )
        assert (await http.get(PODS, params={"watch": "1"})).json()["reason"] == "Forbidden"
        assert '"pods/log"' in (await http.get(f"{PODS}/one/log")).json()["message"]
        review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        asked = {"verb": "list", "resource": "pods", "namespace": "services"}
        allowed = (await http.post(review, json={"spec": {"resourceAttributes": asked}})).json()
        assert allowed["status"]["allowed"] is True
        asked["verb"] = "watch"
        denied = (await http.post(review, json={"spec": {"resourceAttributes": asked}})).json()
        assert denied["status"]["allowed"] is False
        world.user("viewer", [rule], renew=True)
        assert (await http.get(PODS)).json() == {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": "Unauthorized",
            "reason": "Unauthorized",
            "code": 401,
        }


async def test_impersonation(world: WorldControl) -> None:
    world.user("viewer", [])
    async with world.http() as http:
        answer = await http.get(PODS, headers={"Impersonate-User": "viewer"})
        assert 'User "viewer" cannot list' in answer.json()["message"]


async def test_faults(world: WorldControl) -> None:
    async with world.http() as http:
        body = "Too many requests, please try again later."
        world.fault("status", "/pods", code=429, body=body, retry_after=1, count=1)
        answer = await http.get(PODS)
        assert (answer.status_code, answer.text, answer.headers["retry-after"]) == (429, body, "1")
        assert (await http.get(PODS)).status_code == 200
        world.fault("status", "/pods", code=500, method="GET")
        assert (await http.get(PODS)).json()["reason"] == "InternalError"
        world.clear_faults()
        world.fault("drop", "/pods")
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(PODS)
        world.clear_faults()
        world.put(running_pod("one"))
        world.fault("cut", "/pods", bytes=10)
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(PODS)
        world.clear_faults()
        world.fault("hang", "/pods")
        with pytest.raises(httpx.ReadTimeout):
            await http.get(PODS, timeout=0.2)


async def test_the_record(world: WorldControl) -> None:
    world.put(config_map("first"))
    async with world.http() as http:
        await http.post(MAPS, json={"metadata": {"name": "a"}})
        await http.get(MAPS, params={"limit": 5})
    made, listed = world.requests(path="/configmaps")
    assert (made["method"], made["status"], made["user"]) == ("POST", 201, "ops")
    assert json.loads(made["body"]) == {"metadata": {"name": "a"}}
    assert (listed["query"], listed["environment"]) == ("limit=5", "production")
    assert world.token not in json.dumps([made, listed])


async def test_open_watches_are_ended_cut_and_spoken_into(world: WorldControl) -> None:
    async with world.http() as http:
        version = (await http.get(MAPS)).json()["metadata"]["resourceVersion"]
        asked = {"watch": "true", "resourceVersion": version}

        async def last_words() -> list[Object]:
            return await watched(http, MAPS, 10, **asked)

        watching = asyncio.create_task(last_words())
        await world.until(lambda: "ConfigMap" in world.streams())
        assert world.inject("ConfigMap", '{"type":"ERROR","object":{"code":500}}\n') == 1
        world.end_streams("ConfigMap")
        assert (await watching)[0]["object"] == {"code": 500}
        watching = asyncio.create_task(last_words())
        await world.until(lambda: "ConfigMap" in world.streams())
        world.end_streams(cut=True)
        with pytest.raises(httpx.RemoteProtocolError):
            await watching


async def test_worlds_know_nothing_of_each_other(world: WorldControl) -> None:
    world.put(config_map("a"))
    other = world.demo.world()
    assert other.get("ConfigMap", "maps", "a") is None
    async with world.http(token=other.token) as http:
        assert (await http.get(MAPS)).status_code == 401
    other.drop()


async def test_a_frozen_clock_moves_when_it_is_told_to(world: WorldControl) -> None:
    world.freeze()
    began = world.now()
    world.step(60)
    assert world.now() == pytest.approx(began + 60)
