"""Help: shows the keys of what has the focus, and all others."""

from __future__ import annotations

from tui.actions.base import Action

HELP = Action(
    id="help",
    key="?",
    words="Help",
    help="Shows the keys of what has the focus, and all others.",
    show=True,
)
