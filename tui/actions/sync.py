"""Sync: an operation for Argo CD on one application, the marked ones, or all that are out of sync."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from tui.actions.base import WORKLOADS, Asked, Deed, Need
from tui.actions.guard import common, left, seen
from tui.actions.sync_guard import why_not
from tui.actions.sync_progress import arrived, follow
from tui.actions.sync_words import awaited, changes, databases, migrates, remarks
from tui.errors import Refused
from tui.model.application import Application
from tui.model.managed import application_of, tracked_by
from tui.model.plan import Awaited, Plan, Progress, Refusal, Remark, Step, Weight
from tui.model.sync_plan import SyncOptions, apart, pinned, pinned_words, rounds, runs_again
from tui.store import Record, Store

PATCH_APPLICATION: Mapping[str, tuple[Need, ...]] = MappingProxyType(
    {"Application": (Need("patch", "applications.argoproj.io"),)}
)


MANAGED = WORKLOADS | {"Job"}
"""Kinds on which these deeds act by the application that manages the object."""


@dataclass(frozen=True)
class Sync(Deed):
    """On a workload or a hook it acts on the application that manages it; `all` takes what is out of sync."""

    all: bool = False

    def of(self, store: Store, targets: tuple[Record, ...]) -> tuple[Record, ...]:
        applications = list(store.all("Application"))
        if self.all:
            found = [one for one in applications if isinstance(one, Application) and one.sync == "OutOfSync"]
            return tuple(sorted(found, key=lambda one: one.meta.path))
        mine: dict[str, Record] = {}
        for target in targets:
            one: Record | None = target
            if target.meta.kind in MANAGED:
                one = application_of(applications, target.meta) if _is_managed(target) else None
            if isinstance(one, Application):
                mine[one.meta.uid] = one
        return tuple(mine.values())

    def unfit(self, record: Record) -> str:
        if record.meta.kind in MANAGED:
            return f"{self.words}: no application of Argo CD that is read here manages {record.meta.name}"
        return super().unfit(record)

    def shared(self, asked: Asked) -> tuple[Refusal, ...]:
        """What all deeds are refused by; with Argo CD's server nobody needs a right on the objects."""
        return common(replace(self, needs={}) if asked.environment.argo.server else self, asked)

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        refused = self.shared(asked)
        more = [(one, why_not(asked, one)) for one in applications(asked, refused)]
        return (*refused, *(Refusal(seen(one), why) for one, why in more if why))

    def plan(self, asked: Asked) -> Plan:
        refused = self.refuse(asked)
        acted = applications(asked, refused)
        if not acted:
            raise Refused(refused[0].text if refused else "nothing is selected")
        whole = _begun_at_once(asked, acted)
        return replace(
            whole,
            title=_title(acted, asked.sync),
            changes=tuple(change for one in acted for change in changes(asked, one)),
            remarks=(*remarks(asked, acted), *by_remark(asked, acted)),
            refused=refused,
            command="\n".join(_command(one, asked.sync) for one in acted),
            before="".join(asked.differences[one.meta.uid][0] for one in acted if _differs(asked, one)),
            after="".join(asked.differences[one.meta.uid][1] for one in acted if _differs(asked, one)),
            grave=any(migrates(asked, one) for one in acted),
        )

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        return follow(store, plan, since, now)


def _is_managed(record: Record) -> bool:
    """Whether it may be worth to look through all applications: this is asked at every tick."""
    return bool(tracked_by(record.meta) or record.meta.labels.get("app.kubernetes.io/instance"))


def applications(asked: Asked, refused: tuple[Refusal, ...]) -> list[Application]:
    """The targets that are left to act on."""
    return [record for record in left(asked.targets, refused) if isinstance(record, Application)]


def by(asked: Asked, one: Application) -> str:
    """ "rest" where Argo CD's server has to write it, since the object may not be patched."""
    need = PATCH_APPLICATION["Application"][0]
    right = asked.store.right(need.verb, need.resource, one.meta.namespace)
    denied = right is not None and not right.allowed
    return "rest" if denied and asked.environment.argo.server else ""


def by_remark(asked: Asked, acted: list[Application]) -> tuple[Remark, ...]:
    """In whose name it is written."""
    if not any(by(asked, one) for one in acted):
        return ()
    text = (
        f"through Argo CD's server {asked.environment.argo.server}: you may not patch applications yourself"
    )
    return (Remark(Weight.LOOK, text),)


def _begun_at_once(asked: Asked, acted: list[Application]) -> Plan:
    """One plan, or several apart where some have to wait and the others need not."""
    of = {one.meta.uid: databases(asked, one) for one in acted}
    waits = [uid for uid, mine in of.items() if awaited(asked, uid, mine)]
    plans = tuple(_rounds(asked, group) for group in apart(acted, of, waits))
    return plans[0] if len(plans) == 1 else replace(plans[0], steps=(), awaits=(), then=None, apart=plans)


