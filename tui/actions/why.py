"""Why: says what is wrong with what is under the cursor, with the evidence."""

from __future__ import annotations

from tui.actions.base import ANYTHING, Action

WHY = Action(
    id="why",
    key="d",
    words="Why",
    help="Says what is wrong with what is under the cursor, with the evidence.",
    kinds=ANYTHING,
    show=True,
)
