"""The docker commands that change a Compose project, as words: shown in plans, and run by the gate alone."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from tui.model.compose import Project


@dataclass(frozen=True, slots=True)
class Command:
    """The words after `docker`, and what it reads on its standard input: a second Compose file."""

    words: tuple[str, ...]
    given: str = ""

    @property
    def line(self) -> str:
        """As a shell takes it."""
        said = shlex.join(["docker", *self.words])
        return f"printf %s {shlex.quote(self.given)} | {said}" if self.given else said


def restart(project: Project, services: Iterable[str]) -> Command:
    """Containers of these services, in the order of their dependencies; nothing is read from the file."""
    return _compose(project, "restart", *services)


def restart_containers(names: Iterable[str]) -> Command:
    """Compose has no word for one container of several: the engine's own."""
    return Command(("restart", *names))


def up(project: Project) -> Command:
    """Makes the engine have what the file says."""
    return _compose(project, "up", "-d", "--remove-orphans")


def down(project: Project) -> Command:
    """Without `-v`: volumes stay."""
    return _compose(project, "down")


def roll_back(project: Project, service: str, image: str) -> Command:
    """That service alone, from an image that is there; neither the file nor a tag is touched."""
    override = json.dumps({"services": {service: {"image": image}}})
    words = ("up", "-d", "--no-deps", "--no-build", "--pull", "never", service)
    return _compose(project, *words, override=override)


def _compose(project: Project, *words: str, override: str = "") -> Command:
    files = ("-f", project.file, *(("-f", "-") if override else ()))
    return Command(("compose", *files, "-p", project.name, *words), override)
