"""The history of a workload, and what is known of its revisions."""

from __future__ import annotations

from tests.records import deployment, meta, pod, replica_set, running, stuck
from tui.model.key import Condition
from tui.model.revision import (
    EverReady,
    best_target,
    history_of_deployment,
    history_of_set,
)
from tui.model.workload import ControllerRevision, Workload


def test_the_target_is_the_newest_that_was_ever_ready_not_the_previous_one() -> None:
    web = deployment(conditions=(stuck(),))
    sets = [
        replica_set(web, 1),
        replica_set(web, 2, replicas=2, current=2, ready=2),
        replica_set(web, 3),
        replica_set(web, 4, replicas=1, current=1),
    ]
    found = history_of_deployment(web, sets)
    assert [(one.number, one.ever_ready) for one in found] == [
        (4, EverReady.NO),
        (3, EverReady.UNKNOWN),
        (2, EverReady.YES),
        (1, EverReady.UNKNOWN),
    ]
    target = best_target(found)
    assert target is not None
    assert target.number == 2


def test_without_knowledge_there_is_no_target_and_the_journal_may_know() -> None:
    web = deployment()
    sets = [replica_set(web, 1), replica_set(web, 2, replicas=2, current=2, ready=2)]
    assert best_target(history_of_deployment(web, sets)) is None
    known = best_target(history_of_deployment(web, sets, {sets[0].meta.uid: "this journal saw it ready"}))
    assert known is not None
    assert known.evidence == "this journal saw it ready"


def test_revisions_of_a_stateful_set() -> None:
    owner = Workload(meta("StatefulSet", "db"), 2, current_revision="db-a", update_revision="db-b")
    revisions = [
        ControllerRevision(meta("ControllerRevision", f"db-{letter}"), number)
        for number, letter in ((1, "a"), (2, "b"))
    ]
    ready = (Condition("Ready", "True"),)
    pods = [pod(running(), name="db-0", template_hash="db-a", conditions=ready)]
    pods.append(pod(running(ready=False), name="db-1", template_hash="db-b"))
    new, old = history_of_set(owner, revisions, pods)
    assert (new.number, new.ever_ready, new.alive) == (2, EverReady.NO, 1)
    assert (old.number, old.ever_ready, old.ready) == (1, EverReady.YES, 1)
