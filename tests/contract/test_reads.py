"""Reads of the API that hold on the simulator and on a real API server: discovery, lists, tables."""

from __future__ import annotations

import base64
import json

import pytest

from tests.contract.place import Object, Place, pod_spec, shell
from tui.wire.kinds import KINDS

_JSON = "application/json"
_TABLE = f"{_JSON};as=Table;v=v1;g=meta.k8s.io,{_JSON};as=Table;v=v1beta1;g=meta.k8s.io,{_JSON}"
_CUSTOM = ("argoproj.io", "bitnami.com", "gateway.networking.k8s.io")  # not every cluster has them
_PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"


async def maps(place: Place, count: int) -> list[str]:
    """So many ConfigMaps besides the one that every namespace gets; their names."""
    names = [f"map-{number}" for number in range(count)]
    for name in names:
        await place.create("ConfigMap", name, data={"a": "1"}, metadata={"labels": {"kind": "map"}})
    return names


def refused(body: Object) -> tuple[int, str, str]:
    """Code, reason and message of a Status, which must have the shape of one."""
    assert (body["kind"], body["apiVersion"], body["status"]) == ("Status", "v1", "Failure")
    return body["code"], body["reason"], body["message"]


async def test_version_and_discovery(place: Place) -> None:
    version = (await place.http.get("/version")).json()
    assert (version["major"], version["minor"]) == ("1", "34")
    assert (await place.client.version()).version == version["gitVersion"]
    for kind in KINDS.values():
        if kind.path.partition("/")[2].partition("/")[0] in _CUSTOM:
            continue
        listed = (await place.http.get(f"/{kind.path}")).json()
        assert listed["kind"] == "APIResourceList"
        (found,) = [one for one in listed["resources"] if one["name"] == kind.plural]
        assert found["kind"] == kind.name
        assert found["namespaced"] is kind.namespaced
        assert {"get", "list", "watch"} <= set(found["verbs"])
        assert found["singularName"] == kind.name.lower()
    groups = {one["name"] for one in (await place.http.get("/apis")).json()["groups"]}
    assert {"apps", "batch", "autoscaling", "policy", "authorization.k8s.io"} <= groups
    accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    found = await place.http.get("/apis", headers={"accept": accept})
    assert found.headers["content-type"] == accept
    apps = next(one for one in found.json()["items"] if one["metadata"]["name"] == "apps")
    named = {one["resource"] for one in apps["versions"][0]["resources"]}
    assert {"deployments", "replicasets", "statefulsets", "daemonsets", "controllerrevisions"} <= named
    for path in ("/apis/nowhere.example/v1", "/apis/nowhere.example/v1/namespaces/x/things", "/nowhere"):
        nothing = await place.http.get(path)
        assert (nothing.status_code, nothing.text) == (404, "404 page not found\n")
    for path in ("/api/v1/nothings", "/api/v1/namespaces/x/pods/y/nothing"):
        answer = (await place.http.get(path)).json()
        assert refused(answer) == (404, "NotFound", "the server could not find the requested resource")


async def test_pages_show_one_moment(place: Place) -> None:
    await maps(place, 5)
    seen = []
    async for page in place.client.pages(KINDS["ConfigMap"], place.namespace, limit=2):
        seen.append(page)
    path = place.path("ConfigMap")
    whole = (await place.http.get(path)).json()
    assert [page.remaining for page in seen[:2]] == [len(whole["items"]) - 2, len(whole["items"]) - 4]
    assert len({page.version for page in seen}) == 1

    first = (await place.http.get(path, params={"limit": 3})).json()
    assert "kind" not in first["items"][0]
    await place.create("ConfigMap", "map-9")
    await place.http.delete(place.path("ConfigMap", "map-4"))
    asked = {"limit": 3, "continue": first["metadata"]["continue"]}
    second = (await place.http.get(path, params=asked)).json()
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    names = [one["metadata"]["name"] for one in first["items"] + second["items"]]
    assert names == [one["metadata"]["name"] for one in whole["items"]]
    assert "continue" not in second["metadata"]
    labelled = (await place.http.get(path, params={"limit": 1, "labelSelector": "kind=map"})).json()
    assert "remainingItemCount" not in labelled["metadata"]


async def test_continue_tokens_that_do_not_work(place: Place) -> None:
    await maps(place, 3)
    path = place.path("ConfigMap")
    token = (await place.http.get(path, params={"limit": 1})).json()["metadata"]["continue"]
    both = await place.http.get(path, params={"limit": 1, "continue": token, "resourceVersion": "1"})
    assert refused(both.json()) == (
        400,
        "BadRequest",
        "specifying resource version is not allowed when using continue",
    )
    wrong = await place.http.get(path, params={"limit": 1, "continue": "bm8"})
    assert refused(wrong.json())[:2] == (400, "BadRequest")
    assert refused(wrong.json())[2].startswith("invalid continue token: continue key is not valid: ")
    for params, code, said in (
        ({"resourceVersion": "abc"}, 400, "invalid resource version: resourceVersion: Invalid value"),
        ({"resourceVersion": "999999999"}, 504, "Timeout: Too large resource version: 999999999, current: "),
        ({"limit": "abc"}, 400, 'strconv.ParseInt: parsing "abc": invalid syntax'),
    ):
        answer = await place.http.get(path, params=params)
        assert answer.status_code == code
        assert answer.json()["message"].startswith(said)
    assert answer.status_code == 400


