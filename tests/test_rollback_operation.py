"""Argo CD's rollback: the operation that is written, what is refused under it, and how it is followed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.applications import (
    HEALS,
    WEB,
    A,
    B,
    C,
    application,
    back_at_a,
    put,
    rolled_back_state,
    web_production,
    web_store,
)
from tests.records import NOW
from tui.actions.argo_roll_back import ARGO_ROLL_BACK
from tui.actions.base import Asked
from tui.demo.patch import merge_patch
from tui.errors import Refused
from tui.model.application import Operation, ResourceResult
from tui.model.argo import ArgoCd
from tui.model.environment import Environment
from tui.model.plan import Plan, Stage
from tui.model.record import Right
from tui.model.rolled_back import FROM
from tui.store import Store
from tui.wire.argo_write import rollback_body
from tui.wire.sync_policy import has_operation, rollback_patch

PRODUCTION = Environment("production", context="prod", protected=True)
SOURCE_THEN = {"repoURL": "r", "path": "p", "targetRevision": "main", "helm": {"valueFiles": ["v.yaml"]}}


@pytest.fixture
def store() -> Store:
    return web_store()


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


def planned(store: Store) -> Plan:
    return ARGO_ROLL_BACK.plan(Asked(store, PRODUCTION, (web_production(store),), now=NOW))


def told(store: Store, plan: Plan, after: float = 2) -> tuple[Stage, str]:
    found = ARGO_ROLL_BACK.progress(store, plan, NOW, NOW + after)
    return found.stage, found.text


def test_it_is_followed_from_the_write_to_the_last_pod(store: Store) -> None:
    plan = planned(store)
    assert told(store, plan) == (Stage.ACCEPTED, "web-production: waiting to see the operation")
    assert told(store, plan, 90)[0] is Stage.FAILED
    put(store, application(operation=Operation(), state=None))
    assert told(store, plan) == (Stage.ACCEPTED, "waiting for Argo CD to take it up")
    assert "does Argo CD's application controller run" in told(store, plan, 12)[1]
    put(
        store,
        application(operation=Operation(), state=rolled_back_state("Running", message="x", finished=None)),
    )
    assert told(store, plan) == (Stage.ROLLING, "operation Running: x")
    put(store, back_at_a())
    assert told(store, plan) == (Stage.ROLLING, "web: waiting to see the change")
    changed = replace(WEB, spec=b'{"template":{"spec":{"containers":[{}]}}}')
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
    plan = planned(store)
    rows = (ResourceResult("apps", "Deployment", "services", "web", "SyncFailed", "field is immutable"),)
    put(store, application(state=rolled_back_state("Failed", results=rows)))
    assert told(store, plan) == (Stage.FAILED, "Deployment web: field is immutable, 2 s")


def test_a_window_that_holds_it_back_is_said(store: Store) -> None:
    plan = planned(store)
    message = "Sync operation blocked by sync window"
    put(
        store,
        application(
            operation=Operation(), state=rolled_back_state("Running", message=message, finished=None)
        ),
    )
    assert told(store, plan)[1].startswith("blocked by a sync window")


def test_automated_sync_that_comes_back_on_is_a_failure(store: Store) -> None:
    put(store, application(automated=HEALS))
    plan = planned(store)
    put(store, back_at_a(automated=HEALS))
    stage, text = told(store, plan)
    assert stage is Stage.FAILED
    assert "switched on again" in text


# Through Argo CD's server


def no_right(store: Store) -> None:
    store.set_rights({("patch", "applications.argoproj.io", ""): Right(False, "", NOW)})


SERVED = replace(PRODUCTION, argo=ArgoCd(server="https://argocd.example"))


def test_who_may_not_patch_applications_goes_back_through_the_server(store: Store) -> None:
    no_right(store)
    ask = Asked(store, SERVED, (web_production(store),), now=NOW)
    plan = ARGO_ROLL_BACK.plan(ask)
    assert plan.steps[0].arguments["by"] == "rest"
    assert any("through Argo CD's server https://argocd.example" in one.text for one in plan.remarks)
    assert ARGO_ROLL_BACK.refuse(replace(ask, environment=PRODUCTION))
    state = replace(
        rolled_back_state("Running", finished=None), operation=Operation(revision=A, apply_only=True)
    )
    put(store, application(operation=Operation(), state=state))
    assert told(store, plan)[0] is Stage.ROLLING


def test_the_server_rolls_nothing_back_that_syncs_by_itself(store: Store) -> None:
    no_right(store)
    put(store, application(automated=HEALS))
    refused = ARGO_ROLL_BACK.refuse(Asked(store, SERVED, (web_production(store),), now=NOW))
    assert "have its automated sync switched off first" in refused[0].text


def test_the_server_is_asked_for_a_deployment_by_its_number() -> None:
    asked = {"entry": 0, "commit": A, "who": "alice"}
    assert rollback_body(asked, thing()) == {
        "name": "web-production",
        "id": 0,
        "prune": False,
        "dryRun": False,
    }
    with pytest.raises(Refused, match="another one now"):
        rollback_body({**asked, "commit": C}, thing())
