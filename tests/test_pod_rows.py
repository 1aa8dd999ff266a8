"""Rows of pods that are kept from look to look are those that would be made anew."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.records import meta, pod, running, waits
from tui.model.environment import Environment
from tui.model.pod import Pod
from tui.model.usage import PodUsage
from tui.present.pod import COLUMNS
from tui.present.pod_rows import AT_ONCE, MANY, PodRows
from tui.store import Change, Store
from tui.survey import Survey

ANY = Environment("staging")


def some(chance: random.Random, name: str) -> Pod:
    """A pod of that name in one of its states, in one of two namespaces."""
    one = pod(chance.choice((running(), running(ready=False), waits("CrashLoopBackOff"))))
    return replace(one, meta=meta("Pod", name, namespace=chance.choice(("services", "data"))))


def apply(store: Store, name: str, one: Pod | None) -> None:
    store.apply(Change("Pod", f"Pod/{name}", one))


def test_they_are_the_rows_that_would_be_made_anew() -> None:
    chance = random.Random(3)
    store = Store()
    survey = Survey(store, ANY)
    scopes = (None, frozenset({"data"}))
    kept = [PodRows(survey, scope) for scope in scopes]
    for steps in (MANY + 10, 0, 1, 7, 200, MANY + 10, 40):
        for _ in range(steps):
            name = f"p{chance.randrange(300 if steps <= MANY else 3_000)}"
            apply(store, name, some(chance, name) if chance.random() < 0.8 else None)
        for one in kept:
            assert one.look() == PodRows(survey, one.namespaces).look()


def test_a_row_stays_the_same_object_while_its_pod_does() -> None:
    chance, store = random.Random(4), Store()
    for name in ("a", "b"):
        apply(store, name, some(chance, name))
    kept = PodRows(Survey(store, ANY), None)
    first = {row.id: row for row in kept.look()}
    assert all(len(row.cells) == len(row.keys) == len(COLUMNS) for row in first.values())
    apply(store, "a", replace(some(chance, "a"), node="elsewhere"))
    then = {row.id: row for row in kept.look()}
    assert then["Pod/b"] is first["Pod/b"]
    assert then["Pod/a"] != first["Pod/a"]


def test_what_pods_use_comes_in_bounded_parts() -> None:
    chance, store = random.Random(5), Store()
    names = [f"p{number}" for number in range(AT_ONCE + 5)]
    for name in names:
        apply(store, name, replace(some(chance, name), meta=meta("Pod", name)))
    survey = Survey(store, ANY)
    kept = PodRows(survey, None)
    kept.look()
    used = {name: PodUsage(meta("PodUsage", name), cpu=0.25) for name in names}
    store.replace("PodUsage", "", {one.meta.uid: one for one in used.values()})
    assert sum(row.keys[5] == 0.25 for row in kept.look()) == AT_ONCE
    assert kept.behind
    assert kept.look() == PodRows(survey, None).look()
    assert not kept.behind
