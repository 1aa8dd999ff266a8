"""Up: makes the engine have what the Compose file says, as `docker compose up -d --remove-orphans`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui.actions.base import Asked
from tui.actions.compose_project import ComposeDeed, known, other_files, settling, target
from tui.errors import Refused
from tui.model.compose_command import up
from tui.model.compose_state import ENDED, PROJECT, ComposeState, Fate, ServiceFate, fates
from tui.model.plan import Change, Plan, Refusal, Remark, Step, Weight

_DOES = {
    Fate.CREATED: "created",
    Fate.RECREATED: "recreated",
    Fate.STARTED: "started again",
    Fate.REMOVED: "removed",
}


@dataclass(frozen=True)
class Up(ComposeDeed):
    """Of the whole project, whatever is under the cursor."""

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        refused = super().refuse(asked)
        if not refused and not known(asked).project.by_cli:
            text = "docker compose is not there, so nobody knows what it would change: install its plugin"
            return (Refusal(None, text),)
        return refused

    def plan(self, asked: Asked) -> Plan:
        state = known(asked)
        found = fates(state)
        moving = [one for one in found if one.fate is not Fate.LEFT]
        if not moving:
            raise Refused("nothing to do: every service is as the file says")
        stay = [one.service for one in found if one.fate is Fate.LEFT]
        images = {
            one.service: one.image_id
            for one in state.containers
            if one.service in {m.service for m in moving}
        }
        return Plan(
            deed=self.id,
            environment=asked.environment.name,
            title=f"Bring {state.project.name} up: {_count(moving)}",
            steps=(
                Step(
                    self.id, target(state), f"Up {_count(moving)}", {"state": state.digest, "before": images}
                ),
            ),
            changes=tuple(_change(one) for one in moving),
            remarks=tuple(_remarks(state, moving, stay)),
            command=up(state.project).line,
            verb="Up",
            grave=any(one.fate in (Fate.RECREATED, Fate.REMOVED) for one in moving),
        )

    def waits(self, state: ComposeState, step: Step, since: float) -> tuple[str, str]:
        open_ = [one for one in fates(state) if one.fate is not Fate.LEFT and one.fate is not Fate.STARTED]
        if open_:
            return ", ".join(f"{one.service}: not {_DOES[one.fate]} yet" for one in open_), ""
        return settling((one for one in state.containers if one.service in state.project.services), since)


def _count(moving: list[ServiceFate]) -> str:
    """`1 created, 2 recreated`."""
    words = [
        f"{sum(one.fate is fate for one in moving)} {does}"
        for fate, does in _DOES.items()
        if any(one.fate is fate for one in moving)
    ]
    return ", ".join(words)


def _change(one: ServiceFate) -> Change:
    does = _DOES[one.fate]
    why = f" ({one.why})" if one.why else ""
    if one.fate is Fate.CREATED:
        return Change(one.service, one.before or "no container", f"{one.after or 'its image'}, {does}{why}")
    if one.fate is Fate.REMOVED:
        return Change(one.service, one.before or "its containers", f"{does}{why}")
    if one.fate is Fate.STARTED:
        return Change(one.service, one.why, does)
    same = one.before == one.after
    return Change(one.service, one.before, f"{does}{why}" if same else f"{one.after}, {does}{why}")


def _remarks(state: ComposeState, moving: list[ServiceFate], stay: list[str]) -> Iterator[Remark]:
    if stay:
        yield Remark(Weight.QUIET, f"left as they are: {', '.join(stay)}")
    again = [one.service for one in moving if one.fate is Fate.STARTED and one.why == ENDED]
    if again:
        yield Remark(Weight.LOOK, f"ended before, and run again as with every up: {', '.join(again)}")
    if any(one.fate is Fate.RECREATED for one in moving):
        yield Remark(Weight.LOOK, "a recreated service does not answer until its new container is up")
    if any(one.fate is Fate.REMOVED and one.why == "the file does not have it" for one in moving):
        yield Remark(Weight.LOOK, "removed containers are gone with what they wrote outside of volumes")
    yield from other_files(state)


UP = Up(
    id="up",
    key="S",
    words="Up",
    help="Makes the engine have what the Compose file says; a plan tells which services that touches.",
    kinds=frozenset({PROJECT}),
    show=True,
    whole=True,
)
