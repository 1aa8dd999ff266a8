"""The Apps tab, the environment's row and the page of `d`: what is said of Applications, worst first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.applications import HEALS, SOURCE, A, B, C, application, deployed, ended, running
from tests.argo_objects import Object
from tests.argo_objects import application as application_object
from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tests.records import NOW, deployment, meta
from tests.wired import until
from tui.committed import Committed
from tui.errors import Refused
from tui.model.app_project import AppProject
from tui.model.application import Application, ApplicationCondition, ManagedResource, ResourceResult
from tui.model.application_health import release_waits
from tui.model.commits import Authored, Commit
from tui.model.environment import Environment, SyncMode
from tui.model.job import Job
from tui.model.key import Meta
from tui.model.ladder import Step
from tui.model.sync_window import SyncWindow
from tui.panes.apps import AppsPane
from tui.panes.base import View
from tui.panes.log_selection import logged
from tui.panes.work import WorkPane
from tui.panes.workloads import WorkloadsPane
from tui.present import application as present
from tui.present.describe import why
from tui.present.environment import argo
from tui.present.ladder import difference
from tui.present.workload import rows as workload_rows
from tui.sessions import AnySession
from tui.store import Change, Record, Store
from tui.survey import Survey
from widgets.live_table import Row, Span, Tone
from widgets.plan_body import Section

PRODUCTION = Environment("production", branch="main", sync=SyncMode.MANUAL)
FAILED = "one or more synchronization tasks completed unsuccessfully"
BAD_HOOK = ResourceResult(
    "batch", "Job", "services", "api-migrate", "Synced", "Job has reached the limit", "PreSync", "Failed"
)


def survey(*records: Record, environment: Environment = PRODUCTION) -> Survey:
    store = Store()
    for one in records:
        store.apply(Change(one.meta.kind, one.meta.uid, one))
    made = Survey(store, environment)
    made.refresh(NOW)
    return made


def words(row: Row) -> dict[str, str]:
    """A row's cells in words, by column."""
    cells = (
        "".join(part.text if isinstance(part, Span) else part.words(NOW) for part in cell)
        for cell in row.cells
    )
    return dict(zip((column.id for column in present.COLUMNS), cells, strict=True))


def page(found: list[Section]) -> str:
    """The text of a page."""
    return "\n".join(
        "".join(span.text for span in line) for one in found for line in ([Span(one.title)], *one.lines)
    )


def test_the_worst_comes_first() -> None:
    failed = application("d", state=ended("Failed", message=FAILED, results=(BAD_HOOK,)))
    out = application("c", sync="OutOfSync", revision=C)
    moves = replace(running(), meta=replace(application("e").meta))
    idle, auto = application("b"), application("a", automated=HEALS)
    found = present.rows(survey(idle, out, failed, moves, auto), None, NOW)
    assert [row.keys[0] for row in found] == ["d", "e", "c", "a", "b"]
    told = {str(row.keys[0]): words(row) for row in found}
    assert (told["d"]["sync"], told["d"]["health"], told["d"]["now"]) == ("Synced", "Healthy", "failed 55 s")
    assert told["d"]["why"] == "Job has reached the limit (PreSync Job api-migrate)"
    assert told["e"]["now"] == "hook 20 s"
    assert (told["c"]["revision"], told["c"]["wanted"]) == ("b" * 7, "main ccccccc")
    assert (told["a"]["auto"], told["a"]["why"]) == ("auto+heal", "syncs by itself, declared is manual")
    assert (told["b"]["now"], told["b"]["wanted"], told["b"]["deployed"]) == (
        "synced 55 s",
        "main",
        "alice 10m",
    )


def test_counts_of_what_is_out_and_who_judged() -> None:
    resources = (
        ManagedResource("apps", "Deployment", "services", "web", "OutOfSync"),
        ManagedResource("", "Service", "services", "web", "Synced"),
    )
    one = application(sync="OutOfSync", resources=resources)
    (row,) = present.rows(survey(one), None, NOW)
    assert words(row)["sync"] == "OutOfSync 1"
    never = application(sync="OutOfSync", history=(), state=None, health="Healthy")
    (row,) = present.rows(survey(never), None, NOW)
    told = words(row)
    assert (told["health"], told["now"], told["revision"], told["deployed"]) == (
        "not deployed",
        "-",
        "-",
        "-",
    )


