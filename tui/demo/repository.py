"""What Argo CD deploys from: branches of commits, each with the manifests of every path, already rendered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.demo import git_objects

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Commit:
    """`files` is path -> manifests; `at` epoch seconds."""

    sha: str
    at: float
    author: str
    message: str
    files: Mapping[str, tuple[Object, ...]] = field(repr=False)


class Repository:
    """One repository, whatever its address; a monorepo: every commit moves the whole branch."""

    def __init__(self) -> None:
        self.branches: dict[str, list[Commit]] = {}
        self.versions: dict[tuple[str, str], int] = {}  # (namespace, database) -> its last migration
        self._commits: dict[str, Commit] = {}
        self._objects: git_objects.Objects = {}  # that are not on the disk
        self._folder: Path | None = None

    def checkout(self, folder: Path) -> None:
        """Keeps a checkout of it there from now on, which the real git can read; several may share one."""
        self._folder = folder
        self._write()

    def push(
        self,
        branch: str,
        files: Mapping[str, Sequence[Object]],
        *,
        at: float,
        author: str = "platform",
        message: str = "",
    ) -> Commit:
        """A commit with these paths changed and the others as they were."""
        before = self.head(branch)
        whole = {**(before.files if before else {}), **{path: tuple(each) for path, each in files.items()}}
        parent = before.sha if before else ""
        sha, objects = git_objects.commit(whole, parent, at=at, author=author, message=message)
        self._objects |= objects
        made = Commit(sha, at, author, message, whole)
        self.branches.setdefault(branch, []).append(made)
        self._commits[made.sha] = made
        self._write()
        return made

    def _write(self) -> None:
        if self._folder is not None:
            heads = {name: commits[-1].sha for name, commits in self.branches.items()}
            git_objects.write(self._folder, self._objects, heads)
            self._objects = {}

    def head(self, branch: str) -> Commit | None:
        """The newest commit of a branch; "" and HEAD are main."""
        found = self.branches.get(branch if branch not in ("", "HEAD") else "main")
        return found[-1] if found else None

    def commit(self, revision: str) -> Commit | None:
        """A commit by its full name, or a branch's newest."""
        return self._commits.get(revision) or self.head(revision)
