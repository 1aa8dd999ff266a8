"""Ways out: a shell or k9s that knows the context and namespace, and the way back."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.compose_session import ComposeSession
from tui.store import Record
from tui.wire.access import Access
from tui.wire.handed import environment_for

if TYPE_CHECKING:
    from tui.app import Cockpit


def shell(cockpit: Cockpit, targets: tuple[Record, ...]) -> None:
    """The user's own shell."""
    _out(cockpit, targets, [os.environ.get("SHELL") or "/bin/sh"])


def k9s(cockpit: Cockpit, targets: tuple[Record, ...]) -> None:
    """k9s, where it is installed."""
    _out(cockpit, targets, ["k9s"])


def _out(cockpit: Cockpit, targets: tuple[Record, ...], command: Sequence[str]) -> None:
    """Refuses in words, else hands the terminal over until the program ends."""
    view, environment, name = cockpit.view, cockpit.environment, Path(command[0]).name
    if cockpit.settings.readonly or environment.readonly:
        return _say(cockpit, f"{name}: off, since nothing may be written here (read only).")
    if view is None:
        return _say(cockpit, f"{environment.name} has no cluster to go to.")
    session = view.session
    access = session.client.server.access
    if isinstance(session, ComposeSession):
        if command[0] == "k9s":
            return _say(cockpit, f"{environment.name} is no cluster: ! opens a shell with its engine.")
        told = {"DOCKER_HOST": session.engine.endpoint, "COMPOSE_FILE": session.project.file}
        where = f"project {session.project.name} on {session.engine.endpoint}"
        cockpit.run_worker(_run(cockpit, command, {**os.environ, **told}, where), group="out")
        return None
    if not access.files:
        return _say(cockpit, "There is no kubeconfig to hand over: we run inside of the cluster.")
    if shutil.which(command[0]) is None:
        return _say(cockpit, f"{name} is not installed (it was looked for on PATH).")
    chosen = sorted(cockpit.namespaces or ())
    namespace = chosen[0] if len(chosen) == 1 else targets[0].meta.namespace if targets else ""
    if name == "k9s" and namespace:
        command = [*command, "--namespace", namespace]
    cockpit.run_worker(_hand_over(cockpit, command, access, namespace), group="out", exclusive=True)
    return None


async def _hand_over(cockpit: Cockpit, command: Sequence[str], access: Access, namespace: str) -> None:
    """Everything goes on being watched meanwhile, and nothing is painted."""
    with tempfile.TemporaryDirectory(prefix="deploytui-") as folder:
        environ = environment_for(access, namespace, Path(folder) / "context.json", os.environ)
        where = f"{access.context}, namespace {namespace or access.namespace or 'default'}"
        await _run(cockpit, command, environ, where)
    if access.impersonate.user:
        _say(cockpit, f"The shell acted as you, not as {access.impersonate.user}.")


async def _run(cockpit: Cockpit, command: Sequence[str], environ: Mapping[str, str], where: str) -> None:
    with cockpit.away():
        print(f"deploytui: {where}. Leave {Path(command[0]).name} to come back.", flush=True)
        loop = asyncio.get_running_loop()
        # ctrl+c is the program's; a handler, since an ignored signal would be ignored by it as well.
        loop.add_signal_handler(signal.SIGINT, lambda: None)
        try:
            process = await asyncio.create_subprocess_exec(*command, env=environ)
            await process.wait()
        finally:
            loop.remove_signal_handler(signal.SIGINT)


def _say(cockpit: Cockpit, words: str) -> None:
    cockpit.notify(words, severity="warning", markup=False)
