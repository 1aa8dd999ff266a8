"""Roll back: the pod template of an earlier revision, as `kubectl rollout undo`; applications by Argo CD."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import yaml

from tui.actions.argo_roll_back import ARGO_ROLL_BACK
from tui.actions.base import PATCH_WORKLOAD, WORKLOADS, Asked
from tui.actions.guard import seen
from tui.actions.hold import APPLICATIONS
from tui.actions.past import chosen, past, template, template_now
from tui.actions.risks import risks
from tui.actions.rollout import WorkloadDeed, workloads
from tui.actions.sync import PATCH_APPLICATION
from tui.errors import Refused
from tui.model.application import Application
from tui.model.managed import application_of
from tui.model.past_deployment import initiator
from tui.model.plan import Change, Plan, Refusal, Remark, Step
from tui.model.revision import Revision
from tui.model.template import differences, masked
from tui.model.workload import Workload
from tui.store import LinkState, Store


@dataclass(frozen=True)
class RollBack(WorkloadDeed):
    """Works on a stuck rollout too; the default is never a revision of which nothing good is known."""

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        """A workload that can't be undone alone may still go back with its application."""
        if _of_argo(asked):
            return ARGO_ROLL_BACK.refuse(asked)
        refused = self.refuse_alone(asked)
        if not refused or len(asked.targets) != 1:
            return refused
        one = application_of(asked.store.all("Application"), asked.targets[0].meta)
        if one is None:
            return refused
        by_argo = ARGO_ROLL_BACK.refuse(replace(asked, targets=(one,)))
        if not by_argo or by_argo[0].text == refused[0].text:
            return refused if by_argo else ()
        text = f"{refused[0].text}; Argo CD's rollback: {by_argo[0].text}"
        return (replace(refused[0], text=text),)

    def refuse_alone(self, asked: Asked) -> tuple[Refusal, ...]:
        """Why the workloads themselves can't be undone."""
        refused = super().refuse(asked)
        alone = [
            Refusal(seen(one), _unread(asked, one) or "there is no other revision to go back to")
            for one in workloads(asked, refused)
            if all(revision.current for revision in past(asked.store, one))
        ]
        return (*refused, *alone)

    def revisions(self, asked: Asked) -> list[Revision]:
        """What there is to choose from for its one target, newest first."""
        (target,) = asked.targets
        assert isinstance(target, Workload)
        found = past(asked.store, target, asked.known_ready)
        one = application_of(asked.store.all("Application"), target.meta)
        if one is None:
            return found
        return [replace(each, cause=each.cause or initiator(one, each)) for each in found]

    def plan(self, asked: Asked) -> Plan:
        """Refused when no revision is chosen and none is known to have been ready, or the choice can't be."""
        if _of_argo(asked):
            return ARGO_ROLL_BACK.plan(asked)
        store, refused = asked.store, [*self.refuse_alone(asked)]
        acted = workloads(asked, tuple(refused))
        pairs: list[tuple[Workload, Revision]] = []
        for one in acted:
            try:
                pairs.append((one, chosen(past(store, one, asked.known_ready), one, asked.choice)))
            except Refused as error:
                if len(acted) == 1:
                    raise
                refused.append(Refusal(seen(one), error.title))
        if not pairs:
            raise Refused(refused[0].text if refused else "nothing is selected")
        where = asked.context or asked.environment.context
        single = len(pairs) == 1
        changes: list[Change] = []
        remarks: list[Remark] = []
        for workload, to in pairs:
            found = differences(template_now(workload), template(to))
            said = list(risks(asked, workload, to))
            name = "" if single else f"{workload.meta.name}: "
            changes += [replace(change, what=f"{name}{change.what}") for change in found]
            remarks += [replace(remark, text=f"{name}{remark.text}") for remark in said]
        return Plan(
            deed=self.id,
            environment=asked.environment.name,
            title=_words(store, *pairs[0]) if single else f"Roll {len(pairs)} workloads back",
            steps=tuple(_step(self.id, store, workload, to) for workload, to in pairs),
            changes=tuple(changes),
            remarks=tuple(remarks),
            refused=tuple(refused),
            command="\n".join(_command(workload, to, where) for workload, to in pairs),
            before="---\n".join(_yaml(template_now(workload)) for workload, _ in pairs),
            after="---\n".join(_yaml(template(to)) for _, to in pairs),
            verb="Roll back",
            grave=True,
        )


def _unread(asked: Asked, workload: Workload) -> str:
    """In the first moments its revisions are on their way still."""
    kept_in = "ReplicaSet" if workload.meta.kind == "Deployment" else "ControllerRevision"
    link = asked.store.link(kept_in)
    reading = link is not None and link.state is LinkState.CONNECTING
    return "its revisions are still being read" if reading else ""


def _of_argo(asked: Asked) -> bool:
    """Whether it is asked for applications: a table has one kind or the other."""
    return bool(asked.targets) and all(isinstance(one, Application) for one in asked.targets)


def _step(deed: str, store: Store, workload: Workload, to: Revision) -> Step:
    arguments = {
        "revision": to.number,
        "revision_name": to.name,
        "revision_uid": to.uid,
        "generation": 0,  # carry fills it in: what comes after it with the old template was changed back
    }
    return Step(deed, seen(workload), _words(store, workload, to), arguments)


def _words(store: Store, workload: Workload, to: Revision) -> str:
    now = next((one.number for one in past(store, workload) if one.current), workload.revision)
    here = f" from revision {now}" if now else ""
    return f"Roll {workload.meta.name} back{here} to revision {to.number}"


def _command(workload: Workload, to: Revision, context: str) -> str:
    meta = workload.meta
    where = f"kubectl --context {shlex.quote(context)}" if context else "kubectl"
    which = f"{meta.kind.lower()}/{meta.name} --to-revision={to.number}"
    return f"{where} -n {meta.namespace} rollout undo {which}"


def _yaml(of: dict[str, Any]) -> str:
    return str(yaml.safe_dump(masked(of), sort_keys=True, width=100))


ROLL_BACK = RollBack(
    id="roll-back",
    key="R,ctrl+l",
    words="Roll back",
    help="Gives a workload the pod template of an earlier revision, or an application an earlier deployment.",
    kinds=WORKLOADS | APPLICATIONS,
    show=True,
    needs=MappingProxyType({**PATCH_WORKLOAD, **PATCH_APPLICATION}),
)
