"""What is known of a migration or hook Job whose log was recorded, also after the Job is gone."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.model.cluster import Event
from tui.model.goose import GooseRun


@dataclass(frozen=True, slots=True)
class Exit:
    """How one container of one attempt ended."""

    pod: str
    container: str
    restart: int = 0  # restartCount of the instance
    code: int = 0
    signal: int = 0
    reason: str = ""
    started: float | None = None
    finished: float | None = None

    @property
    def words(self) -> str:
        """`exit 137, OOMKilled`."""
        how = f"signal {self.signal}" if self.signal else f"exit {self.code}"
        return how if self.reason in ("", "Completed", "Error") else f"{how}, {self.reason}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands beside the lines of a recording."""

    exits: tuple[Exit, ...] = ()
    events: tuple[Event, ...] = ()


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
    migrates: bool = True  # it runs goose; other hooks are recorded as well
    application: str = ""
    operation: float = 0.0  # when the operation began in which it ran; 0 is not known
    revision: str = ""
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
