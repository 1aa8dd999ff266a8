"""Theme: a dark or a light ground, until the cockpit is left; `theme:` in the configuration lasts."""

from __future__ import annotations

from tui.actions.base import Action

THEME = Action(
    id="theme",
    key="",
    words="Dark or light",
    help="Changes the ground: dark or light. `theme: light` in the configuration does it for good.",
)
