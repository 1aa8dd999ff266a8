"""The event loop: names that resolve, that do not, and a lookup that never ends."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from tests.bench.terminal import terminal
from tui.loop import Loop

KUBECONFIG = """
current-context: far
clusters: [{name: c, cluster: {server: "https://far.example:6443"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: far, context: {cluster: c, user: u}}]
"""
# The resolver of this machine is made one that never answers, as before a VPN that is half up.
COMMAND = """
import socket, sys, threading
socket.getaddrinfo = lambda *asked, **more: threading.Event().wait()
from tui.__main__ import main
sys.exit(main(["--kubeconfig", sys.argv[1]]))
"""


def test_names_resolve_and_fail_as_ever() -> None:
    async def ask() -> None:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)
        assert found
        with pytest.raises(socket.gaierror):
            await loop.getaddrinfo("no-such-host.invalid", 80)

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(ask())


def test_the_command_ends_while_a_lookup_hangs(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG)
    environ = {"PYTHONPATH": str(Path(__file__).parent.parent), "XDG_STATE_HOME": str(tmp_path)}
    with terminal([sys.executable, "-c", COMMAND, str(kubeconfig)], environ) as screen:
        screen.until("connecting")
        screen.press("\x11")
        assert os.waitstatus_to_exitcode(screen.end()) == 0
