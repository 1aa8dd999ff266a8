"""Argo CD's rollback: which deployment, the risk card, what is written, how it is followed, and the badge."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.applications import HEALS, SOURCE, A, B, C, application, deployed, ended, running
from tests.records import NOW, deployment, filled, replica_set
from tui.actions.app_past import deployments
from tui.actions.argo_roll_back import ARGO_ROLL_BACK, why_not
from tui.actions.base import Asked
from tui.demo.patch import merge_patch
from tui.errors import Refused
from tui.model.app_project import AppProject
from tui.model.application import Application, ApplicationCondition, Operation, ResourceResult
from tui.model.environment import Environment
from tui.model.hooks import Hook, Manifests, MigrationFile, Origin
from tui.model.managed import application_of, lists
from tui.model.past_deployment import initiator
from tui.model.plan import Plan, Stage, Weight
from tui.model.revision import EverReady
from tui.model.rolled_back import FROM, rolled_back
from tui.model.sync_window import SyncWindow
from tui.model.then import Then, applied_since
from tui.model.workload import ReplicaSet, Workload
from tui.store import Change, Store
from tui.wire.sync_policy import has_operation, rollback_patch

PRODUCTION = Environment("production", context="prod", protected=True)
SOURCE_THEN = {"repoURL": "r", "path": "p", "targetRevision": "main", "helm": {"valueFiles": ["v.yaml"]}}


@pytest.fixture
def web() -> Workload:
    return deployment("web", spec=b'{"template":{"spec":{"containers":[]}}}')


@pytest.fixture
def store(web: Workload) -> Store:
    """Deployment 0 made revision 2, which serves; deployment 1 made revision 3, which does not come up."""
    sets = (
        replica_set(web, 2, ready=2, current=2, images=("registry.example/web:1.4.0",)),
        replica_set(web, 3, ready=0, current=1, replicas=1),
    )
    times = (NOW - 3601, NOW - 601)
    made = [replace(one, meta=replace(one.meta, created=at)) for one, at in zip(sets, times, strict=True)]
    return filled([application(), web, *made])


def one_of(store: Store) -> Application:
    found = store.get("Application", "argocd", "web-production")
    assert isinstance(found, Application)
    return found


def asked(store: Store, *, choice: int | None = None, recordings: Any = ()) -> Asked:
    return Asked(store, PRODUCTION, (one_of(store),), now=NOW, choice=choice, recordings=recordings)


def put(store: Store, record: Any) -> None:
    store.apply(Change(record.meta.kind, record.meta.uid, record))


def texts(plan: Plan, weight: Weight | None = None) -> list[str]:
    return [one.text for one in plan.remarks if weight in (None, one.weight)]


# Which one


def test_the_history_is_told_with_images_and_whether_it_was_ready(store: Store) -> None:
    new, old = deployments(store, one_of(store))
    assert (new.id, new.current, new.ever_ready) == (1, True, EverReady.NO)
    assert new.images == ("registry.example/web:1.5.0",)
    assert (old.id, old.current, old.ever_ready) == (0, False, EverReady.YES)
    assert old.images == ("registry.example/web:1.4.0",)
    assert old.evidence == "2 pods serve now"


def test_an_undo_uses_the_revision_of_the_same_commit_again(store: Store) -> None:
    history = (*one_of(store).history, deployed(2, A, 60))
    put(store, application(history=history, revision=B, sync="OutOfSync"))
    back, new, old = deployments(store, one_of(store))
    assert back.images == old.images == ("registry.example/web:1.4.0",)
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
    newer = next(one for one in deployments(store, one_of(store))[0].revisions)[1]
    made = store.by_uid("ReplicaSet", newer.uid)
    assert isinstance(made, ReplicaSet)
    put(store, replace(made, ready=2, replicas=2))
    assert [one.ever_ready for one in deployments(store, one_of(store))] == [EverReady.YES] * 3
    assert ARGO_ROLL_BACK.plan(asked(store)).steps[0].arguments["entry"] == 0


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
    assert not deployments(store, one_of(store))[0].current
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
    project = AppProject(replace(one_of(store).meta, kind="AppProject", name="platform", uid="p"), (window,))
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


def test_they_are_on_the_risk_card_of_the_commit_that_they_were_fetched_for(store: Store) -> None:
    stays = (("web_db", MigrationFile(3, "00003_c.sql", reversible=False)),)
    plan = ARGO_ROLL_BACK.plan_to(asked(store), Then(A, stays, before="a", after="b"))
    assert any("1 migration stays applied (by the checkout, 1 without a Down" in one for one in texts(plan))
    assert "  web_db: 00003_c.sql   no Down" in texts(plan)
    assert (plan.before, plan.after) == ("a", "b")
    other = ARGO_ROLL_BACK.plan_to(asked(store), Then(C, stays, before="a", after="b"))
    assert not any("stays applied" in one for one in texts(other))
    assert other.before == other.after == ""


# What is written


def thing(**more: Any) -> dict[str, Any]:
    history = [{"id": 0, "revision": A, "source": SOURCE_THEN}, {"id": 1, "revision": B, "source": {}}]
    made: dict[str, Any] = {
        "metadata": {"name": "web-production", "resourceVersion": "7"},
        "spec": {"syncPolicy": {"syncOptions": ["CreateNamespace=true"]}},
        "status": {"history": history, "operationState": {"phase": "Succeeded", "message": "old"}},
    }
    return made | more


def test_the_operation_is_the_one_that_argo_cds_server_writes() -> None:
    was = thing()
    body = rollback_patch(was, 0, A, "alice")
    assert body == {
        "metadata": {"resourceVersion": "7"},
        "operation": {
            "initiatedBy": {"username": "alice (deploytui)"},
            "info": [{"name": FROM, "value": B}],
            "sync": {
                "revision": A,
                "source": SOURCE_THEN,
                "prune": False,
                "dryRun": False,
                "syncStrategy": {"apply": {}},
                "syncOptions": ["CreateNamespace=true"],
            },
        },
        "status": {"operationState": None},
    }
    after = merge_patch(copy.deepcopy(was), body)
    assert has_operation(after, body["operation"])
    assert not has_operation(was, body["operation"])


def test_of_several_sources_all_are_written() -> None:
    entry = {"id": 0, "revisions": [A, B], "sources": [{"repoURL": "x"}, {"repoURL": "y", "ref": "v"}]}
    sync = rollback_patch(thing(status={"history": [entry]}), 0, f"{A} {B}", "x")["operation"]["sync"]
    assert sync["revisions"] == [A, B]
    assert sync["sources"] == entry["sources"]
    assert not {"revision", "source"} & sync.keys()


def late() -> Iterator[tuple[dict[str, Any], str]]:
    yield thing(operation={"sync": {}}), "another operation of web-production began"
    yield thing(status={"operationState": {"phase": "Running"}}), "another operation"
    yield thing(spec={"syncPolicy": {"automated": {}}}), "syncs by itself"
    yield thing(status={"history": []}), "no deployment 0 in its history any more"
    yield thing(status={"history": [{"id": 0, "revision": C}]}), "is another one now"


@pytest.mark.parametrize(("now", "words"), late())
def test_what_came_between_is_refused(now: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        rollback_patch(now, 0, A, "alice")


# How far it is


def ours(phase: str = "Succeeded", **more: Any) -> Any:
    operation = Operation(username="alice", revision=A, apply_only=True, info=((FROM, B),))
    return ended(phase, started=NOW + 1, operation=operation, revision=A, **more)


def told(store: Store, plan: Plan, after: float = 2) -> tuple[Stage, str]:
    found = ARGO_ROLL_BACK.progress(store, plan, NOW, NOW + after)
    return found.stage, found.text


def back(**more: Any) -> Application:
    history = (*application().history, deployed(2, A, 0))
    rows = (
        ResourceResult("apps", "Deployment", "services", "web", "Synced", "deployment.apps/web configured"),
    )
    made = application(history=history, state=ours(results=rows), sync="OutOfSync", revision=B)
    return replace(made, **more)


def test_it_is_followed_from_the_write_to_the_last_pod(store: Store, web: Workload) -> None:
    plan = ARGO_ROLL_BACK.plan(asked(store))
    assert told(store, plan) == (Stage.ACCEPTED, "web-production: waiting to see the operation")
    assert told(store, plan, 90)[0] is Stage.FAILED
    put(store, application(operation=Operation(), state=None))
    assert told(store, plan) == (Stage.ACCEPTED, "waiting for Argo CD to take it up")
    assert "does Argo CD's application controller run" in told(store, plan, 12)[1]
    put(store, application(operation=Operation(), state=ours("Running", message="x", finished=None)))
    assert told(store, plan) == (Stage.ROLLING, "operation Running: x")
    put(store, back())
    assert told(store, plan) == (Stage.ROLLING, "web: waiting to see the change")
    changed = replace(web, spec=b'{"template":{"spec":{"containers":[{}]}}}')
    put(store, replace(changed, updated=1))
    stage, text = told(store, plan)
    assert stage is Stage.ROLLING
    assert text.startswith("web: ")
    put(store, changed)
    assert told(store, plan) == (
        Stage.DONE,
        "done, rolled back to aaaaaaa, Git still at bbbbbbb, 2 s",
    )


def test_an_operation_that_fails_says_of_what(store: Store) -> None:
    plan = ARGO_ROLL_BACK.plan(asked(store))
    rows = (ResourceResult("apps", "Deployment", "services", "web", "SyncFailed", "field is immutable"),)
    put(store, application(state=ours("Failed", results=rows)))
    assert told(store, plan) == (Stage.FAILED, "Deployment web: field is immutable, 2 s")


def test_a_window_that_holds_it_back_is_said(store: Store) -> None:
    plan = ARGO_ROLL_BACK.plan(asked(store))
    message = "Sync operation blocked by sync window"
    put(store, application(operation=Operation(), state=ours("Running", message=message, finished=None)))
    assert told(store, plan)[1].startswith("blocked by a sync window")


def test_automated_sync_that_comes_back_on_is_a_failure(store: Store) -> None:
    put(store, application(automated=HEALS))
    plan = ARGO_ROLL_BACK.plan(asked(store))
    put(store, back(automated=HEALS))
    stage, text = told(store, plan)
    assert stage is Stage.FAILED
    assert "switched on again" in text


# The badge


def test_it_is_marked_until_it_is_true_no_more() -> None:
    found = rolled_back(back())
    assert found is not None
    assert found.words == "rolled back to aaaaaaa, Git still at bbbbbbb"
    assert found.who == "alice"
    assert rolled_back(back(sync="Synced")) is None
    assert rolled_back(application()) is None
    forward = (*back().history, deployed(3, B, 0))
    assert rolled_back(back(history=forward)) is None


def test_without_the_older_entry_our_own_mark_tells() -> None:
    cut = back(history=(deployed(1, B, 60), deployed(2, A, 0)))
    assert rolled_back(cut) is not None
    assert rolled_back(replace(cut, state=ended(revision=A))) is None


def test_the_same_commit_twice_in_a_row_is_no_rollback() -> None:
    history = (deployed(0, A, 60), deployed(1, A, 6))
    assert rolled_back(application(history=history, sync="OutOfSync", revision=B)) is None


# Whose it is


def test_the_application_of_a_workload_is_found_by_what_it_says_or_what_is_listed(web: Workload) -> None:
    one, other = application(), application("other", resources=())
    tracked = replace(web.meta, annotations={"argocd.argoproj.io/tracking-id": "other:apps/Deployment:s/web"})
    assert application_of((one, other), tracked) is other
    assert application_of((one,), tracked) is None
    assert application_of((other, one), web.meta) is one
    labelled = replace(web.meta, labels={"argocd.argoproj.io/instance": "argocd_other"})
    assert application_of((one, other), labelled) is other
    helm = replace(web.meta, labels={"app.kubernetes.io/instance": "other"})
    assert application_of((other, one), helm) is one
    assert not lists(other, web.meta)
    assert application_of((other,), web.meta) is None


def test_who_had_a_revision_made(store: Store) -> None:
    (_, first), (_, second) = (each.revisions[0] for each in deployments(store, one_of(store)))
    assert initiator(one_of(store), first) == "alice, bbbbbbb"
    again = application(history=(*application().history, deployed(2, A, 60, username="ann")))
    assert initiator(again, second) == "ann, aaaaaaa"
    by_itself = application(history=(deployed(0, A, 3600, automated=True, username=""),))
    assert initiator(by_itself, second) == "automated, aaaaaaa"
    assert initiator(application(history=()), second) == ""


def test_another_source_of_then_is_on_the_risk_card(store: Store) -> None:
    then = deployed(0, A, 3600, source=replace(SOURCE, value_files=("other.yaml",)))
    put(store, application(history=(then, deployed(1, B, 600))))
    assert any("path, values or parameters" in one for one in texts(ARGO_ROLL_BACK.plan(asked(store))))
