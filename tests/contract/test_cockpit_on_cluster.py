"""The cockpit on a real cluster, as a person at its keys: it shows what kubectl shows, its deeds are done."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.cockpit import Driver, cockpit
from tests.contract.place import Object, Place, pod_spec, shell, workload_spec
from tests.contract.test_workloads import REVISION, conditions_of, deploy, rolled_out
from tui.panes.jobs import JobsPane
from tui.panes.trouble import TroublePane
from tui.panes.work import WorkPane
from tui.panes.workloads import WorkloadsPane
from tui.settings import Options, load

pytestmark = pytest.mark.cluster

_POLICY = ("gateway", "services", "data", "observability")
_DATABASES = "postgres://app:app@postgres.data.svc.cluster.local:5432/{}?sslmode=disable"


@asynccontextmanager
async def opened(
    place: Place, state: Path, namespace: str = "", size: tuple[int, int] = (140, 40)
) -> AsyncIterator[Driver]:
    """A live cockpit on the kubeconfig's current context, in the test's namespace or in all."""
    options = Options(kubeconfig=place.kubeconfig, namespace=namespace)
    settings = load(
        options, environ={"XDG_STATE_HOME": str(state), "HOME": str(state)}, cwd=state, home=state
    )
    async with cockpit(settings, size) as driver:
        await driver.sees("● live")
        yield driver


def work_of(driver: Driver) -> WorkPane:
    """Pane 4."""
    return driver.app.screen.query_one(WorkPane)


def select(driver: Driver, kind: type[TroublePane | WorkloadsPane | JobsPane], found: Object) -> None:
    """Goes to a tab and puts the cursor on an object."""
    pane = work_of(driver)
    pane.go(pane.find(kind))
    pane.current.table.select(found["metadata"]["uid"])


def service(tag: str) -> Object:
    """A container of the bench's service, which says when it is ready; the tag 1.1.1-bad crashes at once."""
    probe = {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1}
    return {
        "name": "personal",
        "image": f"deploytui/service:{tag}",
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": "SERVICE_NAME", "value": "personal"}],
        "readinessProbe": probe,
    }


async def test_it_shows_what_kubectl_shows(cluster: Place, tmp_path: Path) -> None:
    await deploy(cluster, "web")
    broken = shell("app", "sleep 3600", image="deploytui/nothing:1")
    late = workload_spec("late", broken, progressDeadlineSeconds=1)
    await cluster.create("Deployment", "late", spec=late)
    template = {"spec": pod_spec(shell("app", "echo no; exit 1"), restart="Never")}
    await cluster.create("Job", "migrate", spec={"template": template, "backoffLimit": 0})
    await cluster.until("Job", "migrate", lambda now: "Failed" in str(conditions_of(now)))
    async with opened(cluster, tmp_path, size=(200, 90)) as driver:
        for tab, kinds in (
            (WorkloadsPane, "deployments,statefulsets,daemonsets"),
            (JobsPane, "jobs,cronjobs"),
        ):
            pane = work_of(driver)
            pane.go(pane.find(tab))
            for line in (await cluster.kubectl(f"get {kinds} -A --no-headers")).splitlines():
                namespace, name = line.split()[:2]
                name = name.rpartition("/")[2]
                if namespace in _POLICY and not name.startswith("session-cleanup-"):  # new ones each minute
                    await driver.sees(name)
    async with opened(cluster, tmp_path, cluster.namespace) as driver:
        await driver.sees("deploy/late")
        await driver.sees("job/migrate")
        await driver.sees_no("deploy/web", within=5)
        await driver.press("right")
        await driver.sees("done, revision 1")


