"""The simulator's writes: identity, versions, the three patches, deletes, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.demo_control import WorldControl
from tests.demo_objects import config_map, running_pod

Object = dict[str, Any]

MAPS = "/api/v1/namespaces/maps/configmaps"
PODS = "/api/v1/namespaces/services/pods"
STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}
MERGE = {"Content-Type": "application/merge-patch+json"}
JSON = {"Content-Type": "application/json-patch+json"}


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
        while answer.status_code == 422:  # its controller may write in between
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