async def test_a_list_that_grew_too_old(place: Place) -> None:
    await maps(place, 3)
    path = place.path("ConfigMap")
    token = (await place.http.get(path, params={"limit": 1})).json()["metadata"]["continue"]
    plain = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    plain["rv"] = 2  # a version that was compacted away long ago
    token = base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")
    answer = await place.http.get(path, params={"limit": 1, "continue": token})
    if place.world is None and answer.status_code == 200:
        pytest.skip("the cluster is so young that nothing was compacted yet")
    assert answer.status_code == 410
    code, reason, message = refused(answer.json())
    assert (code, reason) == (410, "Expired")
    assert message.startswith(
        "The provided continue parameter is too old to display a consistent list result"
    )
    assert "results in an inconsistent list" in message
    inconsistent = answer.json()["metadata"]["continue"]
    rest = (await place.http.get(path, params={"limit": 9, "continue": inconsistent})).json()
    assert [one["metadata"]["name"] for one in rest["items"]] == ["map-0", "map-1", "map-2"]


async def test_tables_as_kubectl_asks_for_them(place: Place) -> None:
    spec = pod_spec(shell("app", "echo ready; sleep 3600"))
    await place.create("Pod", "one", spec=spec)
    await place.until("Pod", "one", lambda pod: pod["status"]["phase"] == "Running")
    answer = await place.http.get(place.path("Pod"), headers={"accept": _TABLE})
    table = answer.json()
    assert (table["kind"], table["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    columns = [
        (one["name"], one["type"], one["format"], one["priority"]) for one in table["columnDefinitions"]
    ]
    assert columns == [
        ("Name", "string", "name", 0),
        ("Ready", "string", "", 0),
        ("Status", "string", "", 0),
        ("Restarts", "string", "", 0),
        ("Age", "string", "", 0),
        ("IP", "string", "", 1),
        ("Node", "string", "", 1),
        ("Nominated Node", "string", "", 1),
        ("Readiness Gates", "string", "", 1),
    ]
    (row,) = table["rows"]
    assert row["cells"][:4] == ["one", "1/1", "Running", "0"]
    assert row["cells"][7:] == ["<none>", "<none>"]
    assert row["object"]["kind"] == "PartialObjectMetadata"
    for kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Event"):
        empty = (await place.http.get(KINDS[kind].url("default"), headers={"accept": _TABLE})).json()
        assert empty["kind"] == "Table"


async def test_every_kind_has_the_columns_of_the_real_one(place: Place) -> None:
    named = {
        "Deployment": "Name Ready Up-to-date Available Age Containers Images Selector",
        "ReplicaSet": "Name Desired Current Ready Age Containers Images Selector",
        "StatefulSet": "Name Ready Age Containers Images",
        "Job": "Name Status Completions Duration Age Containers Images Selector",
        "CronJob": "Name Schedule Timezone Suspend Active Last_Schedule Age Containers Images Selector",
        "DaemonSet": "Name Desired Current Ready Up-to-date Available Node_Selector Age "
        "Containers Images Selector",
        "ControllerRevision": "Name Controller Revision Age",
        "Event": "Last_Seen Type Reason Object Subobject Source Message First_Seen Count Name",
        "Namespace": "Name Status Age",
        "HorizontalPodAutoscaler": "Name Reference Targets MinPods MaxPods Replicas Age",
        "PodDisruptionBudget": "Name Min_Available Max_Unavailable Allowed_Disruptions Age",
        "ConfigMap": "Name Data Age",
        "Secret": "Name Type Data Age",
    }
    found = {}
    for kind in named:
        table = (await place.http.get(KINDS[kind].url(place.namespace), headers={"accept": _TABLE})).json()
        found[kind] = " ".join(one["name"].replace(" ", "_") for one in table["columnDefinitions"])
    assert found == named


async def test_metadata_only(place: Place) -> None:
    await maps(place, 1)
    answer = await place.http.get(place.path("ConfigMap"), headers={"accept": _PARTIAL})
    body = answer.json()
    assert (body["kind"], body["apiVersion"]) == ("PartialObjectMetadataList", "meta.k8s.io/v1")
    (found,) = [one for one in body["items"] if one["metadata"]["name"] == "map-0"]
    assert set(found) <= {"metadata", "kind", "apiVersion"}
    async for page in place.client.pages(KINDS["ConfigMap"], place.namespace):
        assert all(b'"data"' not in item for item in page.items)


async def test_selectors_and_what_is_not_there(place: Place) -> None:
    await maps(place, 2)
    path = place.path("ConfigMap")

    async def names(**params: str) -> list[str]:
        return [
            one["metadata"]["name"] for one in (await place.http.get(path, params=params)).json()["items"]
        ]

    assert await names(labelSelector="kind in (map)") == ["map-0", "map-1"]
    assert not {"map-0", "map-1"} & set(await names(labelSelector="kind!=map"))
    assert await names(fieldSelector="metadata.name=map-1") == ["map-1"]
    missing = await place.http.get(place.path("ConfigMap", "nope"))
    assert refused(missing.json()) == (404, "NotFound", 'configmaps "nope" not found')
    assert missing.json()["details"] == {"name": "nope", "kind": "configmaps"}
    assert (await place.http.get(path, params={"labelSelector": "a=b=c"})).status_code == 400
    for kind, said in (
        (
            "ConfigMap",
            '"spec.none" is not a known field selector: only "metadata.name", "metadata.namespace"',
        ),
        ("Pod", "field label not supported: spec.none"),
    ):
        unknown = await place.http.get(place.path(kind), params={"fieldSelector": "spec.none=1"})
        assert refused(unknown.json()) == (400, "BadRequest", said)
