"""An Application that was rolled back: to what, and what Git says meanwhile. Nothing in Argo CD marks it."""

from __future__ import annotations

from dataclasses import dataclass

from tui.model.application import Application, OperationState

FROM = "Rolled back from"
"""The name of the line that our operation carries in its `info`; its value is the commit of before."""


@dataclass(frozen=True, slots=True)
class RolledBack:
    """Which commit runs, which one Git has, and who did it when (`who` may be "" and `at` 0.0)."""

    to: str
    git: str
    who: str
    at: float

    @property
    def words(self) -> str:
        """The badge of a row."""
        return f"rolled back to {short(self.to)}, Git still at {short(self.git)}"


def rolled_back(application: Application) -> RolledBack | None:
    """None when it was not, and as soon as it is no more: deployed forward, or Git was taken back as well.

    The deed leaves a history entry like any other: it shows as a commit that an older entry has already,
    or by what we wrote into the operation, while Git says another one.
    """
    current = application.deployed
    if current is None or application.sync != "OutOfSync":
        return None
    git = _text(application.revision, application.revisions)
    to = _text(current.revision, current.revisions)
    if not to or not git or to == git:
        return None
    again = any(_text(one.revision, one.revisions) == to for one in application.history[:-1])
    if current.automated or not ((again and _went_back(application)) or _says_so(application.state, to)):
        return None
    return RolledBack(to, git, current.username, current.deployed)


def _went_back(application: Application) -> bool:
    """Whether the entry before the last is of another commit: a second sync of one commit is no way back."""
    before, last = application.history[-2], application.history[-1]
    return _text(before.revision, before.revisions) != _text(last.revision, last.revisions)


def _says_so(state: OperationState | None, to: str) -> bool:
    """Whether it was our operation: the older entry is gone when it was the oldest that is kept."""
    if state is None or state.phase != "Succeeded" or not any(n == FROM for n, _ in state.operation.info):
        return False
    return _text(state.operation.revision, state.operation.revisions) == to


def _text(revision: str, revisions: tuple[str, ...]) -> str:
    return revision or " ".join(revisions)


def short(revision: str) -> str:
    """As Git shortens a commit; of several sources each."""
    return " ".join(one[:7] if len(one) == 40 else one for one in revision.split())
