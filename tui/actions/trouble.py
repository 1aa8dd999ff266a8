"""Trouble: shows only what is in trouble."""

from __future__ import annotations

from tui.actions.base import Action

TROUBLE = Action(
    id="trouble",
    key="ctrl+z",
    words="Trouble",
    help="Shows only what is in trouble.",
)
