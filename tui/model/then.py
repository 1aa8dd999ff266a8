"""What is known of an older commit of an application beside the present one, by rendering both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tui.model.hooks import Manifests, MigrationFile
from tui.model.plan import Change


@dataclass(frozen=True, slots=True)
class Then:
    """Fetched for one entry of a history; `problem` says in words what could not be had, and why."""

    commit: str
    stays: tuple[tuple[str, MigrationFile], ...] = ()  # database, and a migration that this commit lacks
    differ: tuple[str, ...] = ()  # databases whose migration is another one, of which no file is known
    changes: tuple[Change, ...] = ()
    before: str = ""  # manifests as YAML, secrets without values
    after: str = ""
    manifests: bool = False  # whether they were had: without, an empty difference means nothing
    problem: str = ""


def applied_since(now: Manifests, then: Manifests) -> tuple[tuple[str, MigrationFile], ...]:
    """Migrations that the present commit has and that one has not: they stay applied, oldest first."""
    old = {hook.database: {file.version for file in hook.files} for hook in then.migrations}
    found = {
        (hook.database, file.version): (hook.database, file)
        for hook in now.migrations
        for file in hook.files
        if file.version not in old.get(hook.database, set())
    }
    return tuple(found[key] for key in sorted(found))


def unknown_since(now: Manifests, then: Manifests) -> tuple[str, ...]:
    """Databases whose migration differs between the two and of which no file is known (a server has none)."""
    old = {hook.database: hook for hook in then.migrations}
    return tuple(
        dict.fromkeys(
            hook.database or hook.name
            for hook in now.migrations
            if not hook.files
            and (
                (was := old.get(hook.database)) is None
                or (was.images, was.digest) != (hook.images, hook.digest)
            )
        )
    )


def without_down(stays: Iterable[tuple[str, MigrationFile]]) -> int:
    """How many of them have no way back."""
    return sum(not file.reversible for _, file in stays)
