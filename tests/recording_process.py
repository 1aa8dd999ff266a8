"""A process that records the migrations of a world's production, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tui.clock import SystemClock
from tui.model.environment import Environment
from tui.session import Session
from tui.wire.kube import Client
from tui.wire.kubeconfig import load
from tui.wire.server import Servers


async def main(kubeconfig: Path, folder: Path) -> None:
    """A session as the cockpit has it."""
    clock = SystemClock()
    access = load(kubeconfig, {}, Path("/nowhere")).access("production")
    client = Client(Servers(clock, environ={}).get(access))
    await Session(Environment("production"), client, clock, recordings=folder).run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
