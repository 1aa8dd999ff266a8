"""Restart of Compose services or containers, as `docker compose restart`: the same ones, begun anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui.actions.base import Asked
from tui.actions.compose_project import ComposeDeed, known, settling, target
from tui.actions.guard import left, seen
from tui.model.compose import SERVICE, Inspected
from tui.model.compose_command import restart, restart_containers
from tui.model.compose_state import ComposeState, Fate, fates
from tui.model.plan import Change, Plan, Refusal, Remark, Step, Weight
from tui.store import Record

_WORDS = "Restart "


@dataclass(frozen=True)
class ComposeRestart(ComposeDeed):
    """Of services, one-shots among them, or of marked containers; never of both at once."""

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        refused = super().refuse(asked)
        if refused:
            return refused
        kinds = {record.meta.kind == "Pod" for record in asked.targets}
        if len(kinds) > 1:
            return (Refusal(None, "services or containers, not both at once"),)
        state = known(asked)
        return tuple(
            Refusal(seen(record), "it has no container: S (up) makes one")
            for record in asked.targets
            if not _containers(state, record)
        )

    def plan(self, asked: Asked) -> Plan:
        refused = self.refuse(asked)
        state, records = known(asked), left(asked.targets, refused)
        containers = [one for record in records for one in _containers(state, record)]
        names = [record.meta.name for record in records]
        single = bool(records) and records[0].meta.kind == "Pod"
        what = "container" if single else "service"
        title = f"Restart {what} {names[0]}" if len(names) == 1 else f"Restart {len(names)} {what}s"
        command = restart_containers(names) if single else restart(state.project, names)
        arguments = {
            "names": tuple(names),
            "single": single,
            "started": {one.id: one.started for one in containers},
            "before": {one.service: one.image_id for one in containers},
        }
        whom = seen(records[0]) if len(records) == 1 else target(state)
        return Plan(
            deed=self.id,
            environment=asked.environment.name,
            title=title,
            steps=(Step(self.id, whom, _WORDS + ", ".join(names), arguments),) if records else (),
            changes=tuple(_change(record, _containers(state, record)) for record in records),
            remarks=tuple(_remarks(state, {one.service for one in containers}, single)),
            refused=refused,
            command=command.line,
            verb="Restart",
        )

    def waits(self, state: ComposeState, step: Step, since: float) -> tuple[str, str]:
        before = step.arguments.get("started")
        mine = [one for one in state.containers if _is_of(one, step)]
        if not mine:
            return "", f"{step.target.name} was removed meanwhile"
        if before is None:  # of an earlier run of the cockpit
            old = [one.name for one in mine if (one.started or 0.0) < since - 1]
        else:
            old = [one.name for one in mine if one.started == before.get(one.id)]
        if old:
            return f"{', '.join(old)}: not started anew yet", ""
        return settling(mine, since)


def _is_of(one: Inspected, step: Step) -> bool:
    if "started" in step.arguments:
        return one.id in step.arguments["started"]
    names = step.words.removeprefix(_WORDS).split(", ")  # all that the journal keeps of an earlier run
    return one.name in names or one.service in names


def _containers(state: ComposeState, record: Record) -> list[Inspected]:
    name = record.meta.name
    if record.meta.kind == "Pod":
        return [one for one in state.containers if one.name == name]
    return state.of(name)


def _change(record: Record, containers: list[Inspected]) -> Change:
    count = "1 container" if len(containers) == 1 else f"{len(containers)} containers"
    return Change(f"{record.meta.namespace} / {record.meta.name}", count, f"{count}, the same, begun anew")


def _remarks(state: ComposeState, services: set[str], single: bool) -> Iterator[Remark]:
    yield Remark(Weight.LOOK, "a restart takes no change of the file, its variables or an image: S (up) does")
    for one in fates(state):
        if one.service in services and one.fate is Fate.RECREATED:
            yield Remark(Weight.LOOK, f"{one.service}: {one.why}, and that stays so")
    for name in sorted(services):
        if [one.state for one in state.of(name)] == ["running"]:
            yield Remark(Weight.QUIET, f"{name}: one container, so it does not answer meanwhile")
        waiting = [one.name for one in state.project.services.values() if name in one.depends_on]
        if waiting and not single:
            text = f"{', '.join(waiting)} depends on {name}: restarted too only where it says `restart: true`"
            yield Remark(Weight.QUIET, text)


COMPOSE_RESTART = ComposeRestart(
    id="compose-restart",
    key="",
    words="Restart",
    help="Stops and starts the containers of a Compose service, as they were made.",
    kinds=frozenset({SERVICE, "Pod", "Job"}),
)
