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
from widgets.tone import literal, printable


def required(environment: Environment, plan: Plan) -> Confirmation:
    """How a plan is confirmed there (product.md section 4): several or all count more than one grave deed."""
    own = environment.confirm.get(_word(plan))
    if own is not None:
        return own
    if plan.typed:
        return Confirmation.NAME
    if not environment.protected:
        return Confirmation.TAB
    if len({(one.target.kind, one.target.namespace, one.target.name) for one in plan.every}) > 1:
        return Confirmation.COUNT
    return Confirmation.NAME if plan.grave else Confirmation.TAB


def _word(plan: Plan) -> str:
    """The deed as its key says it: one word is another deed on Compose, and by Argo CD."""
    return plan.deed.removeprefix("compose-").removeprefix("argo-")


class Confirm(ModalScreen[Plan | None]):
    """Answers the plan that was confirmed, None else; `changed` says what changed meanwhile ("": nothing)."""

    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm #dialog { width: 90%; max-width: 110; height: auto; max-height: 90%; border: round $error;
        padding: 1 2; background: $surface; }
    Confirm #head { height: auto; margin-bottom: 1; }
    Confirm #body { max-height: 50vh; }
    Confirm #asks { height: 1; margin-top: 1; }
    Confirm #asks Static { width: auto; margin-right: 2; }
    Confirm #typed { width: 1fr; max-width: 40; height: 1; border: none; padding: 0 1; background: $boost; }
    Confirm #buttons { height: 1; margin-top: 1; }
    Confirm #buttons Static { width: 1fr; color: $text-muted; }
    Confirm Button { height: 1; border: none; min-width: 12; margin-right: 2; background: $panel; }
    Confirm Button:focus { background: $primary; color: $background; text-style: bold; }
    Confirm #changed { color: $text-error; height: auto; display: none; }
    Confirm.-short #dialog { width: 100%; max-height: 100%; padding: 0 1; }
    Confirm.-short #body { max-height: 10; }
    Confirm.-short #asks { margin-top: 0; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]
    BINDINGS = [
        Binding("escape", "cancel", "Cancel", show=False),
        # Before the input, where ctrl+d deletes.
        Binding("ctrl+y", "copy", "Copy the command", show=False, priority=True),
        Binding("ctrl+d", "diff", "Show the diff", show=False, priority=True),
        Binding("up", "read(-1)", "Read on above", show=False),
        Binding("down", "read(1)", "Read on below", show=False),
        Binding("pageup", "read(-5)", "Read on above", show=False),
        Binding("pagedown", "read(5)", "Read on below", show=False),
    ]
    hint = "ctrl+y copy  ctrl+d diff  esc"
    instead: Confirm | None = None  # the dialog for which this one was left

    def __init__(
        self,
        environment: Environment,
        plan: Plan,
        colour: str,
        changed: Callable[[], str],
        journal: str = "on",
    ) -> None:
        """`journal` is "on", or why it is not."""
        super().__init__()
        self.plan = plan
        self._look = changed
        self._environment = environment
        self._colour = colour
        self._journal = journal
        self._how = required(environment, plan)
        self._changed = ""

    @property
    def wanted(self) -> str:
        """What has to be typed, "" when nothing is."""
        if self._how is Confirmation.NAME:
            return self.target
        if self._how is Confirmation.COUNT:
            return f"{self._environment.name} {max(1, len(self.plan.every))}"
        return ""

    @property
    def target(self) -> str:
        """The name of the one object that it is about."""
        return self.plan.every[0].target.name

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield PlanBody(sections(self.plan)[:1], id="head")
            yield from self.choices()
            yield PlanBody(sections(self.plan)[1:], id="body")
            yield Static("", id="changed")
            if self.wanted:
                with Horizontal(id="asks"):
                    yield Static(Content.assemble("Type ", (printable(self.wanted), "bold"), " to go on"))
                    yield Input(id="typed")
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(self.plan.verb, id="go", compact=True, disabled=True)
                yield Static(Content(self.hint))

    def choices(self) -> ComposeResult:
        """What stands between the title and the plan: where there is something to choose."""
        yield from ()

    def on_mount(self) -> None:
        if not (found := self.query("#dialog")) or not self.query("#cancel"):
            return  # told to leave before it was put up
        dialog = found.first()
        title = f" {self._environment.name}: {_word(self.plan).replace('-', ' ')} "
        dialog.border_title = literal(title)
        dialog.border_subtitle = literal(f" journal: {self._journal} ")
        dialog.styles.border = ("round", self._colour)
        self.query_one("#typed" if self.wanted else "#cancel").focus()
        self.settle()

    def show_plan(self, plan: Plan) -> None:
        """Another plan for the same targets."""
        self.plan = plan
        self.query_one("#head", PlanBody).set_sections(sections(plan)[:1])
        self.query_one("#body", PlanBody).set_sections(sections(plan)[1:])
        self.settle()

    def check_seen(self) -> None:
        """At each tick: when what the plan depends on changed, the deed stops here."""
        what = self._look()
        if what != self._changed:
            self._changed = what
            told = self.query_one("#changed", Static)
            told.update(Content(printable(what)))
            told.display = bool(what)
            self.settle()

    @property
    def ready(self) -> bool:
        """Whether enter on the button writes."""
        typed = not self.wanted or self.query_one("#typed", Input).value == self.wanted
        return typed and not self._changed and bool(self.plan.every)

    def settle(self) -> None:
        """The button can be reached when the plan can be carried out."""
        self.query_one("#go", Button).disabled = not self.ready

    @on(Input.Changed, "#typed")
    def _typed(self) -> None:
        self.settle()

    @on(Input.Submitted, "#typed")
    @on(Button.Pressed, "#go")
    def _go(self) -> None:
        if self.ready:
            self.dismiss(self.plan)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Nothing was written."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """The equivalent command, to the clipboard (OSC 52)."""
        self.app.copy_to_clipboard(self.plan.command)
        self.notify("The command was sent to the clipboard.", markup=False)

    def action_read(self, by: int) -> None:
        """Scroll the plan by lines, wherever the focus is."""
        self.query_one("#body", PlanBody).scroll_relative(y=by, animate=False)

    def action_diff(self) -> None:
        """The YAML before and after, where there is one."""
        from tui.screens.text import Difference

        if self.plan.before == self.plan.after:
            self.notify("There is no difference to show.", markup=False)
        else:
            self.app.push_screen(Difference(self.plan.title, self.plan.before, self.plan.after))