async def test_a_migration_is_followed_from_before_its_pod_to_its_last_line(
    cluster: Place, tmp_path: Path
) -> None:
    database = cluster.namespace.replace("-", "_")
    admin = _DATABASES.format("postgres")
    psql = {"name": "make", "image": "deploytui/postgres:15", "imagePullPolicy": "IfNotPresent"}
    make = {**psql, "command": ["psql", admin, "-c", f"create database {database}"]}
    goose = {
        "name": "goose",
        "image": "deploytui/goose:auth_db",
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c"],
        "args": [f'goose -dir /migrations postgres "{_DATABASES.format(database)}" up'],
    }
    template = {"spec": pod_spec(goose, restart="Never", initContainers=[make])}
    job = await cluster.create("Job", "auth-migrate", spec={"template": template, "suspend": True})
    try:
        async with opened(cluster, tmp_path, cluster.namespace) as driver:
            await driver.press("right", "right", "right")
            await driver.sees("auth-migrate")
            select(driver, JobsPane, job)
            await driver.press("l")
            await driver.sees("auth-migrate")
            assert await cluster.all("Pod") == []
            await cluster.patch("Job", "auth-migrate", {"spec": {"suspend": False}})
            await driver.sees("00002_sessions.sql", within=60)
            # The third migration sleeps five seconds: what is on the screen now came while it ran.
            assert "00003_backfill_last_seen.sql" not in driver.screen()
            screen = await driver.sees("goose: successfully migrated database to version: 4", within=60)
            (pod,) = await cluster.all("Pod")
            lines = await cluster.kubectl(f"logs {pod['metadata']['name']} -c goose")
            assert len(lines.splitlines()) == 5
            places = [screen.index(line[20:]) for line in lines.splitlines()]
            assert places == sorted(places)
            await driver.sees("ended", within=30)
            await driver.press("escape")
            await driver.sees("done v4")
    finally:
        drop = {**psql, "command": ["psql", admin, "-c", f"drop database if exists {database} with (force)"]}
        await cluster.create("Pod", "drop", spec=pod_spec(drop, restart="Never"))
        await cluster.until("Pod", "drop", lambda pod: pod["status"]["phase"] == "Succeeded")


async def test_a_restart_is_carried_out_and_journaled(cluster: Place, tmp_path: Path) -> None:
    web = await deploy(cluster, "web")
    async with opened(cluster, tmp_path, cluster.namespace) as driver:
        await driver.press("right")
        await driver.sees("done, revision 1")
        select(driver, WorkloadsPane, web)
        await driver.press("r")
        await driver.asked("Restart web")
        await driver.press("tab", "enter")
        await driver.sees("done, revision 2", within=60)
        lines = [json.loads(line) for line in driver.app.journal.path.read_text().splitlines()]
    assert [line["phase"] for line in lines][:2] == ["asked", "outcome"]
    assert lines[0]["target"]["name"] == "web"
    now = await cluster.get("Deployment", "web")
    assert now["metadata"]["annotations"][REVISION] == "2"
    assert "kubectl.kubernetes.io/restartedAt" in now["spec"]["template"]["metadata"]["annotations"]


async def test_a_stuck_rollout_is_rolled_back_to_the_revision_that_serves(
    cluster: Place, tmp_path: Path
) -> None:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    spec = workload_spec(
        "personal", service("1.1.0"), replicas=2, strategy=rolling, progressDeadlineSeconds=8
    )
    await cluster.create("Deployment", "personal", spec=spec)
    await cluster.until("Deployment", "personal", rolled_out)
    bad = {"spec": {"template": {"spec": {"containers": [service("1.1.1-bad")]}}}}
    await cluster.patch("Deployment", "personal", bad, "strategic-merge")
    stuck = await cluster.until("Deployment", "personal", lambda now: "ProgressDeadlineExceeded" in str(now))
    assert stuck["status"]["availableReplicas"] == 2
    async with opened(cluster, tmp_path, cluster.namespace) as driver:
        await driver.sees("rollout is stuck")
        await driver.sees("deploy/personal")
        await driver.press("R")
        dialog = await driver.asked("Roll personal back")
        assert "1.1.0" in dialog
        await driver.press("tab", "enter")
        await driver.sees("accepted")
        await driver.sees("gone", within=60)
        await driver.press("right")
        await driver.sees("done, revision 3", within=60)
    back = await cluster.get("Deployment", "personal")
    assert rolled_out(back)
    (container,) = back["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "deploytui/service:1.1.0"
    said = await cluster.kubectl("rollout status deployment/personal")
    assert said == 'deployment "personal" successfully rolled out\n'
