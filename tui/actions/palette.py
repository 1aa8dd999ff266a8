"""Palette: finds any action, environment, namespace or workload by name."""

from __future__ import annotations

from tui.actions.base import Action

PALETTE = Action(
    id="palette",
    key=":,ctrl+p",
    words="Command",
    help="Finds any action, environment, namespace or workload by name.",
    show=True,
)
