"""The rows of the seal form: a key and its value, what is known of both; lines of `.env` become rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui.model.env_file import Assignment
from tui.model.key import nothing
from tui.model.plaintext import Plaintext
from tui.model.seal_check import key_problem, remarks
from widgets.secret_field import SecretField
from widgets.tone import printable


@dataclass(frozen=True, slots=True)
class Known:
    """Of the place that is written to: keys with ciphertext there, and who needs which."""

    kept: tuple[str, ...] = ()
    needed: Mapping[str, Sequence[str]] = field(default_factory=nothing)

    @property
    def keys(self) -> tuple[str, ...]:
        """All that are offered."""
        return tuple(sorted({*self.kept, *self.needed}))


class KeyInput(Input):
    """A key's name. Pasted lines go to `pasted`, never into it: they hold values."""

    def __init__(self, key: str, pasted: Callable[[str], None]) -> None:
        super().__init__(key, placeholder="KEY", compact=True)
        self._pasted = pasted

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if "=" in event.text or "\n" in event.text.strip():
            self._pasted(event.text)
        else:
            self.insert_text_at_cursor(event.text.strip())

    async def _on_key(self, event: events.Key) -> None:
        if event.character == "=":  # the value comes next
            event.stop()
            event.prevent_default()
            self.screen.focus_next()
            return
        await super()._on_key(event)


class KeyRow(Horizontal):
    """One key; `offered` by what is known, until something is given."""

    DEFAULT_CSS = """
    KeyRow { height: 1; }
    KeyRow > .mark { width: 2; color: $text-warning; }
    KeyRow > KeyInput { width: 26; height: 1; border: none; padding: 0; background: $surface; }
    KeyRow > KeyInput:focus { background: $panel; }
    KeyRow > SecretField { width: 2fr; min-width: 16; }
    KeyRow > .said { width: 1fr; min-width: 18; margin-left: 1; color: $text-muted; text-wrap: nowrap;
        text-overflow: ellipsis; }
    KeyRow.-look > .said { color: $text-warning; }
    """

    def __init__(self, key: str, pasted: Callable[[str], None], *, offered: bool) -> None:
        super().__init__()
        self.offered = offered
        self.mounted: Awaitable[None]
        self.remark = ""  # of the line in the `.env` file that it came from
        self.input = KeyInput(key, pasted)
        self.field = SecretField()
        self._mark = Static("", classes="mark")
        self._said = Static("", classes="said")

    def compose(self) -> ComposeResult:
        yield self._mark
        yield self.input
        yield self.field
        yield self._said

    @property
    def key(self) -> str:
        return self.input.value.strip()

    def value(self) -> Plaintext:
        """A copy, which the caller forgets."""
        return Plaintext(self.field.reveal())

    def say(self, known: Known) -> None:
        """What is to be known of it now."""
        kept, users = self.key in known.kept, ", ".join(known.needed.get(self.key, ()))
        self.field.empty_words = "keep what is sealed" if kept else "not sealed"
        words, look = self._words(kept, users)
        self._mark.update("!" if look else "")
        self._said.update(Content(printable(words)))
        self.set_class(look, "-look")

    def _words(self, kept: bool, users: str) -> tuple[str, bool]:
        if not self.field.given:
            if kept:
                return f"unchanged{f'; {users} needs it' if users else ''}", False
            return (f"{users} needs it, none has it", True) if users else ("", False)
        if self.key and (wrong := key_problem(self.key)):
            return wrong, True
        copy = self.value()
        odd = remarks(copy)
        copy.forget()
        if odd or self.remark:
            return "; ".join((*odd, *filter(None, (self.remark,)))), True
        return f"used by {users}" if users else ("changes" if kept else "new"), False


class KeyRows(VerticalScroll):
    """All rows; `values` makes copies, `forget` overwrites what was given."""

    DEFAULT_CSS = "KeyRows { height: auto; max-height: 12; }"
    can_focus = False

    class Edited(Message):
        """A key or a value differs."""

    def __init__(self, pasted: Callable[[str], None]) -> None:
        super().__init__()
        self.known = Known()
        self._pasted = pasted
        self._rows: list[KeyRow] = []

    @property
    def rows(self) -> tuple[KeyRow, ...]:
        return tuple(self._rows)

    @property
    def given(self) -> tuple[KeyRow, ...]:
        """Rows with a value to seal."""
        return tuple(row for row in self._rows if row.field.given)

    def offer(self, known: Known) -> None:
        """Rows of other keys, one to begin with at least; what was given or typed stays."""
        self.known = known
        for row in self._rows[:]:
            if row.offered and not row.field.given and row.key not in known.keys:
                self.drop(row)
        there = {row.key for row in self._rows}
        for key in known.keys:
            if key not in there:
                self.add(key, offered=True)
        if not self._rows:
            self.add(offered=True)
        self.say()

    def add(self, key: str = "", *, offered: bool = False) -> KeyRow:
        """A row at the end."""
        row = KeyRow(key, self._pasted, offered=offered)
        self._rows.append(row)
        row.mounted = self.mount(row)
        row.say(self.known)
        return row

    def drop(self, row: KeyRow) -> None:
        """It goes, and its value is overwritten."""
        row.field.forget()
        self._rows.remove(row)
        row.remove()

    def take(self, found: Iterable[Assignment]) -> None:
        """Values of a `.env` text, which are forgotten there; a row of that key takes it, else a new one."""
        for one in found:
            row = next((row for row in self._rows if row.key == one.key), None)
            row = row or next((row for row in self._rows if not row.key and not row.field.given), None)
            if row is None:
                row = self.add(one.key)
            elif not row.key:
                row.input.value = one.key
            row.remark = one.remark
            row.field.put(one.value.reveal())
            one.value.forget()
        self.say()

    def twice(self) -> tuple[str, ...]:
        """Keys that more than one row gives."""
        keys = [row.key for row in self.given]
        return tuple(sorted({key for key in keys if keys.count(key) > 1}))

    def values(self) -> dict[str, Plaintext]:
        """Copies by key; the caller forgets them."""
        return {row.key: row.value() for row in self.given}

    def reveal(self, yes: bool) -> None:
        """Shows all values, or dots."""
        for row in self._rows:
            row.field.revealed = yes

    def forget(self) -> None:
        """Overwrites every value."""
        for row in self._rows:
            row.field.forget()

    def say(self) -> None:
        """Each row's words anew."""
        for row in self._rows:
            row.say(self.known)

    @on(Input.Changed)
    @on(SecretField.Changed)
    def _edited(self, event: Message) -> None:
        event.stop()
        for row in self._rows:
            if event.control in (row.input, row.field):
                row.say(self.known)
        self.post_message(self.Edited())