def test_badges_and_windows() -> None:
    deny = SyncWindow("deny", "* * * * *", "1h", applications=("web-*",), description="freeze")
    project = AppProject(replace(meta("AppProject", "default"), namespace="argocd"), (deny,))
    again = (deployed(0, A, 3600), deployed(1, B, 600), deployed(2, A, 60))
    back = application(sync="OutOfSync", revision=B, history=again)
    (row,) = present.rows(survey(back, project), None, NOW)
    told = words(row)
    assert told["why"] == "rolled back to aaaaaaa, Git still at bbbbbbb"
    assert told["window"].startswith("denied by freeze")
    one = running()
    assert one.state is not None
    shut = replace(one, state=replace(one.state, message="Sync operation blocked by sync window"))
    (row,) = present.rows(survey(shut, project), None, NOW)
    assert words(row)["why"].startswith("sync window: denied by freeze")
    away = replace(
        application(), meta=replace(application().meta, annotations={"deploytui.io/held-sync": "{}"})
    )
    held = words(present.rows(survey(away), None, NOW)[0])
    assert (held["auto"], held["why"]) == ("held", "automated sync held")


def test_one_that_rests_shows_who_made_its_commit() -> None:
    commit = Commit(B, "Anna", NOW - 7200, "web: a wider column")
    judged = survey(application(), Authored(Meta("Commit", "", B, B), commit))
    (row,) = present.rows(judged, None, NOW)
    assert words(row)["why"] == "Anna 2h: web: a wider column"
    said = page(why(judged.store, judged, application(), now=NOW))
    assert "Anna, 12 Jan 11:46:40 UTC: web: a wider column" in said
    shared = ApplicationCondition("SharedResourceWarning", "Service web is of two applications")
    (row,) = present.rows(survey(application(conditions=(shared,))), None, NOW)
    assert words(row)["why"] == "SharedResourceWarning: Service web is of two applications"


