"""Deeds: what this cockpit wrote and how far each is."""

from __future__ import annotations

from tui.actions.base import Action

DEEDS = Action(
    id="deeds",
    key="O",
    words="Deeds",
    help="What was asked, accepted, rolling, done or failed, with times; it goes on when a dialog is closed.",
)
