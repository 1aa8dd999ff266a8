"""The user's keymap checked against the actions and keys that there are, before anything is on the screen."""

from __future__ import annotations

from textual.binding import Binding
from textual.keys import Keys

from tui.errors import Misconfigured
from tui.screens.scopes import SCOPES, keys_of
from tui.settings import Settings
from tui.settings_file import near

_MODIFIERS = {"ctrl", "shift", "alt"}
_NAMES = {key.value for key in Keys}


def checked(settings: Settings) -> dict[str, str]:
    """The keymap in Textual's own names of keys ("!" is exclamation_mark); Misconfigured with its line."""
    keys, scope = {}, {}
    for name, owners in SCOPES.items():
        for one in keys_of(owners):
            if one.id:
                keys[one.id], scope[one.id] = set(one.keys), name
    found = {}
    for action, text in settings.keymap.items():
        place = settings.keymap_lines.get(action, "keymap")
        if action not in keys:
            raise Misconfigured(f'{place}: unknown action "{action}"', near(action, list(keys)))
        names = [_key(part.strip(), place) for part in text.split(",")]
        keys[action] = set(names)
        found[action] = ",".join(names)
    for action in found:
        for other, taken in keys.items():
            twice = taken & keys[action]
            if twice and other != action and scope[other] == scope[action]:
                title = f'"{min(twice)}" is the key of {other} as well as of {action}'
                place = settings.keymap_lines.get(action, "keymap")
                raise Misconfigured(f"{place}: {title}", f"give {other} another key")
    return found


def _key(text: str, place: str) -> str:
    *modifiers, name = text.split("+") if len(text) > 1 else [text]
    if not set(modifiers) <= _MODIFIERS or not (len(name) == 1 or text in _NAMES or name in _NAMES):
        raise Misconfigured(
            f'{place}: no key is named "{text}"', 'expected one as "r", "ctrl+r", "f5" or "pageup"'
        )
    return next(iter(Binding.make_bindings([Binding(text, "")]))).key
