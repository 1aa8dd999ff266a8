"""Down: stops and removes a Compose project's containers and networks; volumes and images stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui.actions.base import Asked
from tui.actions.compose_project import ComposeDeed, known, target
from tui.errors import Refused
from tui.model.compose import Inspected
from tui.model.compose_command import down
from tui.model.compose_state import PROJECT, ComposeState
from tui.model.plan import Change, Plan, Remark, Step, Weight


@dataclass(frozen=True)
class Down(ComposeDeed):
    """Confirmed by typing the project's name, wherever it runs."""

    def plan(self, asked: Asked) -> Plan:
        state = known(asked)
        going = _going(state)
        if not going:
            raise Refused("nothing to do: the project has no container")
        count = "1 container" if len(going) == 1 else f"{len(going)} containers"
        return Plan(
            deed=self.id,
            environment=asked.environment.name,
            title=f"Take {state.project.name} down",
            steps=(
                Step(
                    self.id,
                    target(state),
                    f"Down, {count}",
                    {"state": state.digest, "before": _images(state)},
                ),
            ),
            changes=tuple(
                Change(name, ", ".join(one.name for one in state.of(name)), "stopped and removed")
                for name in dict.fromkeys(one.service for one in going)
            ),
            remarks=tuple(_remarks(state)),
            command=down(state.project).line,
            verb="Down",
            grave=True,
            typed=True,
        )

    def waits(self, state: ComposeState, step: Step, since: float) -> tuple[str, str]:
        there = [one.name for one in _going(state)]
        return (f"still there: {', '.join(there)}" if there else ""), ""


def _going(state: ComposeState) -> list[Inspected]:
    """Compose leaves what the file does not have, and services of profiles that are off."""
    return [one for one in state.containers if one.service in state.project.services]


def _images(state: ComposeState) -> dict[str, str]:
    return {one.service: one.image_id for one in state.containers}


def _remarks(state: ComposeState) -> Iterator[Remark]:
    volumes = state.project.volumes
    if volumes:
        yield Remark(Weight.GOOD, f"volumes that are kept: {', '.join(volumes)}")
    else:
        yield Remark(Weight.QUIET, "the file has no named volume")
    yield Remark(Weight.LOOK, "what containers wrote outside of volumes is gone, their logs too")
    orphans = sorted({one.name for one in state.orphans})
    if orphans:
        text = f"not in the file, so they stay, and keep the network: {', '.join(orphans)}"
        yield Remark(Weight.LOOK, text)
    yield Remark(Weight.QUIET, "images stay: S (up) makes all of it again")


DOWN = Down(
    id="down",
    key="",
    words="Down",
    help="Stops and removes the containers and networks of the Compose project; volumes stay.",
    kinds=frozenset({PROJECT}),
    whole=True,
)
