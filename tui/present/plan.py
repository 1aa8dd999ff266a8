"""A plan in sections: what and on which object, what changes, what to know, and the same as a command."""

from __future__ import annotations

from tui.model.plan import Change, Plan, Target, Weight
from widgets.plan_body import Section
from widgets.tone import Span, Tone

_TONES = {
    Weight.PLAIN: Tone.PLAIN,
    Weight.QUIET: Tone.QUIET,
    Weight.LOOK: Tone.LOOK,
    Weight.BAD: Tone.BAD,
    Weight.GOOD: Tone.GOOD,
}
_SIGNS = {Weight.PLAIN: "·", Weight.QUIET: "·", Weight.LOOK: "!", Weight.BAD: "✗", Weight.GOOD: "✓"}


def sections(plan: Plan) -> list[Section]:
    """All that the dialog says above its input and buttons."""
    targets = [
        [Span(said, Tone.QUIET)] for said in dict.fromkeys(_target(step.target) for step in plan.every)
    ]
    found = [Section(lines=[[Span(plan.title, Tone.BOLD)], *targets])]
    if plan.changes:
        width = max(len(change.what) for change in plan.changes)
        changes = [_change(change, width) for change in plan.changes]
        found.append(Section("What changes", Tone.MOVING, changes))
    to_know = [
        [Span(f"{_SIGNS[remark.weight]} ", _TONES[remark.weight]), Span(remark.text)]
        for remark in plan.remarks
    ]
    to_know += [[Span("✗ left out: ", Tone.BAD), Span(refusal.words)] for refusal in plan.refused]
    if to_know:
        found.append(Section("What to know", Tone.LOOK, to_know))
    if plan.command:
        found.append(Section(lines=[[Span("Same as  ", Tone.QUIET), Span(plan.command)]]))
    return found


def _change(change: Change, width: int) -> list[Span]:
    """An image's registry and folders are said when they change."""
    before, after = change.before, change.after
    folder = before.rpartition("/")[0] + "/"
    if change.what.endswith("image") and after.rpartition("/")[0] + "/" == folder:
        before, after = before.removeprefix(folder), after.removeprefix(folder)
    return [
        Span(change.what.ljust(width + 3)),
        Span(before or "unset", Tone.BAD),
        Span(" → "),
        Span(after or "unset", Tone.GOOD),
    ]


def _target(target: Target) -> str:
    """With enough of its identity to tell it from another one of that name."""
    uid = target.uid if len(target.uid) < 10 else f"{target.uid[:4]}…{target.uid[-2:]}"
    return f"{target.words}   uid {uid}"
