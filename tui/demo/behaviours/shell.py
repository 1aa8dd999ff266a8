"""A container whose command is a small shell script: echo, sleep and exit, with their times."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.demo.behaviours.common import Object

# A statement takes a moment, so that no two lines have the same time.
_MOMENT = 0.001


@dataclass(frozen=True, slots=True)
class Shell:
    """What it prints, as (seconds after the start, line), and when it ends with which code."""

    lines: tuple[tuple[float, str], ...]
    seconds: float
    code: int

    def output(self, began: float) -> Iterator[tuple[float, str]]:
        """(epoch seconds, line) of a run that began at `began`."""
        return ((began + at, line) for at, line in self.lines)


def shell_of(container: Object) -> Shell | None:
    """The script of `sh -c SCRIPT`; None for any other command, or a word that is not known here."""
    words = [*(container.get("command") or ()), *(container.get("args") or ())]
    if len(words) != 3 or words[0] not in ("sh", "/bin/sh") or words[1] != "-c":
        return None
    at, code = 0.0, 0
    lines: list[tuple[float, str]] = []
    for statement in _statements(words[2]):
        at += _MOMENT
        match statement:
            case ["echo", *rest]:
                lines.append((at, " ".join(rest)))
            case ["sleep", seconds] if re.fullmatch(r"\d+(\.\d+)?", seconds):
                at += float(seconds)
            case ["exit", number] if number.isdigit():
                code = int(number)
                break
            case _:
                return None
    return Shell(tuple(lines), at, code)


def _statements(script: str) -> Iterator[Sequence[str]]:
    try:
        for text in re.split(r"[;\n]", script):
            if words := shlex.split(text):
                yield words
    except ValueError:
        yield ("?",)
