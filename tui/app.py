"""The cockpit: owns the sessions, the tick, the screens, the open deeds, and leaving. Nothing else."""

from __future__ import annotations

import asyncio
import getpass
import os
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual import events
from textual.app import App
from textual.binding import Binding
from textual.worker import WorkerFailed

from tui.attention import Attention
from tui.clock import Clock, SystemClock
from tui.commands import Actions
from tui.deeds import Deeds
from tui.driver import TerminalDriver
from tui.errors import DeployError, Misconfigured
from tui.journal import Journal, Unwritable
from tui.litter import Litter
from tui.model.deed import OpenDeed
from tui.model.environment import Environment
from tui.model.plan import Stage
from tui.pace import Pace
from tui.panes.base import View
from tui.screens import typed_ahead
from tui.screens.asked import go_on
from tui.screens.cockpit import CockpitScreen
from tui.settings import Settings
from tui.survey import Survey
from tui.theme import ENVIRONMENT_COLOURS, PROTECTED_COLOUR, THEMES
from widgets.tone import printable

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from tui.opening import Opening
    from tui.sessions import AnySession

LONGEST_TOAST = 1000
"""Characters: what a server says may be long, and a toast lies over the rest."""


class Cockpit(App[int]):
    """`Cockpit(settings).run()` until the operator leaves; the return code is 0, or 1 after a bug."""

    CSS_PATH = "app.tcss"
    TITLE = "deploytui"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMANDS = {Actions}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-widest")]
    # The only priority keys: a deed with one would fire underneath a dialog.
    BINDINGS = [Binding("ctrl+q,ctrl+c", "leave", "Leave", show=False, priority=True)]

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.settings = settings
        self.clock = clock or SystemClock()
        self.sessions: dict[str, AnySession] = {}
        self.surveys: dict[str, Survey] = {}
        self.problems: dict[str, DeployError] = {}  # environments that have no session, and why
        self.front = settings.start
        self.namespaces = frozenset({settings.namespace}) if settings.namespace else None
        self.journal = Journal(settings.state)
        self.deeds = Deeds(self.journal, self.clock, getpass.getuser())
        self.attention = Attention(self._to_terminal, self.clock, bell=settings.bell)
        self._litter, self._pace = Litter(self.clock), Pace()
        self._opening: Opening | None = None
        self._leaving_until, self._second = 0.0, 0
        self._away = False

    # Life

    def on_mount(self) -> None:
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = THEMES[self.settings.theme].name
        self.set_keymap(self.settings.keymap)
        self.attention.begin()
        self.push_screen(CockpitScreen())
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._leave_now)
        self.call_after_refresh(self.run_worker, self._open_sessions, group="open")
        self.set_interval(self.settings.tick, self.tick)

    async def _open_sessions(self) -> None:
        """After the first paint, the one in front first; httpx is imported off the loop."""
        opening = await asyncio.to_thread(import_module, "tui.opening")
        self._litter.begin()
        self._opening = opening.Opening(self.settings, self.clock, os.environ, self._pace)
        await self._recall_deeds()
        for environment in sorted(self.settings.environments, key=lambda one: one.name != self.front):
            try:
                session = self._opening.session(environment)
            except Misconfigured as error:
                self.problems[environment.name] = error
                continue
            self.sessions[environment.name] = session
            self.surveys[environment.name] = Survey(session.store, environment, session.recorder)
            session.start()
        await self.switch(self.front)

    async def switch(self, name: str) -> None:
        """Brings an environment to the front; the one that was there is watched lightly from now on."""
        before, self.front = self.front, name
        if before != name:
            self.namespaces = None
        if before != name and before in self.sessions and not self.deeds.going(before):
            await self.sessions[before].front(False)
        if name in self.sessions:
            await self.sessions[name].front(True)

    # What is shown

    @property
    def environment(self) -> Environment:
        """The one in front."""
        return next(one for one in self.settings.environments if one.name == self.front)

    @property
    def view(self) -> View | None:
        """What the panes show; None where the environment in front has no session."""
        session = self.sessions.get(self.front)
        if session is None:
            return None
        return View(session, self.surveys[self.front], self.namespaces)

    def colour(self, environment: Environment) -> str:
        """An environment's own colour; the loudest belongs to the protected ones."""
        if environment.colour or environment.protected:
            return environment.colour or PROTECTED_COLOUR
        names = [one.name for one in self.settings.environments if not one.protected]
        return ENVIRONMENT_COLOURS[names.index(environment.name) % len(ENVIRONMENT_COLOURS)]

    async def tick(self) -> None:
        """Eight times a second: judges, asks open deeds how far they are, and shows what differs."""
        await self._pace.between()
        now = self.clock.now()
        for session in self.sessions.values():
            session.check()
        for survey in list(self.surveys.values()):
            survey.refresh(now)
            await self._pace.between()
        self._follow_deeds()
        view = self.view
        bad = view.survey.troubles if view is not None and view.session.link.usable else None
        self.attention.look(self.front, bad)
        whole_second = int(now) != self._second
        self._second = int(now)
        for screen in self.screen_stack:
            if isinstance(screen, CockpitScreen):
                screen.show(whole_second)
        for screen in self.screen_stack[-1:]:  # none while it is being taken down
            if screen.is_mounted and (check := getattr(screen, "check_seen", None)) is not None:
                check()
        self._litter.look()

    # Deeds

    async def _recall_deeds(self) -> None:
        try:
            left = await self.deeds.recall()
        except Unwritable as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        for one in left:
            self.notify(f"left while running: {one.environment}: {one.plan.title}", timeout=8, markup=False)

    def _follow_deeds(self) -> None:
        stores = {name: session.store for name, session in self.sessions.items()}
        for one, phase in self.deeds.follow(stores):
            self.run_worker(self._note(one, phase), group="journal")
            if phase == "end":
                self._ended(one)

    def _ended(self, one: OpenDeed) -> None:
        failed = one.progress.stage is Stage.FAILED
        words = f"{one.environment}: {one.plan.title}: {one.progress.text}"
        self.notify(words, severity="error" if failed else "information", timeout=8, markup=False)
        self.attention.tell(words)
        go_on(self, one)

    async def _note(self, one: OpenDeed, phase: str) -> None:
        """A journal that fails is said, never fatal."""
        try:
            session = self.sessions.get(one.environment)
            await self.deeds.note(one, phase, session.store if session is not None else None)
        except Unwritable as error:
            self.notify(str(error), severity="warning", markup=False)

    # Away

    @contextmanager
    def away(self) -> Iterator[None]:
        """The terminal is another program's until the end: nothing is painted, nothing rings."""
        with self.suspend(), self.batch_update():
            self._away = True
            try:
                yield
            finally:
                self._away = False
        self.refresh(repaint=True, layout=True)

    async def on_event(self, event: events.Event) -> None:
        """While somebody types, nothing long is begun."""
        if isinstance(event, events.InputEvent):
            self._litter.typed()
            key = self._pace.typed()
            await typed_ahead.composed(self.screen)
            await super().on_event(event)
            # behind the key in the queue of what it was for, so it is called when that is painted
            (self.focused or self).call_after_refresh(self._pace.answered, key)
        else:
            await super().on_event(event)

    def on_key(self, event: events.Key) -> None:
        """A key that was typed before a bar had opened, and arrives here after it has, belongs to the bar."""
        if typed_ahead.taken_by_bar(self.focused, event):
            event.prevent_default()

    # Leaving

    async def action_leave(self) -> None:
        """Leaves at once, or asks once when a deed is still open."""
        if self.deeds.going() and self.clock.monotonic() > self._leaving_until:
            self._leaving_until = self.clock.monotonic() + 2
            self.notify(self.deeds.on_leaving(), severity="warning", markup=False)
            return
        await self._leave()

    def _leave_now(self) -> None:
        self.run_worker(self._leave(), group="leave")

    async def _leave(self) -> None:
        for one in self.deeds.going():
            await self._note(one, "left")
        await self._stop()
        self.exit(0)

    async def on_unmount(self) -> None:
        """However it ends, no stream outlives the screen."""
        self._litter.end()
        self.attention.end()
        await self._stop()

    async def _stop(self) -> None:
        sessions, self.sessions = self.sessions, {}
        opening, self._opening = self._opening, None
        try:
            async with asyncio.timeout(2):
                await asyncio.gather(*(session.stop() for session in sessions.values()))
                if opening is not None:
                    await opening.close()
        except TimeoutError:
            self.log("a session did not end within 2 s")

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """A toast, literal whatever is asked for: it may quote a cluster."""
        words = "\n".join(printable(line) for line in message.splitlines())
        words = words if len(words) <= LONGEST_TOAST else f"{words[:LONGEST_TOAST]} …"
        super().notify(words, title=title, severity=severity, timeout=timeout, markup=False)

    def _to_terminal(self, data: str) -> None:
        if self._driver is not None and not self.is_headless and not self._away:
            self._driver.write(data)

    def _handle_exception(self, error: Exception) -> None:
        """A bug: a traceback without locals, since those hold tokens and secrets."""
        if isinstance(error, WorkerFailed):
            error = cast(Exception, error.error)  # its own traceback would lead nowhere
        if self._exception is None:  # what fails after it fails because of it
            self._return_code, self._exception = 1, error
            self._exception_event.set()
            self._exit_renderables.append(Text(bare_traceback(error, error.__traceback__)))
        self._close_messages_no_wait()


def bare_traceback(error: BaseException, trace: TracebackType | None) -> str:
    """File, line and code only; the message of a DeployError is meant to be read, others are too."""
    return "".join(traceback.format_exception(type(error), error, trace))
