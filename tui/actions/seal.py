"""Seal, seal again with the newest key, verify: ciphertext for a file or a SealedSecret, and how it fares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from tui.actions.base import Action, Asked, Deed
from tui.model.cluster import Event
from tui.model.plan import Plan, Progress, Refusal, Stage
from tui.model.sealed_secret import SealedSecret, SealState, judge
from tui.store import Store

_FAILED = (SealState.CANNOT_DECRYPT, SealState.NOT_MANAGED, SealState.FAILED)


@dataclass(frozen=True)
class Sealing(Deed):
    """Its plan is made by the form, which asks the network and the disk; this follows what was applied."""

    def refuse(self, asked: Asked) -> tuple[Refusal, ...]:
        """Nothing: where nothing may be written there is the clipboard still."""
        return ()

    def progress(self, store: Store, plan: Plan, since: float, now: float) -> Progress:
        """To the controller's word on the generation that was written."""
        step = plan.steps[-1]
        target, written = step.target, int(step.arguments.get("generation", 0))
        found = store.get("SealedSecret", target.namespace, target.name)
        if not isinstance(found, SealedSecret) or found.meta.generation < written:
            return Progress(Stage.ACCEPTED, "accepted")
        if target.uid and found.meta.uid != target.uid:
            return Progress(Stage.FAILED, "it was deleted and made anew by somebody else")
        verdict = judge(found, cast("list[Event]", list(store.events(found.meta.uid))))
        if verdict.state is SealState.SYNCED:
            return Progress(Stage.DONE, f"Synced: the controller opened generation {found.meta.generation}")
        if verdict.state in _FAILED:
            return Progress(Stage.FAILED, f"{verdict.state}: {verdict.text}. {verdict.advice}".rstrip(". "))
        return Progress(Stage.ROLLING, f"generation {found.meta.generation} is {SealState.WAITING}")


SEAL = Sealing(
    id="seal",
    key="E",
    words="Seal",
    help="Seals values for the cluster's controller, into the chart's file, the clipboard or the cluster.",
    show=True,
)
ROTATE = Sealing(
    id="rotate",
    key="ctrl+e",
    words="Seal again",
    help="Has the controller seal it again with its newest key; no value leaves the cluster.",
    kinds=frozenset({"SealedSecret"}),
)
VERIFY = Action(
    id="verify",
    key="V",
    words="Verify",
    help="Asks the controller which keys it can open, in the cluster and in the checkout, and why not.",
    kinds=frozenset({"SealedSecret"}),
)
