"""The ways back of one object: its own revisions, Argo CD's rollback of its application, or a choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.actions.argo_roll_back import ARGO_ROLL_BACK
from tui.actions.base import Asked
from tui.actions.roll_back import ROLL_BACK
from tui.model.application import Application
from tui.model.managed import application_of
from tui.model.workload import Workload
from tui.screens.app_history import AppHistory, Fetch
from tui.screens.confirm import Confirm
from tui.screens.revisions import Revisions

if TYPE_CHECKING:
    from tui.app import Cockpit


@dataclass(frozen=True)
class WaysBack:
    """Makes the dialogs that R opens. `look` says what changed of a workload, `gone` of an application."""

    cockpit: Cockpit
    asked: Asked
    journal: str
    look: Callable[[], str]
    gone: Callable[[Application], str]
    fetch: Fetch | None = None

    def first(self) -> Confirm:
        """Argo CD's, where it manages the object and can go back: an undo alone does not last there."""
        (target,) = self.asked.targets
        if isinstance(target, Application):
            return self._of_argo(target, None)
        one = application_of(self.asked.store.all("Application"), target.meta)
        if one is None or self._refused(one):
            return self._alone(one)
        return self._of_argo(one, target if isinstance(target, Workload) else None)

    def _refused(self, one: Application) -> str:
        refused = ARGO_ROLL_BACK.refuse(replace(self.asked, targets=(one,)))
        return refused[0].text if refused else ""

    def _of_argo(self, one: Application, alone: Workload | None) -> Confirm:
        has_other = alone is not None and not ROLL_BACK.refuse_alone(self.asked)
        way: tuple[str, ...] = (f"Argo CD takes all of application {one.meta.name} back.",)
        if alone is not None and has_other:
            way += (f"ctrl+o: only {alone.meta.kind} {alone.meta.name}, {_lasts(one)}.",)
        return AppHistory(
            replace(self.asked, targets=(one,)),
            self.cockpit.colour(self.asked.environment),
            lambda: self.gone(one),
            self.journal,
            now=self.cockpit.clock.now,
            way=way,
            other=(lambda: self._alone(one)) if has_other else None,
            fetch=self.fetch,
        )

    def _alone(self, one: Application | None) -> Confirm:
        (target,) = self.asked.targets
        why = self._refused(one) if one is not None else ""
        other = (
            (lambda: self._of_argo(one, target)) if isinstance(target, Workload) and one and not why else None
        )
        way: tuple[str, ...] = ()
        if one is not None:
            whole = (
                f"Argo CD's own rollback: {why}" if why else f"ctrl+o: all of application {one.meta.name}."
            )
            way = (f"Only {target.meta.kind} {target.meta.name} goes back, {_lasts(one)}.", whole)
        return Revisions(
            self.asked,
            self.cockpit.colour(self.asked.environment),
            self.look,
            self.journal,
            now=self.cockpit.clock.now,
            way=way,
            other=other,
        )


def _lasts(one: Application) -> str:
    """How long an undo of one workload stands."""
    if one.automated is None:
        return "until the next sync"
    return "which self-heal reverts within seconds" if one.automated.self_heal else "until the next commit"
