"""What the dialog of a sync says: what changes, which migrations run, and what to know before."""

from __future__ import annotations

from collections.abc import Iterator

from tui.actions.base import Asked
from tui.actions.guard import seen
from tui.actions.rollout import span
from tui.actions.sync_guard import GHOST_AFTER, ghost, project_of, windows
from tui.actions.sync_progress import operating
from tui.model.application import Application, ManagedResource
from tui.model.hook_runs import last_run
from tui.model.hooks import Hook, Manifests, Origin, Rendered, short
from tui.model.plan import Awaited, Change, Remark, Weight
from tui.model.rolled_back import rolled_back
from tui.model.step import OPEN, Step
from tui.model.sync_plan import (
    PLAIN_SYNC,
    deployed_words,
    out_of_sync,
    pinned,
    pinned_words,
    runs_again,
    to_prune,
)
from tui.model.sync_window import window_words

_MOST = 8  # lines of a kind that one application takes


def manifests(asked: Asked, one: Application) -> Manifests:
    """The hooks that are expected: of the chosen commit, of the compared one, else those of the last run."""
    board = asked.boards.get(one.meta.uid)
    chosen = asked.sync.revision
    rendered = asked.store.by_uid("Rendered", one.meta.uid) if chosen else None
    if isinstance(rendered, Rendered) and (found := rendered.of(chosen)) is not None:
        return found
    return board.manifests if board is not None else last_run(one, ())


def migrates(asked: Asked, one: Application) -> bool:
    """Whether this sync runs migrations."""
    return asked.sync.hooks and bool(manifests(asked, one).migrations)


def databases(asked: Asked, one: Application) -> frozenset[str]:
    """What this sync migrates."""
    return manifests(asked, one).databases if asked.sync.hooks else frozenset()


def awaited(asked: Asked, uid: str, mine: frozenset[str]) -> list[Awaited]:
    """Operations of other applications than `uid` that migrate one of these databases now."""
    found = []
    for other in asked.boards.values():
        shared = sorted(mine & other.manifests.databases)
        one = operating(asked.store, other.application.meta.uid)
        if shared and one is not None and one.meta.uid != uid:
            found.append(Awaited(seen(one), f"migrates {shared[0]}"))
    return found


def changes(asked: Asked, one: Application) -> Iterator[Change]:
    """The commit, then each resource that Argo CD says is out of sync."""
    name = one.meta.name
    deployed, wanted = deployed_words(one), pinned_words(one, asked.sync)
    if deployed != wanted:
        yield Change(f"{name} commit", deployed or "not deployed", wanted)
    chosen = {(each.group, each.kind, each.namespace, each.name) for each in asked.sync.selected}
    pruned = {_key(each) for each in to_prune(one)}
    shown = [each for each in out_of_sync(one) if not chosen or _key(each) in chosen]
    for each in shown[:_MOST]:
        what = f"{each.namespace} / {each.kind} {each.name}"
        after = ("deleted" if asked.sync.prune else "stays") if _key(each) in pruned else f"as in {wanted}"
        yield Change(what, "not in Git" if _key(each) in pruned else "out of sync", after)
    if len(shown) > _MOST:
        yield Change(f"{name}: {len(shown) - _MOST} more resources", "out of sync", f"as in {wanted}")


def _key(one: ManagedResource) -> tuple[str, str, str, str]:
    return (one.group, one.kind, one.namespace, one.name)


def remarks(asked: Asked, acted: list[Application]) -> Iterator[Remark]:
    """Of each application, with its name where there are several."""
    single = len(acted) == 1
    for one in acted:
        name = "" if single else f"{one.meta.name}: "
        for remark in _of_one(asked, one):
            yield Remark(remark.weight, f"{name}{remark.text}")
    yield from _order(asked, acted)


def _of_one(asked: Asked, one: Application) -> Iterator[Remark]:
    yield from _migrations(asked, one)
    yield from _options(asked, one)
    yield from _beside(asked, one)
    yield from _windows(asked, one)
    yield from _git(asked, one)
    known = asked.differences.get(one.meta.uid)
    if known is not None:
        text = (
            "no manifest differs" if known[0] == known[1] else "ctrl+d shows the difference of the manifests"
        )
        yield Remark(Weight.QUIET, text)
    elif out_of_sync(one):
        why = asked.undiffed.get(one.meta.uid, "no server of Argo CD and no checkout to ask")
        yield Remark(Weight.QUIET, f"only Argo CD's list of what is out of sync is known: {why}")


def _migrations(asked: Asked, one: Application) -> Iterator[Remark]:
    found = manifests(asked, one)
    hooks = found.migrations
    if not hooks:
        if asked.sync.hooks:
            yield Remark(Weight.QUIET, f"no migration is known ({found.origin})")
        return
    if not asked.sync.hooks:
        text = f"no hook runs, so {_count(len(hooks))} of it does not run either"
        yield Remark(Weight.BAD, text)
        return
    state = one.state
    if runs_again(one):
        text = f"Synced, but its last operation failed: runs {_count(len(hooks))} again, same revision"
        yield Remark(Weight.LOOK, text)
    board = asked.boards.get(one.meta.uid)
    waits = board.waiting if board is not None else ()
    if waits and one.sync == "Synced" and not runs_again(one):
        does = "waits" if len(waits) == 1 else "wait"
        text = f"Synced, but {_count(len(waits))} {does}: Argo CD does not compare hooks"
        yield Remark(Weight.LOOK, text)
    if found.origin is Origin.LAST_RUN and state is not None:
        text = "migrations as of the last run: what the new commit adds is not known"
        yield Remark(Weight.QUIET, text)
    chosen = asked.sync.revision
    if chosen and found.revision != chosen:
        yield Remark(
            Weight.LOOK, f"migrations as of {short(found.revision)}: those of {short(chosen)} are not known"
        )
    steps = {_named(step.hook): step for step in (board.steps if board is not None else ())}
    for hook in hooks[:_MOST]:
        weight = Weight.LOOK if hook in waits else Weight.PLAIN
        yield Remark(weight, _hook(hook, steps.get(_named(hook))))


