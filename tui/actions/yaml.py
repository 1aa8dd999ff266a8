"""YAML: shows the object as YAML, managed fields folded and secrets hidden."""

from __future__ import annotations

from tui.actions.base import ANYTHING, Action

YAML = Action(
    id="yaml",
    key="y",
    words="YAML",
    help="Shows the object as YAML, managed fields folded and secrets hidden.",
    kinds=ANYTHING,
    show=True,
)
