"""The form that seals values: they are in its fields alone, and overwritten when it closes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui.actions.seal_plan import known as known_of
from tui.chart import Found
from tui.errors import DeployError
from tui.model.env_file import BrokenLine, parse
from tui.model.lens import Lens
from tui.model.plan import Remark
from tui.model.seal_check import name_problems
from tui.model.sealed_secret import Seal
from tui.screens.seal_face import SCOPES, SealFace
from tui.screens.seal_place import Destination, destinations, lens_of, of_git
from tui.screens.seal_rows import KeyRow, KeyRows, Known
from tui.seal import Chosen
from tui.seal_desk import Desk
from widgets.choice import Choice
from widgets.tone import printable

if TYPE_CHECKING:
    from tui.app import Cockpit
    from tui.session import Session

REVEAL = 8.0
"""Seconds until values are dots again."""
_REST = 0.2  # seconds without a key before a name is looked up


class SealForm(SealFace):
    """Answers nothing: what it writes goes through `seal_flow`, which closes it when that is done."""

    BINDINGS = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("ctrl+t", "reveal", "Show the values for a moment", show=False, priority=True),
        Binding("ctrl+n", "add", "Another key", show=False, priority=True),
        Binding("ctrl+x", "remove", "Remove the key", show=False, priority=True),
        Binding("ctrl+o", "file", "Values of a .env file", show=False, priority=True),
        Binding("ctrl+s", "seal", "Seal", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, cockpit: Cockpit, session: Session, desk: Desk, start: Seal, told: str = "") -> None:
        super().__init__(desk.environment, cockpit.colour(desk.environment), start, told)
        self.cockpit, self.session, self.desk = cockpit, session, desk
        self.chosen: Chosen | None = None
        self.lens: Lens | None = None
        self.git: tuple[Remark, ...] = ()
        self._places: list[Destination] = []
        self._hidden_at = 0.0  # monotonic seconds, 0 while nothing is shown
        self._leaving = self._begun = False
        self._said: list[str] = []

    def on_mount(self) -> None:
        self.run_worker(self._ask_certificate(), group="certificate")
        self.look(0.0)

    def on_unmount(self) -> None:
        """However it ends."""
        self.rows.forget()

    # What it finds out

    @property
    def destination(self) -> Destination:
        """The chosen one; the clipboard while nothing is known."""
        found = self._places
        return found[self.query_one("#place", Choice).index] if found else Destination("clipboard")

    @property
    def gone(self) -> bool:
        """Whether it was closed meanwhile: its parts go one by one."""
        return self not in self.app.screen_stack

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What to know of the Secret."""
        return tuple(known_of(self.lens))

    async def _ask_certificate(self) -> None:
        said = self.query_one("#certificate", Static)
        said.update(
            Content(printable(f"asking {self.desk.source or self.desk.controller.place or 'the cluster'} …"))
        )
        try:
            self.chosen = await self.desk.certificate()
        except DeployError as error:
            said.update(Content(printable(str(error))))
            return
        one = self.chosen.certificate
        newest = {True: "newest", False: self.chosen.note, None: self.chosen.note}[self.chosen.newest]
        ends = datetime.fromtimestamp(one.ends, UTC).strftime("%Y-%m-%d")
        said.update(Content(printable(f"{one.short}  {newest}, from {one.origin}, valid to {ends}")))

    def look(self, rest: float = _REST) -> None:
        """Looks again where it may go and who reads it."""
        self._look(rest)

    @work(group="look", exclusive=True)
    async def _look(self, rest: float) -> None:
        await self.cockpit.clock.sleep(rest)
        if self.gone:
            return
        seal = self.seal
        self.lens = lens_of(self.session.store, seal.namespace, seal.name)
        try:
            found = await self.desk.places(seal)
        except DeployError as error:
            found = Found(misses=[str(error)])
        if self.gone:
            return
        readonly = self.cockpit.settings.readonly or self.desk.environment.readonly
        before = self.destination.label if self._places else ""
        self._places, said = destinations(found, self.desk, self.lens, readonly)
        labels = [one.label for one in self._places]
        self.query_one("#place", Choice).set_options(labels, labels.index(before) if before in labels else 0)
        self._said = said
        after = "; ".join(remark.text for remark in self.remarks)
        self.query_one("#after", Static).update(Content(printable(after)))
        self.wrong("; ".join(name_problems(seal)) if seal.name else "")
        await self._turn()

    def _begin(self) -> None:
        """The cursor where something is missing, once, and not when it was moved already."""
        name = self.query_one("#name", Input)
        if self._begun or self.focused is not name:
            return
        self._begun = True
        rows = self.rows.rows
        wanted = next((row for row in rows if row.key not in self.rows.known.kept), rows[0])
        first = wanted.field if wanted.key else wanted.input
        if name.value:
            self.set_focus(first)

    async def _turn(self) -> None:
        """To the chosen destination: its keys, its scope, what git knows."""
        chosen = self.destination
        self.rows.offer(Known(chosen.kept, self.lens.needed if self.lens is not None else {}))
        self._begin()
        scope = self.query_one("#scope", Choice)
        scope.locked = chosen.scope is not None
        if chosen.scope is not None:
            scope.choose(SCOPES.index(chosen.scope))
        self.git = ()
        if chosen.place is not None:
            self.git = tuple(of_git(await self.desk.around(chosen.place), self.desk.environment))
        if not self.gone:
            self._say_where()

    def _say_where(self) -> None:
        chosen = self.destination
        keys = {row.key for row in self.rows.given}
        changed = len(keys & set(chosen.kept))
        counts = f"{changed} of {len(chosen.kept)} keys change, {len(keys) - changed} new" if keys else ""
        read = chosen.place.words if chosen.place is not None else ""
        words = (counts, read, *chosen.remarks, *(one.text for one in self.git), *self._said)
        self.query_one("#where", Static).update(Content(printable("; ".join(filter(None, words)))))

    @on(Input.Changed, "#name,#namespace")
    def _named(self) -> None:
        self.look()

    @on(Choice.Changed, "#place")
    def _placed(self) -> None:
        self._turn_alone()

    @work(group="look", exclusive=True)
    async def _turn_alone(self) -> None:
        await self._turn()

    @on(KeyRows.Edited)
    def _edited(self) -> None:
        self._leaving = False
        self._say_where()

    # Values

    def take(self, text: str) -> None:
        """Lines of a `.env` text; the broken one is told by its number, and nothing is taken then."""
        try:
            self.rows.take(parse(text))
            self.wrong("")
        except BrokenLine as error:
            self.wrong(f"line {error.line}: {error.why}; nothing was taken")

    async def action_add(self) -> None:
        """Another row, at the end: the next key is its own."""
        row = self.rows.add()
        await row.mounted
        self.set_focus(row.input)

    def action_remove(self) -> None:
        """The row that has the focus; what is sealed already stays sealed."""
        row = next((row for row in self.rows.rows if self.focused in (row.input, row.field)), None)
        if row is not None:
            self.rows.drop(row)
            self.focus_next(KeyRow) if not self.rows.rows else self.rows.rows[-1].field.focus()

    def action_file(self) -> None:
        """Asks for the path of a `.env` file."""
        self.query_one("#file").display = True
        self.query_one("#path").focus()

    @on(Input.Submitted, "#path")
    async def _read_file(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        try:
            text = await asyncio.to_thread(_read, name)
        except (OSError, UnicodeDecodeError, RuntimeError) as error:
            why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "can't be read"
            self.wrong(f"{name}: {why}{f': {error.strerror}' if isinstance(error, OSError) else ''}")
            return
        self._take_file(name, text)

    def _take_file(self, name: str, text: str) -> None:
        try:
            self.rows.take(parse(text))
        except BrokenLine as error:
            self.wrong(f"{name}:{error.line}: {error.why}; nothing was taken")
            return
        self.wrong("")
        self.query_one("#file").display = False

    @on(Input.Submitted, "#name,#namespace,KeyInput")
    def _next(self) -> None:
        self.focus_next()

    def action_reveal(self) -> None:
        """Shows the values, and hides them after a moment by itself."""
        self._hidden_at = 0.0 if self._hidden_at else self.cockpit.clock.monotonic() + REVEAL
        self.rows.reveal(bool(self._hidden_at))

    def check_seen(self) -> None:
        """At each tick: values are dots again when their time is over."""
        if self._hidden_at and self.cockpit.clock.monotonic() >= self._hidden_at:
            self.action_reveal()

    # Its end

    @on(Button.Pressed, "#go")
    def action_seal(self) -> None:
        """Seals, asks the controller, shows the plan."""
        from tui.screens.seal_flow import seal_form

        self.wrong("")
        self.run_worker(seal_form(self), group="seal", exclusive=True)

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        """At once where nothing was given, else when asked again."""
        if self.rows.given and not self._leaving:
            self._leaving = True
            self.wrong("Values are typed: again drops them.")
            return
        self.close()

    def close(self) -> None:
        """Nothing of it is left."""
        self.rows.forget()
        self.dismiss(None)


def _read(name: str) -> str:
    return Path(name).expanduser().read_bytes().decode()