def _named(hook: Hook) -> tuple[str, str, str]:
    return (hook.phase, hook.namespace, hook.name)


def _hook(hook: Hook, step: Step | None) -> str:
    text = f"runs {hook.phase} wave {hook.wave}: {hook.label} ({hook.name})"
    if step is None:
        return text
    if step.before is not None:
        text += f", at version {step.before} now"
    if step.todo and step.state in OPEN:
        files = ", ".join(file.name for file in step.todo[:3])
        more = f" and {len(step.todo) - 3} more" if len(step.todo) > 3 else ""
        text += f"; expected: {files}{more}"
    return text


def _count(count: int) -> str:
    return f"{count} migration{'' if count == 1 else 's'}"


def _options(asked: Asked, one: Application) -> Iterator[Remark]:
    options = asked.sync
    if options.selected:
        text = (
            f"only {len(options.selected)} selected: hooks are skipped, and Argo CD's history keeps nothing"
        )
        yield Remark(Weight.LOOK, text)
    elif options.apply_only:
        yield Remark(Weight.LOOK, "apply only: hooks are skipped")
    doomed = to_prune(one)
    if doomed and options.prune:
        names = ", ".join(f"{each.kind} {each.name}" for each in doomed[:_MOST])
        yield Remark(Weight.BAD, f"prune deletes {names}")
    elif doomed:
        yield Remark(
            Weight.LOOK, f"{len(doomed)} not in Git any more: stay, and it stays OutOfSync (no prune)"
        )
    revision, revisions = pinned(one, options)
    if not revision and not revisions:
        text = "no commit is known: what the head of the branch is when it begins, also after a window"
        yield Remark(Weight.LOOK, text)
    if options.revision and options.revision != one.revision:
        text = (
            f"{short(options.revision)} is not the branch's: it stays OutOfSync, and no migration goes back"
        )
        yield Remark(Weight.LOOK, text)


def _beside(asked: Asked, one: Application) -> Iterator[Remark]:
    """Other operations: a ghost of its own, and what migrates the same database now."""
    state = one.state
    if ghost(one) and state is not None and (not asked.now or asked.now - state.started > GHOST_AFTER):
        text = (
            f"Argo CD says {state.phase}, and no operation is there any more (a ghost): this sync clears it"
        )
        yield Remark(Weight.LOOK, text)
    back = rolled_back(one)
    if back is not None:
        yield Remark(Weight.LOOK, f"{back.words}: this sync deploys forward again")
    for each in awaited(asked, one.meta.uid, databases(asked, one)):
        name = each.target.name
        text = f"begins when {name} is done, which {each.does} now; as long as the cockpit is open"
        yield Remark(Weight.LOOK, text)
    if one.automated is not None:
        yield Remark(Weight.QUIET, "it syncs by itself as well")


def _windows(asked: Asked, one: Application) -> Iterator[Remark]:
    if project_of(asked.store, one) is None:
        yield Remark(Weight.LOOK, f"project {one.project} is not read: its sync windows are not known")
        return
    state = windows(asked.store, one, asked.now)
    if not state.automated:
        yield Remark(Weight.LOOK, f"sync window: {window_words(state, asked.now)}; by hand it works")
    elif state.until is not None and state.until - asked.now < 3600:
        left = span(state.until - asked.now)
        yield Remark(Weight.LOOK, f"a sync window closes in {left}: what has not begun by then is blocked")


def _git(asked: Asked, one: Application) -> Iterator[Remark]:
    """The commits on their way, and whether the push has arrived at Argo CD."""
    if one.reconciled is not None and asked.now:
        ago = span(asked.now - one.reconciled)
        target = (one.source.target if one.source is not None else "") or "HEAD"
        yield Remark(Weight.QUIET, f"Argo CD compared {target} at {pinned_words(one, PLAIN_SYNC)} {ago} ago")
    push = asked.pushes.get(one.meta.uid)
    if push is None:
        return
    if push.problem:
        yield Remark(Weight.QUIET, push.problem)
        return
    if push.ahead:
        where = "the branch's head" if push.remote else "the local branch"
        text = f"{where} is {short(push.head)}, Argo CD has not compared that yet: u refreshes"
        yield Remark(Weight.LOOK, text)
    for commit in push.commits[:_MOST]:
        yield Remark(Weight.PLAIN, f"{short(commit.id)} {commit.author}: {commit.subject}")
    if len(push.commits) > _MOST:
        yield Remark(Weight.QUIET, f"and {len(push.commits) - _MOST} commits more of this service")


def _order(asked: Asked, acted: list[Application]) -> Iterator[Remark]:
    """Which go one after the other, by what."""
    users: dict[str, list[str]] = {}
    for one in acted:
        for database in sorted(databases(asked, one)):
            users.setdefault(database, []).append(one.meta.name)
    for database, names in users.items():
        if len(names) > 1:
            yield Remark(Weight.LOOK, f"{' and '.join(names)} migrate {database}: one after the other")
