"""Filter: keeps the rows that contain a text; ~ for a pattern, ! for the others."""

from __future__ import annotations

from tui.actions.base import Action

FILTER = Action(
    id="filter",
    key="/",
    words="Filter",
    help="Keeps the rows that contain a text; ~ for a pattern, ! for the others.",
    show=True,
)
