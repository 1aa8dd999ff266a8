"""Argo CD's rollback: which deployment, the risk card, what is written, how it is followed, and the badge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.applications import (
    HEALS,
    SOURCE,
    A,
    B,
    C,
    application,
    deployed,
    ended,
    put,
    running,
    web_production,
    web_store,
)
from tests.records import NOW, deployment, filled, replica_set
from tui.actions.app_past import deployments
from tui.actions.argo_roll_back import ARGO_ROLL_BACK, why_not
from tui.actions.base import Asked
from tui.errors import Refused
from tui.model.app_project import AppProject
from tui.model.application import (
    Application,
    ApplicationCondition,
    ManagedResource,
    Operation,
    ResourceResult,
)
from tui.model.environment import Environment
from tui.model.hooks import Hook, Manifests, MigrationFile, Origin
from tui.model.past_deployment import initiator
from tui.model.plan import Change, Plan, Weight
from tui.model.revision import EverReady
from tui.model.sync_window import SyncWindow
from tui.model.then import Then, applied_since, unknown_since
from tui.model.workload import ReplicaSet
from tui.store import Store

PRODUCTION = Environment("production", context="prod", protected=True)


@pytest.fixture
def store() -> Store:
    return web_store()


def asked(store: Store, *, choice: int | None = None, recordings: Any = ()) -> Asked:
    return Asked(store, PRODUCTION, (web_production(store),), now=NOW, choice=choice, recordings=recordings)


def texts(plan: Plan, weight: Weight | None = None) -> list[str]:
    return [one.text for one in plan.remarks if weight in (None, one.weight)]


# Which one


def test_the_history_is_told_with_images_and_whether_it_was_ready(store: Store) -> None:
    new, old = deployments(store, web_production(store))
    assert (new.id, new.current, new.ever_ready) == (1, True, EverReady.NO)
    assert new.images == ("registry.example/web:1.5.0",)
    assert (old.id, old.current, old.ever_ready) == (0, False, EverReady.YES)
    assert old.images == ("registry.example/web:1.4.0",)
    assert old.evidence == "2 pods serve now"


def test_an_undo_uses_the_revision_of_the_same_commit_again(store: Store) -> None:
    history = (*web_production(store).history, deployed(2, A, 60))
    put(store, application(history=history, revision=B, sync="OutOfSync"))
    back, new, old = deployments(store, web_production(store))
    assert back.images == old.images == ("registry.example/web:1.4.0",)
    assert new.images == ("registry.example/web:1.5.0",)


def test_of_two_syncs_in_a_row_the_nearer_one_made_a_revision(store: Store) -> None:
    history = (deployed(0, A, 3600), deployed(1, B, 600), deployed(2, C, 592), deployed(3, A, 30))
    put(store, application(history=history, revision=A, state=ended(revision=A)))
    _, hooks_only, new, _ = deployments(store, web_production(store))
    assert new.images == hooks_only.images == ("registry.example/web:1.5.0",)
    again = replace(hooks_only.revisions[0][1], created=NOW - 3601)
    assert initiator(web_production(store), again) == "alice, aaaaaaa"
    assert initiator(web_production(store), new.revisions[0][1]) == "alice, bbbbbbb"


def test_all_of_its_workloads_have_to_be_known_to_have_been_ready(store: Store) -> None:
    other = deployment("worker")
    put(store, other)
    put(store, replica_set(other, 1, ready=2, current=2))
    listed = tuple(ManagedResource("apps", "Deployment", "services", name) for name in ("web", "worker"))
    history = (deployed(0, A, 3600), deployed(1, B, 600))
    put(store, application(resources=listed, history=history))
    new, old = deployments(store, web_production(store))
    assert (old.ever_ready, old.evidence) == (
        EverReady.UNKNOWN,
        "which revision of worker it was is not known",
    )
    assert new.ever_ready is EverReady.NO


@pytest.mark.parametrize("number", ["4", "5"])
def test_where_an_old_revision_was_used_again_nothing_is_guessed(store: Store, number: str) -> None:
    """An old revision got a new number by a commit of the same template: commit C may be any of them."""
    old = store.by_uid("ReplicaSet", "ReplicaSet/web-2")
    assert isinstance(old, ReplicaSet)
    again = {"deployment.kubernetes.io/revision": number}
    put(store, replace(old, meta=replace(old.meta, annotations=again)))
    d = "d" * 40
    history = (deployed(0, A, 3600), deployed(1, B, 600), deployed(2, C, 60), deployed(3, d, 30))
    put(store, application(history=history, revision=d, state=ended(revision=d)))
    last, unknown, new, first = deployments(store, web_production(store))
    assert (unknown.images, unknown.ever_ready) == ((), EverReady.UNKNOWN)
    assert last.images == first.images == ("registry.example/web:1.4.0",)
    assert new.images == ("registry.example/web:1.5.0",)


def test_the_default_is_the_newest_that_was_ready_and_does_not_run(store: Store) -> None:
    plan = ARGO_ROLL_BACK.plan(asked(store))
    assert plan.title == "Roll web-production back from bbbbbbb to aaaaaaa (deployment 0)"
    assert plan.grave
    assert [step.deed for step in plan.steps] == ["argo-roll-back"]
    assert plan.steps[0].target.digest == ""
    assert [(one.what, one.before, one.after) for one in plan.changes] == [
        ("revision", "bbbbbbb", "aaaaaaa"),
        ("image", "registry.example/web:1.5.0", "registry.example/web:1.4.0"),
    ]
    assert plan.command == "argocd app rollback argocd/web-production 0"


def test_a_deployment_with_the_same_pods_is_no_default_while_there_is_another(store: Store) -> None:
    history = (deployed(0, A, 3600), deployed(1, B, 600), deployed(2, C, 30))
    put(store, application(history=history, revision=C, state=ended(revision=C)))
    newer = next(one for one in deployments(store, web_production(store))[0].revisions)[1]
    made = store.by_uid("ReplicaSet", newer.uid)
    assert isinstance(made, ReplicaSet)
    put(store, replace(made, ready=2, replicas=2))
    assert [one.ever_ready for one in deployments(store, web_production(store))] == [EverReady.YES] * 3
    assert ARGO_ROLL_BACK.plan(asked(store)).steps[0].arguments["entry"] == 0


def test_images_are_those_that_run_and_else_those_that_git_had(store: Store) -> None:
    then = Then(A, changes=(Change("web web image", "web:2", "web:1"), Change("ConfigMap web", "x", "y")))
    known = ARGO_ROLL_BACK.plan_to(asked(store), then)
    assert [one.what for one in known.changes] == ["revision", "image", "ConfigMap web"]
    unknown = ARGO_ROLL_BACK.plan_to(asked(filled([application()]), choice=0), then)
    assert [one.what for one in unknown.changes] == ["revision", "web web image", "ConfigMap web"]


def test_no_default_where_nothing_is_known_to_have_been_ready() -> None:
    with pytest.raises(Refused, match="no other deployment of web-production is known"):
        ARGO_ROLL_BACK.plan(asked(filled([application()])))
    plan = ARGO_ROLL_BACK.plan(asked(filled([application()]), choice=0))
    assert "it is not known whether aaaaaaa was ever ready" in plan.remarks[0].text


@pytest.mark.parametrize(("choice", "words"), [(7, "no deployment 7"), (1, "is what web-production has now")])
def test_what_can_not_be_chosen_says_why(store: Store, choice: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        ARGO_ROLL_BACK.plan(asked(store, choice=choice))


def test_after_a_sync_that_ended_half_way_the_last_deployment_is_a_way_back(store: Store) -> None:
    rows = (ResourceResult("apps", "Deployment", "services", "web", "Synced"),)
    put(store, application(state=ended("Failed", revision=C, results=rows), revision=C, sync="OutOfSync"))
    assert not deployments(store, web_production(store))[0].current
    assert ARGO_ROLL_BACK.plan(asked(store, choice=1)).steps


# Why not


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (running(), "an operation of it runs"),
        (application(operation=Operation()), "an operation of it runs"),
        (running(automated=HEALS), "hold automated sync with H, then terminate it with T"),
        (application(history=()), "never deployed it"),
        (application(history=(deployed(0, A, 60),)), "no other deployment"),
        (application(history=(deployed(0, A, 60), deployed(1, A, 6))), "no other deployment"),
        (application(), ""),
    ],
)
def test_why_it_can_not_go_back(one: Application, words: str) -> None:
    assert words in why_not(one)
    assert bool(why_not(one)) == bool(words)


# The risk card


def test_automated_sync_is_held_first(store: Store) -> None:
    put(store, application(automated=HEALS))
    plan = ARGO_ROLL_BACK.plan(asked(store))
    assert [step.deed for step in plan.steps] == ["hold", "argo-roll-back"]
    assert any("automated sync is held first (automated, prune, self-heal)" in one for one in texts(plan))
    assert plan.command.startswith("argocd app set argocd/web-production --sync-policy none\n")


def test_the_risk_card_says_what_does_not_run_and_what_goes_forward_again(store: Store) -> None:
    said = texts(ARGO_ROLL_BACK.plan(asked(store)))
    assert "aaaaaaa was ready: 2 pods serve now" in said
    assert "no hooks run: neither migrations nor the checks after a sync" in said
    assert any("Git stays at bbbbbbb" in one for one in said)


def test_what_keeps_the_operation_from_going_on_is_on_the_risk_card(store: Store) -> None:
    broken = (ApplicationCondition("ComparisonError", "repository not found"),)
    put(store, application(conditions=broken, project="platform"))
    window = SyncWindow("deny", "* * * * *", "1h", applications=("*-production",))
    project = AppProject(
        replace(web_production(store).meta, kind="AppProject", name="platform", uid="p"), (window,)
    )
    put(store, project)
    bad = texts(ARGO_ROLL_BACK.plan(asked(store)), Weight.BAD)
    assert any("ComparisonError" in one and "repository not found" in one for one in bad)
    assert any(one.startswith("sync window: denied by deny") for one in bad)


def hook(*files: MigrationFile) -> Hook:
    return Hook("Job", "services", "web-migrate", "PreSync", migrates=True, database="web_db", files=files)


def test_migrations_that_stay_applied_and_have_no_way_back() -> None:
    first, second = MigrationFile(1, "00001_a.sql"), MigrationFile(2, "00002_b.sql")
    third = MigrationFile(3, "00003_c.sql", reversible=False)
    now = Manifests(B, Origin.CHECKOUT, (hook(first, second, third),))
    then = Manifests(A, Origin.CHECKOUT, (hook(first),))
    assert applied_since(now, then) == (("web_db", second), ("web_db", third))
    assert applied_since(then, now) == ()
    assert applied_since(now, replace(then, hooks=())) == tuple(
        ("web_db", one) for one in (first, second, third)
    )


def test_migrations_of_which_no_file_is_known_are_not_taken_for_none(store: Store) -> None:
    other = replace(hook(), images=("goose:2",))
    now, then = (Manifests(at, Origin.SERVER, (one,)) for at, one in ((B, other), (A, hook())))
    assert unknown_since(now, then) == ("web_db",)
    assert unknown_since(now, now) == ()
    known = replace(then, hooks=(replace(other, files=(MigrationFile(1, "00001_a.sql"),)),))
    assert unknown_since(known, then) == ()
    plan = ARGO_ROLL_BACK.plan_to(asked(store), Then(A, differ=("web_db",)))
    assert any("migrations of web_db differ since then" in one for one in texts(plan, Weight.LOOK))


def test_they_are_on_the_risk_card_of_the_commit_that_they_were_fetched_for(store: Store) -> None:
    stays = (("web_db", MigrationFile(3, "00003_c.sql", reversible=False)),)
    plan = ARGO_ROLL_BACK.plan_to(asked(store), Then(A, stays, before="a", after="b"))
    assert any("1 migration stays applied (by the checkout, 1 without a Down" in one for one in texts(plan))
    assert "  web_db: 00003_c.sql   no Down" in texts(plan)
    assert (plan.before, plan.after) == ("a", "b")
    other = ARGO_ROLL_BACK.plan_to(asked(store), Then(C, stays, before="a", after="b"))
    assert not any("stays applied" in one for one in texts(other))
    assert other.before == other.after == ""


def test_another_source_of_then_is_on_the_risk_card(store: Store) -> None:
    then = deployed(0, A, 3600, source=replace(SOURCE, value_files=("other.yaml",)))
    put(store, application(history=(then, deployed(1, B, 600))))
    assert any("path, values or parameters" in one for one in texts(ARGO_ROLL_BACK.plan(asked(store))))
