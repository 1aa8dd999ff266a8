"""Jobs and CronJobs."""

from __future__ import annotations

from dataclasses import dataclass

from tui.model.key import Condition, Meta
from tui.model.workload import NO_REFERENCES, References


@dataclass(frozen=True, slots=True)
class Job:
    """A Job. Its attempts are its pods, oldest first (restartPolicy Never) or restarts of one pod."""

    meta: Meta
    completions: int | None = 1
    parallelism: int = 1
    backoff_limit: int = 6
    deadline: int | None = None  # activeDeadlineSeconds
    ttl: int | None = None  # ttlSecondsAfterFinished
    suspended: bool = False
    active: int = 0
    ready: int = 0
    succeeded: int = 0
    failed: int = 0
    terminating: int = 0
    started: float | None = None
    finished: float | None = None  # completionTime; only on success
    conditions: tuple[Condition, ...] = ()
    images: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()  # command and arguments of every container, joined by blanks
    secrets_env: tuple[str, ...] = ()  # Secrets named by envFrom
    references: References = NO_REFERENCES
    spec: bytes = b"{}"


@dataclass(frozen=True, slots=True)
class CronJob:
    """A CronJob."""

    meta: Meta
    schedule: str = ""
    time_zone: str = ""
    suspended: bool = False
    active: int = 0
    last_scheduled: float | None = None
    last_succeeded: float | None = None
    images: tuple[str, ...] = ()
    spec: bytes = b"{}"  # JSON of jobTemplate.spec: that of the Jobs it makes
