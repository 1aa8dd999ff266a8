"""How the seal form looks: names, scope and type, rows of keys, certificate, place, and its two buttons."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from tui.model.environment import Environment
from tui.model.seal_check import TYPES
from tui.model.sealed_secret import Scope, Seal
from tui.screens.seal_rows import KeyRows
from widgets.choice import Choice
from widgets.tone import literal, printable

SCOPES, TYPE_NAMES = tuple(Scope), tuple(TYPES)


class SealFace(ModalScreen[None]):
    """Widgets by id; what they mean and do is the form's."""

    DEFAULT_CSS = """
    SealFace { align: center middle; }
    SealFace #dialog { width: 96%; max-width: 116; height: auto; max-height: 100%; border: round $error;
        padding: 0 1; background: $surface; }
    SealFace #body { height: auto; max-height: 100vh; }
    SealFace .line { height: 1; }
    SealFace .label { width: 12; color: $text-muted; }
    SealFace .label.-second { width: 8; margin-left: 2; }
    SealFace .line Input { width: 34; height: 1; border: none; padding: 0 1; background: $boost; }
    SealFace .line Input:focus { background: $panel; }
    SealFace .gap, SealFace KeyRows { margin-top: 1; }
    SealFace .said { width: 1fr; height: auto; max-height: 4; }
    SealFace .part { height: auto; }
    SealFace #file { display: none; }
    SealFace #wrong { color: $text-error; height: auto; max-height: 5; }
    SealFace Button { height: 1; border: none; min-width: 10; margin-right: 2; background: $panel; }
    SealFace Button:focus { background: $primary; color: $background; text-style: bold; }
    SealFace #hint { width: 1fr; color: $text-muted; }
    SealFace.-tall #buttons { margin-top: 1; }
    SealFace.-short .gap, SealFace.-short KeyRows { margin-top: 0; }
    SealFace #more { width: auto; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]
    ALLOW_SELECT = False
    HINT = "ctrl+n key  ctrl+x remove  ctrl+o .env  ctrl+t reveal  ctrl+s seal  esc"

    def __init__(self, environment: Environment, colour: str, start: Seal, told: str) -> None:
        """`told` says which of several objects it is for."""
        super().__init__()
        self.rows = KeyRows(self.take)
        self._environment, self._colour = environment, colour
        self._start, self._told = start, told

    def compose(self) -> ComposeResult:
        start = self._start
        with Vertical(id="dialog"):
            with VerticalScroll(id="body", can_focus=False):
                with Horizontal(classes="line"):
                    yield Static("Secret", classes="label")
                    yield Input(start.name, id="name", compact=True)
                    yield Static("scope", classes="label -second")
                    yield Choice(SCOPES, id="scope")
                with Horizontal(classes="line"):
                    yield Static("Namespace", classes="label")
                    yield Input(start.namespace, id="namespace", compact=True)
                    yield Static("type", classes="label -second")
                    yield Choice([one.rpartition("/")[2] for one in TYPE_NAMES], id="type")
                yield Static(Content(printable(self._told)), classes="part", id="told")
                yield self.rows
                with Horizontal(classes="line", id="file"):
                    yield Static(".env file", classes="label")
                    yield Input(id="path", placeholder="its path; enter reads it", compact=True)
                yield Static(
                    "+ key: ctrl+n; KEY=value lines are pasted on a key", classes="label part", id="more"
                )
                for name, label in (
                    ("certificate", "Certificate"),
                    ("where", "Writes to"),
                    ("after", "After it"),
                ):
                    with Horizontal(classes="part gap" if name != "after" else "part"):
                        yield Static(label, classes="label")
                        with Vertical(classes="part"):
                            if name == "where":
                                yield Choice((), id="place")
                            yield Static("", id=name, classes="said")
                yield Static("", id="wrong")
            with Horizontal(id="buttons", classes="line"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Seal", id="go", compact=True)
                yield Static(Content(self.HINT), id="hint")

    def on_mount(self) -> None:
        dialog = self.query_one("#dialog")
        environment = self._environment
        dialog.border_title = literal(f" {environment.name}: seal a secret ")
        dialog.border_subtitle = " plaintext stays in this form "
        dialog.styles.border = ("round", self._colour)
        self.query_one("#told").display = bool(self._told)
        self.query_one("#scope", Choice).choose(SCOPES.index(self._start.scope))
        if self._start.type in TYPE_NAMES:
            self.query_one("#type", Choice).choose(TYPE_NAMES.index(self._start.type))

    def take(self, text: str) -> None:
        """Lines that were pasted on a key."""
        raise NotImplementedError

    @property
    def seal(self) -> Seal:
        """As the fields say."""
        return Seal(
            self.query_one("#name", Input).value.strip(),
            self.query_one("#namespace", Input).value.strip(),
            SCOPES[self.query_one("#scope", Choice).index],
            TYPE_NAMES[self.query_one("#type", Choice).index],
        )

    def wrong(self, words: str) -> None:
        """Says it; "" takes it away."""
        self.query_one("#wrong", Static).update(Content(printable(words)))
