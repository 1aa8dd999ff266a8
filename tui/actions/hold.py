"""Hold and release automated sync: takes the block away, keeps it, and gives it back exactly as it was."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

from tui.actions.base import Asked
from tui.actions.guard import common, seen
from tui.actions.rollout import UNSEEN, span
from tui.actions.sync import MANAGED, PATCH_APPLICATION, Sync, applications
from tui.model.application import HELD, Application
from tui.model.held import block_words, held_block, reverts
from tui.model.plan import Change, Plan, Progress, Refusal, Remark, Stage, Step, Target, Weight
from tui.store import Store

APPLICATIONS = frozenset({"Application"})
WATCHED = 10.0  # seconds in which an owner takes a change back that it does not want


@dataclass(frozen=True)
class Hold(Sync):
    """Holds what syncs by itself, releases what we hold: the first target says which of the two."""

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        refused = common(self, asked)
        targets = applications(asked, refused)
        if not targets:
            return refused
        release = bool(targets[0].held)
        said = [(one, _why(one, release)) for one in targets]
        return (*refused, *(Refusal(seen(one), why) for one, why in said if why))

    def plan(self, asked: Asked) -> Plan:
        refused = self.refuse(asked)
        acted = applications(asked, refused)
        release = bool(acted) and bool(acted[0].held)
        verb = "Release" if release else "Hold"
        whom = acted[0].meta.name if len(acted) == 1 else f"{len(acted)} applications"
        where = asked.context or asked.environment.context
        return Plan(
            deed="release" if release else "hold",
            environment=asked.environment.name,
            title=f"{verb} automated sync of {whom}",
            steps=tuple(release_step(one) if release else hold_step(one) for one in acted),
            changes=tuple(_change(one) for one in acted),
            remarks=tuple(remark for one in acted for remark in _remarks(asked, one)),
            refused=refused,
            command="\n".join(_command(one, where) for one in acted),
            verb=verb,
        )

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        found = [_held(store, step, now - since) for step in plan.steps]
        first = next((one for one in found if one.stage is Stage.FAILED), None)
        first = first or next((one for one in found if not one.stage.over), None)
        if first is not None:
            return first
        return Progress(Stage.DONE, f"done, {found[0].text}" if found else "nothing to do")


def hold_step(one: Application) -> Step:
    """Its block goes into the annotation and the journal."""
    return Step(
        "hold", _target(one), f"Hold automated sync of {one.meta.name} ({block_words(one.automated)})"
    )


def release_step(one: Application) -> Step:
    """Refused at the write when the annotation is another one by then."""
    words = f"Release automated sync of {one.meta.name} ({block_words(held_block(one))})"
    return Step("release", _target(one), words, {"held": one.held})


def _target(one: Application) -> Target:
    """Without a digest: operations come and go meanwhile, and the write looks at all that matters to it."""
    return Target(one.meta.kind, one.meta.namespace, one.meta.name, one.meta.uid)


def owner_remarks(asked: Asked, one: Application) -> list[Remark]:
    """Who would switch it on again."""
    text, at_once = reverts(asked.store.all("Application"), one)
    return [Remark(Weight.BAD if at_once else Weight.LOOK, text)] if text else []


def held_progress(store: Store, step: Step, passed: float) -> Progress:
    """How far a step `hold` is; with an owner it is looked whether that takes it back."""
    one = store.by_uid(step.target.kind, step.target.uid)
    if not isinstance(one, Application):
        return Progress(Stage.FAILED, f"{step.target.name} was deleted")
    if one.held and one.automated is None:
        made, _ = reverts(store.all("Application"), one)
        if made and passed < WATCHED:
            left_over = span(WATCHED - passed)
            return Progress(Stage.ROLLING, f"held; looking for {left_over} whether it is switched on again")
        return Progress(Stage.DONE, "automated sync is held: H releases it")
    if one.held:
        made, _ = reverts(store.all("Application"), one)
        return Progress(Stage.FAILED, f"automated sync was switched on again: {made or 'by others'}")
    return _unseen(step, passed)


def _held(store: Store, step: Step, passed: float) -> Progress:
    if step.deed == "hold":
        return held_progress(store, step, passed)
    one = store.by_uid(step.target.kind, step.target.uid)
    if not isinstance(one, Application):
        return Progress(Stage.FAILED, f"{step.target.name} was deleted")
    if not one.held:
        return Progress(Stage.DONE, f"it syncs as before: {block_words(one.automated)}")
    return _unseen(step, passed)


def _unseen(step: Step, passed: float) -> Progress:
    if passed > UNSEEN:
        return Progress(
            Stage.FAILED, f"{step.target.name} is as it was before: not written, or undone by others"
        )
    return Progress(Stage.ACCEPTED, f"{step.target.name}: waiting to see the change")


def _why(one: Application, release: bool) -> str:
    if release:
        if not one.held:
            return "it is not held; release the others first"
        if held_block(one) is None:
            return f"what was kept in {HELD} can't be read: look at it with y"
        return ""
    if one.held:
        return "it is held already; release it alone"
    return "" if one.automated is not None else "it syncs by hand only: there is nothing to hold"


def _change(one: Application) -> Change:
    what = f"{one.meta.namespace} / {one.meta.name} sync"
    if one.held:
        return Change(what, "held" if one.automated is None else "on again", block_words(held_block(one)))
    return Change(what, block_words(one.automated), "by hand only (held)")


def _remarks(asked: Asked, one: Application) -> list[Remark]:
    name = one.meta.name
    remarks = owner_remarks(asked, one)
    if not one.held:
        kept = f"{name}: the block is kept in the annotation {HELD} and in the journal"
        remarks.append(Remark(Weight.QUIET, kept))
        if one.operation is not None or (one.state is not None and not one.state.over):
            remarks.append(Remark(Weight.LOOK, f"{name}: the operation that runs now goes on"))
        return remarks
    if one.automated is not None:
        remarks.append(Remark(Weight.LOOK, f"{name}: somebody switched automated sync on meanwhile"))
    block = held_block(one) or {}
    if one.sync == "OutOfSync" and block:
        text = f"{name} is OutOfSync: Argo CD deploys what Git has at once, with its migrations"
        remarks.append(Remark(Weight.BAD, text))
    return remarks


def _command(one: Application, context: str) -> str:
    """Without the guard that the deed has; the block of a hold is not known to a command beforehand."""
    where = f"kubectl --context {shlex.quote(context)}" if context else "kubectl"
    patch: dict[str, Any] = {"spec": {"syncPolicy": {"automated": held_block(one) if one.held else None}}}
    if one.held:
        patch["metadata"] = {"annotations": {HELD: None}}
    text = shlex.quote(json.dumps(patch, separators=(",", ":")))
    return f"{where} -n {one.meta.namespace} patch application {one.meta.name} --type merge -p {text}"


HOLD = Hold(
    id="hold",
    key="H",
    words="Hold sync",
    help="Holds automated sync of an application, or gives it back exactly as it was.",
    kinds=APPLICATIONS | MANAGED,
    needs=PATCH_APPLICATION,
)
RELEASE = Hold(
    id="release",
    key="",
    words="Release sync",
    help="Gives automated sync back exactly as it was.",
    kinds=APPLICATIONS | MANAGED,
    needs=PATCH_APPLICATION,
)
