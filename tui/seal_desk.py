"""Where one environment's secrets are sealed: its controller, its certificate, the checkout they go to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from tui.chart import CHART, Found, Place, configured, find, fresh
from tui.clock import Clock
from tui.errors import DeployError
from tui.model.environment import Environment
from tui.model.sealed_secret import Seal
from tui.seal import Chosen, choose
from tui.settings import Settings
from tui.wire.git import GitFacts, facts
from tui.wire.seal_controller import SealController
from tui.wire.server import Server


@dataclass(frozen=True, slots=True)
class Desk:
    """`root` is None where there is no checkout, and `missing` says so."""

    environment: Environment
    controller: SealController
    clock: Clock
    source: str = ""  # of the certificate, as configured: a URL or a path from `folder`
    folder: Path = Path()
    root: Path | None = None
    missing: str = ""
    pattern: str = CHART
    file: str = ""  # as configured, with {service}, {environment} and {secret}

    async def certificate(self) -> Chosen:
        """Fit for this environment; a DeployError in words else."""
        return await choose(self.source, self.folder, self.controller, self.clock)

    async def places(self, seal: Seal) -> Found:
        """Where its ciphertext may go, the configured first; DeployError where a file can't be read."""
        return await asyncio.to_thread(self._places, seal)

    def _places(self, seal: Seal) -> Found:
        if self.root is None:
            return Found(misses=[self.missing])
        if not seal.name:
            return Found(misses=["name the Secret first"])
        name = self.environment.name
        if self.file:
            told = list(configured(self.root, self.file, seal, name))
            if told:
                return Found(told)
        found = find(self.root, seal, name, self.pattern)
        if not found.places:
            new = fresh(self.root, seal, self.pattern)
            if new is not None:
                found.places.append(new)
            elif not found.misses:
                found.misses.append(f"no chart in {self.root} has a SealedSecret {seal.name}")
        return found

    async def around(self, place: Place) -> GitFacts | str:
        """What git knows of the file, or in words why nothing."""
        try:
            return await facts(place.file, self.clock)
        except DeployError as error:
            return error.title

    def short(self, file: Path) -> str:
        """Its path from the checkout's root."""
        root = self.root
        return str(file.relative_to(root)) if root is not None and file.is_relative_to(root) else str(file)


def desk(settings: Settings, environment: Environment, server: Server, clock: Clock, cwd: Path) -> Desk:
    """As the configuration says; the checkout is the one of the configuration file, else of `cwd`."""
    told = settings.sections.get(environment.name, {})
    sealed = told.get("sealed-secrets", {})
    config = settings.config_file
    made = Desk(
        environment,
        SealController(server, clock, str(sealed.get("controller") or "")),
        clock,
        source=str(sealed.get("cert") or ""),
        folder=config.parent if config is not None else cwd,
        pattern=str(told.get("services", {}).get("chart") or CHART),
        file=str(sealed.get("file") or ""),
    )
    if config is not None and _checkout(config.parent) is not None:
        return replace(made, root=config.parent)
    root = None if settings.demo else _checkout(cwd)
    missing = "" if root else "no checkout: neither the configuration nor this folder is in a git repository"
    return replace(made, root=root, missing=missing)


def _checkout(folder: Path) -> Path | None:
    """The root of the git repository that holds it."""
    folder = folder.resolve()
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
