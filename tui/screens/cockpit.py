"""The one screen of the cockpit: five panes, a header, a line of keys, and the way from a key to a deed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from tui.actions import ACTIONS, BY_ID
from tui.actions.base import Action, Asked, Deed
from tui.panes.environments import EnvironmentsPane
from tui.panes.logs import LogsPane
from tui.panes.namespaces import NamespacesPane
from tui.panes.waves import WavesPane
from tui.panes.work import WorkPane
from tui.present.header import header
from tui.screens import asked
from tui.screens.views import pods_of
from tui.store import Record
from widgets.filter_bar import FilterBar
from widgets.header_line import HeaderLine
from widgets.key_line import Hint, KeyLine
from widgets.live_table import LiveTable

if TYPE_CHECKING:
    from tui.app import Cockpit


class CockpitScreen(Screen[None]):
    """Panes by number; every action of ACTIONS is bound here, below dialogs and inputs."""

    BINDINGS = [
        *[Binding(str(number), f"pane({number})", show=False) for number in range(1, 6)],
        Binding("escape,q", "back", show=False, id="back"),
        Binding("left", "tab(-1)", show=False, id="tab.before"),
        Binding("right", "tab(1)", show=False, id="tab.next"),
        *[
            Binding(action.key, f"ask('{action.id}')", action.words, show=False, id=action.id)
            for action in ACTIONS
            if action.key
        ],
    ]
    AUTO_FOCUS = "#work LiveTable"

    def compose(self) -> ComposeResult:
        now = self.cockpit.clock.now
        yield HeaderLine(id="header")
        with Horizontal(id="columns"):
            with Vertical(id="left"):
                yield EnvironmentsPane(self.cockpit, now=now)
                yield NamespacesPane(now=now)
                yield WavesPane(now=now)
            with Vertical(id="right"):
                yield WorkPane(now=now)
                yield LogsPane(clock=self.cockpit.clock, ring_bytes=self.cockpit.settings.log_bytes)
        yield KeyLine([], id="keys")

    @property
    def cockpit(self) -> Cockpit:
        """The app, by its own type."""
        return cast("Cockpit", self.app)

    # Showing

    def show(self, whole_second: bool) -> None:
        """Asks every visible pane to repaint what differs."""
        if not self.query(HeaderLine):
            return  # not composed yet, or being taken down
        cockpit, view = self.cockpit, self.cockpit.view
        badge, left, right = header(
            cockpit.environment,
            view.session if view else None,
            cockpit.namespaces,
            cockpit.deeds.all,
            cockpit.clock.now(),
        )
        self.query_one(HeaderLine).set(badge, cockpit.colour(cockpit.environment), left, right)
        self.query_one(EnvironmentsPane).show_all()
        if view is not None:
            for pane in (self.query_one(NamespacesPane), self.query_one(WavesPane)):
                pane.show(view)
            self.query_one(WorkPane).show(view)
            self.query_one(LogsPane).show(view, self.targets())
        if whole_second:
            for table in self.query(LiveTable):
                table.tick()
        self.query_one(KeyLine).set_keys(self._hints())

    def _hints(self) -> list[Hint]:
        targets = self.targets()
        name = targets[0].meta.name if len(targets) == 1 else f"{len(targets)} marked" if targets else ""
        hints = []
        for action in ACTIONS:
            if not action.show:
                continue
            words = f"{action.words} {name}" if action.id == "restart" and name else action.words
            hints.append(
                Hint(action.keys[0], words, dim=not self._can(action, targets), keep=action.id == "help")
            )
        return hints

    def _can(self, action: Action, targets: tuple[Record, ...]) -> bool:
        if action.kinds and not any(action.fits(record.meta.kind) for record in targets):
            return False
        view = self.cockpit.view
        if isinstance(action, Deed) and view is not None:
            refused = action.refuse(Asked(view.session.store, self.cockpit.environment, targets))
            return len(refused) < len(targets)
        return True

    # Focus

    def targets(self) -> tuple[Record, ...]:
        """The marked records of pane 4, else the one under its cursor."""
        view = self.cockpit.view
        return self.query_one(WorkPane).targets(view) if view is not None else ()

    def action_pane(self, number: int) -> None:
        """Gives a pane the focus; in a narrow terminal the left column shows only then."""
        wanted = ("environments", "namespaces", "waves", "work", "logs")[number - 1]
        self.set_class(number <= 3, "-left")
        pane = self.query_one(f"#{wanted}")
        target = (
            pane.current.table
            if isinstance(pane, WorkPane)
            else next((one for one in pane.query("*") if one.focusable), None)
        )
        if target is not None:
            target.focus()

    def action_tab(self, step: int) -> None:
        """The tab before or after, in pane 4."""
        self.query_one(WorkPane).step(step)

    @on(LiveTable.Opened, "#environments-table")
    async def _open_environment(self, message: LiveTable.Opened) -> None:
        await self.cockpit.switch(str(message.row_id))
        self.action_pane(4)

    @on(LiveTable.Opened, "#namespaces-table")
    def _open_namespace(self, message: LiveTable.Opened) -> None:
        chosen = str(message.row_id)
        self.cockpit.namespaces = None if chosen == "" else frozenset({chosen})
        self.action_pane(4)

    # Asking

    def action_ask(self, action_id: str) -> None:
        """A key of ACTIONS: with the targets of this very moment."""
        action, targets = BY_ID[action_id], self.targets()
        if action.deed and self.has_class("-full-logs"):
            self.cockpit.notify("No deed works in the full log: esc first.", severity="warning", markup=False)
            return
        logs = self.query_one(LogsPane)
        if action.id == "filter" and (logs.log_view.has_focus or self.has_class("-full-logs")):
            logs.search_bar.open(logs.log_view)
            return
        if action.id == "filter":
            pane = self.query_one(WorkPane).current
            pane.filter_bar.open(pane.table)
            return
        if isinstance(action, Deed):
            self.query_one(WorkPane).current.table.hold()
        asked.run(self.cockpit, self, action, targets)

    @on(LiveTable.Opened, "#workloads-table")
    def _open_workload(self) -> None:
        for record in self.targets()[:1]:
            pods_of(self, record)

    @on(LiveTable.Opened, "#trouble-table")
    def _open_trouble(self) -> None:
        for record in self.targets()[:1]:
            self.reveal(record)

    @on(LiveTable.Opened, "#pods-table")
    @on(LiveTable.Opened, "#jobs-table")
    def _open_logs(self) -> None:
        self.full_logs(previous=False)

    def reveal(self, record: Record) -> None:
        """Goes to the tab where a record has its own row, with the cursor on it."""
        work, view = self.query_one(WorkPane), self.cockpit.view
        if view is None:
            return
        tab = next((one for one in work.tabs[1:] if record.meta.kind in one.kinds[:3]), work.current)
        tab.show(view)
        tab.table.select(record.meta.uid)
        work.go(tab)

    def full_logs(self, *, previous: bool) -> None:
        """Gives the log the whole screen; esc gives it back."""
        self.set_class(True, "-full-logs")
        logs = self.query_one(LogsPane)
        logs.previous = previous
        logs.log_view.focus()

    def action_back(self) -> None:
        """Esc: out of the full log, else out of the left column, else clears the filter."""
        if self.has_class("-full-logs"):
            self.set_class(False, "-full-logs")
            self.query_one(LogsPane).previous = False
            self.action_pane(4)
            return
        current = self.query_one(WorkPane).current
        if not current.table.filter and current.table.has_focus:
            self.cockpit.notify("ctrl+q leaves.", markup=False)
            return
        if current.table.filter and not self.has_class("-left"):
            current.filter_bar.clear()
            current.table.set_filter(None)
        self.action_pane(4)

    @on(FilterBar.Kept)
    def _filter_kept(self, message: FilterBar.Kept) -> None:
        message.stop()
