"""Owner: goes to the object that made this one."""

from __future__ import annotations

from tui.actions.base import LOGGED, Action

OWNER = Action(
    id="owner",
    key="J",
    words="Owner",
    help="Goes to the object that made this one, or to the application of Argo CD that deploys it.",
    kinds=LOGGED | {"Application", "SealedSecret", "Service", "Ingress"},
)
