"""The user's keymap: which actions, which keys, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.errors import Misconfigured
from tui.screens.keymap import checked
from tui.settings import Settings


def _settings(keymap: dict[str, str]) -> Settings:
    lines = {action: f"deploytui.yaml:{number}" for number, action in enumerate(keymap, 2)}
    return Settings((), "", Path(), keymap=keymap, keymap_lines=lines)


def test_keys_get_the_names_that_the_terminal_library_knows() -> None:
    keymap = {"restart": "ctrl+r, f5", "why": "%", "table.down": "j,+"}
    assert checked(_settings(keymap)) == {
        "restart": "ctrl+r,f5",
        "why": "percent_sign",
        "table.down": "j,plus",
    }


def test_two_actions_may_swap_their_keys() -> None:
    assert checked(_settings({"restart": "d", "why": "r"})) == {"restart": "d", "why": "r"}


@pytest.mark.parametrize(
    ("keymap", "title", "hint"),
    [
        ({"restrt": "r"}, 'deploytui.yaml:2: unknown action "restrt"', "restart"),
        ({"why": "h", "restart": "contrl+r"}, 'deploytui.yaml:3: no key is named "contrl+r"', "ctrl+r"),
        ({"restart": "enterr"}, 'deploytui.yaml:2: no key is named "enterr"', "expected one as"),
        ({"restart": "r,,"}, 'deploytui.yaml:2: no key is named ""', "expected one as"),
        ({"restart": "d"}, 'deploytui.yaml:2: "d" is the key of why as well as of restart', "another key"),
        ({"restart": "j"}, 'deploytui.yaml:2: "j" is the key of table.down', "another key"),
    ],
)
def test_what_cannot_be_is_refused(keymap: dict[str, str], title: str, hint: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        checked(_settings(keymap))
    assert caught.value.title.startswith(title)
    assert hint in caught.value.hint
