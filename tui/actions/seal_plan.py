"""The plan of a seal: names of keys, the place, what to know; no value and no whole ciphertext."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.model.key import Meta
from tui.model.lens import Lens
from tui.model.managed import tracked_by
from tui.model.plan import Change, Plan, Remark, Step, Target, Weight
from tui.model.sealed_secret import MANAGED, Seal, SealedSecret

if TYPE_CHECKING:
    from tui.chart_draft import Draft

_CIPHERTEXT = re.compile(r"([A-Za-z0-9+/]{8})[A-Za-z0-9+/]{80,}([A-Za-z0-9+/]{4}={0,2})")
_VERBS = {"seal": "Seal", "rotate": "Seal again"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan is made from: of which environment, which Secret, by which deed."""

    environment: str
    seal: Seal
    deed: str = "seal"
    remarks: tuple[Remark, ...] = ()

    @property
    def title(self) -> str:
        """With the name and the namespace that the ciphertext is bound to."""
        where = f"{self.seal.namespace}/{self.seal.name}"
        return f"{_VERBS[self.deed]} {where}, {self.seal.scope}"


def file_plan(wanted: Wanted, made: Draft, place: str) -> Plan:
    """For a file; `place` is its path as it is shown."""
    seal = wanted.seal
    target = Target("File", seal.namespace, place, "new" if made.before is None else "as read")
    step = Step(wanted.deed, target, f"{wanted.title} into {place}: {made.words}", {"draft": made})
    changes = (*_changes(made.changed, "sealed", "sealed anew"), *_changes(made.added, "", "sealed"))
    return Plan(
        wanted.deed,
        wanted.environment,
        wanted.title,
        (step,),
        changes,
        (*wanted.remarks, *_kept(made.kept)),
        command=_command(wanted, place, (*made.changed, *made.added)),
        before=shortened(made.before or ""),
        after=shortened(made.after),
        verb=_VERBS[wanted.deed],
    )


def cluster_plan(
    wanted: Wanted, there: SealedSecret | None, encrypted: Mapping[str, str], thing: Mapping[str, Any]
) -> Plan:
    """For the cluster: some keys of the SealedSecret that is there, or the whole of a new one."""
    seal = wanted.seal
    uid = there.meta.uid if there is not None else ""
    target = Target("SealedSecret", seal.namespace, seal.name, uid)
    known = there.keys if there is not None else ()
    # The generation that is written stands here once it is known: the deed is followed by it.
    arguments: dict[str, Any] = {"generation": 0, "encrypted": dict(encrypted)}
    if there is None:
        arguments["object"] = dict(thing)
    changed = [key for key in encrypted if key in known]
    added = [key for key in encrypted if key not in known]
    words = f"{wanted.title} in the cluster: {len(encrypted)} keys"
    return Plan(
        wanted.deed,
        wanted.environment,
        wanted.title,
        (Step(wanted.deed, target, words, arguments),),
        (*_changes(changed, "sealed", "sealed anew"), *_changes(added, "", "sealed")),
        (*wanted.remarks, *_kept(key for key in known if key not in encrypted)),
        command=_command(wanted, "", tuple(encrypted)),
        verb=_VERBS[wanted.deed],
    )


def shortened(text: str) -> str:
    """The same with each ciphertext cut to its ends: it fits the screen, and a change can be told still."""
    return _CIPHERTEXT.sub(r"\1…\2", text)


def owner(meta: Meta) -> str:
    """Why applying by hand does not last; "" where nobody owns it."""
    application = tracked_by(meta)
    if application:
        return f"Argo CD owns it ({application}): its next sync puts the file's ciphertext back"
    return ""


def known(lens: Lens | None) -> Iterator[Remark]:
    """Who reads the Secret and when, and a Secret in the way."""
    if lens is None:
        return
    secret, sealed = lens.secret, lens.sealed
    theirs = secret is not None and (secret.meta.owner is None or secret.meta.owner.kind != "SealedSecret")
    if secret is not None and theirs and secret.meta.annotations.get(MANAGED) != "true":
        text = (
            f"Secret {lens.name} is there and not managed: the controller leaves it as it is until it is "
            f"annotated: kubectl -n {lens.namespace} annotate secret {lens.name} {MANAGED}=true; then the "
            "controller owns it, replaces all its keys with those that are sealed, and deletes it with the "
            "SealedSecret"
        )
        yield Remark(Weight.LOOK, text)
    start = [one.meta.name for one in lens.consumers if one.runs_on and one.reads_at_start]
    if start:
        yield Remark(Weight.PLAIN, f"read at start by {', '.join(start)}: restart needed to see the change")
    early = {one.meta.name for one in lens.early}
    for one in lens.consumers:
        if one.meta.name in early:
            text = f"{one.meta.name} reads it in PreSync, before the SealedSecret is applied in Sync"
            yield Remark(Weight.LOOK, text)
        elif not one.runs_on and not one.over:
            yield Remark(Weight.QUIET, f"{one.meta.name} reads it in {one.phase or 'its run'}")
    if sealed is None and secret is None and not lens.consumers:
        yield Remark(Weight.QUIET, "nobody here reads a Secret of that name yet")


def _changes(keys: Iterable[str], before: str, after: str) -> tuple[Change, ...]:
    return tuple(Change(key, before, after) for key in keys)


def _kept(keys: Iterable[str]) -> tuple[Remark, ...]:
    found = tuple(keys)
    return (Remark(Weight.QUIET, f"unchanged: {', '.join(found)}"),) if found else ()


def _command(wanted: Wanted, place: str, keys: tuple[str, ...]) -> str:
    """What does the same without a screen; values come by standard input."""
    seal = wanted.seal
    if wanted.deed == "rotate":
        return ""  # kubeseal can't do it in a chart's values
    values = f"--stdin {shlex.quote(keys[0])}" if len(keys) == 1 else "--from-env-file -"
    where = f" --merge {shlex.quote(place)} --in-place" if place else ""
    named = f"{shlex.quote(seal.name)} --namespace {shlex.quote(seal.namespace)} --scope {seal.scope}"
    return f"deploytui seal {named} {values}{where} --environment {shlex.quote(wanted.environment)}"