def _rounds(asked: Asked, acted: list[Application]) -> Plan:
    """Nested: what migrates the same database is begun when the round before it is done.

    The first one waits for the operations of others, without a step where nothing can go beside them.
    """
    of = {one.meta.uid: databases(asked, one) for one in acted}
    awaits = {
        each.target.uid: each for one in acted for each in awaited(asked, one.meta.uid, of[one.meta.uid])
    }
    busy = {name for uid in awaits for name in asked.boards[uid].manifests.databases}
    groups = rounds(acted, of, busy)
    whole: Plan | None = None
    for number, group in reversed([*enumerate(groups)]):
        steps = tuple(_step(asked, one) for one in group)
        whole = Plan(
            deed="sync",
            environment=asked.environment.name,
            title=_title(group or acted, asked.sync),
            steps=steps,
            command="\n".join(_command(one, asked.sync) for one in group),
            verb="Sync",
            awaits=tuple(awaits.values()) if not number else (),
            then=whole,
        )
    assert whole is not None  # Refused came before
    return whole


def anew(asked: Asked, plan: Plan, going: Sequence[Plan] = ()) -> Plan:
    """A confirmed round as it can begin now: perhaps after yet another operation; else Refused.

    `going` are the plans that this cockpit follows: what it has just written is not seen in the store yet.
    What is written stays what was confirmed, the commit included.
    """
    awaits: dict[str, Awaited] = {}
    for step in plan.steps:
        one = asked.store.by_uid(step.target.kind, step.target.uid)
        options = SyncOptions(str(step.arguments["revision"]))
        if isinstance(one, Application) and (why := why_not(replace(asked, sync=options), one)):
            raise Refused(f"{step.target.name}: {why}")
        for each in awaited(asked, step.target.uid, frozenset(step.arguments["databases"])):
            awaits[each.target.uid] = each
        for each in _unseen(asked, step, going):
            awaits.setdefault(each.target.uid, each)
    return replace(plan, steps=(), awaits=tuple(awaits.values()), then=plan) if awaits else plan


def _unseen(asked: Asked, step: Step, going: Sequence[Plan]) -> Iterator[Awaited]:
    """Steps of these plans that migrate one of its databases, and of which the store shows nothing."""
    for own in (each for plan in going for each in plan.steps if each.target.uid != step.target.uid):
        shared = sorted({*step.arguments["databases"]} & {*own.arguments.get("databases", ())})
        one = asked.store.by_uid(own.target.kind, own.target.uid)
        ticket = str(own.arguments.get("ticket", ""))
        if shared and isinstance(one, Application) and not arrived(one, ticket):
            yield Awaited(own.target, f"migrates {shared[0]}", ticket)


def _step(asked: Asked, one: Application) -> Step:
    options = asked.sync
    revision, revisions = pinned(one, options)
    arguments = {
        "ticket": f"{options.ticket or int(asked.now * 1000)}-{one.meta.uid[:8]}",
        "revision": revision,
        "revisions": list(revisions),
        "prune": options.prune,
        "apply_only": options.apply_only,
        "resources": [(each.group, each.kind, each.namespace, each.name) for each in options.selected],
        "reason": options.reason,
        "by": by(asked, one),
        "databases": sorted(databases(asked, one)),
    }
    return Step("sync", seen(one), f"Sync {one.meta.name} to {pinned_words(one, options)}", arguments)


def _title(acted: list[Application], options: SyncOptions) -> str:
    if len(acted) > 1:
        return f"Sync {len(acted)} applications"
    (one,) = acted
    again = ", the same commit again" if runs_again(one) and not options.revision else ""
    return f"Sync {one.meta.name} to {pinned_words(one, options)}{again}"


def _differs(asked: Asked, one: Application) -> bool:
    return one.meta.uid in asked.differences


def _command(one: Application, options: SyncOptions) -> str:
    """Its server takes no commit for what syncs by itself."""
    words = ["argocd app sync", shlex.quote(f"{one.meta.namespace}/{one.meta.name}")]
    revision, revisions = pinned(one, options)
    if one.automated is None:
        if revision:
            words.append(f"--revision {shlex.quote(revision)}")
        for position, commit in enumerate(revisions, 1):
            words.append(f"--revisions {shlex.quote(commit)} --source-positions {position}")
    if options.prune:
        words.append("--prune")
    if options.apply_only:
        words.append("--strategy apply")
    for each in options.selected:
        words.append(f"--resource {shlex.quote(f'{each.group}:{each.kind}:{each.namespace}/{each.name}')}")
    if options.reason:
        words.append(f"--info {shlex.quote(f'Reason={options.reason}')}")
    return " ".join(words)


SYNC = Sync(
    id="sync",
    key="S",
    words="Sync",
    help="Has Argo CD deploy what Git says, with its migrations, and follows it to the last pod.",
    kinds=frozenset({"Application"}) | MANAGED,
    show=True,
    needs=PATCH_APPLICATION,
)
SYNC_ALL = Sync(
    id="sync-all",
    key="",
    words="Sync all out of sync",
    help="Has Argo CD deploy everything of this environment that is out of sync.",
    kinds=frozenset({"Application"}),
    needs=PATCH_APPLICATION,
    whole=True,
    empty="nothing is out of sync here",
    all=True,
)
