"""The deployments that an Application can go back to: with which images, and whether they were ever ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.errors import Refused
from tui.model.application import Application, Deployed
from tui.model.revision import EverReady, Revision
from tui.model.rolled_back import short
from tui.model.workload import Workload

AROUND = 15.0  # seconds: a ReplicaSet is made while its sync runs, or just after; clocks differ a little


@dataclass(frozen=True, slots=True)
class PastDeployment:
    """One entry of the history; `revisions` are those of its workloads then, as far as they can be told."""

    entry: Deployed
    current: bool
    revisions: tuple[tuple[Workload, Revision], ...]
    ever_ready: EverReady
    evidence: str

    @property
    def id(self) -> int:
        """Argo CD's own number of it."""
        return self.entry.id

    @property
    def commit(self) -> str:
        """The commit; of several sources each, with blanks between."""
        return commit(self.entry)

    @property
    def images(self) -> tuple[str, ...]:
        """Of its workloads, each once."""
        return tuple(dict.fromkeys(image for _, one in self.revisions for image in one.images))


def commit(entry: Deployed) -> str:
    """As the history entry says it."""
    return entry.revision or " ".join(entry.revisions)


def half_way(application: Application) -> bool:
    """Whether the last operation failed on another commit than the one that was deployed last."""
    state, current = application.state, application.deployed
    if state is None or current is None or state.phase not in ("Failed", "Error") or not state.results:
        return False
    went = state.revision or " ".join(state.revisions)
    applied = any(not row.hook_type and row.status == "Synced" for row in state.results)
    return bool(went) and went != commit(current) and applied


def chosen(found: Sequence[PastDeployment], application: Application, choice: int | None) -> PastDeployment:
    """That of this id, else the newest that was ever ready and is another commit; Refused, in words."""
    name = application.meta.name
    if choice is None:
        good = best(found)
        if good is None:
            raise Refused(f"no other deployment of {name} is known to have been ready", "choose one")
        return good
    to = next((one for one in found if one.id == choice), None)
    if to is None:
        raise Refused(f"{name} has no deployment {choice} in its history", "look again")
    if same_as_current(found, to):
        raise Refused(f"{short(to.commit)} is what {name} has now")
    return to


def best(found: Sequence[PastDeployment]) -> PastDeployment | None:
    """The newest that was ever ready and does not run; one with other pods before one with other hooks."""
    good = [one for one in found if one.ever_ready is EverReady.YES and not same_as_current(found, one)]
    current = next((one for one in found if one.current), None)
    others = (one for one in good if current is None or _pods(one) != _pods(current))
    return next(others, good[0] if good else None)


def _pods(one: PastDeployment) -> frozenset[str]:
    """The identities of its workloads' revisions."""
    return frozenset(revision.uid for _, revision in one.revisions)


def same_as_current(found: Sequence[PastDeployment], one: PastDeployment) -> bool:
    """Whether it is the commit that runs, with the same source."""
    current = next((each for each in found if each.current), None)
    if current is None:
        return False
    return one.current or (one.commit == current.commit and one.entry.source == current.entry.source)


def by_entry(
    history: Sequence[Deployed], revisions: Sequence[Revision], *, whole: bool = True
) -> dict[int, Revision]:
    """By place in the history, as far as it can be told: never a guess, which would be false evidence.

    A sync makes a revision, or uses again the one that the same commit led to. Where it made none it may have
    changed nothing, or have used an older one again: the numbers say whether that happened at all.
    `whole`: what runs is what was deployed last.
    """
    found: dict[int, Revision] = {}
    by_commit: dict[str, Revision] = {}
    latest: Revision | None = None
    used_again = _used_again(revisions)
    for index, entry in enumerate(history):
        made = next((one for one in revisions if _maker(history, one) is entry), None)
        known = made or by_commit.get(commit(entry))
        if known is None and index == 0 and not used_again:
            known = next((one for one in revisions if one.created <= entry.deployed + AROUND), None)
        if known is None and index == len(history) - 1 and whole:
            known = next((one for one in revisions if one.current), None)
        if known is None and not used_again:
            known = latest
        latest = known
        if known is not None:
            by_commit[commit(entry)] = found[index] = known
    return found


def _used_again(revisions: Sequence[Revision]) -> bool:
    """Whether one got a newer number than some that were made after it, or left a gap among the numbers."""
    ordered = sorted(revisions, key=lambda one: one.number)
    made = [one.created for one in ordered]
    numbers = [one.number for one in ordered]
    return made != sorted(made) or (bool(numbers) and len(numbers) != numbers[-1] - numbers[0] + 1)


def all_ready(revisions: Sequence[tuple[Workload, Revision]]) -> tuple[EverReady, str]:
    """All of them were, or one was not, or it is not known."""
    if not revisions:
        return EverReady.UNKNOWN, "no revision of its workloads is known"
    many = len(revisions) > 1
    for wanted in (EverReady.NO, EverReady.UNKNOWN):
        for workload, one in revisions:
            if one.ever_ready is wanted:
                return wanted, f"{workload.meta.name}: {one.evidence}" if many else one.evidence
    first = revisions[0][1]
    return EverReady.YES, f"all of {len(revisions)} workloads" if many else first.evidence


def initiator(application: Application, revision: Revision) -> str:
    """Who had Argo CD deploy a revision last: `scenario, 2df1a31`; "" where its history does not tell.

    A rollback uses the revision again that the same commit made before.
    """
    made = _maker(application.history, revision)
    if made is None:
        return ""
    entry = next(one for one in reversed(application.history) if commit(one) == commit(made))
    who = "automated" if entry.automated else entry.username or "somebody"
    return f"{who}, {short(commit(entry))}"


def _maker(history: Sequence[Deployed], revision: Revision) -> Deployed | None:
    """The deployment during whose sync a revision was made: of several that are near, the nearest."""
    near = [(_apart(one, revision.created), index) for index, one in enumerate(history)]
    apart, index = min(near, default=(AROUND + 1, 0))
    return history[index] if apart <= AROUND else None


def _apart(entry: Deployed, at: float) -> float:
    """Seconds between a moment and the time of its sync; 0 while it ran."""
    begun = entry.started if entry.started is not None else entry.deployed
    return max(begun - at, at - entry.deployed, 0.0)
