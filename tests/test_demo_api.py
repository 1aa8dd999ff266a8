"""The simulator's API: lists, watches, writes, refusals and logs, as the real API server answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.demo_control import WorldControl
from tests.demo_objects import config_map, running_pod, with_state

Object = dict[str, Any]

MAPS = "/api/v1/namespaces/maps/configmaps"
PODS = "/api/v1/namespaces/services/pods"
STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}
MERGE = {"Content-Type": "application/merge-patch+json"}
JSON = {"Content-Type": "application/json-patch+json"}


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


async def test_created_objects_get_an_identity(world: WorldControl) -> None:
    world.put(config_map("first"))
    async with world.http() as http:
        made = await http.post(MAPS, json={"metadata": {"generateName": "map-"}, "data": {"a": "b"}})
        assert made.status_code == 201
        meta = made.json()["metadata"]
        assert meta["name"].startswith("map-")
        assert {"uid", "resourceVersion", "creationTimestamp"} <= set(meta)
        again = await http.post(MAPS, json={"metadata": {"name": meta["name"]}})
        assert (again.status_code, again.json()["reason"]) == (409, "AlreadyExists")
        assert again.json()["message"] == f'configmaps "{meta["name"]}" already exists'
        nowhere = await http.post("/api/v1/namespaces/nowhere/configmaps", json={"metadata": {"name": "x"}})
        assert nowhere.json()["message"] == 'namespaces "nowhere" not found'


async def test_a_stale_put_conflicts(world: WorldControl) -> None:
    (made,) = world.put(config_map("a", x="1"))
    world.put(config_map("a", x="2"))
    async with world.http() as http:
        answer = await http.put(f"{MAPS}/a", json=made)
        assert (answer.status_code, answer.json()["reason"]) == (409, "Conflict")
        assert answer.json()["message"] == (
            'Operation cannot be fulfilled on configmaps "a": the object has been modified; '
            "please apply your changes to the latest version and try again"
        )


@pytest.fixture
def deployment(world: WorldControl) -> Object:
    """A Deployment of two containers, at rest."""
    containers = [{"name": name, "image": f"{name}:1", "env": [{"name": "A", "value": "1"}]} for name in "ab"]
    labels = {"app": "auth"}
    spec = {
        "replicas": 0,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }
    meta = {"name": "auth", "namespace": "services"}
    (made,) = world.put({"kind": "Deployment", "apiVersion": "apps/v1", "metadata": meta, "spec": spec})
    return made


DEPLOYMENT = "/apis/apps/v1/namespaces/services/deployments/auth"


async def test_strategic_patches_merge_by_name(world: WorldControl, deployment: Object) -> None:
    change = {"name": "b", "image": "b:2", "env": [{"name": "B", "value": "2"}]}
    body = {"spec": {"template": {"spec": {"containers": [change]}}}}
    async with world.http() as http:
        made = (await http.patch(DEPLOYMENT, json=body, headers=STRATEGIC)).json()
        first, second = made["spec"]["template"]["spec"]["containers"]
        assert (first["image"], second["image"]) == ("a:1", "b:2")
        assert [each["name"] for each in second["env"]] == ["A", "B"]
        assert made["metadata"]["generation"] == deployment["metadata"]["generation"] + 1
        gone = {"spec": {"template": {"spec": {"containers": [{"name": "a", "$patch": "delete"}]}}}}
        made = (await http.patch(DEPLOYMENT, json=gone, headers=STRATEGIC)).json()
        assert [each["name"] for each in made["spec"]["template"]["spec"]["containers"]] == ["b"]


async def test_json_patches_test_first(world: WorldControl, deployment: Object) -> None:
    path = "/metadata/resourceVersion"
    change = {"op": "add", "path": "/metadata/annotations", "value": {"a/b": "c"}}
    async with world.http() as http:
        wrong = [{"op": "test", "path": path, "value": "1"}, change]
        answer = await http.patch(DEPLOYMENT, content=json.dumps(wrong), headers=JSON)
        assert (answer.status_code, answer.json()["reason"]) == (422, "Invalid")
        right = (await http.get(DEPLOYMENT)).json()["metadata"]["resourceVersion"]
        fitting = [{"op": "test", "path": path, "value": right}, change]
        answer = await http.patch(DEPLOYMENT, content=json.dumps(fitting), headers=JSON)
        assert answer.json()["metadata"]["annotations"]["a/b"] == "c"
        replaced = [{"op": "replace", "path": "/metadata/annotations/a~1b", "value": "d"}]
        answer = await http.patch(DEPLOYMENT, content=json.dumps(replaced), headers=JSON)
        assert answer.json()["metadata"]["annotations"]["a/b"] == "d"


async def test_merge_patches_take_away_and_check_versions(world: WorldControl) -> None:
    world.put(config_map("a", x="1", y="2"))
    async with world.http() as http:
        made = (await http.patch(f"{MAPS}/a", json={"data": {"x": None}}, headers=MERGE)).json()
        assert made["data"] == {"y": "2"}
        stale = {"metadata": {"resourceVersion": "1"}, "data": {"y": "3"}}
        assert (await http.patch(f"{MAPS}/a", json=stale, headers=MERGE)).status_code == 409
        assert (await http.patch(f"{MAPS}/a", json={}, headers={"Content-Type": "text/x"})).status_code == 415


async def test_status_and_scale_are_their_own_paths(world: WorldControl, deployment: Object) -> None:
    async with world.http() as http:
        body = {"status": {"observedGeneration": 77}, "spec": {"paused": True}}
        made = (await http.patch(DEPLOYMENT, json=body, headers=MERGE)).json()
        assert made["spec"]["paused"]
        assert made.get("status", {}).get("observedGeneration") != 77
        scale = (
            await http.patch(f"{DEPLOYMENT}/scale", json={"spec": {"replicas": 0}}, headers=MERGE)
        ).json()
        assert (scale["kind"], scale["spec"]["replicas"]) == ("Scale", 0)
        selector = {"spec": {"selector": {"matchLabels": {"app": "other"}}}}
        answer = await http.patch(DEPLOYMENT, json=selector, headers=MERGE)
        assert answer.status_code == 422
        assert "field is immutable" in answer.json()["message"]


async def test_deletes(world: WorldControl) -> None:
    world.put(config_map("a"), running_pod("one"))
    async with world.http() as http:
        wrong = {"preconditions": {"uid": "another"}}
        assert (await http.request("DELETE", f"{MAPS}/a", json=wrong)).status_code == 409
        gone = (await http.delete(f"{MAPS}/a")).json()
        assert (gone["status"], gone["details"]["name"]) == ("Success", "a")
        missing = await http.get(f"{MAPS}/a")
        assert missing.json()["message"] == 'configmaps "a" not found'
        assert missing.json()["details"] == {"name": "a", "kind": "configmaps"}
        pod = (await http.delete(f"{PODS}/one")).json()
        assert pod["metadata"]["deletionGracePeriodSeconds"] == 30
        assert (
            await http.request("DELETE", f"{PODS}/one", json={"gracePeriodSeconds": 0})
        ).status_code == 200
        assert world.get("Pod", "services", "one") is None


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
        asked = {"watch": "true", "resourceVersion": "1"}

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
