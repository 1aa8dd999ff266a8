"""Help: shows every key and what it does."""

from __future__ import annotations

from tui.actions.base import Action

HELP = Action(
    id="help",
    key="?",
    words="Help",
    help="Shows every key and what it does.",
    show=True,
)
