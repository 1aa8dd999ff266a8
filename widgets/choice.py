"""One of a few: all of them on a line, the chosen one lit; arrows and space choose another."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget

from widgets.tone import printable


class Choice(Widget, can_focus=True):
    """Where there is no room for all it shows the chosen one and its number."""

    BINDINGS = [
        Binding("left", "step(-1)", show=False),
        Binding("right,space", "step(1)", show=False),
        Binding("enter", "screen.focus_next", show=False),
    ]
    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; }
    Choice:focus { background: $boost; }
    """

    class Changed(Message):
        """Another one was chosen by a key."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            return self.choice

    def __init__(self, options: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._options = tuple(options)
        self.index = 0
        self.locked = False
        """A key changes nothing: something else decides."""

    @property
    def options(self) -> tuple[str, ...]:
        return self._options

    def set_options(self, options: Sequence[str], index: int = 0) -> None:
        """Others to choose from."""
        if tuple(options) != self._options or index != self.index:
            self._options, self.index = tuple(options), index
            self.refresh()

    def choose(self, index: int) -> None:
        """Without a message: it was not a key."""
        self.index = index
        self.refresh()

    def action_step(self, by: int) -> None:
        """The next or the one before, round the end."""
        if self.locked or len(self._options) < 2:
            return
        self.choose((self.index + by) % len(self._options))
        self.post_message(self.Changed(self))

    def render(self) -> Text:
        if not self._options:
            return Text("")
        lit = "bold reverse" if self.has_focus else "bold"
        names = [printable(option) for option in self._options]
        whole = Text(no_wrap=True, overflow="ellipsis")
        if self.locked or sum(cell_len(name) + 3 for name in names) > self.size.width:
            whole.append(f" {names[self.index]} ", lit)
            if len(names) > 1 and not self.locked:
                whole.append(f"  {self.index + 1} of {len(names)} ‹ ›", "dim")
            return whole
        for number, name in enumerate(names):
            whole.append(f" {name} ", lit if number == self.index else "dim")
            whole.append(" ")
        return whole
