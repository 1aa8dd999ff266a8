"""What deeds on a Compose project share: its state in the store, their refusals, and following them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tui.actions.base import Asked, Deed
from tui.actions.guard import common
from tui.actions.rollout import span
from tui.errors import Refused
from tui.model.compose import Inspected
from tui.model.compose_run import RUN, ComposeRun
from tui.model.compose_state import FILES_LABEL, PROJECT, ComposeState
from tui.model.environment import Platform
from tui.model.plan import Plan, Progress, Refusal, Remark, Stage, Step, Target, Weight
from tui.store import Store

PATIENCE = 300.0
"""Seconds after which what is still not as asked ends a deed as failed."""


@dataclass(frozen=True)
class ComposeDeed(Deed):
    """Runs `docker compose`; has one step, since that is one command."""

    platform: Platform = Platform.COMPOSE

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        refused = common(self, asked)
        if refused:
            return refused
        state = project(asked.store)
        if state is None:
            return (Refusal(None, "the project is not read yet"),)
        if state.project.complaint:
            return (Refusal(None, state.project.complaint),)
        return ()

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        """By what the command says while it runs, then by the containers."""
        state, step = project(store), plan.steps[0]
        run, passed = run_of(store, step.target, since), now - since
        if run is not None and run.code:
            return Progress(Stage.FAILED, f"{run.complaint}, {span(passed)}")
        if run is not None and not run.over:
            return Progress(Stage.ROLLING, run.last or "docker runs")
        if state is None:
            return Progress(Stage.ACCEPTED, "waiting to see the containers")
        waits, lost = self.waits(state, step, since)
        if lost:
            return Progress(Stage.FAILED, f"{lost}, {span(passed)}")
        if not waits:
            return Progress(Stage.DONE, f"done, {span(passed)}")
        return Progress(Stage.FAILED if passed > PATIENCE else Stage.ROLLING, waits)

    def waits(self, state: ComposeState, step: Step, since: float) -> tuple[str, str]:
        """(what is not as asked yet, what will never be), in words; both "" when all is."""
        raise NotImplementedError


def project(store: Store) -> ComposeState | None:
    """The project of a Compose environment's store."""
    return next((one for one in store.all(PROJECT) if isinstance(one, ComposeState)), None)


def known(asked: Asked) -> ComposeState:
    """The same where `refuse` let it through."""
    state = project(asked.store)
    if state is None:
        raise Refused("the project is not read yet")
    return state


def target(state: ComposeState) -> Target:
    """The whole project as the operator sees it now."""
    meta = state.meta
    return Target(meta.kind, meta.namespace, meta.name, meta.uid, state.digest)


def run_of(store: Store, of: Target, since: float) -> ComposeRun | None:
    """What the docker command said that was started for that target since then."""
    run = store.by_uid(RUN, of.uid)
    return run if isinstance(run, ComposeRun) and run.began >= since else None


def settling(containers: Iterable[Inspected], since: float) -> tuple[str, str]:
    """(who is on the way, who failed since then), in words."""
    waits, lost = [], []
    for one in containers:
        if one.state == "exited" and one.exit_code and (one.finished or 0.0) >= since - 1:
            lost.append(f"{one.name} ended with exit code {one.exit_code}")
        elif one.state == "running" and one.health == "unhealthy":
            waits.append(f"{one.name} is unhealthy")
        elif one.state == "running" and one.health == "starting":
            waits.append(f"{one.name} waits for its health check")
        elif one.state != "running" and not (one.state == "exited" and not one.exit_code):
            waits.append(f"{one.name} is {one.state}")
    return ", ".join(waits), ", ".join(lost)


def other_files(state: ComposeState) -> list[Remark]:
    """Containers that were made from more files than the cockpit reads come out different."""
    known = {
        each
        for one in state.containers
        for each in one.labels.get(FILES_LABEL, "").split(",")
        if each not in ("", "-")
    }
    others = sorted(
        each for each in known if each.rpartition("/")[2] != state.project.file.rpartition("/")[2]
    )
    if not others:
        return []
    text = f"containers were made with {', '.join(others)} too: this uses {state.project.file} alone"
    return [Remark(Weight.LOOK, text)]
