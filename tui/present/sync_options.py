"""The options of a sync as rows, and each after a step to the left or the right; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui.model.application import Application, SelectedResource
from tui.model.commits import Push
from tui.model.hooks import is_commit, short
from tui.model.sync_plan import SyncOptions, out_of_sync, pinned_words
from widgets.live_table import Column, Row, Span, Tone

COLUMNS = (Column("option", "OPTION", 9, most=44), Column("value", "", 20, most=200, grow=1))
_CHOSEN = "resource "


def rows(applications: Sequence[Application], push: Push | None, options: SyncOptions) -> list[Row]:
    """What there is to choose: of one application its commit and resources too; ids name the option."""
    one = applications[0] if len(applications) == 1 else None
    found = []
    if one is not None and len(revisions(one, push)) > 1:
        found.append(_row("revision", _revision(one, push, options.revision), bool(options.revision)))
    hooks = "apply only: hooks are skipped" if options.apply_only else "hooks run"
    found.append(_row("hooks", hooks, options.apply_only))
    prune = "deletes what is not in Git any more" if options.prune else "no"
    found.append(_row("prune", prune, options.prune))
    if one is not None and out_of_sync(one):
        count = len(options.selected)
        what = f"only {count} selected: hooks are skipped" if count else "all"
        found.append(_row("resources", what, bool(count)))
        if count:
            found += [_resource(each, each in options.selected) for each in selectable(one)]
    return found


def stepped(
    applications: Sequence[Application], push: Push | None, options: SyncOptions, row: object, by: int
) -> SyncOptions:
    """The options after a step on that row."""
    if row == "hooks":
        return replace(options, apply_only=not options.apply_only)
    if row == "prune":
        return replace(options, prune=not options.prune)
    if len(applications) != 1:
        return options
    (one,) = applications
    if row == "revision":
        known = revisions(one, push)
        at = known.index(options.revision) if options.revision in known else 0
        return replace(options, revision=known[(at + by) % len(known)])
    every = selectable(one)
    if row == "resources":
        return replace(options, selected=() if options.selected else every)
    found = next((each for each in every if row == _id(each)), None)
    if found is None:
        return options
    kept = set(options.selected) ^ {found}
    return replace(options, selected=tuple(each for each in every if each in kept))


def revisions(one: Application, push: Push | None) -> tuple[str, ...]:
    """ "" for the compared one, then commits of the branch and deployed ones, the newest first.

    What syncs by itself takes no other, and of several sources each would have one of its own.
    """
    if one.automated is not None or one.multi_source:
        return ("",)
    commits = [commit.id for commit in push.commits] if push is not None else []
    deployed = [entry.revision for entry in reversed(one.history)]
    others = [
        each for each in dict.fromkeys((*commits, *deployed)) if is_commit(each) and each != one.revision
    ]
    return ("", *others)


def selectable(one: Application) -> tuple[SelectedResource, ...]:
    """What is out of sync, as an operation names it."""
    return tuple(
        SelectedResource(each.group, each.kind, each.name, each.namespace) for each in out_of_sync(one)
    )


def _revision(one: Application, push: Push | None, revision: str) -> str:
    if not revision:
        return f"{pinned_words(one, SyncOptions())}, as Argo CD compared it last"
    commit = next((each for each in push.commits if each.id == revision), None) if push is not None else None
    if commit is not None:
        return f"{short(revision)}, {commit.author}: {commit.subject}"
    entry = next((each for each in reversed(one.history) if each.revision == revision), None)
    return f"{short(revision)}, deployed by {entry.username or 'Argo CD'}" if entry else short(revision)


def _id(one: SelectedResource) -> str:
    return f"{_CHOSEN}{one.group}/{one.kind}/{one.namespace}/{one.name}"


def _resource(one: SelectedResource, chosen: bool) -> Row:
    sign = Span("✓ ", Tone.GOOD) if chosen else Span("· ", Tone.QUIET)
    cells = ((sign, Span(f"{one.kind} {one.name}")), (Span("synced" if chosen else "left out", Tone.QUIET),))
    return Row(_id(one), cells, (one.kind, one.name))


def _row(option: str, value: str, changed: bool) -> Row:
    told = Span(value, Tone.LOOK if changed else Tone.PLAIN)
    return Row(
        option, ((Span(option),), (Span("◂ ", Tone.QUIET), told, Span(" ▸", Tone.QUIET))), (option, value)
    )
