"""A deed before it is done: what would be written, where, on which object as the operator saw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """One object as the operator saw it when the key was pressed; `digest` is of what the plan depends on."""

    kind: str
    namespace: str
    name: str
    uid: str
    digest: str = ""

    @property
    def words(self) -> str:
        """`services / Deployment auth`."""
        return f"{self.namespace} / {self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Step:
    """One write on one object. `deed` names the call in `wire.write`, `arguments` are its own."""

    deed: str  # "restart", "roll-back", ...
    target: Target
    words: str  # "Restart auth"
    arguments: Mapping[str, Any] = field(default_factory=dict)


class Weight(StrEnum):
    """How loud a line of the plan is."""

    PLAIN = "plain"
    QUIET = "quiet"
    LOOK = "look"
    BAD = "bad"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of "What to know"."""

    weight: Weight
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A line of "What changes": `what` from `before` to `after`; either may be empty (set, unset)."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a target is left out, in a sentence."""

    target: Target | None
    text: str

    @property
    def words(self) -> str:
        """With the name of what is left out, for lists."""
        return f"{self.target.name}: {self.text}" if self.target is not None else self.text


@dataclass(frozen=True, slots=True)
class Awaited:
    """An operation after whose end, good or bad, a plan goes on."""

    target: Target
    does: str  # "migrates auth_db"
    ticket: str = ""  # of one that this cockpit has just written, and may not see yet


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the dialog shows and `carry` does. Steps run in order and stop at the first failure."""

    deed: str
    environment: str
    title: str  # "Roll personal back from revision 8 to revision 7"
    steps: tuple[Step, ...]
    changes: tuple[Change, ...] = ()
    remarks: tuple[Remark, ...] = ()
    refused: tuple[Refusal, ...] = ()
    command: str = ""  # the equivalent kubectl command
    before: str = ""  # YAML for ctrl+d
    after: str = ""
    verb: str = "Go on"  # the button
    typed: bool = False  # confirmed by typing the target's name everywhere
    grave: bool = (
        False  # roll back, sync with migrations, terminate, deploy: a protected environment asks for a name
    )
    awaits: tuple[Awaited, ...] = ()  # over before this one is done; there may be no step then
    then: Plan | None = None  # begun when this one is done, and not at all when it fails
    apart: tuple[Plan, ...] = ()  # instead of steps: begun at once, each with its own end

    @property
    def every(self) -> tuple[Step, ...]:
        """Its steps and those of the plans that follow it or go beside it."""
        beside = tuple(step for plan in self.apart for step in plan.every)
        return self.steps + (self.then.every if self.then is not None else ()) + beside


class Stage(StrEnum):
    """Where a deed is on its line."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    ROLLING = "rolling"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def over(self) -> bool:
        """Whether nothing more is expected."""
        return self in (Stage.DONE, Stage.FAILED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a deed is, in words."""

    stage: Stage
    text: str = ""
