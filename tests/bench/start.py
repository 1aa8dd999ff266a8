"""From the command to what is seen, in a terminal; beside it a bare Python and an empty Textual app."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from tests.bench.figures import Figure, figure
from tests.bench.terminal import terminal
from tests.demo_control import Demo

RUNS = 5
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("painted")
Empty().run()
"""


def measure() -> list[Figure]:
    demo = Demo.start()
    world = demo.attach("demo")
    command = [sys.executable, "-m", "tui"]
    opened = [*command, "--config", str(world.config), "--kubeconfig", str(world.kubeconfig)]
    try:
        bare = _median(lambda: _took(sys.executable, "-c", "pass"))
        version = _median(lambda: _took(*command, "--version"))
        empty = _median(lambda: _painted([sys.executable, "-c", EMPTY], "painted"))
        paint = _median(lambda: _painted(opened, "Environments"))
        rows = _median(lambda: _painted(opened, "deploy/training"))
    finally:
        demo.stop()
    return [
        figure("deploytui --version", version, 0.15, "s", yardstick=bare, of="bare Python"),
        figure("first paint", paint, 0.8, "s", yardstick=empty, of="an empty Textual app"),
        figure("first live rows (four environments)", rows, 1.2, "s", yardstick=empty, of="the same"),
    ]


def _median(once: Callable[[], float]) -> float:
    return statistics.median(once() for _ in range(RUNS))


def _took(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _painted(command: list[str], words: str) -> float:
    with tempfile.TemporaryDirectory() as state, terminal(command, {"XDG_STATE_HOME": state}) as screen:
        return screen.until(words)
