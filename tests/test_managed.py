"""What Argo CD makes of a deed on one workload that it manages, and that the plan says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.applications import HEALS, A, B, application, deployed, running
from tests.records import NOW, deployment, filled, replica_set
from tui.actions.base import Asked
from tui.actions.restart import RESTART
from tui.actions.roll_back import ROLL_BACK
from tui.model.application import Application, Automated
from tui.model.environment import Environment
from tui.model.plan import Plan, Stage, Weight
from tui.model.record import Right
from tui.model.workload import Workload
from tui.store import Change, Store

OPEN = Environment("production", context="prod")
WEB = deployment("web", spec=b'{"template":{"spec":{"containers":[]}}}')
UNDONE = replace(WEB, spec=b'{"template":{"spec":{"containers":[{"name":"web"}]}}}')


def store_of(one: Application | None) -> Store:
    """Revision 3 serves, so did revision 2."""
    old = replica_set(WEB, 2, ready=1, current=1, template=b'{"spec":{"containers":[{"name":"web"}]}}')
    new = replica_set(WEB, 3, ready=2, current=2)
    times = (NOW - 3600, NOW - 600)
    sets = [
        replace(each, meta=replace(each.meta, created=at)) for each, at in zip((old, new), times, strict=True)
    ]
    return filled([WEB, *sets, *([one] if one is not None else [])])


def asked(one: Application | None, *targets: Workload) -> Asked:
    return Asked(store_of(one), OPEN, targets or (WEB,), now=NOW)


def texts(plan: Plan, weight: Weight) -> list[str]:
    return [remark.text for remark in plan.remarks if remark.weight is weight]


@pytest.mark.parametrize(
    ("automated", "weight", "words"),
    [
        (HEALS, Weight.BAD, "takes this back within seconds"),
        (Automated(), Weight.BAD, "undoes this at the next commit"),
        (None, Weight.LOOK, "its next sync goes forward again"),
    ],
)
def test_how_long_an_undo_lasts_is_on_its_risk_card(
    automated: Automated | None, weight: Weight, words: str
) -> None:
    plan = ROLL_BACK.plan(asked(application(automated=automated)))
    assert any(words in text for text in texts(plan, weight))
    assert any("the schema do not" in text for text in texts(plan, Weight.LOOK))


def test_an_operation_that_runs_may_write_over_an_undo() -> None:
    assert any(
        "write the newer template" in text for text in texts(ROLL_BACK.plan(asked(running())), Weight.BAD)
    )


def test_who_had_argo_cd_make_a_revision_stands_where_no_cause_is_written() -> None:
    one = application(history=(deployed(0, A, 3600), deployed(1, B, 600, automated=True)))
    assert [each.cause for each in ROLL_BACK.revisions(asked(one))] == [
        "automated, bbbbbbb",
        "alice, aaaaaaa",
    ]
    assert [each.cause for each in ROLL_BACK.revisions(asked(None))] == ["", ""]


def test_an_undo_that_self_heal_takes_back_is_a_failure_at_once() -> None:
    ask = asked(application(automated=HEALS))
    plan = ROLL_BACK.plan(ask)
    (step,) = plan.steps
    written = replace(plan, steps=(replace(step, arguments={**step.arguments, "generation": 4}),))

    def seen(workload: Workload, generation: int) -> tuple[Stage, str]:
        meta = replace(WEB.meta, generation=generation)
        made = replace(workload, meta=meta, observed_generation=generation)
        ask.store.apply(Change("Deployment", meta.uid, made))
        found = ROLL_BACK.progress(ask.store, written, NOW, NOW + 1)
        return found.stage, found.text

    assert seen(WEB, 3)[0] is Stage.ACCEPTED
    assert seen(UNDONE, 4)[0] is Stage.DONE
    assert seen(WEB, 5) == (
        Stage.FAILED,
        "web was changed back: application web-production heals itself, 1 s",
    )


def test_an_undo_of_which_the_answer_was_lost_is_waited_for() -> None:
    ask = asked(application(automated=HEALS))
    plan = ROLL_BACK.plan(ask)
    ask.store.apply(Change("Deployment", WEB.meta.uid, replace(WEB, meta=replace(WEB.meta, generation=9))))
    assert ROLL_BACK.progress(ask.store, plan, NOW, NOW + 1).stage is Stage.ACCEPTED


@pytest.mark.parametrize(
    ("one", "annotations", "weight", "words"),
    [
        (application(), {}, Weight.QUIET, "web: Argo CD stays Synced"),
        (application(sync="OutOfSync"), {}, Weight.QUIET, "web: Argo CD stays OutOfSync"),
        (application(sync_options=("Replace=true",)), {}, Weight.LOOK, "restarts these pods again"),
        (
            application(),
            {"argocd.argoproj.io/sync-options": "Prune=false, Replace=true"},
            Weight.LOOK,
            "restarts these pods again",
        ),
        (running(), {}, Weight.BAD, "an operation of web-production runs"),
    ],
)
def test_a_restart_says_that_argo_cd_stays_as_it_is_and_when_not(
    one: Application, annotations: dict[str, Any], weight: Weight, words: str
) -> None:
    web = replace(WEB, meta=replace(WEB.meta, annotations=annotations))
    assert any(words in text for text in texts(RESTART.plan(asked(one, web)), weight))


def test_a_restart_of_what_nobody_manages_says_nothing_of_argo_cd() -> None:
    assert not any("Argo" in remark.text for remark in RESTART.plan(asked(None)).remarks)


def test_an_application_can_go_back_where_its_workload_has_no_other_revision() -> None:
    store = filled([WEB, replica_set(WEB, 3, ready=2, current=2), application()])
    assert ROLL_BACK.refuse(Asked(store, OPEN, (WEB,))) == ()
    alone = filled([WEB, replica_set(WEB, 3, ready=2, current=2)])
    assert [one.text for one in ROLL_BACK.refuse(Asked(alone, OPEN, (WEB,)))] == [
        "there is no other revision to go back to"
    ]


def test_the_key_acts_on_applications_too() -> None:
    one = application()
    ask = Asked(store_of(one), OPEN, (one,), now=NOW)
    assert ROLL_BACK.plan(ask).deed == "argo-roll-back"
    busy = running()
    assert "terminate it" in ROLL_BACK.refuse(Asked(store_of(busy), OPEN, (busy,)))[0].text


def test_who_may_write_applications_alone_can_go_back_by_argo_cd() -> None:
    ask = asked(application())
    no = {("patch", "deployments.apps", ""): Right(False, "", NOW)}
    ask.store.set_rights(no)
    assert ROLL_BACK.refuse(ask) == ()
    assert [one.text for one in ROLL_BACK.refuse_alone(ask)] == ["You may not patch deployments in services"]
    ask.store.set_rights({("patch", "applications.argoproj.io", ""): Right(False, "", NOW)})
    assert [one.text for one in ROLL_BACK.refuse(ask)] == [
        "You may not patch deployments in services; "
        "Argo CD's rollback: You may not patch applications in argocd"
    ]
