"""The bench's broken things on the real cluster: each has its one cause in a sentence, and the evidence."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.contract.place import Place
from tests.contract.test_cockpit_on_cluster import opened, select
from tui.clock import SystemClock
from tui.model.environment import Environment, Purpose
from tui.panes.trouble import TroublePane
from tui.session import Session
from tui.survey import Survey

pytestmark = pytest.mark.cluster

SENTENCES = {
    "Deployment personal": "rollout is stuck: personal crashes, exit code 2",
    "Deployment reports": "nothing serves: image reports:2.0.0: registry.platform.example cannot be reached",
    "Deployment consents": "nothing serves: Secret consents-secrets is missing",
    "Deployment notifier": "nothing serves: notifier crashes, exit code 3",
    "Deployment thumbnails": "nothing serves: thumbnails crashes, out of memory (limit 16Mi)",
    "Deployment search": "nothing serves: Readiness probe fails: HTTP probe failed with statuscode: 503",
    "Deployment training": "nothing serves: no node: 1 node(s) didn't match Pod's node affinity/selector",
    "Job personal-migrate": "failed after 4 attempts: goose ended, exit code 1",
    "Ingress gateway": "has no address: no ingress controller took it",
}
"""As `apply-platform` leaves them behind, once each has come to its state (up to 75 s)."""


async def test_every_broken_thing_has_its_sentence(cluster: Place) -> None:
    own = tuple(Purpose(name, name) for name in ("services", "gateway"))
    environment = Environment("plain", namespaces=own)
    session = Session(environment, cluster.client, SystemClock())
    survey = Survey(session.store, environment)
    session.start()
    await session.front(True)
    told: dict[str, str] = {}
    try:
        async with asyncio.timeout(150):
            while not all(told.get(name, "").startswith(words) for name, words in SENTENCES.items()):
                await asyncio.sleep(0.5)
                survey.refresh(SystemClock().now())
                told = {f"{one.kind} {one.name}": one.cause for one in survey.troubles}
    except TimeoutError:
        assert {name: told.get(name) for name in SENTENCES} == SENTENCES
    finally:
        await session.stop()


async def test_why_a_migration_failed_in_gooses_own_words(cluster: Place, tmp_path: Path) -> None:
    async with opened(cluster, tmp_path, "services") as driver:
        await driver.sees("job/personal-migrate", within=120)
        job = (await cluster.http.get("/apis/batch/v1/namespaces/services/jobs/personal-migrate")).json()
        select(driver, TroublePane, job)
        await driver.press("d")
        await driver.sees("failed after 4 attempts")
        await driver.sees("goose run: ERROR 00090_wrong_column.sql")
