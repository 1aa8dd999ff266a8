"""All: shows the objects of all namespaces."""

from __future__ import annotations

from tui.actions.base import Action

EVERYWHERE = Action(
    id="everywhere",
    key="0",
    words="All",
    help="Shows the objects of all namespaces.",
)
