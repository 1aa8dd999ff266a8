"""A sync before it is written: why not, what the plan says, what is pinned, who goes after whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.syncing import (
    NEW,
    NOW,
    OLD,
    PRODUCTION,
    SERVICE,
    application,
    asked,
    board,
    ended,
    hook,
    operation,
    running,
    said,
    store_of,
)
from tui.actions.sync import SYNC, SYNC_ALL, anew
from tui.actions.terminate import TERMINATE
from tui.errors import Refused
from tui.model.app_project import AppProject
from tui.model.application import (
    HELD,
    ApplicationCondition,
    Deployed,
    Source,
)
from tui.model.argo import ArgoCd
from tui.model.commits import Commit, Push
from tui.model.environment import Confirmation
from tui.model.job import Job
from tui.model.key import Meta
from tui.model.record import Right
from tui.model.sync_plan import SyncOptions, apart, rounds
from tui.model.sync_window import SyncWindow
from tui.model.workload import Workload
from tui.present import sync_options
from tui.screens.confirm import required
from tui.store import Change


def window(**changes: Any) -> AppProject:
    deny = SyncWindow("deny", "* * * * *", "1h", ("gateway-*",), description="freeze")
    return AppProject(Meta("AppProject", "argocd", "platform", "p"), (replace(deny, **changes),))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            running(operation("x"), "waiting for completion of hook batch/Job/x"),
            "waiting for completion of hook",
        ),
        ({"operation": operation("x")}, "is asked for already"),
        (running(operation("x"), "Retrying attempt #1", finished=NOW), "waits to be tried again"),
        (
            {"sources": (Source("https://git", "chart", "develop"),)},
            "it follows develop, and production deploys main",
        ),
        (
            {"conditions": (ApplicationCondition("ComparisonError", "no such path"),)},
            "can't compare it, ComparisonError: no such path",
        ),
        ({"meta": Meta("Application", "argocd", "g", "u", annotations={HELD: "{}"})}, "H releases it"),
        ({"meta": Meta("Application", "argocd", "g", "u", deleted=NOW)}, "being deleted"),
    ],
)
def test_refused(changes: dict[str, Any], words: str) -> None:
    (refusal,) = SYNC.refuse(asked(application(**changes)))
    assert words in refusal.text


def test_a_long_complaint_is_one_line() -> None:
    said = "helm template failed:\n\x1b[31m" + "x" * 999
    (refusal,) = SYNC.refuse(asked(application(conditions=(ApplicationCondition("ComparisonError", said),))))
    assert "\n" not in refusal.text
    assert len(refusal.text) < 400


def test_a_window_that_denies_says_how_long() -> None:
    one = application()
    (refusal,) = SYNC.refuse(asked(one, projects=(window(schedule="* 0-23 * * *"),)))
    assert "denied by freeze" in refusal.text
    assert SYNC.refuse(asked(one, projects=(window(manual=True),))) == ()
    assert "project platform is not read" in said(SYNC.plan(asked(one)))
    assert "by hand it works" in said(SYNC.plan(asked(one, projects=(window(manual=True),))))


def test_without_the_right_nothing_is_asked_for() -> None:
    ask = asked(application())
    ask.store.set_rights({("patch", "applications.argoproj.io", "argocd"): Right(False, "", NOW)})
    assert [one.text for one in SYNC.refuse(ask)] == ["You may not patch applications in argocd"]


def test_without_the_right_argo_cds_server_writes_it() -> None:
    ask = asked(application(), environment=replace(PRODUCTION, argo=ArgoCd(server="https://argocd")))
    assert SYNC.plan(ask).steps[0].arguments["by"] == ""
    ask.store.set_rights({("patch", "applications.argoproj.io", "argocd"): Right(False, "", NOW)})
    plan = SYNC.plan(ask)
    assert plan.steps[0].arguments["by"] == "rest"
    assert "through Argo CD's server https://argocd: you may not patch" in said(plan)


def test_a_chart_version_or_a_commit_is_no_wrong_branch() -> None:
    charts = (Source("https://charts", chart="redis", target="1.2.3"), Source("https://git", "x", OLD))
    assert SYNC.refuse(asked(application(sources=charts))) == ()


def test_the_plan_pins_the_commit_that_was_compared() -> None:
    plan = SYNC.plan(asked(application()))
    assert plan.title == "Sync gateway-production to bbbbbbb"
    (step,) = plan.steps
    assert (step.arguments["revision"], step.arguments["prune"]) == (NEW, False)
    assert [(one.what, one.before, one.after) for one in plan.changes] == [
        ("gateway-production commit", "aaaaaaa", "bbbbbbb"),
        ("prod-gateway / Deployment gateway", "out of sync", "as in bbbbbbb"),
    ]
    assert plan.command == f"argocd app sync argocd/gateway-production --revision {NEW}"
    assert not plan.grave
    assert "only Argo CD's list" in said(plan)
    assert "compared main at bbbbbbb 12 s ago" in said(plan)


def test_what_is_no_commit_is_not_pinned() -> None:
    plan = SYNC.plan(asked(application(revision="main")))
    assert plan.steps[0].arguments["revision"] == ""
    assert "no commit is known" in said(plan)


def test_several_sources_are_pinned_together() -> None:
    sources = (Source("https://git", "a", "main"), Source("https://git", "b", "main"))
    one = application(sources=sources, multi_source=True, revision="", revisions=(NEW, OLD))
    assert SYNC.plan(asked(one)).steps[0].arguments["revisions"] == [NEW, OLD]


def test_migrations_that_would_run_are_named() -> None:
    one = application()
    plan = SYNC.plan(asked(one, boards={one.meta.uid: board(one, waiting=True)}))
    assert plan.grave
    words = "runs PreSync wave -5: auth_db (gateway-migrate), at version 3 now; expected: 00004_new.sql"
    assert words in said(plan)


def test_synced_and_a_migration_waits() -> None:
    one = application(sync="Synced", resources=(SERVICE,))
    text = said(SYNC.plan(asked(one, boards={one.meta.uid: board(one, waiting=True)})))
    assert "Synced, but 1 migration waits" in text


def test_synced_after_a_failure_runs_the_migration_again() -> None:
    failed = ended(operation(), "Failed", "went wrong", results=(hook("gateway-migrate", "Failed"),))
    plan = SYNC.plan(asked(application(sync="Synced", resources=(SERVICE,), **failed)))
    assert "Synced, but its last operation failed: runs 1 migration again, same revision" in said(plan)
    assert plan.title.endswith("the same commit again")


def test_what_was_rolled_back_goes_forward() -> None:
    history = tuple(Deployed(number, commit, NOW) for number, commit in enumerate((OLD, NEW, OLD)))
    assert "Git still at bbbbbbb: this sync deploys forward again" in said(
        SYNC.plan(asked(application(history=history)))
    )


def test_a_ghost_is_said_and_cleared() -> None:
    ghost = {**running(operation("x"), started=NOW - 60), "operation": None}
    assert "a ghost): this sync clears it" in said(SYNC.plan(asked(application(**ghost))))


def test_another_operation_on_the_same_database_is_waited_for() -> None:
    one, free = application(), application("free")
    other = application("identity-production", **running(operation("x"), started=NOW - 41))
    boards = {each.meta.uid: board(each) for each in (one, other)}
    ask = asked(one, free, boards=boards)
    ask.store.apply(Change("Application", other.meta.uid, other))
    plan = SYNC.plan(replace(ask, targets=(one,)))
    words = (
        "begins when identity-production is done, which migrates auth_db now; as long as the cockpit is open"
    )
    assert words in said(plan)
    assert (plan.steps, plan.title) == ((), "Sync gateway-production to bbbbbbb")
    assert [(each.target.name, each.does) for each in plan.awaits] == [
        ("identity-production", "migrates auth_db")
    ]
    assert plan.then is not None
    assert [step.target.name for step in plan.then.steps] == [one.meta.name]
    assert plan.then.awaits == ()
    assert required(PRODUCTION, plan) is Confirmation.NAME
    whole = SYNC.plan(ask)
    assert [(len(each.steps), len(each.awaits)) for each in whole.apart] == [(1, 0), (0, 1)]
    assert [step.target.name for step in whole.every] == ["free", one.meta.name]
    apply_only = replace(ask, targets=(one,), sync=SyncOptions(apply_only=True))
    assert SYNC.plan(apply_only).awaits == ()
    ask.store.apply(Change("Application", other.meta.uid, replace(other, operation=None)))
    assert SYNC.plan(replace(ask, targets=(one,))) == SYNC.plan(asked(one, boards=boards))


def test_what_waited_is_looked_at_anew() -> None:
    one = application()
    boards = {one.meta.uid: board(one)}
    ask = asked(one, boards=boards)
    plan = SYNC.plan(ask)
    assert anew(ask, plan) == plan
    another = application("personal-production", **running(operation("x")))
    ask.store.apply(Change("Application", another.meta.uid, another))
    again = anew(replace(ask, boards={**boards, another.meta.uid: board(another)}), plan)
    assert (again.steps, again.then) == ((), plan)
    assert [each.target.name for each in again.awaits] == ["personal-production"]
    ask.store.apply(Change("Application", one.meta.uid, replace(one, operation=operation("x"))))
    own = SYNC.plan(asked(free := application("free"), boards={free.meta.uid: board(free)}))
    ticket = own.steps[0].arguments["ticket"]
    (waits,) = anew(asked(one, free, boards=boards), plan, [own]).awaits  # it is written, and not seen yet
    assert (waits.target.name, waits.ticket) == ("free", ticket)
    rolls_out = replace(free, **ended(operation(ticket)))
    assert anew(asked(one, rolls_out, boards=boards), plan, [own]) == plan
    with pytest.raises(Refused, match=r"gateway-production: an operation of alice .* is asked for already"):
        anew(ask, plan)


def test_one_database_one_after_the_other() -> None:
    one, other, third = (application(name) for name in ("a", "b", "c"))
    boards = {each.meta.uid: board(each) for each in (one, other)}
    plan = SYNC.plan(asked(one, other, third, boards=boards))
    assert (plan.steps, plan.then, plan.title) == ((), None, "Sync 3 applications")
    free, chain = plan.apart  # the one that shares no database begins, fails and ends for itself
    assert [step.target.name for step in free.steps] == ["c"]
    assert free.then is None
    assert [step.target.name for step in chain.steps] == ["a"]
    assert chain.then is not None
    assert [step.target.name for step in chain.then.steps] == ["b"]
    assert [step.target.name for step in plan.every] == ["c", "a", "b"]
    assert "a and b migrate auth_db: one after the other" in said(plan)
    assert required(PRODUCTION, plan) is Confirmation.COUNT
    assert rounds([one, other, third], {}) == [[one, other, third]]


def test_only_those_that_share_a_database_wait_for_each_other() -> None:
    a, b, c, d, e = many = [application(name) for name in "abcde"]
    of = {a.meta.uid: "x", b.meta.uid: "y", c.meta.uid: "z", d.meta.uid: "xy"}
    assert apart(many, of) == [[c, e], [a, b, d]]
    assert apart(many, of, [c.meta.uid]) == [[e], [c], [a, b, d]]
    assert apart([a, b], {a.meta.uid: "x", b.meta.uid: "x"}) == [[a, b]]
    assert apart([a, b], {}) == [[a, b]]


def test_commits_and_whether_the_push_arrived() -> None:
    push = Push((Commit("c" * 40, "Bob", NOW, "faster login"),), "c" * 40, remote=True, ahead=True)
    one = application()
    text = said(SYNC.plan(asked(one, pushes={one.meta.uid: push})))
    assert "ccccccc Bob: faster login" in text
    assert "the branch's head is ccccccc, Argo CD has not compared that yet" in text
    assert sync_options.revisions(one, push) == ("", "c" * 40, OLD)


def test_a_workload_stands_for_its_application() -> None:
    meta = Meta(
        "Deployment",
        "prod-gateway",
        "gateway",
        "w",
        annotations={
            "argocd.argoproj.io/tracking-id": "gateway-production:apps/Deployment:prod-gateway/gateway"
        },
    )
    workload, one = Workload(meta, 1), application()
    store = store_of(workload, one, application("quiet", sync="Synced"))
    assert SYNC.of(store, (workload, replace(workload, meta=replace(meta, uid="x")))) == (one,)
    hook_meta = replace(meta, kind="Job", name="gateway-migrate", uid="j")
    assert TERMINATE.of(store, (Job(hook_meta),)) == (one,)
    stranger = Workload(replace(meta, annotations={}), 1)
    assert SYNC.of(store, (stranger,)) == ()
    assert "no application of Argo CD that is read here manages gateway" in SYNC.unfit(stranger)
    assert SYNC_ALL.of(store, ()) == (one,)
