"""Whose an object is, who deployed it, and the badge of what was rolled back."""

from __future__ import annotations

from dataclasses import replace

from tests.applications import (
    WEB,
    A,
    B,
    application,
    back_at_a,
    deployed,
    ended,
    web_production,
    web_store,
)
from tui.actions.app_past import deployments
from tui.model.managed import application_of, lists
from tui.model.past_deployment import initiator
from tui.model.rolled_back import rolled_back


def test_it_is_marked_until_it_is_true_no_more() -> None:
    found = rolled_back(back_at_a())
    assert found is not None
    assert found.words == "rolled back to aaaaaaa, Git still at bbbbbbb"
    assert found.who == "alice"
    assert rolled_back(back_at_a(sync="Synced")) is None
    assert rolled_back(application()) is None
    forward = (*back_at_a().history, deployed(3, B, 0))
    assert rolled_back(back_at_a(history=forward)) is None


def test_without_the_older_entry_our_own_mark_tells() -> None:
    cut = back_at_a(history=(deployed(1, B, 60), deployed(2, A, 0)))
    assert rolled_back(cut) is not None
    assert rolled_back(replace(cut, state=ended(revision=A))) is None


def test_the_same_commit_twice_in_a_row_is_no_rollback() -> None:
    history = (deployed(0, A, 60), deployed(1, A, 6))
    assert rolled_back(application(history=history, sync="OutOfSync", revision=B)) is None


def test_the_application_of_a_workload_is_found_by_what_it_says_or_what_is_listed() -> None:
    one, other = application(), application("other", resources=())
    tracked = replace(WEB.meta, annotations={"argocd.argoproj.io/tracking-id": "other:apps/Deployment:s/web"})
    assert application_of((one, other), tracked) is other
    assert application_of((one,), tracked) is None
    assert application_of((other, one), WEB.meta) is one
    labelled = replace(WEB.meta, labels={"argocd.argoproj.io/instance": "argocd_other"})
    assert application_of((one, other), labelled) is other
    helm = replace(WEB.meta, labels={"app.kubernetes.io/instance": "other"})
    assert application_of((other, one), helm) is one
    assert not lists(other, WEB.meta)
    assert application_of((other,), WEB.meta) is None


def test_who_had_a_revision_made() -> None:
    store = web_store()
    (_, first), (_, second) = (each.revisions[0] for each in deployments(store, web_production(store)))
    assert initiator(web_production(store), first) == "alice, bbbbbbb"
    again = application(history=(*application().history, deployed(2, A, 60, username="ann")))
    assert initiator(again, second) == "ann, aaaaaaa"
    by_itself = application(history=(deployed(0, A, 3600, automated=True, username=""),))
    assert initiator(by_itself, second) == "automated, aaaaaaa"
    assert initiator(application(history=()), second) == ""
