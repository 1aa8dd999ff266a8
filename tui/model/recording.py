"""What is known of a migration Job whose log was recorded, also after the Job is gone."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.model.goose import GooseRun


@dataclass(frozen=True, slots=True)
class Recording:
    """The header of a recording, and how it ended. Times are epoch seconds."""

    environment: str
    job_uid: str
    namespace: str
    job: str
    began: float  # the recording
    created: float = 0.0  # the Job
    service: str = ""
    database: str = ""
    phase: str = ""
    wave: int = 0
    images: tuple[str, ...] = ()
    application: str = ""
    operation: str = ""
    ended: float | None = None  # the recording; None: it goes on, or was cut off
    status: str = ""  # of the Job at its end
    started: float | None = None
    finished: float | None = None
    attempts: int = 0
    goose: GooseRun = field(default_factory=GooseRun)

    @property
    def took(self) -> float | None:
        """Seconds from the Job's start to its end."""
        return None if self.started is None or self.finished is None else self.finished - self.started
