"""How Applications are judged: whose word their health is, what is trouble, and why one does not sync."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.applications import HEALS, SOURCE, application, ended, running
from tests.records import NOW, deployment, meta
from tui.model.app_project import AppProject
from tui.model.application import (
    Application,
    ApplicationCondition,
    Operation,
    ResourceResult,
)
from tui.model.application import (
    Source as From,
)
from tui.model.application_health import (
    ApplicationHealth,
    Health,
    Source,
    culprit,
    differs,
    health_of,
    never_deployed,
    trouble_in,
    why_not,
    with_job,
)
from tui.model.argo import ArgoCd
from tui.model.cause import Severity
from tui.model.environment import Environment, SyncMode
from tui.model.health import JobHealth, Trouble
from tui.model.job import Job
from tui.model.operation import Grade, running_now
from tui.model.sync_window import SyncWindow, WindowState
from tui.store import Change, Store
from tui.survey import Survey
from tui.survey_apps import Apps

PRODUCTION = Environment("production", branch="main", sync=SyncMode.MANUAL)
FAILED = "one or more synchronization tasks completed unsuccessfully"
DENY = SyncWindow("deny", "* * * * *", "1h", applications=("*",), description="freeze")
BROKEN = Trouble("Deployment", "services", "web", "w", "Container app crashes", NOW - 9)
PLACE = ("Deployment", "services", "web")


def judged(one: Application, window: WindowState | None = None) -> ApplicationHealth:
    now, health = running_now(one, NOW), health_of(one, {})
    trouble = trouble_in(one, now, health, {})
    return ApplicationHealth(one, now, health, window or WindowState(), trouble=trouble)


def failed(name: str = "web-migrate") -> Application:
    row = ResourceResult(
        "batch",
        "Job",
        "services",
        name,
        "Synced",
        "Job has reached the specified backoff limit",
        "PreSync",
        "Failed",
    )
    return application(state=ended("Failed", message=FAILED, results=(row,)))


def test_health_says_whose_word_it_is() -> None:
    assert health_of(application(), {}) == Health("Healthy")
    caused = application(health="Degraded", health_message="Caused by apps/Deployment:prod-gateway/gateway")
    assert health_of(caused, {}) == Health("Degraded", Source.ARGO, "caused by Deployment gateway")
    ours = health_of(application(), {PLACE: BROKEN})
    assert ours == Health("Degraded", Source.COMPUTED, "Deployment web: Container app crashes")
    assert health_of(application(health="Missing"), {PLACE: BROKEN}).source is Source.ARGO
    assert health_of(application(health=""), {}).source is Source.UNKNOWN


def test_healthy_beside_an_error_of_comparison_is_unknown() -> None:
    """Seen: the cluster was away, sync Unknown, health Healthy."""
    error = ApplicationCondition("ComparisonError", "Failed to load live state: no route to host")
    one = application(sync="Unknown", conditions=(error,))
    assert health_of(one, {}) == Health("Unknown", Source.UNKNOWN, error.message)


def test_never_deployed_whatever_its_health_says() -> None:
    one = application(history=(), state=None, sync="OutOfSync")
    assert never_deployed(one)
    assert health_of(one, {}).word == "not deployed"
    assert not never_deployed(replace(one, sync="Synced"))
    assert not never_deployed(replace(one, state=ended()))
    assert never_deployed(replace(one, state=ended(operation=Operation(dry_run=True))))
    assert never_deployed(replace(one, state=ended("Failed")))


def test_core_kinds_and_others_as_culprits() -> None:
    assert culprit("Caused by /Service:a/b") == "caused by Service b"
    assert culprit("Caused by bitnami.com/SealedSecret:staging-gateway/gateway-secrets") == (
        "caused by SealedSecret gateway-secrets"
    )
    assert culprit("something else") == "something else"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (application(), ""),
        (application(automated=HEALS), "syncs by itself, declared is manual"),
        (application(sources=(replace(SOURCE, target="release"),)), "follows release, declared is main"),
        (application(sources=(replace(SOURCE, target=""),)), "follows HEAD, declared is main"),
        (application(sources=(From("https://charts", target="1.2", chart="web"),)), ""),
    ],
)
def test_declared_and_real(one: Application, words: str) -> None:
    assert differs(one, PRODUCTION) == words


def test_declared_automated_and_self_heal() -> None:
    auto = Environment("development", branch="main", sync=SyncMode.AUTO, argo=ArgoCd(self_heal=True))
    assert differs(application(), auto) == "syncs by hand, declared is auto"
    held = replace(
        application(), meta=replace(application().meta, annotations={"deploytui.io/held-sync": "{}"})
    )
    assert differs(held, auto) == "automated sync is held"
    assert differs(application(automated=HEALS), auto) == ""
    lazy = application(automated=replace(HEALS, self_heal=False))
    assert differs(lazy, auto) == "does not heal itself"
    assert differs(application(automated=HEALS), replace(auto, argo=ArgoCd(self_heal=False))).startswith(
        "heals"
    )
    assert differs(application(automated=HEALS), Environment("x")) == ""


def test_a_failed_sync_is_trouble_beside_synced_and_healthy() -> None:
    one = judged(failed())
    assert (one.application.sync, one.health.word) == ("Synced", "Healthy")
    assert one.trouble is not None
    assert one.trouble.cause == (
        "the last sync failed: PreSync Job web-migrate: Job has reached the specified backoff limit"
    )
    assert (one.trouble.severity, one.trouble.evidence) == (Severity.BAD, (FAILED,))
    assert why_not(one, NOW) == one.trouble.cause


def test_a_condition_and_a_degraded_one_are_trouble() -> None:
    shared = ApplicationCondition("SharedResourceWarning", "two own it")
    assert judged(application(conditions=(shared,))).trouble is None
    error = ApplicationCondition("InvalidSpecError", "application references project x which does not exist")
    told = judged(application(conditions=(shared, error))).trouble
    assert told is not None
    assert told.cause == f"InvalidSpecError: {error.message}"
    sick = application(
        health="Degraded", health_message="Caused by apps/Deployment:a/web", health_since=NOW - 5
    )
    bad = judged(sick).trouble
    assert bad is not None
    assert (bad.cause, bad.since) == ("Degraded, caused by Deployment web", NOW - 5)
    doing, health = running_now(sick, NOW), health_of(sick, {PLACE: BROKEN})
    assert trouble_in(sick, doing, health, {PLACE: BROKEN}) is None  # the workload tells it


def test_blocked_by_a_window_is_to_be_looked_at() -> None:
    one = running()
    assert one.state is not None
    blocked = judged(replace(one, state=replace(one.state, message="Sync operation blocked by sync window")))
    assert blocked.trouble is not None
    assert blocked.trouble.severity is Severity.LOOK
    shut = replace(blocked, window=WindowState(False, False, NOW + 600, (DENY,)))
    assert why_not(shut, NOW).startswith("a sync window: denied by freeze until")
    assert why_not(blocked, NOW).startswith("waits until a sync window lets it")


def test_the_job_tells_what_argo_cd_does_not() -> None:
    """A PreSync Job waits for ever for a Secret of the Sync phase; Argo CD says only that it runs."""
    job = Job(meta("Job", "web-migrate"))
    missing = Trouble("Job", "services", "web-migrate", "j", "Secret web-secrets is missing", NOW - 9)
    now = running_now(running(), NOW)
    told = with_job(now, JobHealth(job, "Running", missing, 1), NOW)
    assert (told.text, told.grade) == (
        "hook Job web-migrate runs: Secret web-secrets is missing",
        Grade.BAD,
    )
    assert with_job(now, JobHealth(job, "Running", None, 1), NOW) == now
    held = replace(job, meta=replace(job.meta, deleted=NOW - 60))
    stuck = with_job(now, JobHealth(held, "Terminating", None, 1), NOW)
    assert stuck.text == (
        "waits for ever for Job web-migrate: it was deleted by hand, and a finalizer holds it; "
        "terminate (T) frees it"
    )
    goose = replace(missing, cause="00090_wrong.sql: relation does not exist")
    over = with_job(running_now(failed(), NOW), JobHealth(job, "Failed", goose, 2), NOW)
    assert over.text == "PreSync Job web-migrate: 00090_wrong.sql: relation does not exist"
    tried = failed()
    assert tried.state is not None
    tried = replace(tried, state=replace(tried.state, message=f"{FAILED} (retried 2 times)."))
    again = with_job(running_now(tried, NOW), JobHealth(job, "Failed", goose, 2), NOW)
    assert again.text.endswith("relation does not exist, tried 3 times")


def test_why_it_does_not_sync_has_one_reason() -> None:
    out = application(sync="OutOfSync")
    assert why_not(judged(application()), NOW) == ""
    assert why_not(judged(application()), NOW, waiting=2) == (
        "Synced, but 2 migrations wait: Argo CD does not compare hooks"
    )
    assert why_not(judged(out), NOW).startswith("it syncs by hand, and nobody has asked")
    assert why_not(judged(out), NOW, refused="patch is forbidden") == "patch is forbidden"
    assert why_not(judged(application(sync="")), NOW).startswith("Argo CD has not compared it yet")
    by_hand = WindowState(False, True, NOW + 600, (DENY,))
    assert "by hand" in why_not(judged(out, by_hand), NOW)  # a window that lets manual syncs through
    auto = judged(replace(out, automated=HEALS), by_hand)
    assert why_not(auto, NOW).startswith("a sync window: only by hand by freeze")
    closed = judged(out, WindowState(False, False, None, (DENY,)))
    assert why_not(closed, NOW) == "a sync window: denied by freeze, no end in sight"
    assert why_not(judged(replace(out, automated=HEALS)), NOW).startswith(
        "automated sync tries a commit once"
    )
    assert why_not(judged(running()), NOW) == "hook Job web-migrate runs"
    broken = ApplicationCondition("ComparisonError", "rpc error: authentication required\nmore")
    unknown = judged(application(sync="Unknown", conditions=(broken,)))
    assert why_not(unknown, NOW) == "ComparisonError: rpc error: authentication required"


def store_of(*records: object) -> Store:
    store = Store()
    for one in records:
        store.apply(Change(one.meta.kind, one.meta.uid, one))  # type: ignore[attr-defined,arg-type]
    return store


def test_a_survey_judges_again_only_what_changed() -> None:
    first, second = application("web-production"), application("auth-production", resources=())
    project = AppProject(replace(meta("AppProject", "default"), namespace="argocd"), (DENY,))
    web = deployment("web")
    store = store_of(first, second, project, web)
    apps = Apps(store, PRODUCTION)
    assert apps.refresh({}, {}, NOW)
    before = dict(apps.all)
    assert not apps.refresh({}, {}, NOW + 1)
    assert before[first.meta.uid].window.by == (DENY,)
    found = apps.of(web.meta)
    assert found is not None
    assert found.application is first
    labelled = replace(web.meta, annotations={"argocd.argoproj.io/tracking-id": "auth-production:x"})
    assert apps.of(labelled) is before[second.meta.uid]
    out = replace(second, sync="OutOfSync")
    store.apply(Change("Application", second.meta.uid, out))
    assert apps.refresh({}, {}, NOW + 2)
    assert apps.all[first.meta.uid] is before[first.meta.uid]
    assert (apps.out, apps.all[second.meta.uid].application) == (1, out)
    store.apply(Change("Application", first.meta.uid, None))
    assert apps.refresh({}, {}, NOW + 3)
    assert apps.of(web.meta) is None


def test_an_operation_that_nobody_begins_is_told_after_ten_seconds() -> None:
    one = application(operation=Operation(username="alice"), state=None)
    store = store_of(one)
    apps = Apps(store, PRODUCTION)
    apps.refresh({}, {}, NOW)
    assert apps.troubles() == []
    assert apps.refresh({}, {}, NOW + 11)
    (told,) = apps.troubles()
    assert "is Argo CD's application controller up?" in told.cause
    assert told.since == NOW


def test_troubles_of_applications_are_in_the_survey() -> None:
    survey = Survey(store_of(failed()), PRODUCTION)
    survey.refresh(NOW)
    assert [one.kind for one in survey.troubles] == ["Application"]
    assert survey.total.troubles == 1
