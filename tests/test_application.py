"""Applications and projects of Argo CD from the wire: every field, and whose they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.argo_objects import COMMIT, OPTIONS, SOURCE, Object, application, project
from tests.demo_control import WorldControl
from tests.wired import QUICK, client, until
from tui.clock import SystemClock
from tui.model.app_project import AppProject
from tui.model.application import (
    Application,
    ApplicationCondition,
    Automated,
    Deployed,
    Destination,
    ManagedResource,
    Operation,
    ResourceResult,
    Retry,
    SelectedResource,
    Source,
)
from tui.model.argo import ArgoCd
from tui.model.environment import Environment, Purpose
from tui.model.label_selector import selects
from tui.model.seen import digest_application
from tui.model.sync_window import SyncWindow
from tui.session import Numbers, Session
from tui.store import Link, LinkState
from tui.wire.kinds import KINDS
from tui.wire.kinds.base import Unreadable


def read(made: Object) -> Application:
    record = KINDS["Application"].read(json.dumps(made).encode())
    assert isinstance(record, Application)
    return record


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_a_deployed_one_is_read_whole() -> None:
    one = read(application())
    source = Source(
        "https://git.example/platform.git",
        "services/personal/helm",
        "develop",
        value_files=("values-dev.yaml",),
        release="personal",
    )
    assert (one.meta.path, one.project) == ("argocd/personal-development", "platform")
    assert (one.sources, one.multi_source, one.source) == ((source,), False, source)
    assert one.destination == Destination("https://kubernetes.default.svc", "", "dev-services")
    assert one.automated == Automated(prune=True, self_heal=True)
    assert (one.sync_options, one.retry) == (tuple(OPTIONS), Retry(2, 5.0, 2, 60.0))
    assert (one.sync, one.revision, one.health) == ("Synced", COMMIT, "Healthy")
    assert one.health_since == at("2026-11-24T14:59:41")
    assert one.reconciled == at("2026-11-24T15:38:26")
    assert one.images == ("deploytui/service:1.1.0",)
    began, ended = at("2026-11-24T14:59:28"), at("2026-11-24T14:59:39")
    assert one.history == (Deployed(0, COMMIT, ended, began, "", True, (), source),)
    assert one.resources == (
        ManagedResource("", "Service", "dev-services", "personal", "Synced"),
        ManagedResource("batch", "Job", "dev-services", "personal-migrate", hook=True, wave=-5),
        ManagedResource(
            "bitnami.com", "SealedSecret", "dev-services", "personal-secrets", "Synced", wave=-10
        ),
    )
    assert (one.operation, one.conditions, one.source_type) == (None, (), "Helm")


def test_what_ran_last_is_read_with_its_rows() -> None:
    state = read(application()).state
    assert state is not None
    assert (state.phase, state.message) == ("Succeeded", "successfully synced (all tasks run)")
    assert (state.started, state.finished) == (at("2026-11-24T14:59:28"), at("2026-11-24T14:59:39"))
    assert state.revision == COMMIT
    assert state.operation == Operation(
        automated=True,
        revision=COMMIT,
        prune=True,
        sync_options=tuple(OPTIONS),
        retry=Retry(2, 5.0, 2, 60.0),
    )
    hook, service = state.results
    assert hook == ResourceResult(
        "batch",
        "Job",
        "dev-services",
        "personal-migrate",
        "Synced",
        "Reached expected number of succeeded pods",
        "PreSync",
        "Succeeded",
        "PreSync",
        ("deploytui/goose:personal_db",),
    )
    assert (service.hook_type, service.hook_phase) == ("", "Running")


def test_an_operation_that_is_asked_for() -> None:
    made = application()
    made["operation"] = {
        "initiatedBy": {"username": "alice"},
        "info": [{"name": "Reason", "value": "CHG-1"}],
        "retry": {},
        "sync": {
            "syncStrategy": {"hook": {"force": True}},
            "resources": [{"group": "apps", "kind": "Deployment", "name": "auth"}],
            "autoHealAttemptsCount": 1,
            "dryRun": True,
        },
    }
    made["status"]["operationState"] = None
    one = read(made)
    assert one.state is None
    assert one.operation == Operation(
        username="alice",
        dry_run=True,
        force=True,
        resources=(SelectedResource("apps", "Deployment", "auth"),),
        self_heal_attempts=1,
        info=(("Reason", "CHG-1"),),
    )
    made["operation"]["sync"] = {"syncStrategy": {"apply": {}}, "revision": COMMIT, "source": SOURCE}
    made["operation"]["retry"] = {"limit": -1, "backoff": {"duration": "30", "maxDuration": "soon"}}
    rolled = read(made).operation
    assert rolled is not None
    assert (rolled.apply_only, rolled.force, rolled.revision) == (True, False, COMMIT)
    assert rolled.retry == Retry(-1, 30.0, 2, 180.0)


def test_the_digest_is_that_of_the_write_gate() -> None:
    made = application()
    assert read(made).seen == digest_application(made["spec"], None)
    made["status"]["reconciledAt"] = "2026-11-24T16:00:00Z"
    assert read(made).seen == read(application()).seen
    made["operation"] = {"sync": {"prune": True}}
    assert read(made).seen == digest_application(made["spec"], made["operation"]) != read(application()).seen


def test_one_that_argo_cd_never_looked_at() -> None:
    made = application()
    del made["status"]
    made["spec"]["syncPolicy"]["automated"] = {"enabled": False, "selfHeal": True}
    del made["spec"]["syncPolicy"]["retry"]
    one = read(made)
    assert (one.sync, one.health, one.state, one.deployed) == ("", "", None, None)
    assert (one.automated, one.retry) == (None, None)
    made["spec"]["syncPolicy"] = {"automated": {}}
    assert read(made).automated == Automated()


def test_several_sources_win_over_one() -> None:
    made = application()
    chart = {
        "chart": "auth",
        "repoURL": "https://charts.example",
        "targetRevision": "1.2.3",
        "helm": {
            "valueFiles": ["$values/a.yaml"],
            "parameters": [{"name": "a", "value": "b"}],
            "valuesObject": {"replicas": 2},
        },
    }
    values = {"ref": "values", "repoURL": "https://git.example/values", "targetRevision": "main"}
    made["spec"]["sources"] = [values, chart]
    made["status"]["sync"] = {"status": "OutOfSync", "revisions": ["a" * 40, "1.2.3"]}
    made["status"]["history"] = [
        {"id": 3, "deployedAt": "2026-11-24T14:59:39Z", "revisions": ["b" * 40, "1.2.2"]}
    ]
    one = read(made)
    assert one.multi_source
    assert [source.ref for source in one.sources] == ["values", ""]
    assert one.source == one.sources[1]
    assert (one.sources[1].chart, one.sources[1].inline_values) == ("auth", True)
    assert one.sources[1].parameters == (("a", "b"),)
    assert one.revisions == ("a" * 40, "1.2.3")
    assert one.deployed == Deployed(3, "", at("2026-11-24T14:59:39"), revisions=("b" * 40, "1.2.2"))


def test_conditions_and_a_broken_one() -> None:
    made = application()
    text = "Failed last sync attempt to [8a25]: one or more synchronization tasks completed unsuccessfully."
    condition = {"type": "SyncError", "message": text, "lastTransitionTime": "2026-11-23T14:59:25Z"}
    made["status"]["conditions"] = [condition]
    assert read(made).conditions == (ApplicationCondition("SyncError", text, at("2026-11-23T14:59:25")),)
    made["status"]["history"] = "none"
    with pytest.raises(Unreadable, match=r"argocd/personal-development: status.history: Expected"):
        read(made)


def test_windows_of_a_project() -> None:
    record = KINDS["AppProject"].read(json.dumps(project()).encode())
    assert isinstance(record, AppProject)
    assert record.windows == (
        SyncWindow(
            "deny",
            "0 3 30 12 *",
            "1h",
            applications=("*-production",),
            time_zone="Europe/Paris",
            description="Year-end freeze",
        ),
    )
    bare = project()
    bare["spec"] = {}
    assert KINDS["AppProject"].read(json.dumps(bare).encode()) == AppProject(record.meta)


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("", True),
        ("environment=production", True),
        ("environment == production , !canary", True),
        ("environment!=production", False),
        ("environment in (staging, production),tier", True),
        ("environment notin (staging),tier notin (web)", False),
        ("!tier", False),
        ("team!=a", True),
    ],
)
def test_label_selectors(selector: str, chosen: bool) -> None:
    assert selects(selector, {"environment": "production", "tier": "web"}) is chosen


@pytest.mark.parametrize("selector", ["a b", "a=b,,c", "=x", "a in b", "a=(b)"])
def test_what_is_no_selector(selector: str) -> None:
    with pytest.raises(ValueError, match="no part of a label selector"):
        selects(selector, {})


@pytest.mark.parametrize(
    ("argo", "change", "owned"),
    [
        (ArgoCd(), {}, True),
        (ArgoCd(), {"namespace": "prod-services"}, False),
        (ArgoCd(), {"server": "https://other.example"}, False),
        (ArgoCd(), {"server": "https://own.example:6443"}, True),
        (ArgoCd(), {"server": "", "name": "in-cluster"}, True),
        (ArgoCd(context="hub"), {}, False),
        (ArgoCd(context="hub"), {"server": "", "name": "development"}, True),
        (ArgoCd(selector="environment=development"), {"namespace": "prod-services"}, True),
        (ArgoCd(selector="environment=production"), {}, False),
        (ArgoCd(destination="https://other.example/"), {"server": "https://other.example"}, True),
        (ArgoCd(destination="edge"), {}, False),
    ],
)
def test_whose_an_application_is(argo: ArgoCd, change: dict[str, str], owned: bool) -> None:
    made = application()
    made["spec"]["destination"] |= change
    clusters = frozenset({"development", "https://own.example:6443"})
    assert argo.owns(read(made), lambda namespace: namespace == "dev-services", clusters) is owned


def names(session: Session) -> set[str]:
    return {one.meta.name for one in session.store.all("Application")}


def labelled(name: str, environment: str) -> Any:
    made = application(name, environment=environment)
    made["metadata"]["uid"] = name
    return made


async def test_environments_that_share_a_cluster_keep_their_own_and_only_argo_cds_namespace_is_read(
    world: WorldControl,
) -> None:
    elsewhere = labelled("strange", "production")
    elsewhere["metadata"]["namespace"] = "services"
    world.put(labelled("auth-a", "staging"), labelled("auth-b", "production"), elsewhere)
    services = (Purpose("services", "services"),)
    production = Environment(
        "production", namespaces=services, argo=ArgoCd(selector="environment=production")
    )
    async with client(world) as reads:
        session = Session(production, reads, SystemClock(), numbers=Numbers(stagger=0), feed_numbers=QUICK)
        session.start()
        try:
            await until(lambda: names(session) == {"auth-b"})
            moved = labelled("auth-b", "staging")
            world.put(moved, labelled("auth-c", "production"))
            await until(lambda: names(session) == {"auth-c"})
            assert set(session.store.links) >= {("Application", "argocd"), ("AppProject", "argocd")}
        finally:
            await session.stop()


async def test_argo_cd_in_another_cluster_writes_the_same_store(world: WorldControl) -> None:
    """It may be away while the environment's own cluster is well."""
    made = application("auth-hub")
    made["spec"]["destination"] = {"name": "production", "namespace": "services"}
    world.put(made)
    away = Environment("production", argo=ArgoCd(context="hub", namespace="argocd"))
    async with client(world) as own, client(world) as hub:
        session = Session(away, own, SystemClock(), argo=hub, numbers=Numbers(stagger=0), feed_numbers=QUICK)
        session.start()
        try:
            await until(lambda: names(session) == {"auth-hub"})
            assert session.argo.client_of("Application") is hub
            assert session.argo.client_of("Pod") is own
            await until(lambda: session.link.state is LinkState.LIVE)
            session.store.set_link("Application", "argocd", Link(LinkState.UNREACHABLE, 0.0))
            assert session.link.state is LinkState.LIVE
        finally:
            await session.stop()
