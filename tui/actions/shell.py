"""Shell: a shell with this context and namespace; the screen comes back as it was."""

from __future__ import annotations

from tui.actions.base import Action

SHELL = Action(
    id="shell",
    key="exclamation_mark",
    words="Shell",
    help="Opens a shell with KUBECONFIG, context and namespace set; its end brings the screen back.",
    show=True,
)
