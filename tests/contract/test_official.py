"""The official client as the oracle: it reads the kubeconfig and the objects as we do, on both places."""

from __future__ import annotations

import asyncio
from typing import Any

from kubernetes import client, config

from tests.contract.place import Place, pod_spec, shell, workload_spec
from tui.model.job import Job
from tui.model.pod import Pod
from tui.model.workload import Workload
from tui.wire.kinds import KINDS


def official(place: Place) -> Any:
    """An API client of the official package for the same kubeconfig and context."""
    made = client.Configuration()
    load: Any = config.load_kube_config  # without types of its own
    load(str(place.kubeconfig), place.access.context, made, persist_config=False)
    made.retries = False
    return client.ApiClient(made)


async def ours(place: Place, kind: str) -> dict[str, Any]:
    """Our records of the test's namespace, by name."""
    found = {}
    async for page in place.client.pages(KINDS[kind], place.namespace):
        for item in page.items:
            record = KINDS[kind].read(item)
            found[record.meta.name] = record
    return found


def seconds(moment: Any) -> float | None:
    return None if moment is None else float(moment.timestamp())


def workload(read: Any) -> tuple[Any, ...]:
    """What the official client's typed object says of a workload."""
    return (
        read.metadata.uid,
        read.metadata.resource_version,
        seconds(read.metadata.creation_timestamp),
        read.metadata.generation,
        read.spec.replicas,
        read.status.observed_generation or 0,
        read.status.updated_replicas or 0,
        read.status.ready_replicas or 0,
        read.status.available_replicas or 0,
        tuple(one.image for one in read.spec.template.spec.containers),
        {(one.type, one.status, one.reason or "") for one in read.status.conditions or ()},
    )


def our_workload(record: Workload) -> tuple[Any, ...]:
    return (
        record.meta.uid,
        record.meta.version,
        record.meta.created,
        record.meta.generation,
        record.replicas,
        record.observed_generation,
        record.updated,
        record.ready,
        record.available,
        record.images,
        {(one.type, one.status, one.reason) for one in record.conditions},
    )


def pod(read: Any) -> tuple[Any, ...]:
    """What it says of a pod and its containers."""
    statuses = {one.name: one for one in read.status.container_statuses or ()}
    return (
        read.metadata.uid,
        read.status.phase,
        read.spec.node_name or "",
        tuple(
            (name, statuses[name].ready, statuses[name].restart_count, statuses[name].container_id or "")
            for name in sorted(statuses)
        ),
        tuple(
            (one.controller, one.kind, one.name)
            for one in read.metadata.owner_references or ()
            if one.controller
        ),
    )


def our_pod(record: Pod) -> tuple[Any, ...]:
    owner = record.meta.owner
    return (
        record.meta.uid,
        record.phase,
        record.node,
        tuple(
            (one.name, one.ready, one.restarts, one.container_id)
            for one in sorted(record.containers, key=lambda one: one.name)
            if one.reported
        ),
        ((True, owner.kind, owner.name),) if owner is not None else (),
    )


async def test_typed_objects_say_what_our_records_say(place: Place) -> None:
    for name, kind in (("web", "Deployment"), ("db", "StatefulSet")):
        await place.create(kind, name, spec=workload_spec(name, shell("app", "echo here; sleep 300")))
        await place.until(kind, name, lambda found: (found.get("status") or {}).get("readyReplicas"))
    await place.create(
        "Job", "once", spec={"template": {"spec": pod_spec(shell("app", "echo done"), restart="Never")}}
    )
    await place.until("Job", "once", lambda found: (found.get("status") or {}).get("succeeded"))
    api = await asyncio.to_thread(official, place)
    apps: Any = client.AppsV1Api(api)
    core: Any = client.CoreV1Api(api)
    batch: Any = client.BatchV1Api(api)
    sets = {"Deployment": apps.list_namespaced_deployment, "StatefulSet": apps.list_namespaced_stateful_set}
    for kind, lists in sets.items():
        typed = (await asyncio.to_thread(lists, place.namespace)).items
        records = await ours(place, kind)
        assert {one.metadata.name: workload(one) for one in typed} == {
            name: our_workload(record) for name, record in records.items()
        }
        assert len(records) == 1
    typed = (await asyncio.to_thread(core.list_namespaced_pod, place.namespace)).items
    assert {one.metadata.name: pod(one) for one in typed} == {
        name: our_pod(record) for name, record in (await ours(place, "Pod")).items()
    }
    assert len(typed) == 3
    (job,) = (await asyncio.to_thread(batch.list_namespaced_job, place.namespace)).items
    record: Job = (await ours(place, "Job"))["once"]
    assert (job.status.succeeded, seconds(job.status.completion_time)) == (record.succeeded, record.finished)
    await asyncio.to_thread(api.close)
