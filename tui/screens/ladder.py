"""The ladder: every service in every environment, live; enter opens it where something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on
from textual.binding import Binding

from tui.model.ladder import Rung, Service, Step, ladder
from tui.present import ladder as present
from tui.screens.table_page import TablePage
from tui.store import LinkState, Record
from widgets.key_line import Hint
from widgets.live_table import LiveTable, Span, Tone

if TYPE_CHECKING:
    from tui.app import Cockpit

Opened = Callable[[Record], None]
"""Called with the workload that was chosen, once its environment is in front."""


class LadderScreen(TablePage):
    """Reads the surveys of all sessions; nothing here asks a server."""

    BINDINGS = [
        Binding("v", "close", "Back", show=False),
    ]

    def __init__(self, cockpit: Cockpit, opened: Opened) -> None:
        table = LiveTable(present.columns(cockpit.settings.environments), now=cockpit.clock.now, id="table")
        super().__init__(table, [Hint("enter", "Open"), Hint("/", "Filter"), Hint("< >", "Sort")])
        self._cockpit = cockpit
        self._opened = opened
        self._environments = cockpit.settings.environments
        self._services: dict[str, Service] = {}
        self._seen: tuple[object, ...] = ()

    def on_mount(self) -> None:
        self.table.border_title = "Ladder: which version runs where"
        self.table.focus()
        self.check_seen()

    def check_seen(self) -> None:
        """At each tick: the rows as the surveys judge now."""
        if not self.table.is_attached:
            return
        now = self._cockpit.clock.now()
        clock = datetime.fromtimestamp(now, UTC).strftime("%H:%M:%S UTC")
        unread = self._unread()
        words = f"{', '.join(sorted(unread))} not read" if unread else "all environments are read"
        tone = Tone.LOOK if unread else Tone.QUIET
        self.header.set("ALL ENVIRONMENTS", "primary", [Span(words, tone)], [Span(clock, Tone.QUIET)])
        self.table.tick()
        surveys = self._cockpit.surveys
        seen = (unread, *(survey.version for survey in surveys.values()))
        if seen == self._seen:
            return
        self._seen = seen
        judged = {name: survey.workloads.values() for name, survey in surveys.items() if name not in unread}
        waits: dict[str, str] = {}
        for name in judged:
            survey = surveys[name]
            waits |= survey.apps.releases(survey.workloads, survey.boards.all)
        services = ladder(self._environments, judged, waits)
        self._services = {f"{one.namespace}/{one.name}": one for one in services}
        self.table.set_rows(present.rows(services, self._environments, unread))

    def _unread(self) -> frozenset[str]:
        """Environments of which nothing is known: of what they last showed nothing is said as live."""
        sessions = self._cockpit.sessions
        usable = (LinkState.LIVE, LinkState.POLLING)
        return frozenset(
            one.name
            for one in self._environments
            if one.name not in sessions or sessions[one.name].link.state not in usable
        )

    @on(LiveTable.Opened)
    async def _open(self, message: LiveTable.Opened) -> None:
        """Where it is broken or moving first, else in the environment in front."""
        message.stop()
        service = self._services.get(str(message.row_id))
        if service is None:
            return
        found = [
            (name, step)
            for name, step in zip((one.name for one in self._environments), service.steps, strict=True)
            if step.rung is not Rung.ABSENT
        ]
        name, step = min(found, key=lambda each: self._rank(*each))
        record = self._cockpit.surveys[name].store.by_uid(step.kind, step.uid)
        self.dismiss(None)
        if record is not None:
            await self._cockpit.switch(name)
            self._opened(record)

    def _rank(self, name: str, step: Step) -> tuple[int, bool]:
        order = (Rung.STUCK, Rung.MOVING, Rung.RUNS)
        return order.index(step.rung), name != self._cockpit.front
