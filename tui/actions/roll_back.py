"""Roll back: the pod template of an earlier revision, as `kubectl rollout undo`."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

import yaml

from tui.actions import rollout
from tui.actions.base import PATCH_WORKLOAD, WORKLOADS, Deed
from tui.actions.guard import common, left, seen
from tui.actions.past import chosen, past, template, template_now
from tui.actions.risks import risks
from tui.errors import Refused
from tui.model.environment import Environment
from tui.model.plan import Change, Plan, Progress, Refusal, Remark, Step
from tui.model.revision import Revision
from tui.model.template import differences, masked
from tui.model.workload import Workload
from tui.store import Record, Store


@dataclass(frozen=True)
class RollBack(Deed):
    """Works on a stuck rollout too; the default is never a revision of which nothing good is known."""

    def refuse(
        self, store: Store, environment: Environment, targets: tuple[Record, ...]
    ) -> tuple[Refusal, ...]:
        refused = list(common(self, store, environment, targets))
        for record in left(targets, tuple(refused)):
            if not isinstance(record, Workload):
                continue
            if record.paused:
                refused.append(Refusal(seen(record), "paused: resume it first"))
            elif all(one.current for one in past(store, record)):
                refused.append(Refusal(seen(record), "there is no other revision to go back to"))
        return tuple(refused)

    def plan(
        self,
        store: Store,
        environment: Environment,
        targets: tuple[Record, ...],
        *,
        now: float,
        choice: int | None = None,
        context: str = "",
    ) -> Plan:
        """Refused when no revision is chosen and none is known to have been ready, or the choice can't be."""
        refused = [*self.refuse(store, environment, targets)]
        acted = [record for record in left(targets, tuple(refused)) if isinstance(record, Workload)]
        pairs: list[tuple[Workload, Revision]] = []
        for one in acted:
            try:
                pairs.append((one, chosen(past(store, one), one, choice)))
            except Refused as error:
                if len(acted) == 1:
                    raise
                refused.append(Refusal(seen(one), error.title))
        where = context or environment.context
        single = len(pairs) == 1
        changes: list[Change] = []
        remarks: list[Remark] = []
        for workload, to in pairs:
            found = differences(template_now(workload), template(to))
            changes += found if single else [_of(workload, change) for change in found]
            remarks += risks(store, environment, workload, to)
        return Plan(
            deed=self.id,
            environment=environment.name,
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

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        return rollout.follow(store, plan, since, now)


def _step(deed: str, store: Store, workload: Workload, to: Revision) -> Step:
    arguments = {
        "revision": to.number,
        "revision_name": to.name,
        "revision_uid": to.uid,
    }
    return Step(deed, seen(workload), _words(store, workload, to), arguments)


def _words(store: Store, workload: Workload, to: Revision) -> str:
    now = next((one.number for one in past(store, workload) if one.current), workload.revision)
    here = f" from revision {now}" if now else ""
    return f"Roll {workload.meta.name} back{here} to revision {to.number}"


def _of(workload: Workload, change: Change) -> Change:
    return Change(f"{workload.meta.name}: {change.what}", change.before, change.after)


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
    help="Gives a workload the pod template of an earlier revision.",
    kinds=WORKLOADS,
    show=True,
    needs=PATCH_WORKLOAD,
)
