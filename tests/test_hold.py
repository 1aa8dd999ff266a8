"""Holding automated sync: what is taken away comes back exactly as it was; who takes it back is said."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.applications import HEALS, application, running
from tests.records import NOW, filled
from tui.actions.base import Asked
from tui.actions.hold import HOLD
from tui.demo.patch import json_patch, merge_patch
from tui.errors import Refused
from tui.model.application import HELD, HELD_BY, Application
from tui.model.environment import Environment
from tui.model.held import block_words, held_words
from tui.model.key import Owner
from tui.model.plan import Stage, Weight
from tui.store import Change, Store
from tui.wire.sync_policy import hold_patch, release_patch

PRODUCTION = Environment("production", context="prod")
BLOCKS: tuple[dict[str, Any], ...] = (
    {},
    {"prune": True, "selfHeal": True},
    {"prune": True, "selfHeal": True, "allowEmpty": False, "enabled": True},
    {"prune": False, "yetUnknown": {"nested": [1, {"x": "~/"}]}},
)


def thing(policy: dict[str, Any] | None, annotations: dict[str, str] | None = None) -> dict[str, Any]:
    meta: dict[str, Any] = {"name": "web", "resourceVersion": "7"}
    if annotations is not None:
        meta["annotations"] = annotations
    spec: dict[str, Any] = {"project": "default"}
    if policy is not None:
        spec["syncPolicy"] = policy
    return {"metadata": meta, "spec": spec}


def held(**more: Any) -> Application:
    one = application(**more)
    return replace(one, meta=replace(one.meta, annotations={HELD: '{"prune":true,"selfHeal":true}'}))


def asked(*targets: Application, more: tuple[Application, ...] = ()) -> Asked:
    return Asked(filled((*targets, *more)), PRODUCTION, targets, now=NOW)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("others", [{}, {"syncOptions": ["Replace=true"], "retry": {"limit": 2}}])
def test_what_was_held_comes_back_exactly(block: dict[str, Any], others: dict[str, Any]) -> None:
    was = thing({"automated": block, **others}, {"kept": "yes"})
    away = merge_patch(copy.deepcopy(was), hold_patch(was, "alice 2026-11-24T16:05:48Z"))
    assert "automated" not in away["spec"]["syncPolicy"]
    assert away["spec"]["syncPolicy"] == others
    kept = away["metadata"]["annotations"][HELD]
    assert json.loads(kept) == block
    assert json_patch(copy.deepcopy(away), release_patch(away, kept)) == was


def test_a_block_that_somebody_wrote_meanwhile_is_not_mixed_with_what_was_kept() -> None:
    there = thing({"automated": {"allowEmpty": True}}, {HELD: '{"prune":true}'})
    back = json_patch(copy.deepcopy(there), release_patch(there, '{"prune":true}'))
    assert back["spec"]["syncPolicy"] == {"automated": {"prune": True}}
    without = thing(None, {HELD: "{}"})
    assert json_patch(copy.deepcopy(without), release_patch(without, "{}"))["spec"]["syncPolicy"] == {
        "automated": {}
    }


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (thing({}), "does not sync by itself any more"),
        (thing({"automated": {"enabled": False, "prune": True}}), "does not sync by itself any more"),
        (thing({"automated": {}}, {HELD: "{}"}), "is held already"),
    ],
)
def test_a_hold_that_came_too_late_is_refused(now: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        hold_patch(now, "alice")


@pytest.mark.parametrize("kept", ["", "{}", "no json"])
def test_a_release_of_something_else_than_was_seen_is_refused(kept: str) -> None:
    with pytest.raises(Refused):
        release_patch(thing({}, {HELD: kept}), "no json" if kept == "no json" else '{"prune":true}')


def test_it_is_planned_with_what_is_taken_away_and_where_it_is_kept() -> None:
    plan = HOLD.plan(asked(application(automated=HEALS)))
    assert plan.title == "Hold automated sync of web-production"
    assert plan.deed == "hold"
    (step,) = plan.steps
    assert step.words == "Hold automated sync of web-production (automated, prune, self-heal)"
    assert plan.changes[0].after == "by hand only (held)"
    assert [one.weight for one in plan.remarks] == [Weight.QUIET]
    assert plan.command.endswith("""--type merge -p '{"spec":{"syncPolicy":{"automated":null}}}'""")


def test_a_release_says_what_argo_cd_does_then() -> None:
    plan = HOLD.plan(asked(held(sync="OutOfSync")))
    assert plan.deed == "release"
    assert plan.steps[0].arguments == {"held": '{"prune":true,"selfHeal":true}'}
    assert plan.changes[0].after == "automated, prune, self-heal"
    assert "deploys what Git has at once" in plan.remarks[-1].text


def test_what_can_not_be_held_or_released_says_why() -> None:
    said = [one.text for one in HOLD.refuse(asked(application()))]
    assert said == ["it syncs by hand only: there is nothing to hold"]
    other = application("api-production", automated=HEALS)
    assert [one.words for one in HOLD.refuse(asked(held(), other))] == [
        "api-production: it is not held; release the others first"
    ]
    broken = replace(held(), meta=replace(held().meta, annotations={HELD: "[]"}))
    assert "can't be read" in HOLD.refuse(asked(broken))[0].text


def owned(by: str) -> Application:
    one = application(automated=HEALS)
    if by == "set":
        return replace(one, meta=replace(one.meta, owner=Owner("ApplicationSet", "services", "u")))
    tracking = {"argocd.argoproj.io/tracking-id": "root:argoproj.io/Application:argocd/web-production"}
    return replace(one, meta=replace(one.meta, annotations=tracking))


@pytest.mark.parametrize(
    ("by", "parent", "weight", "words"),
    [
        ("set", None, Weight.BAD, "ApplicationSet services made it"),
        ("parent", None, Weight.BAD, "application root deploys it: its sync gives it"),
        ("parent", HEALS, Weight.BAD, "switches this back within seconds"),
        ("parent", "manual", Weight.LOOK, "the next sync of that"),
    ],
)
def test_an_owner_that_would_take_it_back_is_said(by: str, parent: Any, weight: Weight, words: str) -> None:
    automated = None if parent == "manual" else parent
    more = (application("root", automated=automated, resources=()),) if parent is not None else ()
    plan = HOLD.plan(asked(owned(by), more=more))
    assert plan.remarks[0].weight is weight
    assert words in plan.remarks[0].text


def follow(store: Store, plan: Any, now: float) -> tuple[Stage, str]:
    found = HOLD.progress(store, plan, NOW, now)
    return found.stage, found.text


def put(store: Store, one: Application) -> None:
    store.apply(Change("Application", one.meta.uid, one))


def test_it_is_done_when_it_is_seen_and_an_owner_is_waited_for() -> None:
    before = asked(application(automated=HEALS))
    plan = HOLD.plan(before)
    assert follow(before.store, plan, NOW + 1)[0] is Stage.ACCEPTED
    assert follow(before.store, plan, NOW + 100)[0] is Stage.FAILED
    put(before.store, held())
    assert follow(before.store, plan, NOW + 1)[0] is Stage.DONE
    of_a_set = held()
    of_a_set = replace(of_a_set, meta=replace(of_a_set.meta, owner=Owner("ApplicationSet", "services", "u")))
    put(before.store, of_a_set)
    assert follow(before.store, plan, NOW + 1)[0] is Stage.ROLLING
    assert follow(before.store, plan, NOW + 11)[0] is Stage.DONE
    put(before.store, replace(of_a_set, automated=HEALS))
    stage, text = follow(before.store, plan, NOW + 2)
    assert stage is Stage.FAILED
    assert "switched on again: ApplicationSet services" in text


def test_a_release_is_done_when_the_annotation_is_gone() -> None:
    before = asked(held())
    plan = HOLD.plan(before)
    assert follow(before.store, plan, NOW + 1)[0] is Stage.ACCEPTED
    put(before.store, application(automated=HEALS))
    assert follow(before.store, plan, NOW + 1) == (
        Stage.DONE,
        "done, it syncs as before: automated, prune, self-heal",
    )


def test_the_badge_stands_as_long_as_it_is_held() -> None:
    assert held_words(application(automated=HEALS)) == ""
    assert held_words(held()) == "automated sync held"
    one = held()
    meta = replace(one.meta, annotations={**one.meta.annotations, HELD_BY: "alice 2026-11-24T16:05:48Z"})
    assert held_words(replace(one, meta=meta)) == "automated sync held by alice, 24 Nov 16:05 UTC"
    assert held_words(held(automated=HEALS)) == "held, but it was switched on again"
    assert block_words(None) == "by hand only"


def test_an_operation_that_runs_goes_on() -> None:
    plan = HOLD.plan(asked(running(automated=HEALS)))
    assert "goes on" in plan.remarks[-1].text
