"""What a sync is made of before it is written: its options, the commit it pins, and who goes after whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.model.application import Application, ManagedResource, SelectedResource
from tui.model.hooks import is_commit, short

TICKET = "deploytui"
"""Name of the line in `operation.info` by which we know our own operation again."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """As the dialog asks for it. `revision` is "" for the commit that Argo CD compared last."""

    revision: str = ""
    prune: bool = False
    apply_only: bool = False
    selected: tuple[SelectedResource, ...] = ()  # not empty: these alone
    reason: str = ""
    ticket: str = ""  # by which our operation is known again

    @property
    def hooks(self) -> bool:
        """Whether hooks run, migrations among them."""
        return not self.apply_only and not self.selected


PLAIN_SYNC = SyncOptions()


def out_of_sync(application: Application) -> tuple[ManagedResource, ...]:
    """What a sync would write: hooks are not compared, so they are never among it."""
    return tuple(one for one in application.resources if one.status == "OutOfSync" and not one.hook)


def to_prune(application: Application) -> tuple[ManagedResource, ...]:
    """What is not in Git any more; of a hook the mark means nothing."""
    return tuple(one for one in application.resources if one.prune and not one.hook)


def pinned(application: Application, options: SyncOptions) -> tuple[str, tuple[str, ...]]:
    """The commit to write, or those of several sources; ("", ()) where no commit is known.

    Without one an operation that a window holds back would deploy the head of the day when it opens.
    """
    if application.multi_source:
        known = application.revisions
        return "", known if known and all(known) else ()
    if options.revision:
        return options.revision, ()
    source = application.source
    chart = bool(source is not None and source.chart)
    return (application.revision, ()) if chart or is_commit(application.revision) else ("", ())


def pinned_words(application: Application, options: SyncOptions) -> str:
    """`9f31c2e`, "1.2.3, 9f31c2e", or the branch."""
    revision, revisions = pinned(application, options)
    if revisions:
        return ", ".join(short(one) for one in revisions)
    source = application.source
    return short(revision) or f"the head of {(source.target if source else '') or 'HEAD'}"


def wrong_branch(application: Application, branch: str) -> str:
    """The branch that it follows where the environment deploys another one; "" where that can't be said."""
    if not branch:
        return ""
    for source in application.sources:
        target = source.target
        if source.chart or target in ("", "HEAD", branch) or is_commit(target):
            continue
        return target
    return ""


def runs_again(application: Application) -> bool:
    """Synced, but its last operation failed: a sync runs the hooks of the same commit once more."""
    state = application.state
    failed = state is not None and state.phase in ("Failed", "Error")
    return failed and application.sync == "Synced"


def deployed_words(application: Application) -> str:
    """The commit that was deployed last, as Git shortens it."""
    last = application.deployed
    if last is None:
        return ""
    return ", ".join(short(one) for one in last.revisions) or short(last.revision)


def rounds(
    applications: Sequence[Application],
    databases: Mapping[str, Iterable[str]],
    busy: Iterable[str] = (),
) -> list[list[Application]]:
    """Those that migrate one database go one after the other: goose's command takes no lock.

    `databases` are by the application's uid. The order is kept; each comes as early as it can. Of those that
    are `busy` none is in the first round, which may be empty.
    """
    found: list[tuple[list[Application], set[str]]] = [([], {*busy})] if busy else []
    for one in applications:
        mine = set(databases.get(one.meta.uid, ()))
        place = next((each for each in found if not mine & each[1]), None)
        if place is None:
            place = ([], set())
            found.append(place)
        place[0].append(one)
        place[1].update(mine)
    return [group for group, _ in found]


def apart(
    applications: Sequence[Application], databases: Mapping[str, Iterable[str]], waits: Collection[str] = ()
) -> list[list[Application]]:
    """Lists of which none has to wait for another one; first all that need not wait for anything.

    `databases` are by the application's uid, `waits` uids of those that wait for others; the order is kept.
    """
    found: list[tuple[list[Application], set[str]]] = []
    for one in applications:
        mine = set(databases.get(one.meta.uid, ()))
        met = [each for each in found if mine & each[1]]
        found = [each for each in found if each not in met]
        found.append(
            ([*(other for each in met for other in each[0]), one], mine.union(*(each[1] for each in met)))
        )
    waiting = [group for group, _ in found if len(group) > 1 or group[0].meta.uid in waits]
    bound = {one.meta.uid for group in waiting for one in group}
    free = [one for one in applications if one.meta.uid not in bound]
    order = {one.meta.uid: place for place, one in enumerate(applications)}
    return [sorted(each, key=lambda one: order[one.meta.uid]) for each in (free, *waiting) if each]
