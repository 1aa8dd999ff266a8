"""Journal: shows the deeds of this machine, newest first."""

from __future__ import annotations

from tui.actions.base import Action

JOURNAL = Action(
    id="journal",
    key="",
    words="Journal",
    help="Shows the deeds of this machine, newest first.",
)
