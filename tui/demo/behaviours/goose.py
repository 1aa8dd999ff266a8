"""What goose prints, line by line with its time: the words of its command line tool, on standard error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from tui.demo.behaviours.scripted import Goose


def output(run: Goose, began: float) -> Iterator[tuple[float, str]]:
    """(epoch seconds, line) of a whole run that began at `began`."""
    at = began + 0.2
    version = run.version
    for index, file in enumerate(run.files):
        took = run.seconds_of(index)
        at += took
        if run.fails(index):
            # The statement is printed as Go's %q does, so its own quotes are escaped.
            yield (
                at,
                f"{stamp(at)} goose run: ERROR {file}: failed to run SQL migration: "
                f'failed to execute SQL query "{run.error}',
            )
            return
        version = version_of(file, version)
        yield at, f"{stamp(at)} OK   {file} ({spent(took)})"
    if run.files:
        yield at + 0.02, f"{stamp(at + 0.02)} goose: successfully migrated database to version: {version}"
    else:
        yield at, f"{stamp(at)} goose: no migrations to run. current version: {version}"


def stamp(at: float) -> str:
    """The prefix of Go's standard logger."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d %H:%M:%S")


def version_of(file: str, otherwise: int = 0) -> int:
    """The number before the first underscore of a migration's file name."""
    found = re.match(r"\d+", file)
    return int(found.group()) if found else otherwise


def spent(seconds: float) -> str:
    """A Go Duration rounded to a hundredth of its unit."""
    if seconds < 0.001:
        return f"{round(seconds * 1e6, 2):g}µs"
    if seconds < 1:
        return f"{round(seconds * 1e3, 2):g}ms"
    minutes, rest = divmod(seconds, 60)
    text = f"{round(rest, 2):g}s"
    return f"{minutes:g}m{text}" if minutes else text
