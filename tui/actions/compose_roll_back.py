"""Roll back of a Compose service: the image that its containers ran before, where the engine still has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui.actions.base import Asked
from tui.actions.compose_project import ComposeDeed, known, settling
from tui.actions.guard import seen
from tui.errors import Refused
from tui.model.compose import SERVICE
from tui.model.compose_command import roll_back
from tui.model.compose_state import ComposeState, canonical, short
from tui.model.plan import Change, Plan, Refusal, Remark, Step, Weight


@dataclass(frozen=True)
class ComposeRollBack(ComposeDeed):
    """Touches neither the file nor a tag: the next `up` brings back what the file says. The plan says so."""

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        refused = super().refuse(asked)
        if refused:
            return refused
        if len(asked.targets) > 1:
            return (Refusal(None, "one service at a time"),)
        record = asked.targets[0]
        if not known(asked).of(record.meta.name):
            return (Refusal(seen(record), "it has no container"),)
        if record.meta.name not in known(asked).project.services:
            return (Refusal(seen(record), "the file does not have it"),)
        return ()

    def plan(self, asked: Asked) -> Plan:
        state, record = known(asked), asked.targets[0]
        name = record.meta.name
        before = state.of(name)[0]
        image = _chosen(state, name, asked.images.get(name, ()), before.image_id)
        bears = state.name_of(image)
        was = f"{state.name_of(before.image_id) or before.image} {short(before.image_id)}"
        words = f"Roll {name} back to {bears or 'image'} {short(image)}"
        arguments = {
            "state": state.digest,
            "image": image,
            "service": name,
            "before": {name: before.image_id},
        }
        return Plan(
            deed=self.id,
            environment=asked.environment.name,
            title=words,
            steps=(Step(self.id, seen(record), words, arguments),),
            changes=(Change("image", was, f"{bears or 'without a name'} {short(image)}"),),
            remarks=tuple(_remarks(state, name)),
            command=roll_back(state.project, name, image).line,
            verb="Roll back",
            grave=True,
        )

    def waits(self, state: ComposeState, step: Step, since: float) -> tuple[str, str]:
        mine = state.of(step.target.name)
        image = step.words.rpartition(" ")[2]  # short; the words are all that the journal keeps
        old = [one.name for one in mine if short(one.image_id) != image]
        if old or not mine:
            return f"{', '.join(old) or step.target.name}: not made of it yet", ""
        return settling(mine, since)


def _chosen(state: ComposeState, service: str, ran: tuple[str, ...], now: str) -> str:
    """The newest earlier image that is still there; Refused says why there is none."""
    earlier = [image for image in ran if image != now]
    for image in earlier:
        if state.image_id(image):
            return image
    if earlier:
        title = f"the image that {service} ran before ({short(earlier[0])}) is not on the engine any more"
    else:
        title = f"no earlier image of {service} is known, by the journal or since this cockpit was opened"
    others = _other_tags(state, service, now)
    hint = f"the engine has {', '.join(others)}: write one into the file, then S (up)" if others else ""
    raise Refused(title, hint)


def _other_tags(state: ComposeState, service: str, now: str) -> list[str]:
    """Names of the same repository that are other images."""
    spec = state.project.services[service]
    repository = canonical(state.image_of(spec)).rpartition(":")[0]
    return sorted(
        name
        for name, id in state.images.items()
        if name.rpartition(":")[0] == repository and "@" not in name and id != now
    )


def _remarks(state: ComposeState, name: str) -> Iterator[Remark]:
    file = state.project.file.rpartition("/")[2]
    image = state.image_of(state.project.services[name])
    yield Remark(Weight.LOOK, f"{file} still says {image}: the next up (S) brings that back")
    yield Remark(Weight.QUIET, "by a second file on standard input: no file is written, no tag is moved")
    yield Remark(Weight.QUIET, f"{name} alone is recreated; it does not answer until it is up")
    if state.project.volumes:
        yield Remark(Weight.LOOK, "volumes stay as they are: what a migration changed in them is not undone")


COMPOSE_ROLL_BACK = ComposeRollBack(
    id="compose-roll-back",
    key="",
    words="Roll back",
    help="Gives a Compose service the image that it ran before, where the engine still has it.",
    kinds=frozenset({SERVICE}),
)
