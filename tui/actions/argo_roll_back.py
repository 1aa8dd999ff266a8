"""Argo CD's rollback: the whole application to a deployment of its history, by an operation without hooks."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace

from tui.actions.app_past import deployments, managed_workloads
from tui.actions.app_progress import followed
from tui.actions.app_risks import app_risks
from tui.actions.base import Asked, Deed
from tui.actions.guard import common, seen
from tui.actions.hold import APPLICATIONS, hold_step
from tui.actions.sync import PATCH_APPLICATION, applications, by, by_remark
from tui.errors import Refused
from tui.model.application import Application
from tui.model.held import block_words
from tui.model.past_deployment import PastDeployment, chosen, commit
from tui.model.plan import Change, Plan, Progress, Refusal, Step, Target
from tui.model.rolled_back import short
from tui.model.then import Then
from tui.store import Store


@dataclass(frozen=True)
class ArgoRollBack(Deed):
    """Two writes where automated sync is on: it is held first, since it would deploy forward at once."""

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        by_server = replace(self, needs={}) if asked.environment.argo.server else self
        refused = common(by_server, asked)
        said = [(one, why_not(one) or _unheld(asked, one)) for one in applications(asked, refused)]
        return (*refused, *(Refusal(seen(one), why) for one, why in said if why))

    def plan(self, asked: Asked) -> Plan:
        return self.plan_to(asked, None)

    def plan_to(self, asked: Asked, then: Then | None) -> Plan:
        """Of its one target; `then` is what was fetched of the chosen commit, None while it was not."""
        refused = self.refuse(asked)
        acted = applications(asked, refused)
        if not acted:
            raise Refused(refused[0].text if refused else "nothing is selected")
        if len(asked.targets) > 1:
            raise Refused("one application at a time: each has a history of its own")
        one = acted[0]
        past = deployments(asked.store, one, asked.known_ready)
        to = chosen(past, one, asked.choice)
        fetched = then if then is not None and then.commit == to.commit else None
        return Plan(
            deed=self.id,
            environment=asked.environment.name,
            title=_words(one, to),
            steps=_steps(asked, one, to),
            changes=tuple(_changes(one, to, fetched)),
            remarks=(*app_risks(asked, one, to, fetched), *by_remark(asked, [one])),
            refused=refused,
            command=_command(one, to),
            before=fetched.before if fetched is not None else "",
            after=fetched.after if fetched is not None else "",
            verb="Roll back",
            grave=True,
        )

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        return followed(store, plan, now - since)


def why_not(one: Application) -> str:
    """What keeps an application from going back now, in words; "" when nothing does."""
    if one.operation is not None or (one.state is not None and not one.state.over):
        if one.automated is not None:  # else the next one begins as soon as this one is over
            return "an operation of it runs: hold automated sync with H, then terminate it with T"
        return "an operation of it runs: wait for its end, or terminate it with T"
    past = [entry for entry in one.history if commit(entry)]
    if not past:
        return "Argo CD never deployed it: there is no deployment to go back to"
    current = past[-1]
    others = [one for one in past if commit(one) != commit(current) or one.source != current.source]
    failed = one.state is not None and one.state.phase in ("Failed", "Error")
    return "" if others or failed else "there is no other deployment in its history"


def _unheld(asked: Asked, one: Application) -> str:
    """What Argo CD's server does not do: it rolls nothing back that syncs by itself."""
    if one.automated is None or not by(asked, one):
        return ""
    return (
        "it syncs by itself, and you may not patch applications: have its automated sync switched off first"
    )


def _steps(asked: Asked, one: Application, to: PastDeployment) -> tuple[Step, ...]:
    held = (hold_step(one),) if one.automated is not None else ()
    meta = one.meta
    # Without a digest: the step before changes the spec. The write looks at all that matters itself.
    target = Target(meta.kind, meta.namespace, meta.name, meta.uid)
    arguments = {
        "entry": to.id,
        "commit": to.commit,
        "by": by(asked, one),
        "before": one.state.started if one.state is not None else 0.0,
        "workloads": {each.meta.uid: seen(each).digest for each in managed_workloads(asked.store, one)},
    }
    return (*held, Step(ARGO_ROLL_BACK.id, target, _words(one, to), arguments))


def _words(one: Application, to: PastDeployment) -> str:
    current = one.deployed
    here = f" from {short(commit(current))}" if current is not None else ""
    return f"Roll {one.meta.name} back{here} to {short(to.commit)} (deployment {to.id})"


def _changes(one: Application, to: PastDeployment, then: Then | None) -> list[Change]:
    """Images as they run and as the ReplicaSets of then had them; what only Git tells, as it is rendered."""
    current = one.deployed
    found = [Change("revision", short(commit(current)) if current is not None else "", short(to.commit))]
    for workload, revision in to.revisions:
        if workload.images != revision.images:
            name = f"{workload.meta.name} image" if len(to.revisions) > 1 else "image"
            found.append(Change(name, ", ".join(workload.images), ", ".join(revision.images)))
    if one.automated is not None:
        found.append(Change("sync", block_words(one.automated), "by hand only (held)"))
    told = bool(to.revisions)
    rendered = then.changes if then is not None else ()
    return [*found, *(each for each in rendered if not (told and each.what.endswith("image")))]


def _command(one: Application, to: PastDeployment) -> str:
    """As its own command line does it, which does not keep the block of automated sync."""
    name = shlex.quote(f"{one.meta.namespace}/{one.meta.name}")
    held = f"argocd app set {name} --sync-policy none\n" if one.automated is not None else ""
    return f"{held}argocd app rollback {name} {to.id}"


ARGO_ROLL_BACK = ArgoRollBack(
    id="argo-roll-back",
    key="",
    words="Roll back",
    help="Rolls an application back to a deployment of its history, by Argo CD.",
    kinds=APPLICATIONS,
    needs=PATCH_APPLICATION,
)
