"""The lens on a Secret, live: who uses it and who must be restarted; `r` restarts exactly those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding

from tui.actions import BY_ID
from tui.actions.copy import COPY
from tui.actions.restart import RESTART
from tui.actions.seal import ROTATE, SEAL, VERIFY
from tui.actions.why import WHY
from tui.actions.yaml import YAML
from tui.model.secret_health import SecretHealth
from tui.panes.base import View
from tui.present.lens import sections, stale_workloads
from tui.screens import asked
from tui.screens.controller import key_age
from tui.screens.text import Page
from tui.screens.why import WhyScreen
from tui.store import Record
from tui.survey import READS
from widgets.plan_body import PlanBody, Section
from widgets.tone import Tone

if TYPE_CHECKING:
    from tui.app import Cockpit
    from tui.screens.cockpit import CockpitScreen


class LensScreen(Page):
    """One Secret, of the environment that was in front when it was opened."""

    HINT = "r restart   E seal   d why   esc back"
    BINDINGS = [
        Binding(RESTART.key, "restart", RESTART.words, show=False, id=RESTART.id),
        Binding(WHY.key, "why", WHY.words, show=False, id=WHY.id),
        *[
            Binding(each.key, f"ask('{each.id}')", each.words, show=False, id=each.id)
            for each in (SEAL, ROTATE, VERIFY, YAML, COPY)
        ],
    ]

    def __init__(self, cockpit: Cockpit, screen: CockpitScreen, view: View, record: Record) -> None:
        super().__init__(f"Lens: {record.meta.path}", ())
        self._cockpit = cockpit
        self._below = screen
        self._view = view
        self._record = record
        self._last: SecretHealth | None = None
        self._seen: tuple[object, ...] = ()
        self._key = Section()

    def on_mount(self) -> None:
        self.check_seen()
        sealed = self._last.lens.sealed if self._last is not None else None
        if sealed is not None:

            async def ask() -> None:
                self._key = await key_age(self._cockpit, self._view, sealed)
                self._seen = ()

            self.run_worker(ask(), group="lens")

    def check_seen(self) -> None:
        """At each tick: the page as the store has it now."""
        survey, meta = self._view.survey, self._record.meta
        seen = (survey.version, self._key, *self._view.session.store.versions(READS))
        if seen == self._seen or not self.query(PlanBody):
            return
        self._seen = seen
        found = survey.secrets.health(meta.namespace, meta.name)
        page = []
        if found is None:
            page.append(Section(f"{meta.name} is gone, and nobody uses it; this was seen last", Tone.LOOK))
        else:
            self._last = found
        if self._last is not None:
            page += sections(survey, self._last, self._key)
        self.set_sections(page)

    def action_restart(self) -> None:
        """Of those that run with old values, and no others."""
        survey = self._view.survey
        targets = stale_workloads(survey, self._last.lens) if self._last is not None else ()
        if targets:
            asked.run(self._cockpit, self._below, RESTART, targets)
        else:
            words = "No workload runs with older values of it."
            self._cockpit.notify(words, severity="warning", markup=False)

    def action_why(self) -> None:
        """What is wrong with it."""
        self._cockpit.push_screen(WhyScreen(self._cockpit, self._view, self._object))

    def action_ask(self, action_id: str) -> None:
        """Sealing and what else keys of the tab do with it."""
        action, record = BY_ID[action_id], self._object
        if action.kinds and not action.fits(record.meta.kind):
            words = f"{action.words} is not for a {record.meta.kind} ({record.meta.name})"
            self._cockpit.notify(words, severity="warning", markup=False)
        else:
            asked.run(self._cockpit, self._below, action, (record,))

    @property
    def _object(self) -> Record:
        """The SealedSecret, else the Secret, as it was seen last."""
        lens = self._last.lens if self._last is not None else None
        return (lens.sealed or lens.secret if lens is not None else None) or self._record
