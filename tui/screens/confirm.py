"""The dialog of every deed: what would be written and where, what to know, and the confirmation that fits."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from tui.model.environment import Confirmation, Environment
from tui.model.plan import Plan
from tui.present.plan import sections
from widgets.plan_body import PlanBody
from widgets.tone import printable


def required(environment: Environment, plan: Plan) -> Confirmation:
    """How a plan is confirmed there (product.md section 4): several or all count more than one grave deed."""
    own = environment.confirm.get(plan.deed)
    if own is not None:
        return own
    if not environment.protected:
        return Confirmation.TAB
    if len(plan.steps) > 1:
        return Confirmation.COUNT
    return Confirmation.NAME if plan.grave else Confirmation.TAB


class Confirm(ModalScreen[bool]):
    """Answers True when the operator confirmed; `changed` says what changed meanwhile ("": nothing)."""

    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm #dialog { width: 90%; max-width: 110; height: auto; max-height: 90%; border: round $error;
        padding: 1 2; background: $surface; }
    Confirm #body { max-height: 50vh; }
    Confirm #typed { width: 40; height: 1; border: none; padding: 0 1; background: $boost; }
    Confirm #buttons { height: 1; margin-top: 1; }
    Confirm Button { height: 1; border: none; min-width: 12; margin-right: 2; background: $panel; }
    Confirm Button:focus { background: $primary; color: $background; text-style: bold; }
    Confirm #changed { color: $text-error; height: auto; }
    """
    BINDINGS = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("ctrl+y", "copy", "Copy the command", show=False),
        Binding("ctrl+d", "diff", "Show the diff", show=False),
        Binding("up", "read(-1)", "Read on above", show=False),
        Binding("down", "read(1)", "Read on below", show=False),
        Binding("pageup", "read(-10)", "Read on above", show=False),
        Binding("pagedown", "read(10)", "Read on below", show=False),
    ]

    def __init__(self, environment: Environment, plan: Plan, colour: str, changed: Callable[[], str]) -> None:
        super().__init__()
        self._look = changed
        self._environment = environment
        self._plan = plan
        self._colour = colour
        self._how = required(environment, plan)
        self._changed = ""

    @property
    def wanted(self) -> str:
        """What has to be typed, "" when nothing is."""
        if self._how is Confirmation.NAME:
            return self._plan.steps[0].target.name
        if self._how is Confirmation.COUNT:
            return f"{self._environment.name} {len(self._plan.steps)}"
        return ""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield PlanBody(sections(self._plan), id="body")
            yield Static("", id="changed")
            if self.wanted:
                yield Static(Content.assemble("Type ", (self.wanted, "bold"), " to go on"))
                yield Input(id="typed")
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(self._plan.verb, id="go", compact=True, disabled=bool(self.wanted))
                yield Static(Content("ctrl+y copy command   ctrl+d diff   esc"), classes="hint")

    def on_mount(self) -> None:
        dialog = self.query_one("#dialog")
        dialog.border_title = Content(
            f" {self._environment.name}: {self._plan.deed.replace('-', ' ')} "
        ).markup
        dialog.styles.border = ("round", self._colour)
        self.query_one("#typed" if self.wanted else "#cancel").focus()

    def check_seen(self) -> None:
        """At each tick: when what the plan depends on changed, the deed stops here."""
        what = self._look()
        if what != self._changed:
            self._changed = what
            self.query_one("#changed", Static).update(Content(printable(what)))
            self.query_one("#go", Button).disabled = bool(what) or not self._matches()

    def _matches(self) -> bool:
        return not self.wanted or self.query_one("#typed", Input).value == self.wanted

    @on(Input.Changed, "#typed")
    def _typed(self) -> None:
        self.query_one("#go", Button).disabled = bool(self._changed) or not self._matches()

    @on(Input.Submitted, "#typed")
    def _entered(self) -> None:
        if self._matches() and not self._changed:
            self.dismiss(True)

    @on(Button.Pressed, "#go")
    def _go(self) -> None:
        if self._matches() and not self._changed:
            self.dismiss(True)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Nothing was written."""
        self.dismiss(False)

    def action_copy(self) -> None:
        """The equivalent command, to the clipboard (OSC 52)."""
        self.app.copy_to_clipboard(self._plan.command)
        self.notify("The command was sent to the clipboard.", markup=False)

    def action_read(self, by: int) -> None:
        """Scroll the plan by lines, wherever the focus is."""
        self.query_one(PlanBody).scroll_relative(y=by, animate=False)

    def action_diff(self) -> None:
        """The YAML before and after."""
        from tui.screens.text import Difference

        self.app.push_screen(Difference(self._plan.title, self._plan.before, self._plan.after))
