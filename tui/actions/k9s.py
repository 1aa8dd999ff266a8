"""k9s: opens it on this context and namespace; the screen comes back as it was."""

from __future__ import annotations

from tui.actions.base import Action

K9S = Action(
    id="k9s",
    key="K",
    words="k9s",
    help="Opens k9s with this context and namespace; its end brings the screen back.",
)
