"""Copy: copies the name of what is under the cursor."""

from __future__ import annotations

from tui.actions.base import ANYTHING, Action

COPY = Action(
    id="copy",
    key="c",
    words="Copy",
    help="Copies the name of what is under the cursor.",
    kinds=ANYTHING,
)
