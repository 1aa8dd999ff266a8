"""Ladder: shows which version of each service runs in which environment."""

from __future__ import annotations

from tui.actions.base import Action

LADDER = Action(
    id="ladder",
    key="v",
    words="Ladder",
    help="Shows which version of each service runs in which environment.",
    show=True,
)
