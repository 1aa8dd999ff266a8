"""Doctor's word on Argo CD's server: does it answer, in which version, and whom does it take us for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tui.clock import Clock
from tui.errors import DeployError
from tui.model.argo import ArgoCd
from tui.wire.argo_config import rest_place
from tui.wire.argo_rest import ArgoRest


async def served(argo: ArgoCd, environ: Mapping[str, str], clock: Clock) -> tuple[str, bool]:
    """The line that is said, "" where no server is declared, and whether somebody has to mend it."""
    try:
        place = rest_place(argo, environ, Path.home())
        if place is None:
            return "", False
        rest = ArgoRest(place, clock)
        try:
            version, who = await rest.version(), await rest.user()
        finally:
            await rest.close()
    except DeployError as error:
        return f"Argo CD's server: {error}", True
    if not who:
        problem = "its token is not accepted: argocd login, or token: under argocd:"
        return f"Argo CD's server {rest.host}: {version}, {problem}", True
    return f"Argo CD's server {rest.host}: {version}, as {who}", False
