"""The runs of containers that a project has: what inspect says now, and what the engine's events remember.

Docker's log of a container goes on through its restarts, and `RestartCount` starts again after a restart
by hand. Both are told apart here: a run has a number, a beginning and an end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tui.model.compose import Inspected, Run

_KEPT = 20  # runs of a container
_APART = 1.0  # seconds between a start and the event that tells of it, at most
_EARLY = 0.5  # seconds by which a line may be older than the start of its run
_ENDS = frozenset({"2", "3", "9", "15", "INT", "QUIT", "KILL", "TERM", "SIGINT", "SIGKILL", "SIGTERM"})


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a container's log that one run wrote; None is open."""

    since: float | None
    until: float | None


class Runs:
    """The runs of one container, oldest first; `number` counts all, also those that were forgotten."""

    def __init__(self) -> None:
        self.known: list[Run] = []
        self.number = 0  # of the present run, from 0
        self.by_hand_at: float | None = None  # when the present series of runs was started by hand
        self._stopping = False

    def happened(self, action: str, at: float, attributes: Mapping[str, str]) -> None:
        """Takes one event of the engine; inspect may have told of it already."""
        last = self.known[-1] if self.known else None
        if action == "kill":
            self._stopping = attributes.get("signal", "15") in _ENDS
        elif action == "start":
            self._stopping = False
            if last is None or not _told(last, at):
                self._begin(Run(at))
        elif action == "oom" and last is not None:
            self.known[-1] = replace(last, oom=True)
        elif action == "die":
            code = attributes.get("exitCode", "")
            self._end(at, int(code) if code.lstrip("-").isdecimal() else None)

    def looked(self, found: Inspected) -> None:
        """Takes what inspect says: it knows the present run exactly, and when the one before ended."""
        if found.started is None:
            return
        runs = found.state in ("running", "paused")
        last = self.known[-1] if self.known else None
        ended = found.finished if runs else None  # of the run before
        if last is None:
            if ended is not None:
                self.known.append(Run(None, ended))
            self.known.append(Run(found.started))
        elif _told(last, found.started):
            self.known[-1] = replace(last, started=found.started)
        else:
            self.known[-1] = replace(last, finished=last.finished or ended)
            self._begin(Run(found.started))
        if not found.restarts or self.by_hand_at is None:
            self.by_hand_at = found.created if found.restarts else found.started
        self.number = max(self.number, found.restarts, len(self.known) - 1)
        if not runs and found.finished is not None:
            self._end(found.finished, found.exit_code, oom=found.oom)

    @property
    def before(self) -> Run | None:
        """The run before the present one."""
        return self.known[-2] if len(self.known) > 1 else None

    @property
    def now(self) -> Run | None:
        """The present run, or the last one when nothing runs."""
        return self.known[-1] if self.known else None

    def window(self, number: int) -> Window | None:
        """Where the lines of that run lie in the log; None where it is not known (any more)."""
        at = len(self.known) - 1 - (self.number - number)
        if not 0 <= at < len(self.known):
            return None
        return Window(self._edge(at), self._edge(at + 1))

    def _edge(self, at: int) -> float | None:
        """Between the end of one run and the beginning of the next: the engine's times are a little off."""
        if not 0 <= at < len(self.known):
            return None
        if not at:  # what was before it is not known: a first line may be a little older than its run
            first = self.known[0].started
            return first - _EARLY if first is not None else None
        ended, began = self.known[at - 1].finished, self.known[at].started
        if began is None or ended is None or ended > began:
            return began
        return (ended + began) / 2

    def _begin(self, run: Run) -> None:
        if self.known:
            self.number += 1
        self.known = [*self.known[1 - _KEPT :], run]

    def _end(self, at: float, code: int | None, *, oom: bool = False) -> None:
        if not self.known:
            self.known.append(Run(None))
        last = self.known[-1]
        late = len(self.known) > 1 and last.started is not None and at < last.started
        place = -2 if late else -1
        run = self.known[place]
        self.known[place] = replace(
            run,
            finished=run.finished or at,
            exit_code=run.exit_code if code is None else code,
            oom=run.oom or oom,
            by_hand=run.by_hand or self._stopping,
        )


def _told(last: Run, at: float) -> bool:
    """Whether a start at that time is that of the run: an event comes a little after what it tells of."""
    if last.started is None or abs(last.started - at) > _APART:
        return last.started is None and last.finished is not None and at < last.finished
    return last.finished is None or at <= last.finished
