"""The trail names what changed since a moment, and says when it can't."""

from __future__ import annotations

from tests.records import NOW, meta, pod, running, waits
from tui.model.environment import Environment
from tui.model.network import Service
from tui.model.pod import Pod
from tui.store import Change, Store
from tui.survey_paths import Paths
from tui.survey_pods import Pods
from tui.trail import MOST, Trail


def test_it_names_each_once_the_newest_first() -> None:
    trail = Trail()
    for moment, uid in enumerate(("a", "b", "a", "c"), 1):
        trail.note(uid, moment)
    assert trail.since(0) == ["c", "a", "b"]
    assert trail.since(2) == ["c", "a"]
    assert trail.since(4) == []


def test_what_is_too_long_ago_is_not_known() -> None:
    trail = Trail()
    for moment in range(1, MOST + 2):
        trail.note(str(moment), moment)
    assert trail.since(0) is None
    assert trail.since(1) is None
    assert trail.since(MOST) == [str(MOST + 1)]


def bare(name: str, *, ready: bool = True, **labels: str) -> Pod:
    """A pod that nothing owns; not ready, its container can't start."""
    return pod(running() if ready else waits("RunContainerError"), meta=meta("Pod", name, labels=labels))


def test_a_pod_is_judged_again_only_after_it_changed() -> None:
    store = Store()
    pods = Pods(store, Environment("staging"))
    for one in (bare("a"), bare("b", ready=False)):
        store.apply(Change("Pod", one.meta.uid, one))
    pods.refresh(NOW)
    assert [one.name for one in pods.troubles()] == ["b"]
    store.apply(Change("Pod", "Pod/b", bare("b")))
    store.apply(Change("Pod", "Pod/a", bare("a", ready=False)))
    pods.refresh(NOW)
    assert [one.name for one in pods.troubles()] == ["a"]
    store.apply(Change("Pod", "Pod/a", None))
    pods.refresh(NOW)
    assert pods.troubles() == []


def test_a_service_finds_pods_by_the_labels_that_they_have_now() -> None:
    store = Store()
    paths = Paths(store, Environment("staging"))
    service = Service(meta("Service", "web"), selector={"app": "web"})
    store.apply(Change("Service", service.meta.uid, service))

    def found() -> bool:
        return bool(paths.services_of([bare("a")]))

    store.apply(Change("Pod", "Pod/a", bare("a", app="web")))
    assert found()
    store.apply(Change("Pod", "Pod/a", bare("a", app="other")))
    assert not found()
    store.apply(Change("Pod", "Pod/a", bare("a", app="web", tier="x")))
    assert found()
    store.apply(Change("Pod", "Pod/a", None))
    assert not found()
