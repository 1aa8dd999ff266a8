"""The survey judges what changed, and sums it up."""

from __future__ import annotations

from dataclasses import replace

from tests.records import NOW, deployment, ended, filled, job, meta, pod, replica_set, running, waits
from tui.model.environment import Environment, Purpose
from tui.model.key import Condition
from tui.model.pod import Ended
from tui.store import Change, Link, LinkState, Store
from tui.survey import WORKLOADS, NamespaceSummary, Survey

ANY = Environment("staging")


def world() -> Store:
    """A workload that is well and one that is down with a crashing pod, a failed Job, a bare pod."""
    good, bad = deployment("good"), deployment("bad", 1, ready=0, available=0)
    sets = [replica_set(each, 3, current=1) for each in (good, bad)]
    crash = waits("CrashLoopBackOff", restarts=2, last=Ended(1, finished=NOW - 10))
    failed = job(conditions=(Condition("Failed", "True", since=NOW - 50),), active=0, failed=1)
    return filled(
        [
            good,
            bad,
            *sets,
            pod(running(), name="good-1", owner=sets[0].meta),
            pod(crash, name="bad-1", owner=sets[1].meta),
            failed,
            pod(ended(), name="auth-1", owner=failed.meta, phase="Failed"),
            pod(waits("ErrImagePull", "not found"), name="bare", phase="Pending"),
        ]
    )


def test_one_trouble_per_root() -> None:
    survey = Survey(world(), ANY)
    survey.refresh(NOW)
    assert sorted(f"{one.kind}/{one.name}" for one in survey.troubles) == [
        "Deployment/bad",
        "Job/auth-migrate",
        "Pod/bare",
    ]
    assert survey.total == NamespaceSummary(3, 2, 3, 0, 1, 1)
    assert survey.by_namespace["services"] == survey.total


def test_what_did_not_change_is_the_same_object() -> None:
    store = world()
    survey = Survey(store, ANY)
    survey.refresh(NOW)
    good = survey.workloads["Deployment/good"]
    bad = store.by_uid("Pod", "Pod/bad-1")
    assert bad is not None
    better = pod(running(), name="bad-1", owner=store.by_uid("ReplicaSet", "ReplicaSet/bad-3").meta)  # type: ignore[union-attr]
    store.apply(Change("Pod", bad.meta.uid, better))
    survey.refresh(NOW + 0.1)
    assert survey.workloads["Deployment/good"] is good
    assert survey.by_uid["Deployment/bad"].cause == "nothing serves"


def test_troubles_end_with_their_objects() -> None:
    store = world()
    survey = Survey(store, ANY)
    survey.refresh(NOW)
    store.apply(Change("Pod", "Pod/bare", None))
    survey.refresh(NOW)
    assert "Pod/bare" not in survey.by_uid


def test_what_is_expected_and_not_there_is_trouble_once_the_cluster_was_read() -> None:
    purpose = Purpose("services", "services", expect=("good", "postgres"))
    store = world()
    survey = Survey(store, Environment("staging", namespaces=(purpose,)))
    survey.refresh(NOW)
    assert not any(one.kind == "Namespace" for one in survey.troubles)
    for kind in WORKLOADS:
        store.set_link(kind, "", Link(LinkState.LIVE, NOW))
    survey.refresh(NOW)
    said = [one.cause for one in survey.troubles if one.kind == "Namespace"]
    assert said == ["postgres is expected here and there is none"]


def test_other_namespaces_are_not_judged() -> None:
    store = world()
    elsewhere = replace(deployment("far", 1, ready=0), meta=meta("Deployment", "far", namespace="else"))
    store.apply(Change("Deployment", elsewhere.meta.uid, elsewhere))
    survey = Survey(store, Environment("staging", namespaces=(Purpose("services", "services"),)))
    survey.refresh(NOW)
    assert elsewhere.meta.uid not in survey.workloads


def test_many_workloads_are_judged_within_some_refreshes_and_again_when_time_passes() -> None:
    names = [f"web-{number}" for number in range(150)]
    store = filled([deployment(name, 1, ready=0, available=0) for name in names])
    survey = Survey(store, ANY)
    survey.refresh(NOW)
    assert 0 < len(survey.workloads) < len(names)
    for _ in range(2):
        survey.refresh(NOW)
    assert len(survey.workloads) == len(survey.troubles) == len(names)
    store.apply(Change("Deployment", "Deployment/web-149", deployment("web-149", 1)))
    survey.refresh(NOW)
    assert "Deployment/web-149" not in survey.by_uid
    store.apply(Change("Deployment", "Deployment/web-0", None))
    survey.refresh(NOW)
    assert len(survey.workloads) == len(names) - 1
