"""Waves on a real Argo CD: each state in its order, the future rendered from a checkout, and the verdicts.

`DEPLOYTUI_TEST_CHECKOUT` names a clone of the platform's repository; without it the last run tells the waves.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contract.place import Place
from tui.clock import SystemClock
from tui.model.hooks import Origin
from tui.model.step import Board, StepState
from tui.model.verdict import Ran
from tui.opening import Opening
from tui.settings import Options, load
from tui.survey import READS, Survey

pytestmark = pytest.mark.cluster
NAME = "identity-production"
APP = f"/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{NAME}"
OPTIONS = ["CreateNamespace=true", "ApplyOutOfSyncOnly=true"]
CHECKOUT = os.environ.get("DEPLOYTUI_TEST_CHECKOUT", "")


async def sync(place: Place, strategy: str) -> None:
    """Writes an operation: `hook` runs hooks, `apply` runs none."""
    answer = await place.http.get(APP)
    operation = {
        "initiatedBy": {"username": "waves"},
        "sync": {"syncStrategy": {strategy: {}}, "syncOptions": OPTIONS},
    }
    body = {
        "metadata": {"resourceVersion": answer.json()["metadata"]["resourceVersion"]},
        "operation": operation,
        "status": {"operationState": None},
    }
    headers = {"content-type": "application/merge-patch+json"}
    written = await place.http.patch(APP, json=body, headers=headers)
    assert written.status_code == 200, written.text


@asynccontextmanager
async def watched(place: Place, folder: Path) -> AsyncIterator[Survey]:
    """The environment as the cockpit opens it."""
    found = await place.http.get(APP)
    if found.status_code == 404:
        pytest.skip(f"no Argo CD with {NAME}")
    checkout = f"services: {{checkout: {CHECKOUT}}}\n" if CHECKOUT else ""
    config = folder / "deploytui.yaml"
    config.write_text(
        f"environments:\n  production:\n    context: {place.access.context}\n"
        "    namespaces: {services: prod-services}\n    argocd: {selector: environment=production}\n"
        f"namespaces: {{services: all}}\nargocd: {{namespace: argocd}}\n{checkout}"
    )
    environ: dict[str, str] = {"HOME": str(folder)}
    options = Options(config=config, kubeconfig=place.kubeconfig, state=folder / "state")
    settings = load(options, environ=environ, cwd=folder, home=folder)
    opening = Opening(settings, SystemClock(), environ)
    session = opening.session(settings.environments[0])
    survey = Survey(session.store, settings.environments[0], session.recorder)
    session.start()
    try:
        yield survey
    finally:
        await session.stop()
        await opening.close()


async def until(survey: Survey, holds: Any, seen: list[Any] | None = None, within: float = 120) -> Board:
    """The board once it is so; `seen` takes every state on the way."""
    async with asyncio.timeout(within):
        while True:
            versions = survey.store.versions(READS)
            survey.refresh(SystemClock().now())
            board = next((b for b in survey.boards.all.values() if b.application.meta.name == NAME), None)
            if board is not None:
                states = [(step.hook.wave, step.state, step.standing.words) for step in board.steps]
                if seen is not None and (not seen or seen[-1] != states):
                    seen.append(states)
                if holds(board):
                    return board
            await survey.store.changed(READS, versions)


async def test_three_waves_in_their_order_and_the_verdicts(cluster: Place, tmp_path: Path) -> None:
    async with watched(cluster, tmp_path) as survey:
        before = await until(survey, lambda board: not board.moving and (board.problem or board.steps))
        began = before.application.state
        await sync(cluster, "hook")
        seen: list[Any] = []

        def over(board: Board) -> bool:
            state = board.application.state
            return bool(
                not board.moving and state is not None and (began is None or state.started > began.started)
            )

        end = await until(survey, over, seen)
        if CHECKOUT:
            assert end.manifests.origin is Origin.CHECKOUT
            assert [one.kind for one in end.manifests.resources if one.wave == -10] == ["SealedSecret"]
        assert [step.hook.label for step in end.steps] == ["identity_db", "auth_db", "legal_db"]
        assert [step.hook.wave for step in end.steps] == [-5, -4, -3]
        assert [one.ran for one in end.verdicts] == [Ran.YES] * 3
        flat = [one for states in seen for one in states]
        for wave, first in ((-4, "waits for -5"), (-3, "waits for -4")):
            assert (wave, StepState.WAITS, first) in flat
        assert any(state is StepState.UNNOTICED for _, state, _ in flat)
        done = [
            min(n for n, states in enumerate(seen) if states[k][1] is StepState.DONE and n > 1)
            for k in (0, 1)
        ]
        assert done == sorted(done)


async def test_apply_only_is_well_where_that_very_migration_ran_before(
    cluster: Place, tmp_path: Path
) -> None:
    async with watched(cluster, tmp_path) as survey:
        before = await until(survey, lambda board: not board.moving and board.steps)
        began = before.application.state
        assert began is not None
        await sync(cluster, "hook")
        end = await until(survey, lambda b: b.verdicts and b.application.state.started > began.started)
        assert end.application.state is not None
        started = end.application.state.started
        await asyncio.sleep(1)  # operations are told apart by whole seconds
        await sync(cluster, "apply")
        last = await until(survey, lambda b: b.verdicts and b.application.state.started > started)
        assert [(one.ran, one.reason) for one in last.verdicts] == [
            (Ran.BEFORE, "apply only runs no hooks")
        ] * 3
