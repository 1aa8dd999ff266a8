"""A field for a value that nobody may see or copy: kept in bytes that are overwritten, painted as dots."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from widgets.tone import printable

_WIDE = "utf-32-le"  # each character has four bytes, so that a place in it is a place in the text
_STEP = 4


class SecretField(Widget, can_focus=True):
    """One value; `given` tells an empty one from none. It has no `value` that something could print."""

    BINDINGS = [
        Binding("left", "go(-1)", show=False),
        Binding("right", "go(1)", show=False),
        Binding("home,ctrl+a", "edge(False)", show=False),
        Binding("end", "edge(True)", show=False),
        Binding("backspace", "erase(-1)", show=False),
        Binding("delete", "erase(1)", show=False),
        Binding("ctrl+u", "empty", show=False),
        Binding("enter", "screen.focus_next", show=False),
    ]
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    SecretField { height: 1; width: 1fr; padding: 0 1; background: $boost; color: $text; }
    SecretField:focus { background: $panel; }
    """
    revealed = reactive(False)
    empty_words = reactive("")
    """What stands there while nothing is given."""

    class Changed(Message):
        """It was edited; the message does not tell to what."""

        def __init__(self, field: SecretField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> SecretField:
            return self.field

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.given = False
        self._wide = bytearray()
        self._at = 0  # characters before the cursor
        self._lines = 1

    @property
    def length(self) -> int:
        """Characters. No `__len__`: a widget that counts as false would be taken for none."""
        return len(self._wide) // _STEP

    def reveal(self) -> bytes:
        """The value in UTF-8: for sealing, and for nothing else."""
        return self._wide.decode(_WIDE).encode()

    def put(self, value: bytes) -> None:
        """Another value, of UTF-8 text."""
        self._wipe()
        self._wide += value.decode().encode(_WIDE)
        self._at, self.given = self.length, True
        self._edited()

    def forget(self) -> None:
        """Overwrites it: nothing is given any more."""
        self._wipe()
        self.given = False
        self.revealed = False
        self._edited()

    def _wipe(self) -> None:
        self._wide[:] = bytes(len(self._wide))
        self._wide.clear()
        self._at = 0

    def _edited(self) -> None:
        with memoryview(self._wide) as view, view.cast("I") as letters:
            self._lines = letters.tolist().count(ord("\n")) + 1
        self.refresh()
        self.post_message(self.Changed(self))

    # Keys

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.is_printable:
            event.stop()
            event.prevent_default()
            self._insert(event.character)

    def _on_paste(self, event: events.Paste) -> None:
        """Taken whole, lines and all: a key of several lines is one value."""
        event.stop()
        event.prevent_default()
        self._insert(event.text.replace("\r\n", "\n").replace("\r", "\n"))

    def _insert(self, text: str) -> None:
        place = self._at * _STEP
        wide = text.encode(_WIDE, "replace")
        self._wide[place:place] = wide
        self._at += len(wide) // _STEP
        self.given = True
        self._edited()

    def action_go(self, by: int) -> None:
        """The cursor by characters."""
        self._at = min(max(0, self._at + by), self.length)
        self.refresh()

    def action_edge(self, last: bool) -> None:
        """The cursor to an end."""
        self._at = self.length if last else 0
        self.refresh()

    def action_erase(self, by: int) -> None:
        """A character before or after the cursor; of an empty value the value itself."""
        start = self._at + min(by, 0)
        if 0 <= start < self.length:
            del self._wide[start * _STEP : (start + 1) * _STEP]
            self._at = start
        self.given = bool(self._wide)
        self._edited()

    def action_empty(self) -> None:
        """Nothing is given."""
        self.forget()

    # Painting

    def render(self) -> Text:
        width = max(1, self.size.width)
        if not self.given:
            shown = Text(self.empty_words, style="dim", no_wrap=True, overflow="ellipsis")
            if self.has_focus:
                shown.stylize(Style(reverse=True), 0, 1) if self.empty_words else shown.append(" ", "reverse")
            return shown
        tail = "" if self._lines < 2 or self.revealed else f" {self._lines} lines"
        room = max(1, width - len(tail) - 1)
        first = max(0, self._at - room)
        part = self._wide[first * _STEP : (first + room) * _STEP]
        text = printable(part.decode(_WIDE)) if self.revealed else "•" * (len(part) // _STEP)
        shown = Text(f"{text} ", no_wrap=True, overflow="crop")
        if self.has_focus:
            shown.stylize(Style(reverse=True), self._at - first, self._at - first + 1)
        return shown.append(tail, "dim")
