"""One run of the docker command that changes a project: what it said so far, and how it ended."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui.model.key import Meta

RUN = "ComposeRun"  # its kind in a store: the last one of each target
_MOVED = re.compile(r"^ ?(?:Container|Network|Volume|Image|Service) \"?(\S+?)\"?\s{1,2}(\S.*)$")
_IMAGE = re.compile(r"^ ?(\S+) (Pull\w+|Build\w+|Built|Download\w+|Extract\w+|Skipped.*)( .*)?$")
_LOGGED = re.compile(r'time="[^"]*" level=(?:warning|info|debug) ')
_LONGEST = 600  # characters of a complaint
_BUILD = re.compile(r"^#\d+ (.+)$")


@dataclass(frozen=True, slots=True)
class ComposeRun:
    """`code` is None while it runs, and for good when it did not end in time."""

    meta: Meta
    began: float
    lines: tuple[str, ...] = ()  # the last ones
    code: int | None = None
    lost: str = ""  # why nobody knows how it ended

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.code is not None or bool(self.lost)

    @property
    def last(self) -> str:
        """`api-1: Recreated`, as far as it got."""
        moves = (moved(line) for line in reversed(self.lines))
        return next((f"{what}: {did}" for what, did in (move for move in moves if move)), "")

    @property
    def complaint(self) -> str:
        """Why it failed, in its own words: what it said after the last progress, warnings left out."""
        said: list[str] = []
        for line in self.lines:
            said = [] if moved(line) else [*said, line.strip()]
        words = " ".join(line for line in said if line and not _LOGGED.match(line))
        return words[:_LONGEST] or f"docker ended with exit code {self.code}"


def moved(line: str) -> tuple[str, str] | None:
    """`Container shop-api-1  Started` of plain progress as (what, did); None for any other line."""
    if found := _MOVED.match(line) or _IMAGE.match(line):
        return found[1], found[2].strip()
    built = _BUILD.match(line)
    return ("build", built[1]) if built is not None else None
