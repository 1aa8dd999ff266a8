"""The one screen of the cockpit: five panes, a header, a line of keys, and the way from a key to a deed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from tui.actions import ACTIONS, BY_ID
from tui.actions.base import Deed
from tui.panes.base import TablePane
from tui.panes.environments import EnvironmentsPane
from tui.panes.logs import LogsPane
from tui.panes.namespaces import NamespacesPane
from tui.panes.waves import WavesPane
from tui.panes.work import WorkPane
from tui.present.header import header
from tui.screens import able, asked, enter, travel
from tui.screens.framed import FramedScreen
from tui.store import Record
from widgets.filter_bar import FilterBar
from widgets.header_line import HeaderLine
from widgets.key_line import KeyLine
from widgets.live_table import LiveTable

if TYPE_CHECKING:
    from tui.app import Cockpit


class CockpitScreen(FramedScreen):
    """Panes by number; every action of ACTIONS is bound here, below dialogs and inputs."""

    BINDINGS = [
        Binding("1", "pane(1)", "Environments", show=False, id="pane.1"),
        Binding("2", "pane(2)", "Namespaces", show=False, id="pane.2"),
        Binding("3", "pane(3)", "Migration waves", show=False, id="pane.3"),
        Binding("4", "pane(4)", "Trouble, workloads, pods, jobs, secrets, events", show=False, id="pane.4"),
        Binding("5", "pane(5)", "Logs", show=False, id="pane.5"),
        Binding("escape,q", "back", "Clear the filter, the marks, then back", show=False, id="back"),
        Binding("left_square_bracket", "travel('back')", "The view before", show=False, id="view.back"),
        Binding("right_square_bracket", "travel('forward')", "Forward again", show=False, id="view.forward"),
        Binding("minus", "travel('last')", "The last view, and back", show=False, id="view.last"),
        Binding("left", "tab(-1)", "The tab before", show=False, id="tab.before"),
        Binding("right", "tab(1)", "The next tab", show=False, id="tab.next"),
        *[
            Binding(action.key, f"ask('{action.id}')", action.words, show=False, id=action.id)
            for action in ACTIONS
            if action.key
        ],
    ]
    AUTO_FOCUS = "#work LiveTable"

    def __init__(self) -> None:
        super().__init__()
        self.travels = travel.Travels()
        self._front = ""  # the environment whose logs are shown
        self._in_waves = False  # pane 3 had the focus last
        self._came_from: Widget | None = None  # what had the focus before the full log

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
                settings = self.cockpit.settings
                yield LogsPane(
                    clock=self.cockpit.clock, ring_bytes=settings.log_bytes, folder=settings.state / "logs"
                )
        yield KeyLine([], id="keys")

    @property
    def cockpit(self) -> Cockpit:
        """The app, by its own type."""
        return cast("Cockpit", self.app)

    # Showing

    def show(self, whole_second: bool) -> None:
        """Asks every visible pane to repaint what differs."""
        if self.query_one_optional(HeaderLine) is None:
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
        if view is None:
            words = able.unread(cockpit)
            for each in (self.query_one(NamespacesPane), self.query_one(WavesPane)):
                each.show_nothing("")
            self.query_one(WorkPane).show_nothing(words)
            self.query_one(LogsPane).leave()
        else:
            if cockpit.front != self._front:
                self._front = cockpit.front
                self.query_one(LogsPane).leave()
            targets = self.query_one(WorkPane).current.targets(view)
            self.query_one(WavesPane).follow(targets, cockpit.front)
            for pane in (self.query_one(NamespacesPane), self.query_one(WavesPane)):
                pane.show(view)
            self.query_one(WorkPane).show(view)
            self.query_one(LogsPane).show(view, self.targets())
        if whole_second:
            for table in self.query(LiveTable):
                table.tick()
        self.query_one(KeyLine).set_keys(able.hints(self))

    # Focus

    @property
    def source(self) -> TablePane:
        """Where keys find their targets: pane 3 since it had the focus, pane 4 otherwise."""
        return self.query_one(WavesPane) if self._in_waves else self.query_one(WorkPane).current

    def targets(self) -> tuple[Record, ...]:
        """The marked records, else the one under the cursor."""
        view = self.cockpit.view
        return self.source.targets(view) if view is not None else ()

    @property
    def log_has_focus(self) -> bool:
        """Whether keys are the log's."""
        return self.query_one(LogsPane).log_view.has_focus

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Logs show what was chosen before they got the focus, so they change nothing."""
        panes = [one.id for one in event.widget.ancestors if one.has_class("pane")]
        if panes and panes != ["logs"]:
            self._in_waves = panes == ["waves"]

    def action_pane(self, number: int) -> None:
        """Gives a pane the focus; in a narrow terminal the left column shows only then."""
        wanted = ("environments", "namespaces", "waves", "work", "logs")[number - 1]
        self.make_room(left=number <= 3, waves=number == 3)
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
        self.leaves(step=True)
        self.query_one(WorkPane).step(step)

    # Travelling

    def leaves(self, *, step: bool = False) -> None:
        """Another view comes: the present one is kept for `[`, and the full log ends."""
        self.travels.left(travel.here(self), step=step)
        self.make_room(full_log=False)

    async def open_environment(self, name: str) -> None:
        """Brings an environment to the front."""
        self.leaves()
        await self.cockpit.switch(name)
        self.action_pane(4)

    def open_namespaces(self, chosen: frozenset[str] | None) -> None:
        """Shows the objects of these namespaces only; None shows all."""
        self.leaves()
        table = self.query_one(NamespacesPane).table
        if table.marks != chosen:
            table.clear_marks()
        self.cockpit.namespaces = chosen

    async def action_travel(self, where: str) -> None:
        """`back`, `forward` or `last` in the views that were shown."""
        way = {"back": self.travels.back, "forward": self.travels.forward, "last": self.travels.last}[where]
        place = way(travel.here(self))
        if place is None:
            self.say(f"No view {'after' if where == 'forward' else 'before'} this one.")
        else:
            self.make_room(full_log=False)
            await travel.go(self, place)

    @on(LiveTable.Opened, "#environments-table")
    async def _open_environment(self, message: LiveTable.Opened) -> None:
        await self.open_environment(str(message.row_id))

    @on(LiveTable.Opened, "#namespaces-table")
    def _open_namespace(self, message: LiveTable.Opened) -> None:
        pane = self.query_one(NamespacesPane)
        if pane.chosen is None:
            self.open_namespaces(frozenset({str(message.row_id)}) if message.row_id else None)
        self.action_pane(4)

    @on(LiveTable.Marked, "#namespaces-table")
    def _mark_namespace(self) -> None:
        self.open_namespaces(self.query_one(NamespacesPane).chosen)

    @on(LiveTable.MarksVanished)
    def _vanished(self, message: LiveTable.MarksVanished) -> None:
        count = len(message.row_ids)
        self.say(f"{count} marked object{'s are' if count > 1 else ' is'} gone, and so is the mark.")

    @on(LiveTable.Opened)
    def _open_row(self, message: LiveTable.Opened) -> None:
        pane = message.table.parent
        if isinstance(pane, TablePane) and not isinstance(pane, NamespacesPane):
            enter.open_row(self, pane, message.row_id)

    # Asking

    def action_ask(self, action_id: str) -> None:
        """A key of ACTIONS: with the targets of this very moment."""
        action, targets = BY_ID[action_id], self.targets()
        if action.deed and self.full_log:
            self.say("No deed works in the full log: esc first.")
            return
        if action.id == "filter":
            self._open_filter()
            return
        reason = able.why_not(self, action, targets)
        if reason:
            self.say(reason)
            return
        if isinstance(action, Deed):
            self.source.table.hold()
        asked.run(self.cockpit, self, action, targets)

    def _open_filter(self) -> None:
        logs, focused = self.query_one(LogsPane), self.focused
        pane = focused.parent if focused is not None else None
        if self.log_has_focus or self.full_log:
            logs.search_bar.open(logs.log_view)
        else:
            pane = pane if isinstance(pane, TablePane) else self.query_one(WorkPane).current
            pane.filter_bar.open(pane.table)

    def full_logs(self, *, previous: bool) -> None:
        """Gives the log the whole screen; esc gives it back."""
        logs = self.query_one(LogsPane)
        if not self.full_log:
            self._came_from = self.focused
        self.make_room(full_log=True)
        logs.previous = previous
        logs.log_view.focus()

    async def action_back(self) -> None:
        """Esc: out of the full log, else the filter goes, else the marks, else the view before."""
        logs, focused = self.query_one(LogsPane), self.focused
        pane = focused.parent if focused is not None else None
        if self.full_log:
            self._leave_full_logs(logs)
            return
        if self.log_has_focus and logs.search_bar.is_open:
            logs.search_bar.clear()
            return
        pane = pane if isinstance(pane, TablePane) else self.query_one(WorkPane).current
        if pane.table.filter:
            pane.filter_bar.put("")
            pane.table.set_filter(None)
        elif pane is not self.query_one(WorkPane).current or not pane.table.has_focus:
            self.action_pane(4)
        elif pane.table.marks:
            pane.table.clear_marks()
        else:
            place = self.travels.back(travel.here(self))
            if place is not None:
                await travel.go(self, place)
            else:
                self.say("ctrl+q or :q leaves; ? shows every key.")

    def _leave_full_logs(self, logs: LogsPane) -> None:
        if logs.search_bar.is_open:
            logs.search_bar.clear()
        self.make_room(full_log=False)
        logs.previous = False
        if self._came_from is not None and self._came_from.is_attached:
            self._came_from.focus()
        else:
            self.action_pane(4)

    def say(self, words: str) -> None:
        """A toast, whole and literal."""
        self.cockpit.notify(words, severity="warning", markup=False)

    @on(FilterBar.Kept)
    def _filter_kept(self, message: FilterBar.Kept) -> None:
        message.stop()
