"""Previous logs: shows the logs of the container that ran before the last restart."""

from __future__ import annotations

from tui.actions.base import LOGGED, Action

PREVIOUS_LOGS = Action(
    id="previous-logs",
    key="p",
    words="Previous logs",
    help="Shows the logs of the container that ran before the last restart.",
    kinds=LOGGED,
)
