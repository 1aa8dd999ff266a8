"""Pin: panes 3 and 5 keep what they show while the cursor goes elsewhere."""

from __future__ import annotations

from tui.actions.base import Action

PIN = Action(
    id="pin",
    key=".",
    words="Pin panes 3 and 5",
    help="Keeps what panes 3 and 5 show while the cursor goes elsewhere, or lets them follow it again.",
)
