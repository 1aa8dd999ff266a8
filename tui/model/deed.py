"""A deed on its way: which steps were written, how far it is, and when it came to each stage."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.model.plan import Plan, Progress, Stage, Step


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one step; revisions are those of the Deployment's annotation, or updateRevision."""

    step: Step
    stage: Stage
    text: str
    id: str = ""  # of its lines in the journal
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a deed came to a stage, epoch seconds."""

    at: float
    progress: Progress


@dataclass(frozen=True, slots=True)
class OpenDeed:
    """A deed from its confirmation to its end. Its plan holds only the steps that are followed."""

    plan: Plan
    environment: str
    results: tuple[Result, ...]
    moments: tuple[Moment, ...]  # one a stage, the newest last
    stopped: str = ""  # what kept the rest of its steps from being written, in words
    left: bool = False  # by a cockpit that was closed before its end

    @property
    def at(self) -> float:
        """When it was confirmed, epoch seconds."""
        return self.moments[0].at

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self.moments[-1].progress

    def moved(self, at: float, progress: Progress) -> OpenDeed:
        """Its next moment; within a stage only the words change, its time stays."""
        if progress.stage is self.progress.stage and len(self.moments) > 1:
            latest = replace(self.moments[-1], progress=progress)
            return replace(self, moments=(*self.moments[:-1], latest))
        return replace(self, moments=(*self.moments, Moment(at, progress)))
