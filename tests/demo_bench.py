"""The bench's layout in a simulated cluster, and what a watch on one of its Applications saw."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from tests.demo_world import World
from tui.demo.scenario import Scenario
from tui.demo.scenarios import Stage

Object = dict[str, Any]
ALL_RUN, NO_MORE = "successfully synced (all tasks run)", "successfully synced (no more tasks)"
FAILED = "one or more synchronization tasks completed unsuccessfully"


class Bench(World):
    """The bench's layout, and what a watch on one Application saw."""

    def __init__(self, service: str, environment: str = "production") -> None:
        super().__init__("argo")
        self.it = Scenario(self.cluster, service, environment)
        self.stage = Stage()
        self.steps = (self.stage.step, *self.steps)
        self.seen: list[Object] = []
        self.version = ""

    @property
    def application(self) -> Object:
        return self.it.application()

    @property
    def state(self) -> Object:
        found: Object = self.application["status"].get("operationState") or {}
        return found

    def play(self, name: str, seconds: float) -> None:
        self.stage.play(name, self.it)
        self.run(seconds, watch=self.look)

    def look(self) -> None:
        self.seen.append(self.application)

    def told(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """(phase, message, hook phases), each once as long as it lasted."""
        states = [each["status"].get("operationState") or {} for each in self.seen]
        found = [(each.get("phase", ""), each.get("message", ""), hooks_of(each)) for each in states]
        return [one for one, _ in groupby(found)]

    def status(self) -> tuple[str, str, str, int]:
        """(sync, health, phase, entries in the history)."""
        status = self.application["status"]
        history = status.get("history") or ()
        return status["sync"]["status"], status["health"]["status"], self.state.get("phase", ""), len(history)


def hooks_of(state: Object) -> tuple[str, ...]:
    rows = (state.get("syncResult") or {}).get("resources") or ()
    return tuple(each["hookPhase"] for each in rows if each.get("hookType"))
