"""Watches, patches, conflicts and rights that hold on the simulator and on a real API server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.contract.place import Object, Place
from tests.contract.test_reads import maps, refused
from tui.errors import Conflict, Forbidden, Gone
from tui.wire import write
from tui.wire.kinds import KINDS

_UNFIT = "the server rejected our request due to an error in our request"
_REVIEWS = "/apis/authorization.k8s.io/v1"


async def lines_of(response: httpx.Response) -> AsyncIterator[Object]:
    """The events of a watch."""
    rest = b""
    async for chunk in response.aiter_raw():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield json.loads(line)


async def watched(place: Place, count: int, path: str = "", **params: Any) -> list[Object]:
    """The first `count` events, or all until the stream ends."""
    found: list[Object] = []
    asked = {"watch": "true", "timeoutSeconds": 20, **params}
    async with place.http.stream("GET", path or place.path("ConfigMap"), params=asked) as response:
        assert response.status_code == 200
        async for event in lines_of(response):
            found.append(event)
            if len(found) == count:
                break
    return found


async def version_of(place: Place) -> str:
    """Of the list of ConfigMaps as it is now, which holds the one that every namespace gets."""
    while True:
        listed = (await place.http.get(place.path("ConfigMap"))).json()
        if listed["items"]:
            return str(listed["metadata"]["resourceVersion"])
        await asyncio.sleep(0.05)


async def test_a_watch_goes_on_where_a_list_ended(place: Place) -> None:
    since = await version_of(place)
    await place.create("ConfigMap", "a", data={"x": "1"})
    await place.patch("ConfigMap", "a", {"data": {"x": "2"}})
    await place.patch("ConfigMap", "a", {"data": {"x": "2"}})  # changes nothing: no event
    await place.http.delete(place.path("ConfigMap", "a"))
    events = await watched(place, 3, resourceVersion=since)
    assert [one["type"] for one in events] == ["ADDED", "MODIFIED", "DELETED"]
    assert [one["object"]["data"]["x"] for one in events] == ["1", "2", "2"]
    assert {one["object"]["kind"] for one in events} == {"ConfigMap"}
    versions = [int(one["object"]["metadata"]["resourceVersion"]) for one in events]
    assert versions == sorted(set(versions))
    seen = []
    async with place.client.watch(KINDS["ConfigMap"], place.namespace, since, timeout_seconds=10) as lines:
        async for line in lines:
            seen.append(json.loads(line)["type"])
            if len(seen) == 3:
                break
    assert seen == ["ADDED", "MODIFIED", "DELETED"]


async def test_what_leaves_a_selector_is_deleted_for_its_watch(place: Place) -> None:
    await maps(place, 1)
    since = await version_of(place)
    await place.patch("ConfigMap", "map-0", {"metadata": {"labels": {"kind": "other"}}})
    await place.patch("ConfigMap", "map-0", {"metadata": {"labels": {"kind": "map"}}})
    events = await watched(place, 2, resourceVersion=since, labelSelector="kind=map")
    assert [one["type"] for one in events] == ["DELETED", "ADDED"]


async def test_initial_events_end_with_a_marked_bookmark(place: Place) -> None:
    await version_of(place)
    asked = {"sendInitialEvents": "true", "allowWatchBookmarks": "true"}
    refusal = await place.http.get(place.path("ConfigMap"), params={"watch": "true", **asked})
    assert refused(refusal.json()) == (
        422,
        "Invalid",
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: '
        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
    )
    events = await watched(place, 2, resourceVersionMatch="NotOlderThan", **asked)
    assert [one["type"] for one in events] == ["ADDED", "BOOKMARK"]
    mark = events[1]["object"]
    assert (mark["kind"], mark["apiVersion"]) == ("ConfigMap", "v1")
    assert mark["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert mark["metadata"]["resourceVersion"].isdigit()


async def test_a_watch_ends_when_its_time_is_over(place: Place) -> None:
    since = await version_of(place)
    events = await watched(place, 9, resourceVersion=since, timeoutSeconds=1, allowWatchBookmarks="true")
    assert {one["type"] for one in events} <= {"BOOKMARK"}


async def test_a_version_that_is_too_old_or_none_at_all(place: Place) -> None:
    await version_of(place)
    wrong = await place.http.get(place.path("ConfigMap"), params={"watch": "1", "resourceVersion": "abc"})
    assert (wrong.status_code, "reason" in wrong.json()) == (500, False)
    exact = {"resourceVersion": "2", "resourceVersionMatch": "Exact"}
    answer = await place.http.get(place.path("ConfigMap"), params=exact)
    if place.world is None and answer.status_code == 200:
        pytest.skip("the cluster is so young that nothing was compacted yet")
    (event,) = await watched(place, 1, resourceVersion="2")
    if place.world is None and event["type"] == "ADDED":
        pytest.skip("the cluster is so young that its watch cache still holds everything")
    assert event["type"] == "ERROR"
    code, reason, message = refused(event["object"])
    assert (code, reason) == (410, "Expired")
    assert message.startswith("too old resource version: 2 (")
    assert refused(answer.json()) == (410, "Expired", "The resourceVersion for the provided list is too old.")


@pytest.mark.parametrize(
    ("how", "body", "code", "said"),
    [
        ("json", [{"op": "test", "path": "/data/a", "value": "2"}], 422, _UNFIT),
        ("json", [{"op": "test", "path": "/metadata/resourceVersion", "value": "1"}], 422, _UNFIT),
        ("json", [{"op": "remove", "path": "/data/zz"}], 422, _UNFIT),
        ("json", [{"op": "add", "path": "/x/y/z", "value": "1"}], 422, _UNFIT),
        ("json", [{"op": "frob", "path": "/data/a"}], 422, _UNFIT),
        ("json", {"a": 1}, 400, "error decoding patch: "),
        ("merge", {"metadata": {"resourceVersion": "1"}, "data": {"a": "5"}}, 409, "modified; please apply"),
        ("strategic-merge", {"metadata": {"resourceVersion": "1"}}, 409, "modified; please apply"),
        ("merge", {"metadata": {"uid": "1"}}, 422, 'metadata.uid: Invalid value: "1": field is immutable'),
        (
            "merge",
            {"metadata": {"name": "b"}},
            400,
            "the object (b) does not match the name on the URL (map-0)",
        ),
        ("frob", {}, 415, "415: Unsupported Media Type"),
    ],
)
async def test_patches_that_are_refused(place: Place, how: str, body: Any, code: int, said: str) -> None:
    await maps(place, 1)
    answer = await place.patch("ConfigMap", "map-0", body, how)
    assert answer.status_code == code
    assert said in refused(answer.json())[2]
    assert (await place.get("ConfigMap", "map-0"))["data"] == {"a": "1"}


async def test_patches_that_are_taken(place: Place) -> None:
    await maps(place, 1)
    tested = [
        {"op": "test", "path": "/data/a", "value": "1"},
        {"op": "replace", "path": "/data/b", "value": "2"},  # adds it where it is missing
        {"op": "add", "path": "/metadata/annotations", "value": {"x/y": "z"}},
        {"op": "remove", "path": "/metadata/annotations/x~1y"},
    ]
    assert (await place.patch("ConfigMap", "map-0", tested, "json")).json()["data"] == {"a": "1", "b": "2"}
    merged = await place.patch("ConfigMap", "map-0", {"data": {"a": None, "c": "3"}})
    assert merged.json()["data"] == {"b": "2", "c": "3"}
    before = merged.json()["metadata"]["resourceVersion"]
    same = await place.patch("ConfigMap", "map-0", {"data": {"c": "3"}}, "strategic-merge")
    assert same.json()["metadata"]["resourceVersion"] == before


async def test_lists_in_a_strategic_patch_are_merged_by_name(place: Place) -> None:
    container = {"name": "app", "image": "x:1", "env": [{"name": "A", "value": "1"}]}
    template = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [container]}}
    spec = {"replicas": 0, "selector": {"matchLabels": {"app": "a"}}, "template": template}
    await place.create("Deployment", "one", spec=spec)
    more = {"containers": [{"name": "app", "env": [{"name": "B", "value": "2"}]}]}
    await place.patch("Deployment", "one", {"spec": {"template": {"spec": more}}}, "strategic-merge")
    (merged,) = (await place.get("Deployment", "one"))["spec"]["template"]["spec"]["containers"]
    assert merged["image"] == "x:1"
    assert sorted(one["name"] for one in merged["env"]) == ["A", "B"]
    gone = {"containers": [{"name": "app", "env": [{"name": "A", "$patch": "delete"}]}]}
    await place.patch("Deployment", "one", {"spec": {"template": {"spec": gone}}}, "strategic-merge")
    (merged,) = (await place.get("Deployment", "one"))["spec"]["template"]["spec"]["containers"]
    assert merged["env"] == [{"name": "B", "value": "2"}]
    selector = {"spec": {"selector": {"matchLabels": {"app": "b"}}}}
    fixed = await place.patch("Deployment", "one", selector)
    assert fixed.status_code == 422
    assert "field is immutable" in fixed.json()["message"]


async def test_making_and_deleting(place: Place) -> None:
    await maps(place, 1)
    path = place.path("ConfigMap")
    for body, code, reason, said in (
        ({"metadata": {"name": "map-0"}}, 409, "AlreadyExists", 'configmaps "map-0" already exists'),
        ({"metadata": {}}, 422, "Invalid", 'ConfigMap "" is invalid: metadata.name: Required value: name or'),
        ({"metadata": {"name": "A_b"}}, 422, "Invalid", 'ConfigMap "A_b" is invalid: metadata.name: Invalid'),
    ):
        answer = await place.http.post(path, json=body)
        assert refused(answer.json())[:2] == (code, reason)
        assert answer.json()["message"].startswith(said)
    nowhere = await place.http.post("/api/v1/namespaces/no-such/configmaps", json={"metadata": {"name": "a"}})
    assert refused(nowhere.json()) == (404, "NotFound", 'namespaces "no-such" not found')
    stale = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "map-0", "resourceVersion": "1"}}
    assert (await place.http.put(f"{path}/map-0", json=stale)).json()["reason"] == "Conflict"
    only = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "other"}}
    kept = await place.http.request("DELETE", f"{path}/map-0", json=only)
    assert kept.status_code == 409
    assert "the UID in the precondition (other) does not match the UID in record" in kept.json()["message"]
    gone = (await place.http.delete(f"{path}/map-0")).json()
    assert (gone["status"], gone["details"]["kind"]) == ("Success", "configmaps")
    assert (await place.http.post(f"{path}/map-0", json={})).status_code == 405


async def test_rights_and_their_refusals(place: Place) -> None:
    rules = [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "patch"]},
    ]
    somebody = await place.user("somebody", rules)
    inside = f'in API group "" in the namespace "{place.namespace}"'

    async def said(path: str, **params: str) -> str:
        answer = await place.http.get(path, params=params, headers=somebody)
        code, reason, message = refused(answer.json())
        assert (code, reason) == (403, "Forbidden")
        return message

    who = 'is forbidden: User "somebody" cannot'
    assert await said(place.path("ConfigMap")) == f'configmaps {who} list resource "configmaps" {inside}'
    assert await said(place.path("Pod"), watch="1") == f'pods {who} watch resource "pods" {inside}'
    assert await said(place.path("Pod", "x") + "/log") == f'pods "x" {who} get resource "pods/log" {inside}'
    everywhere = 'in API group "" at the cluster scope'
    assert await said("/api/v1/pods") == f'pods {who} list resource "pods" {everywhere}'
    assert (await place.http.get(place.path("ConfigMap", "none"), headers=somebody)).status_code == 404

    async def may(**asked: str) -> bool:
        spec = {"spec": {"resourceAttributes": asked}}
        answer = await place.http.post(f"{_REVIEWS}/selfsubjectaccessreviews", json=spec, headers=somebody)
        assert answer.status_code == 201
        return bool(answer.json()["status"]["allowed"])

    here = place.namespace
    assert await may(verb="get", resource="configmaps", namespace=here)
    assert await may(verb="patch", group="apps", resource="deployments", namespace=here)
    assert not await may(verb="patch", group="apps", resource="deployments")
    assert not await may(verb="get", resource="pods", subresource="log", namespace=here)
    assert (await place.client.can("get", "pods/log", here)).allowed
    empty = await place.http.post(f"{_REVIEWS}/selfsubjectaccessreviews", json={"spec": {}})
    assert refused(empty.json())[:2] == (422, "Invalid")


async def test_the_rules_of_a_user(place: Place) -> None:
    rules = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "patch"]}]
    somebody = await place.user("somebody", rules)
    asked = {"spec": {"namespace": place.namespace}}
    answer = await place.http.post(f"{_REVIEWS}/selfsubjectrulesreviews", json=asked, headers=somebody)
    status = answer.json()["status"]
    assert (answer.status_code, status["incomplete"]) == (201, False)
    assert rules[0] in status["resourceRules"]
    reviews = ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]
    basic = {"verbs": ["create"], "apiGroups": ["authorization.k8s.io"], "resources": reviews}
    assert basic in status["resourceRules"]
    nowhere = await place.http.post(f"{_REVIEWS}/selfsubjectrulesreviews", json={"spec": {}})
    assert refused(nowhere.json()) == (400, "BadRequest", "no namespace on request")


async def test_our_own_errors(place: Place) -> None:
    server = place.client.server
    with pytest.raises(Gone):
        await write.read(server, "Deployment", place.namespace, "none")
    await maps(place, 1)
    body = json.dumps({"metadata": {"resourceVersion": "1"}}).encode()
    headers = {"content-type": "application/merge-patch+json"}
    with pytest.raises(Conflict):
        await server.request("PATCH", place.path("ConfigMap", "map-0"), content=body, headers=headers)
    nobody = await place.user("nobody", [])
    with pytest.raises(Forbidden):
        await server.request("GET", place.path("Pod"), headers=nobody)
