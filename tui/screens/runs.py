"""Past runs: of each the outcome and how long it took; enter opens a log, two marked ones are compared."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.binding import Binding

from tui.archive import Past
from tui.errors import DeployError
from tui.model.application import Application
from tui.model.cluster import Event
from tui.model.past_run import Run, of_service, past_runs
from tui.model.recording import Recording
from tui.model.schema import SCHEMA, problem, schemas
from tui.panes.base import View
from tui.present import runs as present
from tui.present.cells import moment
from tui.screens.recording import RecordingScreen, compared
from tui.screens.table_page import TablePage
from tui.screens.text import Page
from tui.session import Session
from widgets.key_line import Hint
from widgets.live_table import LiveTable, Span, Tone

if TYPE_CHECKING:
    from tui.app import Cockpit

_MOST = 1000  # runs that are shown, the newest
_AGAIN = 5.0  # seconds between two looks at the disk: another recorder may write there

HINTS = [
    Hint("enter", "Log"),
    Hint("d", "Details"),
    Hint("space", "Mark"),
    Hint("c", "Compare"),
    Hint("a", "All services"),
    Hint("/", "Filter"),
]


class RunsScreen(TablePage):
    """Of one service, or with `a` of all of the environment that is in front."""

    BINDINGS = [
        Binding("P", "close", "Back", show=False),
        Binding("a", "all", "All services", show=False),
        Binding("d", "details", "Details", show=False),
        Binding("c", "compare", "Compare", show=False),
    ]

    def __init__(self, cockpit: Cockpit, view: View, service: str) -> None:
        table = LiveTable(present.COLUMNS, now=cockpit.clock.now, markable=True, id="table")
        super().__init__(table, HINTS)
        self._cockpit, self._of, self._service = cockpit, view, service
        self._runs: list[Run] = []

    def on_mount(self) -> None:
        self.table.focus()
        self._title("reading …")
        self.run_worker(self._keep_reading(), group="runs", exclusive=True)

    def check_seen(self) -> None:
        """At each tick: times grow."""
        if self.table.is_attached:
            self.table.tick()

    # Reading

    async def _keep_reading(self) -> None:
        while True:
            await self._read()
            await self._cockpit.clock.sleep(_AGAIN)

    async def _read(self) -> None:
        session = self._of.session
        recorder = session.recorder
        if recorder is None:
            return
        applications = [one for one in session.store.all("Application") if isinstance(one, Application)]
        running = {uid for uid in recorder.running() if session.store.by_uid("Job", uid) is not None}
        name, now = session.environment.name, self._cockpit.clock.now()

        def read() -> tuple[list[Run], Past]:
            past = recorder.past()
            recordings = [
                replace(one, status="Running") if one.job_uid in running else one for one in past.recordings
            ]
            kept = (recordings, past.operations, applications, past.watched)
            return past_runs(name, *kept, now), past

        found, past = await asyncio.to_thread(read)
        if self._service and not of_service(found, self._service):
            self._service = ""  # it never ran: all are better than nothing
        self._runs = of_service(found, self._service)[:_MOST]
        self.table.set_rows(present.rows(self._runs))
        whose = self._service or "all services"
        since = f"watched since {moment(past.watched[0].begin)}" if past.watched else "never watched"
        self._title(f"{whose}: {len(self._runs)} runs, {since}")

    def _title(self, words: str) -> None:
        environment = self._of.session.environment
        colour = self._cockpit.colour(environment)
        self.header.set(environment.name.upper(), colour, [Span(words, Tone.QUIET)], [])
        self.table.border_title = "Past runs"

    # Keys

    @on(LiveTable.Opened)
    def _open(self, message: LiveTable.Opened) -> None:
        message.stop()
        recording = self._recording(message.row_id)
        recorder = self._of.session.recorder
        if recording is not None and recorder is not None:
            screen = RecordingScreen(recorder, recording, self._cockpit.settings.log_bytes)
            self._cockpit.push_screen(screen)
        else:
            self.action_details()

    def action_details(self) -> None:
        """All that is known of the run under the cursor."""
        run = self._run(self.table.cursor)
        if run is not None:
            self.run_worker(self._show_details(run), group="details", exclusive=True)

    async def _show_details(self, run: Run) -> None:
        session = self._of.session
        recorder = session.recorder
        assert recorder is not None
        uids = [one.job_uid for one in run.recordings]
        found = await asyncio.to_thread(lambda: {uid: recorder.evidence(uid) for uid in uids})
        left = await self._events(run)
        asked = list(session.store.all(SCHEMA))
        page = present.page(run, found, left, schemas(asked), problem(asked))
        self._cockpit.push_screen(Page(f"Run of {run.service}, {moment(run.started)}", page))

    async def _events(self, run: Run) -> list[Event]:
        """What the cluster still has of hooks that nobody recorded."""
        session = self._of.session
        if not isinstance(session, Session):
            return []
        found: list[Event] = []
        for row in run.left:
            try:
                found += await session.client.events_about(row.namespace, [row.name], by="name")
            except DeployError as error:
                self._say(str(error))
                break
        return sorted(found, key=lambda one: one.at)

    def action_compare(self) -> None:
        """The two that are marked; of whole runs their hooks of the same database."""
        marked = [self._recording(one) or self._first(one) for one in self.table.targets]
        chosen = [one for one in marked if one is not None]
        recorder = self._of.session.recorder
        if len(chosen) != 2 or recorder is None:
            self._say("Mark two recordings with space, then c compares them.")
            return
        first, second = chosen

        async def show() -> None:
            self._cockpit.push_screen(await compared(recorder, first, second))

        self.run_worker(show(), group="details", exclusive=True)

    def action_all(self) -> None:
        """Runs of all services."""
        self._service = ""
        self.run_worker(self._keep_reading(), group="runs", exclusive=True)

    def _recording(self, row_id: object) -> Recording | None:
        return next((one for run in self._runs for one in run.recordings if one.job_uid == row_id), None)

    def _first(self, row_id: object) -> Recording | None:
        """Of a run that is marked whole: the hook that failed, else the first."""
        run = self._run(row_id)
        kept = run.recordings if run is not None else ()
        return next((one for one in kept if one.status == "Failed"), kept[0] if kept else None)

    def _run(self, row_id: object) -> Run | None:
        """The run of a line, also of one below it."""
        for run in self._runs:
            own = run.id == row_id or str(row_id).startswith(f"{run.id}/")
            if own or any(one.job_uid == row_id for one in run.recordings):
                return run
        return None

    def _say(self, words: str) -> None:
        self._cockpit.notify(words, severity="warning", markup=False)
