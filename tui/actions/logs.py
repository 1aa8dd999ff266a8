"""Logs: shows the logs of what is under the cursor, whole screen."""

from __future__ import annotations

from tui.actions.base import LOGGED, Action

LOGS = Action(
    id="logs",
    key="l",
    words="Logs",
    help="Shows the logs of what is under the cursor, whole screen.",
    kinds=LOGGED | {"Application"},
    show=True,
)
