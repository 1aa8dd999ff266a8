"""Four environments open and nothing happens: what the cockpit burns."""

from __future__ import annotations

import sys
import tempfile

from tests.bench.figures import Figure, figure
from tests.bench.terminal import terminal
from tests.demo_control import Demo

SECONDS = 10.0


def measure() -> list[Figure]:
    demo = Demo.start()
    world = demo.attach("demo")
    world.freeze()
    command = [sys.executable, "-m", "tui", "--config", str(world.config)]
    command += ["--kubeconfig", str(world.kubeconfig)]
    try:
        with tempfile.TemporaryDirectory() as state, terminal(command, {"XDG_STATE_HOME": state}) as screen:
            screen.until("● live")
            screen.drain(3.0)
            before = screen.burned()
            screen.drain(SECONDS)
            busy = 100 * (screen.burned() - before) / SECONDS
            most = screen.megabytes()
    finally:
        demo.stop()
    return [
        figure("idle, four environments", busy, 2.0, "% of a core"),
        Figure("its memory (RSS)", "", f"{most:.0f} MB", True),
    ]
