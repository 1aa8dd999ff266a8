"""Hooks recorded on the simulator and on a real cluster: taken away while they run and at their end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.contract.place import Place, pod_spec, shell
from tests.test_recorder import until
from tui.clock import SystemClock
from tui.model.environment import Environment, Purpose
from tui.model.log import Chunk, Seam
from tui.model.recording import Evidence, Recording
from tui.recorder import Recorder
from tui.session import Session

HOOK = {"argocd.argoproj.io/hook": "PreSync", "argocd.argoproj.io/hook-delete-policy": "HookSucceeded"}


@asynccontextmanager
async def recording(place: Place, folder: Path) -> AsyncIterator[Recorder]:
    """A session of the place's namespace that records."""
    own = (Purpose(place.namespace, place.namespace),)
    environment = Environment("production", namespaces=own)
    session = Session(environment, place.client, SystemClock(), recordings=folder)
    session.start()
    assert session.recorder is not None
    try:
        yield session.recorder
    finally:
        await session.stop()


async def hook(place: Place, *containers: tuple[str, str]) -> str:
    """A hook Job over those scripts; its uid."""
    template = {"spec": pod_spec(*(shell(*one) for one in containers), restart="Never")}
    spec = {"template": template, "backoffLimit": 0}
    made = await place.create("Job", "smoke", metadata={"annotations": HOOK}, spec=spec)
    return str(made["metadata"]["uid"])


async def taken_away(place: Place) -> None:
    """As Argo CD does it: the pods go first, at once."""
    body = {"propagationPolicy": "Foreground", "gracePeriodSeconds": 0}
    answer = await place.http.request("DELETE", place.path("Job", "smoke"), json=body)
    assert answer.status_code == 200, answer.text


async def ended(recorder: Recorder, uid: str) -> tuple[Recording, list[str], list[str], Evidence]:
    """The recording once it ended: its lines, its seams and what stands beside them."""
    async with asyncio.timeout(60):
        while (one := recorder.known(uid)) is None or one.ended is None:  # noqa: ASYNC110 - a cluster is waited for
            await asyncio.sleep(0.1)
    pieces = recorder.open(uid)
    lines = [each.data.decode().partition(" ")[2].strip() for each in pieces if isinstance(each, Chunk)]
    return one, lines, [each.text for each in pieces if isinstance(each, Seam)], recorder.evidence(uid)


async def test_a_hook_taken_away_while_it_runs(place: Place, tmp_path: Path) -> None:
    async with recording(place, tmp_path) as recorder:
        uid = await hook(place, ("app", "echo one; sleep 60"), ("side", "echo two; sleep 60"))
        await until(lambda: sum(isinstance(each, Chunk) for each in recorder.open(uid)) == 2)
        await taken_away(place)
        one, lines, seams, evidence = await ended(recorder, uid)
    assert sorted(lines) == ["one", "two"]
    assert any("is gone" in seam for seam in seams)
    assert one.status not in ("Complete", "Failed")
    assert "SuccessfulCreate" in {event.reason for event in evidence.events}


async def test_a_hook_taken_away_right_at_its_end(place: Place, tmp_path: Path) -> None:
    async with recording(place, tmp_path) as recorder:
        uid = await hook(place, ("app", "echo one; exit 0"), ("side", "echo two; exit 0"))
        await place.until("Job", "smoke", lambda job: job["status"].get("succeeded"))
        await taken_away(place)
        one, lines, _, evidence = await ended(recorder, uid)
    assert sorted(lines) == ["one", "two"]
    assert one.status == "Complete"
    assert {(exit_.container, exit_.code) for exit_ in evidence.exits} == {("app", 0), ("side", 0)}
