"""Refresh: Argo CD compares an application with Git now, or anew from the ground (hard)."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace

from tui.actions.base import Asked
from tui.actions.guard import seen
from tui.actions.rollout import UNSEEN, span
from tui.actions.sync import MANAGED, PATCH_APPLICATION, Sync, applications, by, by_remark
from tui.actions.sync_progress import TAKEN, together
from tui.model.application import Application
from tui.model.hooks import short
from tui.model.plan import Change, Plan, Progress, Refusal, Remark, Stage, Step, Weight
from tui.model.sync_plan import out_of_sync
from tui.store import Store


@dataclass(frozen=True)
class Refresh(Sync):
    """Done when Argo CD took the annotation away; neither spec nor operation matter to it."""

    hard: bool = False

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        return self.shared(asked)

    def plan(self, asked: Asked) -> Plan:
        refused = self.refuse(asked)
        acted = applications(asked, refused)
        whom = acted[0].meta.name if len(acted) == 1 else f"{len(acted)} applications"
        kind = "Hard refresh" if self.hard else "Refresh"
        remarks = []
        if self.hard:
            text = "manifests are rendered anew and the cluster's state is read anew: slow for large clusters"
            remarks.append(Remark(Weight.QUIET, text))
        healing = [one.meta.name for one in acted if one.automated is not None]
        if healing:
            text = f"{', '.join(healing)} syncs by itself: what Git has is deployed at once"
            remarks.append(Remark(Weight.LOOK, text))
        return Plan(
            deed=self.id,
            environment=asked.environment.name,
            title=f"{kind} of {whom}",
            steps=tuple(self._refresh(asked, one) for one in acted),
            changes=tuple(
                Change(f"{one.meta.namespace} / {one.meta.name}", _compared(one, asked.now), "compared now")
                for one in acted
            ),
            remarks=(*remarks, *by_remark(asked, acted)),
            refused=refused,
            command="\n".join(self._argocd(one) for one in acted),
            verb="Refresh",
        )

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        found = [_step(store, step, now - since) for step in plan.steps]
        return together(found, f"{len(found)} applications compared")

    def _refresh(self, asked: Asked, one: Application) -> Step:
        target = replace(seen(one), digest="")
        before = {"reconciled": one.reconciled or 0.0, "by": by(asked, one)}
        return Step(self.id, target, f"{self.words} {one.meta.name}", before)

    def _argocd(self, one: Application) -> str:
        how = "--hard-refresh" if self.hard else "--refresh"
        return f"argocd app get {shlex.quote(f'{one.meta.namespace}/{one.meta.name}')} {how}"


def _compared(one: Application, now: float) -> str:
    ago = f" {span(now - one.reconciled)} ago" if one.reconciled is not None else ""
    return f"{short(one.revision)}{ago}".strip() or "never compared"


def _step(store: Store, step: Step, passed: float) -> Progress:
    one = store.by_uid(step.target.kind, step.target.uid)
    name = step.target.name
    if not isinstance(one, Application):
        return Progress(Stage.FAILED, f"{name} was deleted")
    if one.refreshing:
        if passed < TAKEN:
            return Progress(Stage.ROLLING, f"{name}: Argo CD compares it")
        where = f"argocd-application-controller in {one.meta.namespace}"
        return Progress(Stage.ROLLING, f"{name}: not compared for {span(passed)}: look at {where}")
    before = float(step.arguments.get("reconciled", 0.0))
    if (one.reconciled or 0.0) > before:
        return Progress(Stage.DONE, f"{name}: {_found(one)}")
    if passed > UNSEEN:
        return Progress(Stage.FAILED, f"{name} was not compared: look at Argo CD's controller")
    return Progress(Stage.ACCEPTED, f"{name}: waiting to see it")


def _found(one: Application) -> str:
    count = len(out_of_sync(one))
    differs = f", {count} resource{'' if count == 1 else 's'} differ" if count else ""
    error = next((each for each in one.conditions if each.type.endswith("Error")), None)
    said = f"; {error.type}: {error.message}" if error is not None else ""
    return f"compared at {short(one.revision) or '?'}: {one.sync or 'Unknown'}{differs}{said}"


REFRESH = Refresh(
    id="refresh",
    key="u",
    words="Refresh",
    help="Has Argo CD compare the application with Git now.",
    kinds=frozenset({"Application"}) | MANAGED,
    needs=PATCH_APPLICATION,
)
REFRESH_HARD = Refresh(
    id="refresh-hard",
    key="U",
    words="Hard refresh",
    help="Has Argo CD render and compare anew, past its caches.",
    kinds=frozenset({"Application"}) | MANAGED,
    needs=PATCH_APPLICATION,
    hard=True,
)
