"""What Git says of an application beside Argo CD: commits on their way to it, and where its branch stands."""

from __future__ import annotations

from dataclasses import dataclass

from tui.model.key import Meta


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; `at` is when it was made, epoch seconds."""

    id: str
    author: str = ""
    at: float = 0.0
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Push:
    """Of the checkout: commits of this service since what is deployed, oldest last, and the head.

    `remote` is whether the head is that of a remote-tracking branch: how new it is, the last fetch decides.
    """

    commits: tuple[Commit, ...] = ()
    head: str = ""
    remote: bool = False
    ahead: bool = False  # it has commits that Argo CD has not compared yet
    problem: str = ""  # why there is nothing, in words


KIND = "Commit"  # of the store


@dataclass(frozen=True, slots=True)
class Authored:
    """A commit as a record of the store; its uid is its id."""

    meta: Meta
    commit: Commit