async def test_commits_are_asked_for_once_whoever_has_them() -> None:
    asked: list[str] = []

    async def ask(_: Application, revision: str) -> Commit | None:
        asked.append(revision)
        if revision == C:
            raise Refused("git can't be run")
        return Commit(revision, "Anna") if revision == B else None

    store = Store()
    task = asyncio.create_task(Committed(ask, store).run())
    for name, revision in (("a", B), ("b", B), ("c", C), ("d", A)):
        one = application(name, revision=revision)
        store.apply(Change("Application", one.meta.uid, one))
    await until(lambda: sorted(asked) == [A, B, C])
    store.apply(Change("Application", "e", application("e")))
    await until(lambda: store.count("Commit") == 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert sorted(asked) == [A, B, C]
    assert store.by_uid("Commit", B) is not None


def test_the_log_of_one_is_that_of_its_hook_else_of_its_workload() -> None:
    def told(*records: Record) -> str:
        judged = survey(*records)
        view = View(cast("AnySession", SimpleNamespace(store=judged.store)), judged, None)
        found = logged(view, records[0])
        return found.meta.path if found is not None else ""

    web, job = deployment("web"), Job(meta("Job", "web-migrate"))
    assert told(running(), web, job) == "services/web-migrate"
    assert told(running(), web) == "services/web"
    assert told(application(), web, job) == "services/web"
    assert told(application()) == ""


def test_namespaces_in_view_are_those_that_they_deploy_into() -> None:
    one = application()
    placed = replace(one, destination=replace(one.destination, namespace="services"))
    judged = survey(placed)
    assert len(present.rows(judged, frozenset({"services"}), NOW)) == 1
    assert present.rows(judged, frozenset({"gateway"}), NOW) == []
    assert present.rows(judged, None, NOW)[0] is present.rows(judged, None, NOW + 5)[0]


def test_the_environments_row_counts() -> None:
    def told(judged: Survey) -> str:
        before, after = argo(judged)
        return "".join(span.text for span in (*before, *after))

    out = application("a", sync="OutOfSync")
    assert told(survey(out, application("b"))) == "1 out "
    assert told(survey(out, application("b", automated=HEALS))) == "1 out  mode differs"
    gone_back = replace(out, history=(*out.history, deployed(2, A, 30)), revision=B)
    assert told(survey(gone_back, application("b"))) == "1 rolled back 1 out "
    other = application("b", sources=(replace(SOURCE, target="release"),))
    assert told(survey(other)) == " branch differs"
    held = replace(out, sync="Synced", meta=replace(out.meta, annotations={"deploytui.io/held-sync": "{}"}))
    assert told(survey(held, environment=replace(PRODUCTION, sync=SyncMode.AUTO))) == " 1 held"
    assert told(survey()) == ""


def test_a_workload_says_what_argo_cd_says_of_it() -> None:
    def sync(*records: Record) -> str:
        (row,) = workload_rows(Store(), survey(*records, deployment("web")), None, NOW)
        return str(row.keys[4])

    assert sync() == ""
    assert sync(application()) == "Synced"
    assert sync(running()) == "hook"


def test_a_release_waits_where_manifests_or_migrations_differ_and_not_where_a_revision_does() -> None:
    def told(*records: Record) -> list[str]:
        judged = survey(deployment("web"), *records)
        return list(judged.apps.releases(judged.workloads, {}).values())

    moved = application(revision=C)
    assert told(moved) == []
    out = (
        ManagedResource("apps", "Deployment", "services", "web", "OutOfSync"),
        ManagedResource("", "Service", "services", "web", "OutOfSync"),
        ManagedResource("", "Service", "services", "old", "OutOfSync"),
    )
    one = application(sync="OutOfSync", resources=out[:1])
    assert told(one) == ["Deployment web differs"]
    assert told(replace(one, resources=out)) == ["Deployment web differs, 2 more objects differ"]
    assert told(replace(running(), sync="OutOfSync", resources=out)) == []
    waiting = survey(one).apps.all[one.meta.uid]
    assert release_waits(waiting, 2) == "Deployment web differs, 2 migrations"
    synced = survey(moved).apps.all[moved.meta.uid]
    assert release_waits(synced, 1) == "1 migration"
    step = Step("r/web:1.0", waits="1 migration")
    assert difference([("production", step)]) == ("production: a release waits, 1 migration", Tone.LOOK)


def test_the_page_of_why_begins_with_the_one_reason() -> None:
    condition = ApplicationCondition("SyncError", "Failed last sync attempt to [8a25]", NOW - 9)
    one = application(
        state=ended("Failed", message=FAILED, results=(BAD_HOOK,)),
        conditions=(condition,),
        sync="OutOfSync",
        revision=C,
        resources=(ManagedResource("apps", "Deployment", "services", "web", "OutOfSync"),),
    )
    judged = survey(one)
    found = why(judged.store, judged, one, now=NOW)
    text = page(found)
    assert found[0].title == "the last sync failed: PreSync Job api-migrate: Job has reached the limit"
    for said in (
        FAILED,
        "Operation: Failed",
        "PreSync Job api-migrate  Failed  Job has reached the limit",
        "from https://git.example/platform services/web/helm with values-prod.yaml, follows main",
        "deployed bbbbbbb 12 Jan 13:36:40 UTC by alice",
        "last compared with ccccccc",
        "syncs by hand only, project default",
        "Out of sync: 1",
        "Deployment services/web  OutOfSync",
        "SyncError  Failed last sync attempt",
    ):
        assert said in text
    good = survey(application())
    assert why(good.store, good, application(), now=NOW)[0].title == "It is in sync, and nothing waits"


@pytest.fixture
async def opened(demo: Demo, tmp_path: Path) -> AsyncIterator[tuple[Driver, WorldControl]]:
    """The scene `small` with one Application, on the Apps tab."""
    world = demo.world("small")
    async with cockpit(settings_of(world, tmp_path, alone=True, environment="development")) as driver:
        await driver.sees("● live")
        yield driver, world
    world.drop()


def in_demo(name: str) -> Object:
    """With its Deployment auth."""
    made = application_object(name)
    made["spec"]["destination"]["namespace"] = "services"
    made["spec"]["syncPolicy"] = {}
    auth = {"group": "apps", "kind": "Deployment", "namespace": "services", "name": "auth"}
    made["status"]["resources"] = [{**auth, "status": "OutOfSync"}]
    return made


async def test_from_a_workload_to_its_application_to_its_waves(
    opened: tuple[Driver, WorldControl],
) -> None:
    driver, world = opened
    world.put(in_demo("auth-development"), environment="development")
    await driver.press("right")
    await driver.sees("done, revision")
    work = driver.app.screen.query_one(WorkPane)
    auth = world.get("Deployment", "services", "auth", environment="development")
    assert auth is not None
    view = driver.app.view
    assert view is not None
    await driver.until(lambda: view.survey.apps.all)
    assert isinstance(work.current, WorkloadsPane)
    assert work.current.table.select(auth["metadata"]["uid"])
    await driver.press("J")
    await driver.sees("auth-development")
    assert isinstance(work.current, AppsPane)
    await driver.press("d")
    await driver.sees("ComparisonError")  # the simulator's Argo CD does not know that repository
    await driver.press("escape")
    await driver.sees_no("ComparisonError")
    await driver.press("enter")
    await driver.until(lambda: driver.app.screen.query_one("#waves-table").has_focus)


async def test_where_argo_cd_is_not_there_or_nothing_is_this_environments(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    world.fault("status", r"/apis/argoproj\.io/", code=404)
    async with cockpit(settings_of(world, tmp_path, alone=True, environment="development")) as driver:
        await driver.sees("● live")
        await driver.press("right", "right", "right", "right")
        await driver.sees("Argo CD is not here: this cluster knows no Applications")
        world.clear_faults()
        driver.app.sessions["development"].review()
        await driver.sees("no application in argocd is this environment's")
    world.drop()
