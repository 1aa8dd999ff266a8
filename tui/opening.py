"""The environments of the settings as sessions; imports httpx, so `app` imports it after the first paint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tui.actions import ACTIONS
from tui.actions.base import Deed
from tui.clock import Clock
from tui.committed import Committed
from tui.compose_check import with_file
from tui.compose_session import ComposeSession
from tui.errors import Misconfigured
from tui.expecting import Expecting
from tui.model.environment import Environment, Platform
from tui.pace import Pace
from tui.schema_watch import SchemaWatch
from tui.session import Session
from tui.sessions import AnySession
from tui.settings import Settings
from tui.settings_postgres import made
from tui.sync_desk import SyncDesk
from tui.wire.argo_config import RestPlace, rest_place
from tui.wire.argo_rest import ArgoRest
from tui.wire.back_then import BackThen
from tui.wire.checkout import Checkout
from tui.wire.docker import Engine
from tui.wire.kube import Client
from tui.wire.kubeconfig import load
from tui.wire.postgres import Databases
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

    def __init__(
        self, settings: Settings, clock: Clock, environ: Mapping[str, str], pace: Pace | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._environ = environ
        self._servers = Servers(clock, environ=environ)
        self._servers.breathe = pace.breathe if pace is not None else None
        self._checkouts: dict[Path, Checkout] = {}  # by root: most environments share one
        self._rests: dict[RestPlace, ArgoRest] = {}

    def session(self, environment: Environment) -> AnySession:
        """One that is not started yet; Misconfigured where the kubeconfig has no such context."""
        if environment.platform is Platform.COMPOSE:
            return self._compose(environment)
        settings = self._settings
        file = Path(environment.kubeconfig) if environment.kubeconfig else settings.kubeconfig
        config = load(file, self._environ, Path.home())
        access = config.access(environment.context or None, user=settings.user, groups=settings.groups)
        client = Client(self._servers.get(access))
        argo = argo_client(environment, settings, self._servers, self._environ)
        session = Session(environment, client, self._clock, argo=argo, recordings=self._recordings)
        session.needs = NEEDS
        postgres = made(settings.sections.get(environment.name, {}).get("postgres"))
        if postgres is not None:
            asks = Databases(client, postgres, self._clock)
            took = session.recorder.took if session.recorder is not None else lambda _: None
            session.beside["schemas"] = SchemaWatch(asks, session.store, self._clock, took).run
        checkout = self.checkout(environment)
        rest, problem = self._rest(environment)
        session.sync_desk = SyncDesk(client, self._clock, checkout=checkout, rest=rest, problem=problem)
        renderers: list[Checkout | ArgoRest] = [one for one in (checkout, rest) if one is not None]
        if renderers:
            session.beside["commits"] = Committed(session.sync_desk.commit, session.store).run
        session.back_then = BackThen(renderers)
        session.beside["expecting"] = Expecting(renderers, session.store, self._clock).run
        return session

    def _rest(self, environment: Environment) -> tuple[ArgoRest | None, str]:
        """The server of Argo CD where one is declared; without a usable token why not."""
        try:
            place = rest_place(environment.argo, self._environ, Path.home())
        except Misconfigured as error:
            return None, str(error)
        if place is None:
            return None, ""
        return self._rests.setdefault(place, ArgoRest(place, self._clock)), ""

    def checkout(self, environment: Environment) -> Checkout | None:
        """The platform's repository as that environment is configured; None where there is none."""
        settings = self._settings
        said = settings.sections.get(environment.name, {}).get("services", {}).get("checkout")
        base = settings.config_file.parent if settings.config_file is not None else Path()
        root = base / Path(str(said)).expanduser() if said else settings.checkout
        if root is None or not root.is_dir():
            return None
        return self._checkouts.setdefault(root, Checkout(root, self._clock))

    def _compose(self, environment: Environment) -> ComposeSession:
        """Misconfigured where no engine can be asked, or no file says what to look for."""
        engine = Engine(self._servers, self._clock, self._environ, Path.home(), environment.endpoint)
        return ComposeSession(
            with_file(environment, self._settings),
            engine,
            self._clock,
            environ=self._environ,
            recordings=self._recordings,
        )

    @property
    def _recordings(self) -> Path:
        return self._settings.recordings or self._settings.state / "recordings"

    async def close(self) -> None:
        """Ends every connection."""
        await self._servers.close()
        for rest in self._rests.values():
            await rest.close()


def argo_client(
    environment: Environment, settings: Settings, servers: Servers, environ: Mapping[str, str]
) -> Client | None:
    """Of the cluster in which Argo CD runs; None where that is the environment's own."""
    declared = environment.argo
    if not declared.elsewhere:
        return None
    own = declared.kubeconfig or environment.kubeconfig
    config = load(Path(own) if own else settings.kubeconfig, environ, Path.home())
    return Client(
        servers.get(config.access(declared.context or None, user=settings.user, groups=settings.groups))
    )
