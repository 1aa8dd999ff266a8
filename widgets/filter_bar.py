"""One line to type a filter or a search into: shown on demand, kept with enter, cleared with escape."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from widgets.filter import Filter

__all__ = ["Filter", "FilterBar"]


class FilterBar(Widget):
    """`open()` shows it and takes the focus; closing gives the focus back to `back`."""

    BINDINGS = [Binding("escape", "clear", "Clear", show=False, id="filter.clear")]

    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        layout: horizontal;
        background: $panel;
        display: none;
        & > #prompt { width: auto; padding: 0 1; color: $text-accent; }
        & > Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
        & > Input:focus { border: none; }
        & > #problem { width: auto; max-width: 50%; height: 1; padding: 0 1; color: $text-error; }
        & > #problem { text-wrap: nowrap; text-overflow: ellipsis; }
    }
    FilterBar.-open { display: block; }
    """

    class About(Message):
        """Something about one bar, with the filter as typed."""

        def __init__(self, bar: FilterBar, filter: Filter) -> None:
            super().__init__()
            self.bar = bar
            self.filter = filter

        @property
        def control(self) -> FilterBar:
            return self.bar

    class Changed(About):
        """Another filter, at every key; a bad expression comes with its error and matches everything."""

    class Kept(About):
        """Enter: the filter stays, the focus went back."""

    class Cleared(About):
        """Escape: no filter any more, the bar is closed."""

    def __init__(self, *, prompt: str = "/", id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._prompt = prompt
        self._back: Widget | None = None
        self._told = Filter()
        self._opened = 0.0  # by the time of messages

    def compose(self) -> ComposeResult:
        yield Static(Content(self._prompt), id="prompt")
        yield Input(select_on_focus=False)
        yield Static("", id="problem")

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    @property
    def filter(self) -> Filter:
        return self._told

    def open(self, back: Widget | None = None) -> None:
        """Shows the bar and takes the focus, which goes back to `back` or else to who has it now."""
        holder = back or self.screen.focused
        if holder is not self._input:
            self._back = holder
        self.add_class("-open")
        self._opened = self.About(self, self._told).time
        self.screen.set_focus(self._input)  # now, for keys that wait already
        self._input.focus()  # and after all that was asked for before

    def typed_ahead(self, event: events.Key) -> bool:
        """Takes a key that was on its way to what had the focus before the bar opened; False: it was not."""
        if event.time > self._opened:
            return False
        self.app.post_message(events.Key(event.key, event.character))
        return True

    def put(self, text: str) -> None:
        """Shows that filter as if it had been typed and kept; empty closes the bar. The focus stays."""
        if text == self._told.text and self.is_open == bool(text):
            return
        with self.prevent(Input.Changed):
            self._input.value = text
        self._told = Filter.parse(text)
        self._say_problem()
        if not text and self._input.has_focus:
            self._give_back()
        self.set_class(bool(text), "-open")
        self.post_message(self.Changed(self, self._told))

    def clear(self) -> None:
        """As escape does."""
        had_focus = self._input.has_focus
        with self.prevent(Input.Changed):
            self._input.value = ""
        self._told = Filter()
        self._say_problem()
        self.remove_class("-open")
        if had_focus:
            self._give_back()
        self.post_message(self.Cleared(self, self._told))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._told = Filter.parse(event.value)
        self._say_problem()
        self.post_message(self.Changed(self, self._told))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self._told.error:
            return
        if not self._told:
            self.clear()
            return
        self._give_back()
        self.post_message(self.Kept(self, self._told))

    def action_clear(self) -> None:
        self.clear()

    @property
    def _input(self) -> Input:
        return self.query_one(Input)

    def _say_problem(self) -> None:
        self.query_one("#problem", Static).update(Content(self._told.error))

    def _give_back(self) -> None:
        if self._back is not None and self._back.is_attached:
            self._back.focus()
        else:
            self.screen.set_focus(None)
