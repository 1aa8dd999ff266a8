"""What a key does on each platform: one word, and the deed that is meant by it there."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tui.actions.base import Action, Deed
from tui.actions.compose_restart import COMPOSE_RESTART
from tui.actions.compose_roll_back import COMPOSE_ROLL_BACK
from tui.actions.compose_up import UP
from tui.model.environment import Platform

COMPOSE: Mapping[str, Deed] = MappingProxyType(
    {"restart": COMPOSE_RESTART, "roll-back": COMPOSE_ROLL_BACK, "sync": UP}
)


def form(action: Action, platform: Platform) -> Action:
    """The deed that this action is there; itself where it has no other form."""
    return COMPOSE.get(action.id, action) if platform is Platform.COMPOSE else action
