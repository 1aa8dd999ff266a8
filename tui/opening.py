"""The environments of the settings as sessions; imports httpx, so `app` imports it after the first paint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tui.actions import ACTIONS
from tui.actions.base import Deed
from tui.clock import Clock
from tui.model.environment import Environment
from tui.session import Session
from tui.settings import Settings
from tui.wire.kube import Client
from tui.wire.kubeconfig import load
from tui.wire.server import Servers

NEEDS = frozenset(
    need
    for action in ACTIONS
    if isinstance(action, Deed)
    for needs in action.needs.values()
    for need in needs
)


class Opening:
    """Makes sessions that share their servers; `close` ends the servers, once the sessions are stopped."""

    def __init__(self, settings: Settings, clock: Clock, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._clock = clock
        self._environ = environ
        self._servers = Servers(clock, environ=environ)

    def session(self, environment: Environment) -> Session:
        """One that is not started yet; Misconfigured where the kubeconfig has no such context."""
        settings = self._settings
        file = Path(environment.kubeconfig) if environment.kubeconfig else settings.kubeconfig
        config = load(file, self._environ, Path.home())
        access = config.access(environment.context or None, user=settings.user, groups=settings.groups)
        kept = settings.recordings or settings.state / "recordings"
        session = Session(environment, Client(self._servers.get(access)), self._clock, recordings=kept)
        session.needs = NEEDS
        return session

    async def close(self) -> None:
        """Ends every connection."""
        await self._servers.close()
