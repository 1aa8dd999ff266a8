"""The recorder as a process on a real Argo CD, killed within a sync: no hole and no double; versions."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.contract.place import Place
from tui import operation_log, watch_log
from tui.clock import SystemClock
from tui.errors import Forbidden
from tui.evidence import read as evidence_of
from tui.model.log import Chunk
from tui.model.past_operation import PastOperation
from tui.model.past_run import past_runs
from tui.model.recording import Recording
from tui.model.schema import Postgres
from tui.recording import index, path_of, read
from tui.wire.postgres import Databases

pytestmark = pytest.mark.cluster
APP = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/identity-staging"
OPTIONS = ["CreateNamespace=true", "ApplyOutOfSyncOnly=true"]


async def application(place: Place) -> dict[str, Any]:
    """identity-staging as it is; skips where there is no such Argo CD."""
    answer = await place.http.get(APP)
    if answer.status_code == 404:
        pytest.skip("no Argo CD with identity-staging")
    return dict(answer.json())


async def idle(place: Place) -> dict[str, Any]:
    """Once no operation runs on it."""
    async with asyncio.timeout(180):
        while True:
            found = await application(place)
            phase = found.get("status", {}).get("operationState", {}).get("phase", "")
            if not found.get("operation") and phase not in ("Running", "Terminating"):
                return found
            await asyncio.sleep(0.5)


async def sync(place: Place, user: str) -> None:
    """An ordinary sync, hooks included."""
    found = await idle(place)
    operation = {
        "initiatedBy": {"username": user},
        "sync": {"syncStrategy": {"hook": {}}, "syncOptions": OPTIONS},
    }
    body = {
        "metadata": {"resourceVersion": found["metadata"]["resourceVersion"]},
        "operation": operation,
        "status": {"operationState": None},
    }
    answer = await place.http.patch(APP, json=body, headers={"content-type": "application/merge-patch+json"})
    assert answer.status_code == 200, answer.text


def recorder(place: Place, folder: Path) -> subprocess.Popen[bytes]:
    """`deploytui record staging` into that folder."""
    config = folder.parent / "deploytui.yaml"
    config.write_text(
        f"environments:\n  staging:\n    context: {place.access.context}\n"
        "    namespaces: {services: staging-services}\n    argocd: {selector: environment=staging}\n"
        f"namespaces: {{services: all}}\nargocd: {{namespace: argocd}}\nrecordings: {folder}\n"
    )
    words = ["record", "staging", "--config", str(config), "--kubeconfig", str(place.kubeconfig)]
    environ = {"HOME": str(folder.parent), "PATH": os.environ["PATH"]}
    return subprocess.Popen([sys.executable, "-m", "tui", *words], env=environ, stdout=subprocess.DEVNULL)


async def until(holds: Any, within: float = 120) -> None:
    """Asks the disk again until it is so."""
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - other processes are waited for
            await asyncio.sleep(0.1)


async def test_killed_within_a_sync_and_started_again(cluster: Place, tmp_path: Path) -> None:
    await application(cluster)
    folder, user = tmp_path / "shared", f"recorder-{uuid.uuid4().hex[:8]}"
    process = recorder(cluster, folder)
    try:
        await until(lambda: watch_log.read(folder, "staging"))
        await sync(cluster, user)
        await until(lambda: hooks(folder, user))
    finally:
        process.kill()
        process.wait()
    process = recorder(cluster, folder)
    try:
        await until(lambda: sum(one.ended is not None for one in hooks(folder, user)) == 3)
        await until(lambda: ours(folder, user)[0].over)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    (run,) = past_runs("staging", hooks(folder, user), ours(folder, user), [], [], SystemClock().now())
    assert (run.outcome, run.left, run.service) == ("Succeeded", (), "identity")
    assert [one.database for one in run.recordings] == ["identity_db", "auth_db", "legal_db"]
    for one in run.recordings:
        assert (one.status, one.application, one.attempts) == ("Complete", "identity-staging", 1)
        path = path_of(folder, "staging", one.job_uid)
        lines = Counter(each.data for each in read(path) if isinstance(each, Chunk))
        assert set(lines.values()) == {1}
        assert any(b"goose: " in line for line in lines)  # its last line is there
        assert [each.code for each in evidence_of(path).exits] == [0]


def ours(folder: Path, user: str) -> list[PastOperation]:
    """The operation that this test began, as the disk has it."""
    return [one for one in operation_log.index(folder, "staging") if one.username == user]


def hooks(folder: Path, user: str) -> list[Recording]:
    """What is recorded of the Jobs that were made in it."""
    began = [one.started for one in ours(folder, user)]
    return [one for one in index(folder, "staging") if began and one.created >= began[0]]


async def test_postgres_is_asked_in_its_pod_and_who_may_not_is_told(cluster: Place) -> None:
    where = Postgres("data", "postgres-0", user="app", command=("psql", "-h", "127.0.0.1"))
    clock = SystemClock()
    found = {one.database: one for one in await Databases(cluster.client, where, clock).schemas()}
    versioned = [one for one in found.values() if one.version is not None]
    assert versioned
    assert all(one.rows >= 1 for one in versioned)
    assert isinstance(await Databases(cluster.client, where, clock).waiting(), list)
    nobody = Postgres("data", "postgres-0", user="nobody", command=("psql", "-h", "127.0.0.1"))
    with pytest.raises(Exception, match='role "nobody" does not exist') as caught:
        await Databases(cluster.client, nobody, clock).schemas()
    assert not isinstance(caught.value, Forbidden)
