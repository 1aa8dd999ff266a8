"""Folders of goose's files in a commit, and which of them a hook applies, as far as names tell."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from tui.model.hooks import Hook, Manifests, MigrationFile

FILES = ("*.sql",)
_FILE = re.compile(r"^(\d+)_[^/]*\.(?:sql|go)$")
_DIR = re.compile(r"(?:^|\s)-{1,2}dir[\s=]+(\S+)")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that holds migrations, oldest first."""

    path: str
    files: tuple[MigrationFile, ...]


def folders(names: Iterable[str], reversible: Collection[str] = ()) -> tuple[Folder, ...]:
    """Of a commit's paths; `reversible` are those with a Down section; what is Go is taken to have one."""
    found: dict[str, list[MigrationFile]] = defaultdict(list)
    for path in names:
        folder, _, name = path.rpartition("/")
        matched = _FILE.match(name)
        if matched and not name.endswith("_test.go"):
            back = path in reversible or name.endswith(".go")
            found[folder].append(MigrationFile(int(matched[1]), name, back))
    return tuple(
        Folder(path, tuple(sorted(files, key=lambda file: file.version)))
        for path, files in sorted(found.items())
    )


def with_files(made: Manifests, found: Collection[Folder]) -> Manifests:
    """With each migration's files: expected, since its image may have others."""
    hooks = tuple(
        replace(hook, files=folder.files)
        if hook.migrates and (folder := folder_of(hook, found)) is not None
        else hook
        for hook in made.hooks
    )
    return replace(made, hooks=hooks)


def folder_of(hook: Hook, found: Collection[Folder]) -> Folder | None:
    """The folder that speaks of its database or service, and ends as goose's -dir does; None in doubt."""
    stem = hook.database.removesuffix("_db")
    wanted = next((match[1] for command in hook.commands if (match := _DIR.search(command))), "")
    best: tuple[int, Folder | None] = (0, None)
    for folder in found:
        parts = folder.path.split("/")
        score = 4 * (hook.database in parts) + 2 * (stem in parts) + (hook.service in parts)
        if score == 0 and not wanted:
            continue
        score += _common_end(wanted, folder.path)
        if score > best[0]:
            best = (score, folder)
        elif score == best[0]:
            best = (score, None)
    return best[1] if best[0] >= 2 else None


def _common_end(one: str, other: str) -> int:
    """How many last parts two paths share."""
    count = 0
    ends = zip(reversed(posixpath.normpath(one).split("/")), reversed(other.split("/")), strict=False)
    for left, right in ends:
        if left != right or not left:
            break
        count += 1
    return count
