"""A sync, refresh and terminate after they are written: what is said from the first second to the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.syncing import (
    NOW,
    SERVICE,
    application,
    ended,
    hook,
    operation,
    row,
    running,
    store_of,
)
from tui.actions.base import Asked
from tui.actions.guard import seen
from tui.actions.refresh import REFRESH, REFRESH_HARD
from tui.actions.sync import SYNC
from tui.actions.terminate import TERMINATE
from tui.errors import Refused
from tui.model.application import REFRESH as ANNOTATION
from tui.model.application import Application, Automated, ManagedResource
from tui.model.environment import Environment
from tui.model.goose import GooseKind, GooseRun
from tui.model.job import Job
from tui.model.key import Condition, Meta
from tui.model.plan import Awaited, Plan, Progress, Stage
from tui.model.workload import Workload
from tui.store import Record

PRODUCTION = Environment("production", branch="main")
TICKET = f"{int(NOW * 1000)}-uid-gate"
MIGRATION = ManagedResource("batch", "Job", "prod-gateway", "gateway-migrate", hook=True, wave=-5)
ROLLED = Workload(
    Meta("Deployment", "prod-gateway", "gateway", "w", generation=2),
    replicas=1,
    observed_generation=2,
    current=1,
    updated=1,
    ready=1,
    available=1,
    images=("deploytui/service:1.1.0",),
)
JOB = Job(Meta("Job", "prod-gateway", "gateway-migrate", "j"), images=("deploytui/goose:auth_db",))


def plan(one: Application | None = None) -> Plan:
    target = one or application()
    return SYNC.plan(Asked(store_of(target), PRODUCTION, (target,), now=NOW))


def follow(passed: float, *records: Record, plan_: Plan | None = None) -> Progress:
    return SYNC.progress(store_of(*records), plan_ or plan(), NOW, NOW + passed)


@pytest.mark.parametrize(
    ("passed", "changes", "stage", "words"),
    [
        (1, {}, Stage.ACCEPTED, "waiting to see the operation"),
        (61, {}, Stage.FAILED, "the operation is not there"),
        (1, {"operation": operation(TICKET)}, Stage.ACCEPTED, "waiting for Argo CD to take it"),
        (
            11,
            {"operation": operation(TICKET)},
            Stage.ACCEPTED,
            "has not taken it for 11 s: look at argocd-app",
        ),
        (1, {"operation": operation("other")}, Stage.FAILED, "another operation took its place"),
        (1, running(operation(TICKET)), Stage.ROLLING, "Argo CD has begun"),
        (
            9,
            running(operation(TICKET), "Sync operation blocked by sync window"),
            Stage.ROLLING,
            "blocked by a sync window: it begins when that ends",
        ),
        (
            9,
            running(
                operation(TICKET),
                "waiting for completion of hook batch/Job/gateway-migrate",
                results=(hook("gateway-migrate"),),
            ),
            Stage.ROLLING,
            "PreSync, wave -5: waiting for completion of hook batch/Job/gateway-migrate",
        ),
        (
            9,
            running(
                operation(TICKET),
                "Retrying attempt #1 at ...",
                finished=NOW,
                retries=1,
                results=(hook("gateway-migrate", "Failed", "Job has reached the specified backoff limit"),),
            ),
            Stage.ROLLING,
            "is tried again (attempt 1): PreSync Job gateway-migrate: Job has reached",
        ),
        (
            9,
            ended(
                operation(TICKET),
                "Failed",
                "one or more synchronization tasks completed unsuccessfully",
                results=(hook("gateway-migrate", "Failed", "Job has reached the specified backoff limit"),),
            ),
            Stage.FAILED,
            "PreSync Job gateway-migrate: Job has reached the specified backoff limit, 9 s",
        ),
    ],
)
def test_an_operation_on_its_way(passed: float, changes: dict[str, Any], stage: Stage, words: str) -> None:
    progress = follow(passed, application(resources=(SERVICE, MIGRATION), **changes))
    assert progress.stage is stage
    assert words in progress.text


@pytest.mark.parametrize(
    ("changes", "stage", "words"),
    [
        ({"images": ("deploytui/service:1.0.0",)}, Stage.ROLLING, "waiting to see the new template"),
        ({"observed_generation": 1}, Stage.ROLLING, "waiting for its controller"),
        ({"updated": 0}, Stage.ROLLING, "synced; gateway:"),
        (
            {"updated": 0, "conditions": (Condition("Progressing", "False", "ProgressDeadlineExceeded"),)},
            Stage.FAILED,
            "exceeded its progress deadline",
        ),
        ({}, Stage.DONE, "done, gateway-production at bbbbbbb, auth_db at 4, 9 s"),
    ],
)
def test_succeeded_is_followed_by_the_rollout(changes: dict[str, Any], stage: Stage, words: str) -> None:
    results = (hook("gateway-migrate", "Succeeded"), row("Deployment", "gateway", "deploytui/service:1.1.0"))
    one = application(**ended(operation(TICKET), results=results))
    store = store_of(one, replace(ROLLED, **changes), JOB)
    store.set_goose("j", GooseRun(1, version=4, state=GooseKind.DONE))
    progress = SYNC.progress(store, plan(), NOW, NOW + 9)
    assert progress.stage is stage
    assert words in progress.text


def test_workloads_of_a_cluster_that_is_not_read_are_judged_by_argo_cd() -> None:
    done = ended(operation(TICKET), results=(row(),))
    assert follow(9, application(health="Progressing", **done)).stage is Stage.ROLLING
    assert (
        follow(9, application(health="Degraded", health_message="Caused by x", **done)).stage is Stage.FAILED
    )
    assert follow(9, application(**done)).stage is Stage.DONE


def test_a_deed_of_an_earlier_cockpit_is_known_by_its_name() -> None:
    left = plan()
    left = replace(left, steps=tuple(replace(step, arguments={}) for step in left.steps))
    assert follow(9, application(**running(operation("gone"))), plan_=left).stage is Stage.ROLLING
    stranger = operation("x", username="admin")
    assert follow(9, application(**running(stranger)), plan_=left).stage is Stage.FAILED


def test_one_that_failed_is_told_with_those_that_go_on() -> None:
    one, other = application(), application("auth-production")
    both = SYNC.plan(Asked(store_of(one, other), PRODUCTION, (one, other), now=NOW))
    tickets = [str(step.arguments["ticket"]) for step in both.steps]
    failed = replace(one, **ended(operation(tickets[0]), "Failed", "no"))
    moves = replace(other, **running(operation(tickets[1])))
    progress = follow(9, failed, moves, plan_=both)
    assert progress == Progress(Stage.FAILED, "gateway-production: no; 1 still going, 9 s")
    done = replace(one, **ended(operation(tickets[0])))
    assert "1 of 2 done, auth-production: Argo CD has begun" in follow(9, done, moves, plan_=both).text


# Refresh


def refreshed(deed: Any = REFRESH, **changes: Any) -> tuple[Plan, Application]:
    one = application(**changes)
    return deed.plan(Asked(store_of(one), PRODUCTION, (one,), now=NOW)), one


def test_a_refresh_ends_when_argo_cd_took_it() -> None:
    made, one = refreshed()
    asks = replace(one, meta=replace(one.meta, annotations={ANNOTATION: "normal"}))

    def progress(passed: float, record: Application) -> Progress:
        return REFRESH.progress(store_of(record), made, NOW, NOW + passed)

    assert progress(1, one).stage is Stage.ACCEPTED
    assert progress(1, asks).text == "gateway-production: Argo CD compares it"
    assert "not compared for 12 s: look at argocd-application-controller" in progress(12, asks).text
    assert progress(61, one).stage is Stage.FAILED
    done = progress(2, replace(one, reconciled=NOW + 1))
    assert done == Progress(
        Stage.DONE, "gateway-production: compared at bbbbbbb: OutOfSync, 1 resource differ"
    )


def test_a_refresh_says_what_deploys_at_once() -> None:
    made, _ = refreshed(REFRESH_HARD, automated=Automated())
    assert made.title == "Hard refresh of gateway-production"
    assert made.steps[0].target.digest == ""
    assert "syncs by itself" in "".join(remark.text for remark in made.remarks)
    assert made.command == "argocd app get argocd/gateway-production --hard-refresh"


# Terminate


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "nothing runs"),
        ({"operation": operation()}, "has not begun yet"),
        (running(operation(), phase="Terminating"), "being terminated already"),
        ({**running(operation()), "operation": None}, "a ghost"),
    ],
)
def test_what_cannot_be_terminated(changes: dict[str, Any], words: str) -> None:
    one = application(**changes)
    asked = Asked(store_of(one), PRODUCTION, (one,), now=NOW)
    assert words in TERMINATE.refuse(asked)[0].text


def test_terminate_says_what_it_kills() -> None:
    results = (hook("first", "Succeeded"), hook("gateway-migrate"))
    one = application(**running(operation(), results=results))
    store = store_of(one, JOB)
    store.set_goose("j", GooseRun(2))
    asked = Asked(store, PRODUCTION, (one,), now=NOW + 65)
    made = TERMINATE.plan(asked)
    text = "\n".join(remark.text for remark in made.remarks)
    assert "kills PreSync Job gateway-migrate: its pod and its log are gone at once" in text
    assert "its log is not recorded here" in text
    assert "auth_db: 2 files of this run stay applied" in text
    assert "what ran stays applied: first" in text
    assert made.grave
    assert made.changes[0].before == "Running for 1 min 5 s"
    made = TERMINATE.plan(replace(asked, recorded=frozenset({"j"})))
    text = "\n".join(remark.text for remark in made.remarks)
    assert "its log is recorded here" in text


def test_terminate_to_its_end() -> None:
    one = application(**running(operation(), results=(hook("gateway-migrate"),)))
    made = TERMINATE.plan(Asked(store_of(one), PRODUCTION, (one,), now=NOW))

    def progress(passed: float, **changes: Any) -> Progress:
        return TERMINATE.progress(store_of(replace(one, **changes)), made, NOW, NOW + passed)

    assert progress(1).stage is Stage.ACCEPTED
    assert progress(61).stage is Stage.FAILED
    assert progress(12, **running(operation(), phase="Terminating")).text.endswith("in argocd")
    results = (hook("gateway-migrate", "Failed", "Terminated"),)
    done = progress(2, **ended(operation(), "Failed", "Operation terminated", results=results))
    assert done.stage is Stage.DONE
    assert "Failed: Operation terminated; PreSync Job gateway-migrate: Terminated" in done.text
    assert "another one came after it" in progress(2, **running(operation(), started=NOW + 1)).text


def test_a_window_that_blocks_is_no_hindrance() -> None:
    one = application(**running(operation(), "Sync operation blocked by sync window"))
    made = TERMINATE.plan(Asked(store_of(one), PRODUCTION, (one,), now=NOW))
    assert "nothing was applied yet" in made.remarks[0].text


def test_nothing_left_to_sync_is_refused_in_words() -> None:
    one = application(**running(operation("x")))
    with pytest.raises(Refused, match="runs"):
        SYNC.plan(Asked(store_of(one), PRODUCTION, (one,), now=NOW))


def test_the_store_without_the_application() -> None:
    assert follow(1).text == "gateway-production was deleted, 1 s"


@pytest.mark.parametrize(
    ("changes", "stage", "words"),
    [
        (running(operation("x"), started=NOW - 36), Stage.ASKED, "which migrates auth_db (41 s); then"),
        ({"operation": operation("x")}, Stage.ASKED, "which migrates auth_db (5 s); then"),
        (ended(operation("x")), Stage.DONE, "done, identity is over (Succeeded), 5 s; then"),
        (ended(operation("x"), "Failed"), Stage.DONE, "identity is over (Failed)"),
        ({**running(operation("x")), "operation": None}, Stage.DONE, "identity is over (Running)"),
        (None, Stage.DONE, "identity is gone"),
    ],
)
def test_another_operation_is_waited_for(changes: dict[str, Any] | None, stage: Stage, words: str) -> None:
    other = application("identity", **(changes or {}))
    then = plan()
    waiting = replace(then, steps=(), awaits=(Awaited(seen(other), "migrates auth_db"),), then=then)
    found = follow(5, application(), *([other] if changes is not None else []), plan_=waiting)
    assert found.stage is stage
    assert words in found.text
    assert found.text.endswith("while this cockpit is open, gateway-production")


def test_our_own_is_waited_for_before_it_is_seen() -> None:
    awaited = (Awaited(seen(application("identity")), "migrates auth_db", "mine"),)
    waiting = replace(plan(), steps=(), awaits=awaited)
    found = [
        follow(passed, application("identity", **changes), plan_=waiting).stage
        for passed, changes in (
            (1, {}),
            (1, ended(operation("another"))),
            (9, running(operation("mine"))),
            (99, running(operation("mine"))),
            (9, ended(operation("mine"))),
            (99, {}),
        )
    ]
    assert found == [Stage.ASKED] * 4 + [Stage.DONE] * 2
