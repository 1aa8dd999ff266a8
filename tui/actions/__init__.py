"""Every action of the cockpit, in the order of the key line; help, palette and keymap read this table."""

from __future__ import annotations

from tui.actions.base import Action
from tui.actions.restart import RESTART

ACTIONS: tuple[Action, ...] = (RESTART,)
BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}
